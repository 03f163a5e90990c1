"""What is known of one meeting at the moment of deciding: its link as stored, its link as now understood, and both sides."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sync_core import planner
from sync_core.ibss.wire import Booking
from sync_core.model import BookingId, EventId, Instance, Link, Present, Reading, Reason, Room, RoomId, Side, State
from sync_core.own_writes import allowing_for_own_writes, cancelled_by_us
from sync_core.planner import Plan, Policy
from sync_core.queues import SyncInstance
from sync_core.readings import BookingSide, EventSide

UNSETTLED = frozenset(
    {
        Reason.EVENT_UNREADABLE,
        Reason.ONLY_THE_ROOM_HAS_IT,
        Reason.READS_EMPTY,
        Reason.BOOKING_UNREADABLE,
        Reason.AMBIGUOUS,
        Reason.BRAKED,
        Reason.SERIES_CHANGED,
    }
)
"""Reasons that time alone may end."""


@dataclass(frozen=True, slots=True)
class Situation:
    room: Room
    stored: Link | None
    """As the table has it; None when it has none."""
    link: Link
    event: EventSide
    booking: BookingSide


def decided(situation: Situation, policy: Policy, now: datetime) -> Plan:
    """What is to be done about it. How far ahead a room is synced is its building's to say."""
    policy = replace(policy, horizon=timedelta(days=situation.room.horizon_days))
    event = situation.event.reading
    booking = cancelled_by_us(situation.link, event, situation.booking.reading)
    return planner.plan(allowing_for_own_writes(situation.link, event, booking), event, booking, policy, now)


def older_than_known(situation: Situation) -> bool:
    """Whether a side was read as it stood before the link last saw it: it answers from a copy that lags behind."""
    known, event, booking = situation.stored, situation.event.original, situation.booking.booking
    if known is None:
        return False
    behind = event is not None and event.id == known.event_id and before(event.modified, known.event_at)
    return behind or (booking is not None and booking.id == known.booking_id and before(booking.modified, known.booking_at))


def before(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and one < other


def transaction_id(booking: BookingId, generation: int) -> str:
    """Graph makes one event for a transaction id, however often it is asked (Microsoft docs, user-post-events)."""
    return str(uuid5(NAMESPACE_URL, f"ibss-booking:{booking}:{generation}"))


def idempotency_key(link: Link) -> str:
    """IBSS makes one booking for a key, however often it is asked (the contract, createBooking)."""
    return str(uuid5(NAMESPACE_URL, f"event:{link.room}:{link.asked or link.key}:{link.generation}"))


def of_instance(room: RoomId, instance: Instance) -> Link:
    return Link(room, instance.key, Side.OUTLOOK, instance=instance)


def of_booking(booking: Booking, generation: int = 0) -> Link:
    """Before there is an event, a link is found by the transaction id that the event will carry."""
    key = transaction_id(booking.id, generation)
    return Link(booking.room, key, Side.IBSS, booking_id=booking.id, node_id=booking.node, generation=generation)


def linked_in(link: Link, booking: Reading) -> frozenset[RoomId]:
    """The further rooms that the booking holds, held when both agreed, or was to hold."""
    held = [essence for essence in (link.base, link.intent) if essence is not None]
    held += [booking.essence] if isinstance(booking, Present) else []
    return frozenset(room for essence in held for room in essence.linked)


def reopened(link: Link) -> Link:
    """A tombstone says what was; what comes after it starts anew."""
    if link.state is not State.CLOSED:
        return link
    return replace(link, base=None, kept=None, booking_id=None, node_id=None, booking_etag="", booking_at=None)


def without_event(link: Link, key: str) -> Link:
    """The link of an event that is yet to be made, whatever event there was before."""
    return replace(link, key=key, instance=None, organiser=None, event_id=None, room_event_id=None, event_etag="", event_at=None)


def without_booking(link: Link) -> Link:
    """The link of a booking that is yet to be made, whatever booking there was before."""
    return replace(link, booking_id=None, node_id=None, booking_etag="", booking_at=None)


def work_of(link: Link) -> SyncInstance:
    """A look at a linked meeting: by its event; by its booking as long as there is no event."""
    if link.instance is None:
        return SyncInstance(booking=link.booking_id, node=link.node_id)
    return SyncInstance(link.room, event=link.room_event_id, key=link.key)


def seen(link: Link, event: EventSide, booking: BookingSide, room_event: EventId | None) -> Link:
    """The link with the ids and etags that were just read; once there is an event, its instance names the link. A room's copy
    may say less of which occurrence it is than is known: it may be a single event there.
    """
    if event.copy is not None:
        copy = event.copy
        instance, organiser = link.instance or copy.instance, link.organiser or copy.organiser
        link = replace(link, instance=instance, organiser=organiser, room_event_id=copy.id)
    if event.original is not None:
        original = event.original
        link = replace(link, instance=original.instance, organiser=original.organiser, event_id=original.id)
        link = replace(link, event_etag=original.etag, event_at=original.modified)
    if room_event is not None:
        link = replace(link, room_event_id=room_event)
    if booking.booking is not None:
        there = booking.booking
        link = replace(link, booking_id=there.id, node_id=there.node, booking_etag=there.etag, booking_at=there.modified)
    return replace(link, key=link.instance.key) if link.instance else link
