"""The resource booking attendant: what a room answers, and what it does to its copy when it accepts.

Rules and defaults: Microsoft docs, Set-CalendarProcessing.
"""

from datetime import datetime, timedelta

from localdev.graph import online, recurrence, series
from localdev.graph.agenda import Agenda
from localdev.graph.calendars import Calendars
from localdev.graph.meetings import Meetings
from localdev.graph.state import Event, Mailbox, RoomSettings, Tenant

DECIDE = "decide"
REWRITE = "rewrite"


class Attendant:
    def __init__(self, tenant: Tenant, calendars: Calendars, meetings: Meetings, agenda: Agenda) -> None:
        self._tenant = tenant
        self._calendars = calendars
        self._meetings = meetings
        self._agenda = agenda

    def receive(self, mailbox: Mailbox, event: Event, *, asks: bool) -> None:
        """A request stands tentative until the room decides; AutoUpdate leaves it so. An update that does not ask again is
        made to look like the rest of the room's calendar."""
        if mailbox.room is None or mailbox.room.AutomateProcessing != "AutoAccept":
            return
        if asks:
            self._agenda.after(self._tenant.delays.decision, DECIDE, mailbox=mailbox.address, event=event.id)
        elif event.response == "accepted":
            self._agenda.after(self._tenant.delays.rewrite, REWRITE, mailbox=mailbox.address, event=event.id)

    def decide(self, args: dict[str, str]) -> None:
        mailbox = self._calendars.known(args["mailbox"])
        event = mailbox.events.get(args["event"]) if mailbox else None
        if mailbox is None or mailbox.room is None or event is None or event.is_cancelled:
            return
        verdict = self._verdict(mailbox, mailbox.room, event)
        self._meetings.respond(event, verdict, send=True)
        if verdict == "accepted":
            self._decline_clashing_days(mailbox, event)
            self._agenda.after(self._tenant.delays.rewrite, REWRITE, mailbox=mailbox.address, event=event.id)

    def _verdict(self, mailbox: Mailbox, room: RoomSettings, event: Event) -> str:
        if self._outside_policy(room, event) or self._too_many_clashes(mailbox, room, event):
            return "declined"
        return "accepted" if room.AllBookInPolicy else "tentativelyAccepted"

    def _outside_policy(self, room: RoomSettings, event: Event) -> bool:
        details = event.details
        minutes = (details.end - details.start) / timedelta(minutes=1)
        horizon = self._horizon(room)
        too_long = 0 < room.MaximumDurationInMinutes < minutes
        if details.start > horizon or too_long or minutes < room.MinimumDurationInMinutes:
            return True
        if details.recurrence is None:
            return False
        beyond = room.EnforceSchedulingHorizon and recurrence.ends_after(details, horizon)
        return beyond or not room.AllowRecurringMeetings

    def _horizon(self, room: RoomSettings) -> datetime:
        return self._agenda.moment() + timedelta(days=room.BookingWindowInDays)

    def _too_many_clashes(self, mailbox: Mailbox, room: RoomSettings, event: Event) -> bool:
        """A single meeting may not clash at all; a series may, in so many instances or per cent of them."""
        if room.AllowConflicts:
            return False
        wanted = self._wanted(mailbox, room, event)
        clashes = len(self._clashing(mailbox, wanted))
        if event.details.recurrence is None:
            return clashes > 0
        allowed = max(room.MaximumConflictInstances, len(wanted) * room.ConflictPercentageAllowed / 100)
        return clashes > allowed

    def _wanted(self, mailbox: Mailbox, room: RoomSettings, event: Event) -> list[Event]:
        if event.details.recurrence is None:
            return [event]
        until = min(self._horizon(room), self._agenda.moment() + series.FAR_AHEAD)
        return list(series.bare_occurrences(mailbox, event, event.details.start, until))

    def _clashing(self, mailbox: Mailbox, wanted: list[Event]) -> list[Event]:
        """What is already promised counts: meetings accepted, and those the room's own calendar holds as their organiser."""
        if not wanted:
            return []
        since = min(event.details.start for event in wanted)
        until = max(event.details.end for event in wanted)
        taken = [event for event in series.expanded(mailbox, since, until) if _holds_the_room(event)]
        return [event for event in wanted if any(_clash(event, other) for other in taken)]

    def _decline_clashing_days(self, mailbox: Mailbox, event: Event) -> None:
        if mailbox.room is None or mailbox.room.AllowConflicts or event.details.recurrence is None:
            return
        for occurrence in self._clashing(mailbox, self._wanted(mailbox, mailbox.room, event)):
            self._meetings.respond(occurrence, "declined", send=True)

    def rewrite(self, args: dict[str, str]) -> None:
        """A moment after accepting, the copy loses what the organiser wrote. The true subject was there to be read until
        now: microsoft-graph-docs issue 11649."""
        mailbox = self._calendars.known(args["mailbox"])
        event = mailbox.events.get(args["event"]) if mailbox else None
        if mailbox is None or mailbox.room is None or event is None or event.is_cancelled:
            return
        held = [event, *series.exceptions(mailbox, event.id)]
        for item in held:
            if _strip(item, mailbox.room):
                self._calendars.touch(item)


def _strip(event: Event, room: RoomSettings) -> bool:
    details = event.details
    before = (details.subject, details.body, details.sensitivity, len(details.attachments))
    details.subject = _subject(event, room)
    if room.DeleteComments:
        details.body = ""
        online.drop_lost_link(details)
    if room.DeleteAttachments:
        details.attachments = []
    if room.RemovePrivateProperty and details.sensitivity == "private":
        details.sensitivity = "normal"
    return before != (details.subject, details.body, details.sensitivity, len(details.attachments))


def _subject(event: Event, room: RoomSettings) -> str:
    kept = "" if room.DeleteSubject else event.details.subject
    if not room.AddOrganizerToSubject or (kept and kept.startswith(event.organizer_name)):
        return kept
    return " ".join(part for part in (event.organizer_name, kept) if part)


def _holds_the_room(event: Event) -> bool:
    promised = event.response in ("accepted", "tentativelyAccepted", "organizer")
    return promised and not event.is_cancelled and event.show_as != "free"


def _clash(wanted: Event, other: Event) -> bool:
    if wanted.id == other.id or wanted.ical_uid == other.ical_uid:
        return False
    return wanted.details.start < other.details.end and other.details.start < wanted.details.end
