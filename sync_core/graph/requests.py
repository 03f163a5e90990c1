"""Graph's rules for what is asked of it, without I/O: each request as a plain value."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sync_core.graph.events import Attendee, Event, invited, whole_days
from sync_core.graph.wire import EventChange
from sync_core.http import Json, Request, segment
from sync_core.model import Address, Essence, EventId, Field, Room, Slot

PREFER = 'IdType="ImmutableId", outlook.timezone="UTC"'
"""On every call: ids that survive a move (Microsoft docs, outlook-immutable-id), and times in UTC."""

SELECT = (
    "id,iCalUId,type,seriesMasterId,originalStart,transactionId,subject,sensitivity,isAllDay,isCancelled,isOrganizer,"
    "organizer,attendees,start,end,location,responseStatus,lastModifiedDateTime"
)
"""What is read of an event. Bodies and attachments never leave Graph."""


def _of(mailbox: Address) -> str:
    return f"/users/{segment(mailbox)}"


def get_event(mailbox: Address, event: EventId) -> Request:
    return Request("GET", f"{_of(mailbox)}/events/{segment(event)}", {"$select": SELECT}, mailbox=mailbox)


def find_event(mailbox: Address, ical_uid: str) -> Request:
    """The single event or the series master with this iCalUId."""
    wanted = ical_uid.replace("'", "''")
    return Request("GET", f"{_of(mailbox)}/events", {"$filter": f"iCalUId eq '{wanted}'", "$select": SELECT}, mailbox=mailbox)


def find_shape(mailbox: Address, ical_uid: str) -> Request:
    request = find_event(mailbox, ical_uid)
    return replace(request, query={**request.query, "$select": "id,type,isCancelled,recurrence,start"})


def list_instances(mailbox: Address, master: EventId, start: datetime, end: datetime) -> Request:
    return Request(
        "GET",
        f"{_of(mailbox)}/events/{segment(master)}/instances",
        {"startDateTime": _utc(start), "endDateTime": _utc(end), "$select": SELECT, "$top": "100"},
        mailbox=mailbox,
    )


def list_window(mailbox: Address, start: datetime, end: datetime, most: int = 100) -> Request:
    """Everything that overlaps the window, series expanded by Graph: so many of them a page."""
    query = {"startDateTime": _utc(start), "endDateTime": _utc(end), "$select": SELECT, "$top": str(most)}
    return Request("GET", f"{_of(mailbox)}/calendarView", query, mailbox=mailbox)


def first_delta(mailbox: Address, start: datetime, end: datetime) -> Request:
    """The window is frozen in the token that comes back; `$select` and its like are not allowed (Microsoft docs, event-delta)."""
    query = {"startDateTime": _utc(start), "endDateTime": _utc(end)}
    return Request("GET", f"{_of(mailbox)}/calendarView/delta", query, headers=_PAGE, mailbox=mailbox)


def follow(link: str, mailbox: Address) -> Request:
    """Links are opaque and are sent as they came: rebuilding one is a 400 (msgraph-sdk-php issue 1575)."""
    return Request("GET", link, headers=_PAGE, mailbox=mailbox)


_PAGE = {"Prefer": f"{PREFER}, odata.maxpagesize=100"}


def create_event(
    essence: Essence, room: Room, transaction_id: str, names: Mapping[Address, str], linked: Sequence[Room] = ()
) -> Request:
    """In the host's mailbox with the room invited, for only that makes Exchange check the room (msgraph-sdk-dotnet issue 243). A
    room that is the host itself needs no invitation.
    """
    people = [_attendee(person, names.get(person, ""), "required") for person in sorted(essence.people)]
    body = {
        "subject": essence.subject,
        **_times(essence.slot, room),
        "attendees": people + [_resource(each) for each in (room, *linked) if each.mailbox != essence.host],
        "location": _location(room),
        "transactionId": transaction_id,
    }
    return Request("POST", f"{_of(essence.host)}/events", body=body, mailbox=essence.host)


def update_event(mailbox: Address, event: Event, change: EventChange) -> Request:
    """Only what differs is sent; never the body, for that destroys a Teams meeting's join link (Microsoft docs, event-update)."""
    body: dict[str, Json] = {}
    if Field.SUBJECT in change.fields:
        body["subject"] = change.target.subject
    if Field.SLOT in change.fields:
        body |= _times(change.target.slot, change.taken)
    if change.fields & {Field.PEOPLE, Field.ROOM, Field.LINKED}:
        body["attendees"] = _whole_collection(event, change)
    if Field.ROOM in change.fields:
        body["location"] = _location(change.taken)
    return _patch(mailbox, event, body)


def release_rooms(mailbox: Address, event: Event, rooms: Sequence[Room]) -> Request:
    released = {room.mailbox for room in rooms}
    kept = [_again(a) for a in event.attendees if a.address not in released]
    body: dict[str, Json] = {"attendees": kept}
    if event.location in released:
        body["location"] = {"displayName": ""}
    return _patch(mailbox, event, body)


def _patch(mailbox: Address, event: Event, body: Json) -> Request:
    headers = {"If-Match": event.etag} if event.etag else {}
    return Request("PATCH", f"{_of(mailbox)}/events/{segment(event.id)}", body=body, headers=headers, mailbox=mailbox)


def end_event(mailbox: Address, event: Event) -> Request:
    """Who is invited is told; where nobody is, there is no meeting to cancel (Microsoft docs, event-cancel)."""
    path = f"{_of(mailbox)}/events/{segment(event.id)}"
    if not event.attendees:
        return Request("DELETE", path, mailbox=mailbox)
    comment = {"comment": "The room booking was cancelled."}
    return Request("POST", f"{path}/cancel", body=comment, mailbox=mailbox)


def decline_event(mailbox: Address, event: EventId) -> Request:
    """From the room: deleting its copy would tell nobody (Microsoft docs, event-delete)."""
    answer = {"comment": "The room booking was cancelled.", "sendResponse": True}
    return Request("POST", f"{_of(mailbox)}/events/{segment(event)}/decline", body=answer, mailbox=mailbox)


def list_subscriptions() -> Request:
    return Request("GET", "/subscriptions")


def create_subscription(room: Address, urls: tuple[str, str], client_state: str, expires: datetime) -> Request:
    """`urls` take change notifications and lifecycle notifications. Graph calls both before it answers."""
    body = {
        "changeType": "created,updated,deleted",
        "resource": f"users/{room}/events",
        "notificationUrl": urls[0],
        "lifecycleNotificationUrl": urls[1],
        "expirationDateTime": _utc(expires),
        "clientState": client_state,
    }
    return Request("POST", "/subscriptions", body=body, mailbox=room)


def renew_subscription(subscription: str, expires: datetime) -> Request:
    """A PATCH renews and re-authorises at once (Microsoft docs, change-notifications-lifecycle-events)."""
    return Request("PATCH", f"/subscriptions/{segment(subscription)}", body={"expirationDateTime": _utc(expires)})


def delete_subscription(subscription: str) -> Request:
    return Request("DELETE", f"/subscriptions/{segment(subscription)}")


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _times(slot: Slot, room: Room) -> Json:
    """An all-day event runs from midnight to midnight in one zone, the room's; every other is told in UTC."""
    all_day = whole_days(slot, room)
    zone, name = (ZoneInfo(room.time_zone), room.time_zone_windows) if all_day else (UTC, "UTC")
    # Where the clock goes forward at midnight the day begins at one, and Graph still wants midnight.
    spelled = "%Y-%m-%dT00:00:00" if all_day else "%Y-%m-%dT%H:%M:%S"
    start, end = ({"dateTime": moment.astimezone(zone).strftime(spelled), "timeZone": name} for moment in (slot.start, slot.end))
    return {"start": start, "end": end, "isAllDay": all_day}


def _attendee(person: str, name: str, kind: str) -> Json:
    return {"type": kind, "emailAddress": {"address": person, "name": name or person}}


def _resource(room: Room) -> Json:
    return _attendee(room.mailbox, room.name, "resource")


def _again(attendee: Attendee) -> Json:
    return _attendee(attendee.spelled, attendee.name, attendee.kind)


def _location(room: Room) -> Json:
    return {"displayName": room.name, "locationUri": room.mailbox, "locationType": "conferenceRoom"}


def _whole_collection(event: Event, change: EventChange) -> Json:
    """Who is left out of a PATCH gets a cancellation (microsoft-graph-docs, event-update), so everybody who stays is named again:
    other rooms, lists and X.500 addresses too, which IBSS does not know.
    """
    here, wanted = frozenset(invited(event, change.rooms)), change.target.people
    leaving, coming = (here - wanted, wanted - here) if Field.PEOPLE in change.fields else (frozenset(), frozenset())
    rooms = [room for room in (change.taken, *change.joined) if room.mailbox != event.organiser]
    leaving |= {room.mailbox for room in (change.left, *rooms, *change.released)}
    return [
        *(_again(attendee) for attendee in event.attendees if attendee.address not in leaving),
        *(_attendee(person, change.names.get(person, ""), "required") for person in sorted(coming)),
        *map(_resource, rooms),
    ]
