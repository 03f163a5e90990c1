"""Plans, as the tables of the planner's tests write them."""

from sync_core.model import Essence, Field, Reason, State
from sync_core.planner import (
    CancelBooking,
    CancelEvent,
    CreateBooking,
    CreateEvent,
    Plan,
    ReleaseRoom,
    UpdateBooking,
    UpdateEvent,
)


def left_alone(reason: Reason, state: State = State.LINKED) -> Plan:
    return Plan(reason, state)


def refuses(reason: Reason, state: State) -> Plan:
    return Plan(reason, state)


def makes(create: CreateBooking | CreateEvent, reason: Reason) -> Plan:
    return Plan(reason, State.LINKED, (create,))


def closes(reason: Reason, action: CancelBooking | CancelEvent | ReleaseRoom) -> Plan:
    return Plan(reason, State.CLOSED, (action,))


def update_booking(target: Essence, *fields: Field) -> UpdateBooking:
    return UpdateBooking(target, frozenset(fields))


def update_event(target: Essence, *fields: Field) -> UpdateEvent:
    return UpdateEvent(target, frozenset(fields))
