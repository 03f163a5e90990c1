"""Another program that syncs the same meeting: noticed when a field keeps coming back to the same value. Pure.

Two programs that each restore what they know move a meeting to and fro for ever ("IBSS Microsoft 365 Sync Service vs IBSS
Microsoft 365 Connector", IBSS answers). So what we write is remembered for some hours, and what goes to and fro is not written
once more: the meeting is frozen until a person has looked.
"""

from datetime import datetime, timedelta

from sync_core.model import FIELDS, Field, Link, Mark, Side, hashed
from sync_core.planner import Plan, UpdateBooking, UpdateEvent

REMEMBERED = timedelta(hours=6)
MOST_WRITES = 40
"""To one field of one meeting in that time. No person does that; a program that changes each value anew does."""


def disputed(link: Link, plan: Plan, now: datetime) -> bool:
    """Whether the plan would write what others have undone twice: the same value again (x x x), or two in turn (x y x y x)."""
    lately = _lately(link, now)
    return any(_to_and_fro([was for was in lately if _field(was) is _field(mark)] + [mark]) for mark in _written(plan, now))


def _to_and_fro(marks: list[Mark]) -> bool:
    """What goes in turn is only answered by somebody where both sides were written: on one alone it is people who move it."""
    values, both = [mark.value for mark in marks], len({mark.side for mark in marks[-4:]}) > 1
    again = values[-3:] == [values[-1]] * 3
    in_turn = both and values[-5:-2] == values[-3:] and len(values) >= len("xyxyx")
    return again or in_turn or len(values) > MOST_WRITES


def remembering(link: Link, plan: Plan, now: datetime) -> tuple[Mark, ...]:
    """The link's trail with what the plan has written; and with what stood there before, when nothing was known of that yet."""
    trail = _lately(link, now)
    known = {_field(mark) for mark in trail}
    for mark in _written(plan, now):
        before = hashed(_field(mark), link.base) if link.base else mark.value
        if _field(mark) not in known and before != mark.value:
            trail += (Mark(now, before),)
        trail += (mark,)
    return trail


def _lately(link: Link, now: datetime) -> tuple[Mark, ...]:
    return tuple(mark for mark in link.trail if now - mark.at < REMEMBERED)


def _written(plan: Plan, now: datetime) -> list[Mark]:
    """One for each field: of what is written to both sides, the booking's."""
    written: dict[Field, Mark] = {}
    for action in plan.actions:
        if isinstance(action, UpdateEvent | UpdateBooking):
            side = Side.OUTLOOK if isinstance(action, UpdateEvent) else Side.IBSS
            written |= {field: Mark(now, hashed(field, action.target), side) for field in FIELDS if field in action.fields}
    return list(written.values())


def _field(mark: Mark) -> Field:
    return Field(mark.value.partition("=")[0])
