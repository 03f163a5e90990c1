"""B17: when a meeting goes to and fro, by what was written to it in the last hours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync_core.dispute import disputed, remembering
from sync_core.model import Field, Link, Side, State
from tests.unit.examples import BEN, CLEO, ELM, FIR, NOW, VERA, linked, meeting, slot
from tests.unit.plans import Plan, Reason, update_booking, update_event

row = pytest.param

MARKS = ["people=9630e231da81", "linked=a3f6c41f1d42"]


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
        row("bbb", 2, id="another put back a third time"),
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


@pytest.mark.parametrize(
    ("every", "held_at"),
    [
        row(timedelta(hours=3), None, id="after six hours"),
        row(timedelta(hours=3) - timedelta(seconds=1), 2, id="and not before"),
    ],
)
def test_B17_what_is_long_ago_is_forgotten(every: timedelta, held_at: int | None) -> None:
    held = story("aaa", every)
    assert (held.index(True) if True in held else None) == held_at


def test_B17_each_field_is_counted_for_itself() -> None:
    link = linked()
    for number in range(20):
        people = Plan(Reason.EVENT_CHANGED, State.LINKED, (update_booking(meeting(subject=str(number)), Field.SUBJECT),))
        link = replace(link, trail=remembering(link, people, NOW))
    room = Plan(Reason.BOOKING_CHANGED, State.LINKED, (update_event(meeting(), Field.ROOM),))
    assert not disputed(link, room, NOW)


def test_B17_what_is_written_to_both_sides_at_once_is_counted_for_each_field() -> None:
    both = (update_event(meeting(subject="b"), Field.SUBJECT), update_booking(meeting(slot=slot(4)), Field.SLOT))
    link, plan = linked(), Plan(Reason.BOTH_CHANGED, State.LINKED, both)
    link = replace(link, trail=remembering(link, plan, NOW))
    assert {(mark.value.partition("=")[0], mark.side) for mark in link.trail if mark.side} == {
        ("subject", Side.OUTLOOK),
        ("slot", Side.IBSS),
    }


def test_B17_what_another_field_had_before_is_remembered_beside_what_is_known() -> None:
    link = replace(linked(), trail=remembering(linked(), writes("b", 0), NOW))
    moved = Plan(Reason.BOOKING_CHANGED, State.LINKED, (update_event(meeting(slot=slot(4)), Field.SLOT),))
    trail = remembering(link, moved, NOW)
    assert trail[: len(link.trail)] == link.trail
    assert [mark.value.partition("=")[0] for mark in trail[len(link.trail) :]] == ["slot", "slot"]


def test_B17_a_meeting_that_was_just_made_has_nothing_before_its_first_write() -> None:
    making = linked(base=None, kept=None, state=State.CREATING, intent=meeting())
    assert [mark.side for mark in remembering(making, writes("b", 0), NOW)] == [Side.IBSS]


def test_B17_what_is_remembered_by_one_worker_is_known_to_every_other() -> None:
    """Whatever order it gives to people and rooms: the marks are stored, and were written by another process."""
    target = meeting(people=frozenset({BEN, CLEO, VERA}), linked=frozenset({FIR, ELM}))
    written = Plan(Reason.BOTH_CHANGED, State.LINKED, (update_booking(target, Field.PEOPLE, Field.LINKED),))
    assert [mark.value for mark in remembering(linked(base=target), written, NOW)] == MARKS


def test_B17_what_is_remembered_tells_nothing_of_the_meeting() -> None:
    trail = remembering(linked(), writes("Salaries of the board", 0), NOW)
    assert trail
    assert "Salaries" not in repr(trail)
