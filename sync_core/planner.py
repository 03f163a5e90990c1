"""The decision: what brings both sides of one link together. Pure: no I/O, no clock, no logging.

| base | Outlook | IBSS    | plan                                                                                      |
|------|---------|---------|-------------------------------------------------------------------------------------------|
| any  | unknown | any     | nothing; look again later                                                                 |
| any  | any     | unknown | nothing; look again later                                                                 |
| none | there   | there   | adopt: Outlook stands, only IBSS is written (nobody is mailed)                            |
| none | there   | absent  | make the booking                                                                          |
| none | absent  | there   | make the event                                                                            |
| any  | absent  | absent  | close the link                                                                            |
| some | there   | there   | merge field by field against the base; the same field changed on both: the winner's stands |
| some | there   | absent  | cancel in Outlook; but an edit in Outlook stands when Outlook is the winner: book again   |
| some | absent  | there   | cancel in IBSS; but an edit in IBSS stands when IBSS is the winner: make the event again  |

What is over is left as it is in every row.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sync_core.model import (
    Absent,
    Address,
    Essence,
    Field,
    Link,
    Present,
    Reading,
    Reason,
    Side,
    State,
    Unknown,
    differences,
)


@dataclass(frozen=True, slots=True)
class Policy:
    winner: Side = Side.OUTLOOK
    horizon: timedelta = timedelta(days=180)
    release_room_only: bool = False
    """ON_BOOKING_CANCELLED=remove_room: a cancelled booking takes its room off the event and leaves the event."""


@dataclass(frozen=True, slots=True)
class CreateBooking:
    target: Essence


@dataclass(frozen=True, slots=True)
class UpdateBooking:
    target: Essence
    fields: frozenset[Field]


@dataclass(frozen=True, slots=True)
class CancelBooking:
    pass


@dataclass(frozen=True, slots=True)
class CreateEvent:
    target: Essence


@dataclass(frozen=True, slots=True)
class UpdateEvent:
    target: Essence
    fields: frozenset[Field]


@dataclass(frozen=True, slots=True)
class CancelEvent:
    pass


@dataclass(frozen=True, slots=True)
class ReleaseRoom:
    """Take this room off the event; the event stands."""


type Action = CreateBooking | UpdateBooking | CancelBooking | CreateEvent | UpdateEvent | CancelEvent | ReleaseRoom


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, in order, and how the link stands when it is done. `base` is what both sides then agree on."""

    reason: Reason
    state: State
    actions: tuple[Action, ...] = ()
    base: Essence | None = None


def plan(link: Link, event: Reading, booking: Reading, policy: Policy, now: datetime) -> Plan:
    base = _base(link, event, booking)
    match event, booking:
        case Unknown(reason), _:
            return Plan(reason, link.state, base=link.base)
        case _, Unknown(reason):
            return Plan(reason, link.state, base=link.base)
        case Absent(), Absent():
            return Plan(Reason.BOTH_GONE if link.base else Reason.NOTHING_THERE, State.CLOSED)
        case _ if _over(base, event, booking, now):
            return Plan(Reason.OVER, link.state, base=link.base)
        case Present(), Present():
            return _both(base, event, booking, policy)
        case Present(), Absent():
            return _no_booking(link, event, booking, policy, now)
        case Absent(), Present():
            return _no_event(link, event, booking, policy, now)
    raise AssertionError("every pair of readings is in the table")


def _base(link: Link, event: Reading, booking: Reading) -> Essence | None:
    """A create whose answer was lost: once both halves are there, what it asked for is what they agreed on."""
    if link.state is State.CREATING and isinstance(event, Present) and isinstance(booking, Present):
        return link.intent
    return link.base


def _over(base: Essence | None, event: Reading, booking: Reading, now: datetime) -> bool:
    known = [reading.essence for reading in (event, booking) if isinstance(reading, Present)] + ([base] if base else [])
    return all(essence.slot.end <= now for essence in known)


def _both(base: Essence | None, event: Present, booking: Present, policy: Policy) -> Plan:
    if base is None:
        if booking.unsynced:
            return Plan(booking.unsynced, State.NOT_SYNCED)
        return _write(event.essence, event, booking, Reason.ADOPTED)
    target = merge(base, event, booking.essence, policy.winner)
    event_changed, booking_changed = (bool(differences(base, side.essence)) for side in (event, booking))
    if event_changed and booking_changed:
        return _write(target, event, booking, Reason.BOTH_CHANGED)
    return _write(target, event, booking, Reason.EVENT_CHANGED if event_changed else Reason.BOOKING_CHANGED)


def _write(target: Essence, event: Present, booking: Present, reason: Reason) -> Plan:
    to_event, to_booking = differences(event.essence, target), differences(booking.essence, target)
    actions: tuple[Action, ...] = ()
    if to_event:
        actions += (UpdateEvent(target, to_event),)
    if to_booking:
        actions += (UpdateBooking(target, to_booking),)
    if not actions and reason is not Reason.ADOPTED:
        reason = Reason.IN_SYNC
    return Plan(reason, State.LINKED, actions, target)


def merge(base: Essence, event: Present, booking: Essence, winner: Side) -> Essence:
    """Field by field: a side that left a field as it was yields to the side that changed it.

    An event that cannot be written stands as it is. What a private meeting is called and who is in it is not known to IBSS.
    """
    outlook = event.essence
    if not event.writable:
        return outlook
    if outlook.private:
        booking = replace(booking, subject=outlook.subject, people=outlook.people)
    room, slot, subject = (
        _newer(getattr(base, name), getattr(outlook, name), getattr(booking, name), winner)
        for name in (Field.ROOM, Field.SLOT, Field.SUBJECT)
    )
    people = _merged_people(base.people, outlook.people, booking.people)
    return replace(outlook, room=room, slot=slot, subject=subject, people=people)


def _newer[Value](base: Value, outlook: Value, booking: Value, winner: Side) -> Value:
    if outlook == base:
        return booking
    if booking == base:
        return outlook
    return outlook if winner is Side.OUTLOOK else booking


def _merged_people(base: frozenset[Address], outlook: frozenset[Address], booking: frozenset[Address]) -> frozenset[Address]:
    """Each person is a field of its own: whom either side invited is in, whom either side took off is out."""
    added = (outlook | booking) - base
    removed = base - (outlook & booking)
    return (base | added) - removed


def _no_booking(link: Link, event: Present, booking: Absent, policy: Policy, now: datetime) -> Plan:
    agreed = link.base or link.intent
    if agreed is None or booking.reason is Reason.NOTHING_THERE:
        return _new(link, event, policy, now, CreateBooking(event.essence), Reason.NEW_EVENT)
    edited = bool(differences(agreed, event.essence))
    if edited and booking.reason is Reason.BOOKING_GONE and policy.winner is Side.OUTLOOK:
        return _new(link, event, policy, now, CreateBooking(event.essence), Reason.REMADE)
    action = ReleaseRoom() if _only_the_room(link, event, booking, policy) else CancelEvent()
    return Plan(booking.reason, State.CLOSED, (action,))


def _only_the_room(link: Link, event: Present, booking: Absent, policy: Policy) -> bool:
    """A meeting outlives its room when others share it, when people may have met without the room, or when we may not end it."""
    if event.shared or not event.writable or policy.release_room_only or booking.reason is Reason.ROOM_NOT_SYNCED:
        return True
    made_for_the_room_alone = link.born is Side.IBSS and not event.essence.people
    return booking.reason is Reason.AUTO_CANCELLED and not made_for_the_room_alone


def _no_event(link: Link, event: Absent, booking: Present, policy: Policy, now: datetime) -> Plan:
    agreed = link.base or link.intent
    if agreed is None or event.reason is Reason.NOTHING_THERE:
        return _new(link, booking, policy, now, CreateEvent(booking.essence), Reason.NEW_BOOKING)
    edited = bool(differences(agreed, booking.essence))
    if edited and event.reason is Reason.EVENT_GONE and policy.winner is Side.IBSS:
        return _new(link, booking, policy, now, CreateEvent(booking.essence), Reason.REMADE)
    return Plan(event.reason, State.CLOSED, (CancelBooking(),))


def _new(link: Link, there: Present, policy: Policy, now: datetime, create: CreateBooking | CreateEvent, reason: Reason) -> Plan:
    start = there.essence.slot.start
    refused = link.reason is Reason.STARTS_IN_PAST and link.intent == there.essence
    if there.unsynced:
        return Plan(there.unsynced, State.NOT_SYNCED)
    if isinstance(create, CreateBooking) and (refused or start <= now):
        return Plan(Reason.STARTS_IN_PAST, State.REJECTED)
    if start > now + policy.horizon:
        return Plan(Reason.BEYOND_HORIZON, State.NOT_SYNCED)
    return Plan(reason, State.LINKED, (create,), create.target)
