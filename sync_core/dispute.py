"""Another program that syncs the same meeting: noticed when a field keeps coming back to the same value. Pure.

Two programs that each restore what they know move a meeting to and fro for ever ("IBSS Microsoft 365 Sync Service vs IBSS
Microsoft 365 Connector", IBSS answers). So what we write is remembered for some hours, and what goes to and fro is not written
once more: the meeting is frozen until a person has looked.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from sync_core.model import FIELDS, Essence, Field, Link, Mark
from sync_core.planner import Plan, UpdateBooking, UpdateEvent

REMEMBERED = timedelta(hours=6)
MOST_WRITES = 40
"""To one field of one meeting in that time. No person does that; a program that changes each value anew does."""


def disputed(link: Link, plan: Plan, now: datetime) -> bool:
    """Whether the plan would write what others have undone twice: the same value again (x x x), or two in turn (x y x y x)."""
    lately = [mark.value for mark in _lately(link, now)]
    return any(_to_and_fro([was for was in lately if _field(was) == field] + [value]) for field, value in _written(plan).items())


def _to_and_fro(values: list[str]) -> bool:
    again = values[-3:] == [values[-1]] * 3
    in_turn = values[-5:-2] == values[-3:] and len(values) >= len("xyxyx")
    return again or in_turn or len(values) > MOST_WRITES


def remembering(link: Link, plan: Plan, now: datetime) -> Link:
    """The link with what the plan writes; and with what stood there before, when nothing was known of that field yet."""
    trail = _lately(link, now)
    known = {_field(mark.value) for mark in trail}
    for field, value in _written(plan).items():
        before = _value(field, link.base) if link.base else value
        if field not in known and before != value:
            trail += (Mark(now, before),)
        trail += (Mark(now, value),)
    return replace(link, trail=trail)


def _lately(link: Link, now: datetime) -> tuple[Mark, ...]:
    return tuple(mark for mark in link.trail if now - mark.at < REMEMBERED)


def _written(plan: Plan) -> dict[Field, str]:
    return {
        field: _value(field, action.target)
        for action in plan.actions
        if isinstance(action, UpdateEvent | UpdateBooking)
        for field in FIELDS
        if field in action.fields
    }


def _field(value: str) -> str:
    return value.partition("=")[0]


def _value(field: Field, essence: Essence) -> str:
    """Short, and nothing of the meeting can be read from it."""
    value = getattr(essence, field)
    told = sorted(value) if isinstance(value, frozenset) else value
    return f"{field}={sha256(repr(told).encode()).hexdigest()[:12]}"
