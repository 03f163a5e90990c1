"""B17: when a meeting goes to and fro, by what was written to it in the last hours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.dispute import disputed, remembering
from sync_core.model import Field, Link, State
from tests.unit.examples import NOW, linked, meeting
from tests.unit.plans import Plan, Reason, update_booking, update_event

row = pytest.param


def writes(subject: str, number: int) -> Plan:
    """Now to the one side, now to the other."""
    update = update_event if number % 2 else update_booking
    return Plan(Reason.EVENT_CHANGED, State.LINKED, (update(meeting(subject=subject), Field.SUBJECT),))


def story(values: str, every: timedelta = timedelta(minutes=5), *, in_turn: bool = True) -> list[bool]:
    """Which of these writes, one after the other, would be held back. The meeting was called "a" when both last agreed."""
    link: Link = linked(base=meeting(subject="a"))
    held = []
    for number, value in enumerate(values):
        now, plan = NOW + number * every, writes(value, number if in_turn else 0)
        held.append(disputed(link, plan, now))
        link = replace(link, trail=remembering(link, plan, now))
    return held


@pytest.mark.parametrize(
    ("values", "held_at"),
    [
        row("b", None, id="a change"),
        row("ba", None, id="a change that is taken back"),
        row("bab", None, id="and made after all"),
        row("baba", 3, id="to and fro and to and fro"),
        row("bcbcb", 4, id="to and fro between two others"),
        row("bcdbcdbcd", None, id="round and round three"),
        row("bacab", None, id="a room tried between two others"),
        row("aaa", 2, id="the same put back a third time"),
        row("bbcbb", None, id="put back twice, and then again twice"),
        row("bcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST", 39, id="something new each time, without end"),
    ],
)
def test_B17_what_goes_to_and_fro_is_held_back_and_nothing_before(values: str, held_at: int | None) -> None:
    held = story(values)
    assert (held.index(True) if True in held else None) == held_at


@pytest.mark.parametrize(
    ("values", "held_at"),
    [
        row("babababababa", None, id="to and fro by those who use this side"),
        row("bcbcbcbcbcbc", None, id="between two others"),
        row("aaa", 2, id="the same put back a third time"),
    ],
)
def test_B17_what_is_written_to_one_side_alone_is_held_back_when_it_is_undone(values: str, held_at: int | None) -> None:
    held = story(values, in_turn=False)
    assert (held.index(True) if True in held else None) == held_at


def test_B17_what_is_long_ago_is_forgotten() -> None:
    assert not any(story("babababa", every=timedelta(hours=2)))


def test_B17_each_field_is_counted_for_itself() -> None:
    link = linked()
    for number in range(20):
        people = Plan(Reason.EVENT_CHANGED, State.LINKED, (update_booking(meeting(subject=str(number)), Field.SUBJECT),))
        link = replace(link, trail=remembering(link, people, NOW))
    room = Plan(Reason.BOOKING_CHANGED, State.LINKED, (update_event(meeting(), Field.ROOM),))
    assert not disputed(link, room, NOW)


def test_B17_what_is_remembered_tells_nothing_of_the_meeting() -> None:
    trail = remembering(linked(), writes("Salaries of the board", 0), NOW)
    assert trail
    assert "Salaries" not in repr(trail)
