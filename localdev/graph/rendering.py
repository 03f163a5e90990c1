"""Events, users and rooms as Graph's JSON. Member names and order: Microsoft docs, resources/event, user, room."""

import html
import re
from datetime import timedelta
from typing import Any

from localdev.graph import identity
from localdev.graph.errors import JsonObject
from localdev.graph.preferences import Preferences
from localdev.graph.state import Attachment, Attendee, Details, Event, Mailbox
from localdev.graph.times import show_instant, show_wall_clock
from localdev.graph.vocabulary import ON_REQUEST

_TAG = re.compile(r"<[^>]*>")


def show_event(event: Event, prefer: Preferences) -> JsonObject:
    shown: JsonObject = {
        "@odata.etag": identity.etag(event),
        "id": identity.shown_id(event.id, as_immutable=prefer.immutable_ids),
    }
    shown |= _about(event)
    shown |= _kind(event, prefer)
    shown |= _content(event.details, prefer)
    shown |= _times(event.details, prefer)
    shown |= _people(event)
    if event.transaction_id:
        shown["transactionId"] = event.transaction_id
    return shown


def _about(event: Event) -> JsonObject:
    return {
        "createdDateTime": show_instant(event.created),
        "lastModifiedDateTime": show_instant(event.modified),
        "changeKey": identity.change_key(event),
        "categories": event.categories,
        "iCalUId": identity.ical_uid(event),
        "reminderMinutesBeforeStart": event.reminder_minutes,
        "isReminderOn": event.is_reminder_on,
        "isCancelled": event.is_cancelled,
        "isOrganizer": event.is_organizer,
        "isDraft": False,
        "showAs": event.show_as,
        "responseStatus": {"response": event.response, "time": show_instant(event.answered)},
        "webLink": f"https://outlook.office365.com/owa/?itemid={event.id}&exvsurl=1&path=/calendar/item",
    }


def _kind(event: Event, prefer: Preferences) -> JsonObject:
    """originalStart and occurrenceId belong to occurrences and exceptions alone."""
    master = event.series_master
    master_id = identity.shown_id(master, as_immutable=prefer.immutable_ids) if master else None
    shown: JsonObject = {
        "type": event.type,
        "seriesMasterId": master_id,
        "recurrence": event.details.recurrence,
        "occurrenceId": None,
    }
    if master and event.original_start:
        shown["occurrenceId"] = f"OID.{master_id}.{_day(event.id)}"
        told = event.habits.original_starts
        shown["originalStart"] = f"{event.original_start:%Y-%m-%dT%H:%M:%SZ}" if told else None
    if event.details.recurrence:
        shown["cancelledOccurrences"] = [
            f"OID.{identity.shown_id(event.id, as_immutable=prefer.immutable_ids)}.{day}" for day in sorted(event.removed_days)
        ]
    return shown


def _day(event_id: str) -> str:
    parts = identity.occurrence_parts(event_id)
    return parts[1].isoformat() if parts else ""


def _content(details: Details, prefer: Preferences) -> JsonObject:
    text = html.unescape(_TAG.sub("", details.body)) if details.body_type == "html" else details.body
    body = (
        {"contentType": "text", "content": text}
        if prefer.text_body
        else {"contentType": details.body_type, "content": details.body}
    )
    return {
        "subject": details.subject,
        "bodyPreview": text.strip()[:255],
        "body": body,
        "importance": details.importance,
        "sensitivity": details.sensitivity,
        "isAllDay": details.all_day,
        "responseRequested": details.response_requested,
        "allowNewTimeProposals": details.allow_new_time_proposals,
        "hideAttendees": details.hide_attendees,
        "hasAttachments": bool(details.attachments),
        "isOnlineMeeting": details.join_url is not None,
        "onlineMeetingProvider": details.online_provider or "unknown",
        "onlineMeeting": {"joinUrl": details.join_url} if details.join_url else None,
        "onlineMeetingUrl": None,
        "location": _location(details.location),
        "locations": [_location(location) for location in details.locations],
    }


def _location(location: JsonObject) -> JsonObject:
    name = location.get("displayName", "")
    return {"displayName": name, "locationType": "default", "uniqueId": name, "uniqueIdType": "private"} | location


def _times(details: Details, prefer: Preferences) -> JsonObject:
    """An all-day event is midnight to midnight when read in UTC; another zone shifts it, as it does in Graph."""
    return {
        "originalStartTimeZone": details.start_zone,
        "originalEndTimeZone": details.end_zone,
        "start": show_wall_clock(details.start, prefer.time_zone),
        "end": show_wall_clock(details.end, prefer.time_zone),
    }


def _people(event: Event) -> JsonObject:
    return {
        "organizer": {"emailAddress": {"name": event.organizer_name, "address": event.organizer}},
        "attendees": [_attendee(attendee) for attendee in event.attendees],
    }


def _attendee(attendee: Attendee) -> JsonObject:
    shown: JsonObject = {
        "type": attendee.kind,
        "status": {"response": attendee.response, "time": show_instant(attendee.answered)},
        "emailAddress": {"name": attendee.name, "address": attendee.address},
    }
    return shown | ({"proposedNewTime": attendee.proposed} if attendee.proposed else {})


def show_in_delta(event: Event, prefer: Preferences) -> JsonObject:
    """An occurrence comes bare. microsoft-graph-docs issues 7632, 22197."""
    shown = show_event(event, prefer)
    shown.pop("cancelledOccurrences", None)
    if event.bare:
        shown = {name: shown[name] for name in ("id", "seriesMasterId", "type", "start", "end")}
    return {"@odata.type": "#microsoft.graph.event"} | shown | {"@odata.etag": identity.delta_etag(event)}


def show_removed(event_id: str, prefer: Preferences) -> JsonObject:
    shown = identity.shown_id(event_id, as_immutable=prefer.immutable_ids)
    return {"@odata.type": "#microsoft.graph.event", "id": shown, "@removed": {"reason": "deleted"}}


def select(shown: JsonObject, wanted: list[str] | None) -> JsonObject:
    if wanted is None:
        return {name: value for name, value in shown.items() if name not in ON_REQUEST}
    return {name: value for name, value in shown.items() if name in wanted or name in ("@odata.etag", "id")}


def show_attachment(attachment: Attachment) -> JsonObject:
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "id": attachment.id,
        "name": attachment.name,
        "contentType": attachment.content_type,
        "size": len(attachment.content),
        "isInline": False,
        "contentBytes": attachment.content,
    }


def show_user(mailbox: Mailbox) -> JsonObject:
    return {
        "businessPhones": [],
        "displayName": mailbox.name,
        "givenName": mailbox.first_name or None,
        "jobTitle": None,
        "mail": mailbox.address,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": mailbox.last_name or None,
        "userPrincipalName": mailbox.address,
        "id": identity.object_id(mailbox.address),
    }


def show_room(mailbox: Mailbox) -> JsonObject:
    return {
        "id": identity.object_id(f"place:{mailbox.address}"),
        "displayName": mailbox.name,
        "emailAddress": mailbox.address,
        "nickname": mailbox.name,
        "building": mailbox.building,
        "capacity": mailbox.capacity,
        "bookingType": "standard",
        "isWheelChairAccessible": False,
        "tags": [],
        "phone": "",
        "label": "",
        "audioDeviceName": None,
        "videoDeviceName": None,
        "displayDeviceName": None,
        "floorNumber": None,
        "floorLabel": None,
        "address": None,
        "geoCoordinates": None,
    }


def show_schedule(address: str, events: list[Event], grid: list[Any], step: timedelta, zone_name: str) -> JsonObject:
    """Microsoft docs, calendar-getSchedule. The digits: free, tentative, busy, out of office, working elsewhere."""
    digits = {"free": 0, "tentative": 1, "busy": 2, "oof": 3, "workingElsewhere": 4}
    view = ""
    for begin in grid:
        met = [event for event in events if event.details.start < begin + step and event.details.end > begin]
        view += str(max((digits.get(event.show_as, 0) for event in met), default=0))
    return {
        "scheduleId": address,
        "availabilityView": view,
        "scheduleItems": [_schedule_item(event, zone_name) for event in events],
    }


def _schedule_item(event: Event, zone_name: str) -> JsonObject:
    return {
        "isPrivate": event.details.sensitivity == "private",
        "status": event.show_as,
        "subject": event.details.subject,
        "location": event.details.location.get("displayName", ""),
        "isMeeting": bool(event.attendees),
        "isRecurring": event.series_master is not None,
        "isException": event.type == "exception",
        "isReminderSet": event.is_reminder_on,
        "start": show_wall_clock(event.details.start, zone_name),
        "end": show_wall_clock(event.details.end, zone_name),
    }
