"""Two sides and the memory of what they agreed on, as small as can be: what a plan does to them, and what people do.

It follows how plans are carried out, and knows nothing of how they are made.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sync_core.model import Absent, Address, Essence, Field, Link, Present, Reading, Reason, State, Unknown
from sync_core.planner import (
    Action,
    CancelBooking,
    CancelEvent,
    CreateBooking,
    CreateEvent,
    Plan,
    Policy,
    ReleaseRoom,
    UpdateBooking,
    UpdateEvent,
    plan,
)

MOST_ROUNDS = 6


class Broken(AssertionError):
    """A claim that does not hold."""


def claim(holds: object, text: str) -> None:
    if not holds:
        raise Broken(text)


@dataclass(frozen=True, slots=True)
class Ibss:
    """What IBSS keeps of what it is told: it does not know private, may cut a subject short, and may not take somebody."""

    longest: int = 255
    refused: frozenset[Address] = frozenset()

    def keeps(self, essence: Essence) -> Essence:
        if len(essence.subject) <= self.longest and not essence.private and not essence.people & self.refused:
            return essence
        return replace(essence, subject=essence.subject[: self.longest], people=essence.people - self.refused, private=False)


class Sides:
    """`made_at_first`: a create that is repeated is answered with what its first attempt made."""

    __slots__ = ("booking", "event", "ibss", "link", "made_at_first")

    def __init__(self, link: Link, event: Reading, booking: Reading, ibss: Ibss, *, made_at_first: bool = False) -> None:
        self.link, self.event, self.booking, self.ibss, self.made_at_first = link, event, booking, ibss, made_at_first

    def __repr__(self) -> str:
        return f"{self.link}\n  {self.event}\n  {self.booking}\n  {self.ibss} made_at_first={self.made_at_first}"

    def copy(self) -> "Sides":
        return Sides(self.link, self.event, self.booking, self.ibss, made_at_first=self.made_at_first)

    def settle(self, policy: Policy, now: datetime) -> list[Plan]:
        """Plans, and carries it out, until nothing is left to do."""
        plans = [self.step(policy, now)]
        while plans[-1].actions:
            if len(plans) == MOST_ROUNDS:
                raise Broken(f"there is no end to it: {plans}")
            plans.append(self.step(policy, now))
        return plans

    def step(self, policy: Policy, now: datetime) -> Plan:
        made = plan(self.link, self.event, self.booking, policy, now)
        self.carry_out(made)
        return made

    def carry_out(self, made: Plan) -> None:
        link, begun = self.link, self.link.intent if self.link.state is State.CREATING else None
        known = dict[str, Any]()
        if not made.actions and State.CLOSED is made.state is link.state:
            return
        unread = isinstance(self.event, Unknown) or isinstance(self.booking, Unknown)
        if not unread and made.state is not State.FROZEN and made.reason is not Reason.OVER:
            known |= {"base": standing(self.event) or link.base, "kept": standing(self.booking) or link.kept}
        for action in made.actions:
            known |= self._do(action, begun)
        if made.state is State.LINKED:
            known |= {"intent": None, "refused": None}
        elif made.state is State.CLOSED or made.state is not link.state:
            known |= {"base": None, "kept": None, "intent": None}
        known["state"] = made.state
        if any(getattr(link, name) is not value for name, value in known.items()):
            self.link = replace(link, **known)

    def _do(self, action: Action, begun: Essence | None) -> dict[str, Any]:
        """What is remembered of it."""
        match action:
            case CreateBooking(target):
                claim(isinstance(self.booking, Absent), "a booking is made beside another")
                self.booking = Present(self.ibss.keeps(begun if begun and self.made_at_first else target))
                return {"base": begun or target, "kept": self.booking.essence}
            case CreateEvent(target):
                claim(isinstance(self.event, Absent), "an event is made beside another")
                self.event = Present(begun if begun and self.made_at_first else target)
                return {"base": begun or self.event.essence, "kept": begun or target, "room": target.room}
            case UpdateBooking(target, fields):
                claim(isinstance(self.booking, Present), "a booking is written that is not there")
                kept = self.ibss.keeps(written(self.booking.essence, target, fields))
                self.booking = replace(self.booking, essence=kept)
                return {"kept": kept, "room": kept.room}
            case UpdateEvent(target, fields):
                return self._update_event(target, fields)
            case CancelBooking():
                claim(isinstance(self.booking, Present), "a booking is cancelled that is not there")
                self.booking = Absent(Reason.BOOKING_GONE)
            case CancelEvent():
                claim(isinstance(self.event, Present) and self.event.writable, "an event is cancelled that is not ours to end")
                self.event = Absent(Reason.EVENT_GONE)
            case ReleaseRoom():
                claim(isinstance(self.event, Present), "a room is taken off an event that is not there")
                reason = Reason.ROOM_REMOVED if self.event.writable else Reason.ROOM_DECLINED
                self.event = Absent(reason, elsewhere=self.event)
        return {}

    def _update_event(self, target: Essence, fields: frozenset[Field]) -> dict[str, Any]:
        """Also of an event that stands, though not in this room: a room that is put on it has it, one that declined has not."""
        event = self.event if isinstance(self.event, Present) else getattr(self.event, "elsewhere", None)
        claim(event is not None and event.writable, "an event is written that is not there, or not ours to write")
        event = replace(event, essence=written(event.essence, target, fields))
        back = isinstance(self.event, Present) or Field.ROOM in fields
        self.event = event if back else replace(self.event, elsewhere=event)
        return {"base": event.essence, "room": event.essence.room}

    # people

    def change_event(self, change: Callable[[Essence], Essence]) -> None:
        self.event = replace(self.event, essence=change(self.event.essence))

    def change_booking(self, change: Callable[[Essence], Essence]) -> None:
        self.booking = replace(self.booking, essence=self.ibss.keeps(change(self.booking.essence)))


def standing(reading: Reading) -> Essence | None:
    """What stands of a meeting, in this room or elsewhere."""
    match reading:
        case Present(essence):
            return essence
        case Absent(elsewhere=Present(essence)):
            return essence
    return None


def written(essence: Essence, target: Essence, fields: frozenset[Field]) -> Essence:
    return replace(essence, **{field: getattr(target, field) for field in fields})
