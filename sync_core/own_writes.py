"""What is being written to each side, noted in the link before it is written. Pure.

A worker may die, or be overtaken, between its write and the moment when it notes that both sides agree. Whoever looks next then
finds a side that is not as it was when both last agreed. If it is as one of us meant it to be, nobody has edited it: an edit that
a person made on the other side meanwhile is not to lose against our own write.
"""

from dataclasses import replace
from typing import Any

from sync_core.model import FIELDS, Absent, Essence, Field, Link, Present, Reading, Reason, Side, State, hashed
from sync_core.planner import CancelBooking, Plan, UpdateBooking, UpdateEvent

SINGLE = (Field.ROOM, Field.SLOT, Field.SUBJECT)
"""Fields of one value; people and linked rooms are merged one by one."""

MERGED = (Field.PEOPLE, Field.LINKED)

CANCELLING = (Side.IBSS, "cancelled")


def writing(link: Link, plan: Plan) -> frozenset[tuple[Side, str]]:
    """What the link is to say is being written, while the plan is carried out: also what others had begun."""
    begun = set(link.writing)
    for action in plan.actions:
        if isinstance(action, UpdateEvent | UpdateBooking):
            side = Side.OUTLOOK if isinstance(action, UpdateEvent) else Side.IBSS
            begun |= {(side, hashed(field, action.target)) for field in action.fields}
        elif isinstance(action, CancelBooking):
            begun.add(CANCELLING)
    return frozenset(begun)


def cancelled_by_us(link: Link, event: Reading, booking: Reading) -> Reading:
    """The booking's side. A meeting that is there again lacks its booking: nobody has cancelled that in IBSS."""
    ours = isinstance(booking, Absent) and booking.reason is Reason.BOOKING_GONE and CANCELLING in link.writing
    return Absent(Reason.NOTHING_THERE) if ours and isinstance(event, Present) else booking


def asking_for(link: Link, target: Essence, side: Side) -> frozenset[tuple[Side, str]]:
    """The same, for a half that is to be made: it may be made as it is asked for now, or as it was asked for before."""
    return link.writing | {(side, hashed(name, target)) for name in FIELDS}


def allowing_for_own_writes(link: Link, event: Reading, booking: Reading) -> Link:
    """The link as if both had agreed on what was written and not noted any more. What was written to one side, the other had."""
    begun = link.intent if link.state is State.CREATING else None
    base, kept = link.base or begun, link.kept or begun
    if not link.writing or base is None or kept is None:
        return link
    if isinstance(event, Present) and isinstance(booking, Present):
        there, here = event.essence, booking.essence
        overtaken = _overtaken(link, here, there, kept, Side.IBSS) | _overtaken(link, there, here, base, Side.OUTLOOK)
        base, kept = replace(base, **overtaken), replace(kept, **overtaken)
    written = _ours(link, booking, Side.IBSS) | _ours(link, event, Side.OUTLOOK)
    for name in _half_written(link, event, booking):
        written.pop(name, None)
    return replace(link, base=replace(base, **written), kept=replace(kept, **written))


def _overtaken(link: Link, written: Essence, source: Essence, was: Essence, side: Side) -> dict[str, Any]:
    """What one side has and we were writing to the other, where now a third value stands: somebody changed it there after our
    write, which would not have been taken after theirs.
    """
    asked = {name: getattr(source, name) for name in SINGLE if (side, hashed(name, source)) in link.writing}
    return {name: value for name, value in asked.items() if getattr(written, name) not in {value, getattr(was, name)}}


def _half_written(link: Link, event: Reading, booking: Reading) -> list[Field]:
    """What both sides' changes were merged into, and only one side has yet: the other never had it, so it is not to be taken for
    somebody's change that it lacks what was merged into it.
    """
    if not (isinstance(event, Present) and isinstance(booking, Present)):
        return []
    there, here = event.essence, booking.essence
    return [name for name in MERGED if getattr(there, name) != getattr(here, name) and _for_both(link, name, there, here)]


def _for_both(link: Link, name: Field, *sides: Essence) -> bool:
    return any(all((side, hashed(name, essence)) in link.writing for side in Side) for essence in sides)


def _ours(link: Link, reading: Reading, side: Side) -> dict[str, Any]:
    if not isinstance(reading, Present):
        return {}
    there = reading.essence
    return {name: getattr(there, name) for name in FIELDS if (side, hashed(name, there)) in link.writing}
