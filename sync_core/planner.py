"""The decision: what brings both sides of one link together. Pure: no I/O, no clock, no logging.

| base | Outlook | IBSS    | plan                                                                                      |
|------|---------|---------|-------------------------------------------------------------------------------------------|
| any  | unknown | any     | nothing; look again later                                                                 |
| any  | any     | unknown | nothing; look again later                                                                 |
| none | there   | there   | adopt: Outlook stands, only IBSS is written (nobody is mailed)                            |
| none | there   | absent  | make the booking                                                                          |
| none | absent  | there   | make the event                                                                            |
| any  | absent  | absent  | close the link                                                                            |
| frozen | any   | any     | nothing, until a person has looked                                                        |
| some | there   | there   | merge field by field against the base; the same field changed on both: the winner's stands |
| some | there   | absent  | cancel in Outlook; but an edit in Outlook stands when Outlook is the winner: book again   |
| some | absent  | there   | cancel in IBSS; but an edit in IBSS stands when IBSS is the winner: make the event again  |

What is over is left as it is in every row.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sync_core.model import (
    FIELDS,
    Absent,
    Address,
    Essence,
    Field,
    Link,
    Present,
    Reading,
    Reason,
    Side,
    Slot,
    State,
    Unknown,
    differences,
)

REDACTED = frozenset({Field.SUBJECT, Field.PEOPLE})


@dataclass(frozen=True, slots=True)
class Policy:
    winner: Side = Side.OUTLOOK
    horizon: timedelta = timedelta(days=180)
    release_room_only: bool = False
    """ON_BOOKING_CANCELLED=remove_room: a cancelled booking takes its room off the event and leaves the event."""
    keep_declined: bool = False
    """ON_ROOM_DECLINED=keep: a booking stands although its room has declined, and its link says so."""


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
class Overruled:
    side: Side
    field: Field
    value: Any

    def __str__(self) -> str:
        """For people, who may want it back."""
        match self.value:
            case Slot(start, end):
                told = f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
            case frozenset():
                told = ", ".join(sorted(self.value)) or "none"
            case _:
                told = str(self.value)
        return f"{self.side} wanted {self.field}: {told}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, in order, and how the link stands when it is done. `overruled`: what a side had changed to and does not keep,
    because the other side changed the same field and wins.
    """

    reason: Reason
    state: State
    actions: tuple[Action, ...] = ()
    overruled: tuple[Overruled, ...] = ()


def plan(link: Link, event: Reading, booking: Reading, policy: Policy, now: datetime) -> Plan:
    match event, booking:
        case Unknown(reason), _:
            return Plan(reason, link.state)
        case _, Unknown(reason):
            return Plan(reason, link.state)
        case Absent(), Absent():
            return Plan(Reason.BOTH_GONE if link.base else Reason.NOTHING_THERE, State.CLOSED)
        case _ if _over(link.base, event, booking, now):
            return Plan(Reason.OVER, State.LINKED if link.state is State.FROZEN else link.state)
        case _ if link.state is State.FROZEN:
            return Plan(Reason.DISPUTED, State.FROZEN)
        case Present(), Present():
            return _both(link, event, booking, policy)
        case Present(), Absent():
            return _no_booking(link, event, booking, policy, now)
        case Absent(), Present():
            return _no_event(link, event, booking, policy, now)
    raise AssertionError("every pair of readings is in the table")


def _over(base: Essence | None, event: Reading, booking: Reading, now: datetime) -> bool:
    known = [reading.essence for reading in (event, booking) if isinstance(reading, Present)] + ([base] if base else [])
    return all(essence.slot.end <= now for essence in known)


def _both(link: Link, event: Present, booking: Present, policy: Policy) -> Plan:
    begun = link.intent if link.state is State.CREATING else None
    base, kept = link.base or begun, link.kept or begun
    if base is None or kept is None:
        return _adopt(event, booking)
    outlook, ibss = bool(differences(base, event.essence)), bool(differences(kept, booking.essence))
    to_event, to_booking = merge(base, kept, event, booking.essence, policy.winner)
    changed = {(True, True): Reason.BOTH_CHANGED, (True, False): Reason.EVENT_CHANGED, (False, True): Reason.BOOKING_CHANGED}
    made = _write(event, booking, to_event, to_booking, changed.get((outlook, ibss), Reason.IN_SYNC))
    return replace(made, overruled=_overruled(base, kept, event, booking.essence, to_event))


def _adopt(event: Present, booking: Present) -> Plan:
    """Only IBSS is written, so that nobody is mailed. Of an event known by the room's copy alone only the slot is believed, and
    that it is private. Outlook does not know linked rooms, so what it lacks of them says nothing.
    """
    if booking.unsynced:
        return Plan(booking.unsynced, State.NOT_SYNCED)
    target = replace(event.essence, linked=booking.essence.linked)
    if not event.writable and not event.essence.private:
        target = replace(target, subject=booking.essence.subject, people=booking.essence.people)
    return _write(event, booking, event.essence, target, Reason.ADOPTED)


def _write(event: Present, booking: Present, to_event: Essence, to_booking: Essence, reason: Reason) -> Plan:
    actions: tuple[Action, ...] = ()
    if fields := differences(event.essence, to_event):
        actions += (UpdateEvent(to_event, fields),)
    if fields := differences(booking.essence, to_booking):
        actions += (UpdateBooking(to_booking, fields),)
    quiet = booking.remark or Reason.IN_SYNC
    return Plan(reason if actions or reason is Reason.ADOPTED else quiet, State.LINKED, actions)


def _overruled(base: Essence, kept: Essence, event: Present, booking: Essence, to_event: Essence) -> tuple[Overruled, ...]:
    """Of a private meeting only where and when it is."""
    found = []
    for field in frozenset(FIELDS) - {Field.PEOPLE} - (REDACTED if event.essence.private else frozenset()):
        there, here = getattr(event.essence, field), getattr(booking, field)
        both = there != getattr(base, field) and here != getattr(kept, field)
        if both and there != here:
            lost = (Side.IBSS, here) if getattr(to_event, field) == there else (Side.OUTLOOK, there)
            found.append(Overruled(lost[0], field, lost[1]))
    return tuple(sorted(found, key=lambda one: one.field))


def merge(base: Essence, kept: Essence, event: Present, booking: Essence, winner: Side) -> tuple[Essence, Essence]:
    """What the event and the booking are to be. Each side is compared with itself as it was when both agreed (the event with
    `base`, the booking with `kept`), so that what a side could not keep is not taken for a change.
    """
    outlook = event.essence
    to_event, to_booking = {}, {}
    for field in FIELDS:
        rule = _rule(field, event, winner)
        values = (getattr(essence, field) for essence in (outlook, booking, base, kept))
        to_event[field], to_booking[field] = rule(*values)
    return replace(outlook, **to_event), replace(booking, **to_booking)


def _rule(field: Field, event: Present, winner: Side) -> Callable[[Any, Any, Any, Any], tuple[Any, Any]]:
    """An event that cannot be written stands as it is. What a private meeting is called and who is in it is not IBSS's to say."""
    if not event.writable or (event.essence.private and field in REDACTED):
        return _as_outlook
    if field is Field.PEOPLE:
        return _each_person
    return _newer if winner is Side.OUTLOOK else _newer_or_ibss


def _as_outlook(there: Any, here: Any, there_was: Any, here_was: Any) -> tuple[Any, Any]:
    return there, here if (there, here) == (there_was, here_was) else there


def _each_person(
    there: frozenset[Address], here: frozenset[Address], there_was: frozenset[Address], here_was: frozenset[Address]
) -> tuple[frozenset[Address], frozenset[Address]]:
    """Each person is a field of its own: whom either side invited is in, whom either side took off is out."""
    return (there | (here - here_was)) - (here_was - here), (here | (there - there_was)) - (there_was - there)


def _newer(there: Any, here: Any, there_was: Any, here_was: Any) -> tuple[Any, Any]:
    """A side that left the field as it was yields to the side that changed it; when both did, Outlook's stands."""
    if there != there_was:
        return there, there
    return (here, here) if here != here_was else (there, here)


def _newer_or_ibss(there: Any, here: Any, there_was: Any, here_was: Any) -> tuple[Any, Any]:
    """The same, but IBSS's stands."""
    if here != here_was:
        return here, here
    return (there, there) if there != there_was else (there, here)


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
    if event.others or not event.writable or policy.release_room_only or booking.reason is Reason.ROOM_NOT_SYNCED:
        return True
    made_for_the_room_alone = link.born is Side.IBSS and not event.essence.people and not event.essence.private
    return booking.reason is Reason.AUTO_CANCELLED and not made_for_the_room_alone


def _no_event(link: Link, event: Absent, booking: Present, policy: Policy, now: datetime) -> Plan:
    agreed = link.kept or link.intent
    if booking.essence.room != link.room and event.reason is Reason.ROOM_REMOVED:
        return Plan(event.reason, State.CLOSED)
    if agreed is not None and event.reason is Reason.ROOM_DECLINED and event.elsewhere is not None and policy.keep_declined:
        stands = _both(link, event.elsewhere, booking, policy)
        return stands if stands.actions else Plan(event.reason, State.LINKED)
    if agreed is None and event.reason is Reason.ROOM_REMOVED and event.elsewhere is not None:
        return _put_back(event.elsewhere.essence, booking)
    if agreed is None or event.reason is Reason.NOTHING_THERE:
        return _new(link, booking, policy, now, CreateEvent(booking.essence), Reason.NEW_BOOKING)
    edited = bool(differences(agreed, booking.essence))
    if edited and event.reason is Reason.EVENT_GONE and policy.winner is Side.IBSS:
        return _new(link, booking, policy, now, CreateEvent(booking.essence), Reason.REMADE)
    return Plan(event.reason, State.CLOSED, (CancelBooking(),))


def _put_back(elsewhere: Essence, booking: Present) -> Plan:
    """The booking is in this room again, and its event still stands without one. A private one keeps its subject and people."""
    if booking.unsynced:
        return Plan(booking.unsynced, State.NOT_SYNCED)
    target = booking.essence
    if elsewhere.private:
        target = replace(target, subject=elsewhere.subject, people=elsewhere.people)
    actions: tuple[Action, ...] = (UpdateEvent(target, differences(elsewhere, target) | {Field.ROOM}),)
    if fields := differences(booking.essence, target):
        actions += (UpdateBooking(target, fields),)
    return Plan(Reason.BOOKING_CHANGED, State.LINKED, actions)


def _new(link: Link, there: Present, policy: Policy, now: datetime, create: CreateBooking | CreateEvent, reason: Reason) -> Plan:
    start = there.essence.slot.start
    refused = link.refused == there.essence
    if there.unsynced:
        return Plan(there.unsynced, State.NOT_SYNCED)
    if isinstance(create, CreateBooking) and (refused or start <= now):
        return Plan(Reason.STARTS_IN_PAST, State.REJECTED)
    if start > now + policy.horizon:
        return Plan(Reason.BEYOND_HORIZON, State.NOT_SYNCED)
    return Plan(reason, State.LINKED, (create,))
