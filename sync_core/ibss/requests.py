"""IBSS's rules for what is asked of it, without I/O: each request as a plain value."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sync_core.http import Json, Request, segment
from sync_core.ibss.wire import Booking, Guest, mailboxes_of, people_of
from sync_core.model import Address, BookingId, Essence, Field, NodeId, Room, RoomId, Slot


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def list_nodes() -> Request:
    return Request("GET", "/v2/nodes", {"$top": "100"})


def list_spaces(node: NodeId) -> Request:
    return Request("GET", f"/v2/{segment(node)}/spaces", {"recursive": "true", "$top": "100"})


def list_bookings(node: NodeId, start: datetime, end: datetime, room: RoomId | None = None) -> Request:
    """All bookings that overlap the window, cancelled ones too."""
    wanted = f"Booking_End gt {_utc(start)} and Booking_Start lt {_utc(end)}"
    if room:
        wanted += f" and Space_Id eq {_quoted(room)}"
    return Request("GET", f"/v2/{segment(node)}/bookings", {"$filter": wanted, "$top": "100"})


def follow(link: str) -> Request:
    return Request("GET", link)


def get_booking(node: NodeId, booking: BookingId) -> Request:
    return Request("GET", f"/v2/{segment(node)}/bookings/{segment(booking)}")


def create_booking(node: NodeId, essence: Essence, guests: Mapping[Address, Guest], mirrors: str, key: str) -> Request:
    body = {
        "Space_Id": essence.room,
        "Booking_Name": essence.subject,
        **_times(essence.slot),
        "Booking_Owner_Email": essence.host,
        "Booking_Source": "Sync",
        "Booking_Parties": [_party(person, guests[person]) for person in sorted(essence.people)],
        "Meta_Ext_Booking_EventId": mirrors,
    }
    if essence.linked:
        body["Linked_Space_Ids"] = sorted(essence.linked)
    return Request("POST", f"/v2/{segment(node)}/bookings", body=body, headers={"Idempotency-Key": key})


def update_booking(
    booking: Booking, target: Essence, fields: Iterable[Field], guests: Mapping[Address, Guest], rooms: Mapping[RoomId, Room]
) -> Request:
    """Only what differs is sent. A kept party goes back as IBSS keeps it, so a visitor keeps the visit; a linked space that is
    not synced stays.
    """
    body: dict[str, Json] = {}
    if Field.SUBJECT in fields:
        body["Booking_Name"] = target.subject
    if Field.SLOT in fields:
        before = _times(booking.slot)
        body |= {name: value for name, value in _times(target.slot).items() if value != before[name]}
    if Field.PEOPLE in fields:
        here = people_of(booking) - mailboxes_of(rooms)
        kept = [party.record for party in booking.parties if party.address in target.people or party.address not in here]
        body["Booking_Parties"] = kept + [_party(person, guests[person]) for person in sorted(target.people - here)]
    if Field.ROOM in fields:
        body["Space_Id"] = target.room
    if Field.LINKED in fields:
        body["Linked_Space_Ids"] = sorted(target.linked | (set(booking.linked) - rooms.keys()))
    return _patch(booking, body)


def cancel_booking(booking: Booking) -> Request:
    return _patch(booking, {"Booking_IsCancelled": 1})


def mark_booking(booking: Booking, mirrors: str) -> Request:
    return _patch(booking, {"Meta_Ext_Booking_EventId": mirrors})


def find_person(node: NodeId, person: Address) -> Request:
    return Request("GET", f"/v2/{segment(node)}/persons", {"$filter": f"Email eq {_quoted(person)}"})


def _patch(booking: Booking, body: Json) -> Request:
    return Request(
        "PATCH", f"/v2/{segment(booking.node)}/bookings/{segment(booking.id)}", body=body, headers={"If-Match": booking.etag}
    )


def _times(slot: Slot) -> Json:
    return {"Booking_Start": _utc(slot.start), "Booking_End": _utc(slot.end), "Booking_All_Day": int(slot.all_day)}


def _party(person: Address, guest: Guest) -> Json:
    """Outlook keeps one name, IBSS two. Before a comma stands the family name, as directories write it; else it is the last."""
    last, comma, first = guest.name.partition(", ")
    if not comma:
        first, _, last = guest.name.rpartition(" ")
    return {"IsVisitor": int(guest.visitor), "Email": person, "First_Name": first or None, "Last_Name": last or None}
