"""The members of Graph's event. Microsoft docs, resources/event; occurrenceId: msgraph-metadata issue 827."""

_WRITABLE = """
    allowNewTimeProposals attendees body categories end hideAttendees importance isAllDay isOnlineMeeting isReminderOn location
    locations onlineMeetingProvider recurrence reminderMinutesBeforeStart responseRequested sensitivity showAs start subject
    transactionId
"""
# Set by the service alone; of the organizer so says microsoft-graph-docs issue 20441.
_READ_ONLY = """
    bodyPreview cancelledOccurrences changeKey createdDateTime hasAttachments iCalUId id isCancelled isDraft isOrganizer
    lastModifiedDateTime occurrenceId onlineMeeting onlineMeetingUrl organizer originalEndTimeZone originalStart
    originalStartTimeZone responseStatus seriesMasterId type webLink
"""
READ_ONLY = frozenset(_READ_ONLY.split())
EVENT = READ_ONLY | frozenset(_WRITABLE.split())
# Only given when asked for by $select.
ON_REQUEST = frozenset(["cancelledOccurrences"])
