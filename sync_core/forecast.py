"""What a plan will do, said to people before it is done. Pure.

Mails are an estimate by action: what Exchange sends to people, with the room's answer to the host. IBSS's own are not known.
"""

from dataclasses import dataclass

from sync_core.model import Address, Field, Reason, State
from sync_core.planner import (
    Action,
    CancelBooking,
    CancelEvent,
    CreateBooking,
    CreateEvent,
    Plan,
    ReleaseRoom,
    UpdateBooking,
    UpdateEvent,
)

ANSWERED = frozenset({Field.SLOT, Field.ROOM})
"""After a change of these the room answers anew."""

TELLS_ALL = frozenset({Field.SLOT, Field.ROOM, Field.SUBJECT})
"""A change of people alone tells only those whom it concerns (Microsoft docs, event-update)."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is on the event now. `named_by_room`: its location is the room, so taking the room off tells everybody."""

    people: frozenset[Address] = frozenset()
    writable: bool = True
    named_by_room: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    reason: Reason
    state: State
    actions: tuple[str, ...]
    mails: int
    requests: int


def forecast(plan: Plan, audience: Audience) -> Forecast:
    return Forecast(
        plan.reason,
        plan.state,
        tuple(map(in_words, plan.actions)),
        sum(_mails(action, audience) for action in plan.actions),
        sum(_requests(action) for action in plan.actions),
    )


def in_words(action: Action) -> str:
    """The fields' names, never their values."""
    match action:
        case CreateBooking():
            return "make the booking in IBSS"
        case UpdateBooking(_, fields):
            return f"change the booking in IBSS: {_listed(fields)}"
        case CancelBooking():
            return "cancel the booking in IBSS"
        case CreateEvent():
            return "make the event in the host's calendar and invite the room"
        case UpdateEvent(_, fields):
            return f"change the event in Outlook: {_listed(fields)}"
        case CancelEvent():
            return "cancel the event in Outlook"
        case ReleaseRoom():
            return "take the room off the event in Outlook"
    return type(action).__name__


def _listed(fields: frozenset[Field]) -> str:
    return ", ".join(sorted({"slot": "time"}.get(field, str(field)) for field in fields))


def _mails(action: Action, audience: Audience) -> int:
    people = len(audience.people)
    match action:
        case CreateEvent(target):
            return len(target.people) + 1
        case UpdateEvent(target, fields):
            answer = 1 if fields & ANSWERED else 0
            concerned = audience.people | target.people if fields & TELLS_ALL else audience.people ^ target.people
            return len(concerned) + answer
        case CancelEvent():
            return people
        case ReleaseRoom() if not audience.writable:
            return 1
        case ReleaseRoom():
            return people if audience.named_by_room else 0
    return 0


def _requests(action: Action) -> int:
    """Writes; a new event is also named in its booking."""
    return 2 if isinstance(action, CreateEvent) else 1
