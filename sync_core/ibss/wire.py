"""IBSS's rules for what it answers, without I/O: the values that are read, what they mean, what a failure means. Its names are
known here and in `requests`, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sync_core.errors import Gone, Later, Malformed, Refused, Stale, SyncError, Unreadable
from sync_core.http import (
    Answer,
    Json,
    for_header,
    identifier,
    in_order,
    modified_at,
    moment,
    optional,
    parsed,
    text,
)
from sync_core.model import Address, BookingId, Essence, NodeId, Reason, Room, RoomId, Slot, address, subject

_WITHOUT_ACCOUNT = frozenset({"Unity", "Inspire"})


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody of a booking. `record` is the party as IBSS keeps it: it goes back whole, so that a visit is kept."""

    address: Address
    name: str
    record: Json


@dataclass(frozen=True, slots=True)
class Guest:
    """How somebody new to a booking is written to it."""

    name: str
    visitor: bool


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking as IBSS has it. `mirrors` is the key of the instance it mirrors, when this service wrote one there."""

    id: BookingId
    node: NodeId
    room: RoomId
    etag: str
    start: datetime
    end: datetime
    all_day: bool
    subject: str
    owner: Address | None
    source: str | None
    parties: tuple[Party, ...]
    linked: tuple[RoomId, ...]
    mirrors: str | None
    cancelled: bool
    completed: bool
    status: str
    series: str | None = None
    modified: datetime | None = None

    @property
    def slot(self) -> Slot:
        return Slot(self.start, self.end, self.all_day)

    @property
    def cancelled_why(self) -> Reason:
        """Pages spell the statuses in several ways, so case and punctuation are left out of the comparison."""
        automatic = "".join(filter(str.isalpha, self.status.lower())) == "autocancelled"
        return Reason.AUTO_CANCELLED if automatic else Reason.BOOKING_GONE

    @property
    def unsynced(self) -> Reason | None:
        """Panels and kiosks book without a directory account, so there is no calendar to write to."""
        without_account = self.owner is None or self.source in _WITHOUT_ACCOUNT
        return Reason.NO_DIRECTORY_ACCOUNT if without_account else None


@dataclass(frozen=True, slots=True)
class Page[Item]:
    items: tuple[Item, ...]
    next_link: str | None


# --- answers --------------------------------------------------------------------------------------------------------------


def parse_booking(body: Json) -> Booking:
    """Raises Malformed, naming the member, when the record does not keep to the contract."""
    try:
        owner = body.get("Booking_Owner_Email")
        start, end = in_order(_moment(body["Booking_Start"]), _moment(body["Booking_End"]))
        return Booking(
            id=BookingId(identifier(body, "Booking_Id")),
            node=node_id(body, "Node_Id"),
            room=RoomId(identifier(body, "Space_Id")),
            etag=for_header(text(body, "@odata.etag")),
            start=start,
            end=end,
            all_day=bool(body.get("Booking_All_Day")),
            subject=subject(body.get("Booking_Name")),
            owner=address(owner) if owner else None,
            source=optional(body, "Booking_Source"),
            parties=tuple(_parse_party(party) for party in _listed(body.get("Booking_Parties"))),
            linked=_spaces(body.get("Linked_Space_Ids") or []),
            mirrors=optional(body, "Meta_Ext_Booking_EventId"),
            cancelled=bool(body["Booking_IsCancelled"]),
            completed=bool(body.get("Booking_IsCompleted")),
            status=optional(body, "Booking_Status") or "",
            series=optional(body, "Booking_Series_Id"),
            modified=modified_at(body.get("Booking_Modified_Time")),
        )
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise Malformed("booking", f"{type(error).__name__} at {error}") from error


def _listed(parties: Json) -> Json:
    """The analytics page shows the parties as a column of the record, so they may be JSON inside a string."""
    return (parsed(parties.encode()) if isinstance(parties, str) and parties else parties) or ()


def _spaces(told: Json) -> tuple[RoomId, ...]:
    if not isinstance(told, list) or not all(isinstance(space, str) and space for space in told):
        raise TypeError("Linked_Space_Ids")
    return tuple(map(RoomId, told))


def node_id(body: Json, name: str) -> NodeId:
    return NodeId(str(body[name]) if type(body[name]) is int else identifier(body, name))


def _parse_party(record: Json) -> Party:
    name = " ".join(filter(None, (record.get("First_Name"), record.get("Last_Name"))))
    return Party(address(record.get("Email") or ""), name, record)


def _moment(told: str) -> datetime:
    """Times without an offset are UTC."""
    found = moment(told)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def parse_page(body: Json) -> Page[Json]:
    """An empty list may also come as 204 with no body at all."""
    if body is None:
        return Page((), None)
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        raise Malformed("page", "an answer without a list of values")
    try:
        return Page(tuple(body["value"]), optional(body, "@odata.nextLink"))
    except TypeError as error:
        raise Malformed("page", "a next link that is no text") from error


# --- what a booking means --------------------------------------------------------------------------------------------------


def people_of(booking: Booking) -> frozenset[Address]:
    return frozenset(p.address for p in booking.parties if "@" in p.address and p.address != booking.owner)


def essence_of(booking: Booking, rooms: Mapping[RoomId, Room]) -> Essence:
    """`rooms` are all rooms: one that IBSS lists among the parties is not a person. A panel's booking belongs to its room, and
    nobody is invited to it.
    """
    linked = (frozenset(booking.linked) & rooms.keys()) - {booking.room}
    if booking.unsynced:
        room = rooms.get(booking.room)
        host = room.mailbox if room else Address("")
        return Essence(booking.room, booking.slot, booking.subject, host, linked=linked)
    people = people_of(booking) - mailboxes_of(rooms)
    return Essence(booking.room, booking.slot, booking.subject, booking.owner or Address(""), people, linked=linked)


def mailboxes_of(rooms: Mapping[RoomId, Room]) -> frozenset[Address]:
    return frozenset(room.mailbox for room in rooms.values())


def names_of(booking: Booking) -> Mapping[Address, str]:
    return {party.address: party.name for party in booking.parties if party.name}


# --- failures -------------------------------------------------------------------------------------------------------------


def failure(answer: Answer) -> SyncError | None:
    """What a status and code of the contract mean. None when all is well."""
    status = answer.status
    if status < 300:
        return None
    code = answer.error_code or f"http-{status}"
    if status < 400:
        return Later(code)
    if status == 412:
        return Stale(code)
    if status in {408, 429} or status >= 500:
        return Later(code, after=answer.retry_after)
    if status in {401, 403}:
        return Unreadable(code)
    if status == 404:
        return Gone(code)
    return Refused(code)
