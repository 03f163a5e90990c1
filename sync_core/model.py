"""The values both systems are reduced to. No I/O, no clock, no vendor's names."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import NewType, Self

RoomId = NewType("RoomId", str)
"""An IBSS space id. It never changes, so it names the room here; the mailbox address may."""
Address = NewType("Address", str)
"""A mail address in lower case."""
EventId = NewType("EventId", str)
"""An immutable Graph event id: good in one mailbox only."""
BookingId = NewType("BookingId", str)
NodeId = NewType("NodeId", str)

NO_SUBJECT = "Booking"
"""What IBSS stores for a blank name, and so what a blank subject counts as on both sides."""
PRIVATE_SUBJECT = "Private meeting"

LONGEST_UID = 300
"""Counting each character that is written longer in a key as the longest."""


def address(text: str) -> Address:
    return Address(text.strip().lower())


def subject(text: str | None) -> str:
    return (text or "").strip() or NO_SUBJECT


class Side(StrEnum):
    OUTLOOK = "outlook"
    IBSS = "ibss"


@dataclass(frozen=True, slots=True)
class Slot:
    """When a meeting is: UTC, the end not included. An all-day slot runs from midnight to midnight where the room is."""

    start: datetime
    end: datetime
    all_day: bool = False

    def __post_init__(self) -> None:
        for moment in (self.start, self.end):
            if moment.utcoffset() != UTC.utcoffset(None):
                raise ValueError(f"a slot is in UTC, not {moment!r}")
        if self.end < self.start:
            raise ValueError("a slot cannot end before it starts")

    @property
    def hours(self) -> tuple[datetime, datetime]:
        """Without what it is called: the two halves of one meeting may differ in whether they are marked all-day."""
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Essence:
    """The fields that both systems share. Only a difference in one of FIELDS is a change.

    `people` are those invited, without the host and the rooms. `host` says who the meeting belongs to; neither system can
    hand a mirrored meeting to another host, so it identifies and is not compared. IBSS does not know `private`. `linked` are
    the further rooms that one booking holds.
    """

    room: RoomId
    slot: Slot
    subject: str
    host: Address
    people: frozenset[Address] = frozenset()
    private: bool = False
    linked: frozenset[RoomId] = frozenset()


class Field(StrEnum):
    ROOM = "room"
    SLOT = "slot"
    SUBJECT = "subject"
    PEOPLE = "people"
    LINKED = "linked"


FIELDS = tuple(Field)


def differences(one: Essence, other: Essence) -> frozenset[Field]:
    return frozenset(name for name in FIELDS if getattr(one, name) != getattr(other, name))


def hashed(name: Field, essence: Essence) -> str:
    """The value of a field. Short, and nothing of the meeting can be read from it."""
    value = getattr(essence, name)
    told = sorted(value) if isinstance(value, frozenset) else value
    return f"{name}={sha256(repr(told).encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Instance:
    """One single event, or one occurrence of a series: the same name in every mailbox that has a copy.

    iCalUId alone is not enough: the occurrences of a series may share it (microsoft-graph-docs issues 17479 and 4447).
    """

    ical_uid: str
    original_start: datetime | None = None

    @property
    def key(self) -> str:
        """An organiser elsewhere may choose any iCalUId, and a table's key takes 512 characters: of a long one it is the hash."""
        uid = self.ical_uid
        if len(uid) + 11 * sum(not (character.isascii() and character.isalnum()) for character in uid) > LONGEST_UID:
            uid = sha256(uid.encode()).hexdigest()
        return f"{uid}@{self.original_start:%Y%m%dT%H%M%SZ}" if self.original_start else uid


class State(StrEnum):
    """Where a link stands, for the people who run this."""

    CREATING = "creating"
    LINKED = "linked"
    NOT_SYNCED = "not synced"
    REJECTED = "rejected"
    FROZEN = "frozen"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why a plan is what it is: the closed list that the journal, the status and the tests speak in."""

    IN_SYNC = "in sync"
    NEW_EVENT = "new in Outlook"
    NEW_BOOKING = "new in IBSS"
    EVENT_CHANGED = "changed in Outlook"
    BOOKING_CHANGED = "changed in IBSS"
    BOTH_CHANGED = "changed on both sides"
    ADOPTED = "adopted: the same meeting stood on both sides"
    EVENT_GONE = "cancelled in Outlook"
    ROOM_REMOVED = "the room was taken off the meeting in Outlook"
    ROOM_DECLINED = "the room declined"
    BOOKING_GONE = "cancelled in IBSS"
    ENDED_EARLY = "ended early at the panel"
    CHECKED_OUT = "checked out in IBSS: the event keeps its time"
    AUTO_CANCELLED = "released by IBSS: nobody checked in"
    ROOM_NOT_SYNCED = "moved to a room that is not synced"
    REMADE = "made again: the change on the other side stands against the cancellation"
    BOTH_GONE = "gone on both sides"
    NOTHING_THERE = "not there"
    OVER = "over: the past is left as it is"
    GOES_ON = "goes on under another name, or in another room"
    STARTS_IN_PAST = "starts in the past"
    BEYOND_HORIZON = "beyond the horizon"
    NO_DIRECTORY_ACCOUNT = "made without a directory account"
    HOST_WITHOUT_MAILBOX = "the host has no mailbox that can be written"
    AMBIGUOUS = "several meetings could be its other half"
    EVENT_UNREADABLE = "Outlook could not be read"
    ONLY_THE_ROOM_HAS_IT = "it still stands in the room, but not at its organiser"
    READS_EMPTY = "it is gone without a trace, and so is everything else in both mailboxes"
    BOOKING_UNREADABLE = "IBSS could not be read"
    BRAKED = "held back: too many meetings of this room would be cancelled at once"
    DISPUTED = "frozen: something else keeps changing it back"
    SERIES_CHANGED = "the series was changed as a whole, and SERIES_CHANGES is off"
    REFUSED = "refused by the other side"


@dataclass(frozen=True, slots=True)
class Present:
    """A copy that was read.

    `unsynced`: why this copy is not to be mirrored at all. `writable`: false when only the room's copy of the event can be
    reached. `others`: further rooms on the event, with bookings of their own or of nobody's.
    `remark`: what is to be said of a copy with which all is well.
    """

    essence: Essence
    unsynced: Reason | None = None
    writable: bool = True
    others: frozenset[Address] = frozenset()
    remark: Reason | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """Looked for where it must be, and it is not there. `elsewhere`: the event as it stands, though not in this room."""

    reason: Reason
    elsewhere: Present | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Could not be read. Never taken for absent."""

    reason: Reason


type Reading = Present | Absent | Unknown


@dataclass(frozen=True, slots=True)
class Mark:
    """That a field had or was given a value, which only its hash tells; and on which side it was given, if we did."""

    at: datetime
    value: str
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One instance in one room <-> one booking.

    `base` is the event's essence when both sides last agreed, and `kept` is the booking's: the same, but for what a side could
    not keep. `intent` is what a create that is under way asks for; a crash leaves it for the next worker. `refused` is what IBSS
    refused because it starts in the past. `asked` is the name under which the booking of `intent` was asked for: the series may
    be moved meanwhile, and then the link has another. `key` is the instance's key once there is an event, and the transaction id
    of the event-to-be before. `generation` counts how often the missing half was made, so that a second making is not taken for
    a repeat of the first. `event_at` and `booking_at` are when each side was last modified,
    by its own clock. `trail` is what was written to it in the last hours; `writing` is what is being written to each side,
    from before the write until both are known to agree.
    """

    room: RoomId
    key: str
    born: Side
    state: State = State.NOT_SYNCED
    reason: Reason = Reason.NOTHING_THERE
    detail: str = ""
    base: Essence | None = None
    kept: Essence | None = None
    intent: Essence | None = None
    refused: Essence | None = None
    instance: Instance | None = None
    organiser: Address | None = None
    event_id: EventId | None = None
    room_event_id: EventId | None = None
    event_etag: str = ""
    event_at: datetime | None = None
    booking_id: BookingId | None = None
    node_id: NodeId | None = None
    booking_etag: str = ""
    booking_at: datetime | None = None
    generation: int = 0
    asked: str = ""
    trail: tuple[Mark, ...] = ()
    writing: frozenset[tuple[Side, str]] = frozenset()
    row_etag: str | None = field(default=None, compare=False)

    def standing(self, state: State, reason: Reason, detail: str = "") -> Self:
        return replace(self, state=state, reason=reason, detail=detail)


@dataclass(frozen=True, slots=True)
class Room:
    """A space that is synced, as IBSS describes it. `time_zone` is an IANA name; `building` is where its bookings are listed."""

    id: RoomId
    node: NodeId
    building: NodeId
    name: str
    mailbox: Address
    time_zone: str
    time_zone_windows: str
    horizon_days: int
