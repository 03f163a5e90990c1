"""IBSS's rules without I/O: build a request, parse an answer, map a failure. IBSS's names are known here and nowhere else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sync_core.errors import Gone, Later, Malformed, Refused, Stale, SyncError, Unreadable
from sync_core.http import (
    Answer,
    Json,
    Request,
    for_header,
    identifier,
    in_order,
    modified_at,
    moment,
    optional,
    parsed,
    segment,
    text,
)
from sync_core.model import Address, BookingId, Essence, Field, NodeId, Reason, Room, RoomId, Slot, address, subject

SYSTEM_MICROSOFT_365 = 1
"""The value of Bkng_Ext_System and Meta_Ext_Booking_System that switches a building or space on for Microsoft 365."""

LONGEST_PERIOD = 1825
"""Days: Graph refuses a wider calendarView (microsoft-graph-docs issue 6284)."""

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
class Node:
    """A building or floor. `time_zone` is a Windows id, or ""; `horizon_days` is None where the building does not set one."""

    id: NodeId
    name: str
    building: bool
    parent: NodeId | None
    time_zone: str
    synced: bool
    horizon_days: int | None


@dataclass(frozen=True, slots=True)
class Space:
    """`ready`: it could be synced. `synced`: it is switched on as well. `off`: it says itself that it is not."""

    id: RoomId
    node: NodeId
    name: str
    mailbox: Address | None
    synced: bool
    ready: bool = False
    off: bool = False


@dataclass(frozen=True, slots=True)
class Page[Item]:
    items: tuple[Item, ...]
    next_link: str | None


# --- requests -------------------------------------------------------------------------------------------------------------


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
        here = people_of(booking) - _mailboxes(rooms)
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


# --- answers --------------------------------------------------------------------------------------------------------------


def parse_booking(body: Json) -> Booking:
    """Raises Malformed, naming the member, when the record does not keep to the contract."""
    try:
        owner = body.get("Booking_Owner_Email")
        start, end = in_order(_moment(body["Booking_Start"]), _moment(body["Booking_End"]))
        return Booking(
            id=BookingId(identifier(body, "Booking_Id")),
            node=_node(body, "Node_Id"),
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


def _node(body: Json, name: str) -> NodeId:
    return NodeId(str(body[name]) if type(body[name]) is int else identifier(body, name))


def _parse_party(record: Json) -> Party:
    name = " ".join(filter(None, (record.get("First_Name"), record.get("Last_Name"))))
    return Party(address(record.get("Email") or ""), name, record)


def _moment(told: str) -> datetime:
    """Times without an offset are UTC."""
    found = moment(told)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def parse_node(body: Json) -> Node:
    try:
        return Node(
            id=_node(body, "Node_Id"),
            name=text(body, "Node_Name"),
            building=body["NodeLevelName"] == "Building",
            parent=_node(body, "Parent_Node_Id") if body.get("Parent_Node_Id") is not None else None,
            time_zone=text(body, "Node_Time_Zone") if body["Node_Time_Zone"] else "",
            synced=body.get("Bkng_Ext_System") == SYSTEM_MICROSOFT_365,
            horizon_days=_days(body.get("Forward_Sync_Period")),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("node", f"{type(error).__name__} at {error}") from error


def _days(period: Json) -> int | None:
    if period is None:
        return None
    if type(period) is not int:
        raise TypeError("Forward_Sync_Period")
    return min(period, LONGEST_PERIOD) if period > 0 else None


def parse_space(body: Json) -> Space:
    try:
        mailbox = body.get("Meta_Ext_Booking_SpaceId")
        system = body.get("Meta_Ext_Booking_System")
        ready = bool(mailbox) and bool(body.get("Space_IsActive", 1)) and body.get("Space_Class", "Support") == "Support"
        return Space(
            id=RoomId(identifier(body, "Space_Id")),
            node=_node(body, "Node_Id"),
            name=text(body, "Space_Name"),
            mailbox=address(mailbox) if mailbox else None,
            synced=ready and system == SYSTEM_MICROSOFT_365,
            ready=ready,
            off=(system is not None and system != SYSTEM_MICROSOFT_365) or body.get("Space_IsActive") == 0,
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("space", f"{type(error).__name__} at {error}") from error


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
    people = people_of(booking) - _mailboxes(rooms)
    return Essence(booking.room, booking.slot, booking.subject, booking.owner or Address(""), people, linked=linked)


def _mailboxes(rooms: Mapping[RoomId, Room]) -> frozenset[Address]:
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
