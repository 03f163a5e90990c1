"""What the judge sees in the scenes: rooms of one meeting, whole days in two time zones, hosts beyond reach, rooms not on yet."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from localdev import world as company
from tests.simulation import judged
from tests.simulation.judged import Damage, Story
from tests.simulation.script import IBSS, OUTLOOK, Step
from tests.simulation.test_checker import _quiet
from tests.simulation.town import Town

__all__ = ["_quiet"]

VERA_COMES = (Step(0, OUTLOOK, "from_outside", 0, 1),)
LINKED = (Step(0, IBSS, "linked", 0, 1),)
TWO = (Step(0, OUTLOOK, "two", 0, 1),)
IN_LONDON, IN_INDIA = (Step(0, OUTLOOK, "day", 0, 1),), (Step(0, IBSS, "day", 2, 1),)


def told(steps: tuple[Step, ...], damage: Damage, **more: Any) -> str:
    return judged.told(damage, steps, rooms=3, **more)


async def nothing(_story: Story) -> None:
    return


def _change(town: Town, **members: Any) -> None:
    """One booking, behind everybody's back."""
    booking = max(town.ibss.bookings.by_id.values(), key=lambda one: one.id)
    town.ibss.bookings.by_id[booking.id] = replace(booking, **members)


async def forget_the_linked_room(story: Story) -> None:
    _change(story.town, linked_spaces=())


async def hold_another_room(story: Story) -> None:
    _change(story.town, linked_spaces=(company.IVY.space,))


async def hold_one_room_twice(story: Story) -> None:
    """Of two bookings the later one is in the other's room, an hour later."""
    one, other = sorted(story.town.ibss.bookings.by_id.values(), key=lambda one: one.id)
    hour = timedelta(hours=1)
    _change(story.town, space=one.space, start=other.start + hour, end=other.end + hour)
    await _people_look(story.town)


async def _people_look(town: Town) -> None:
    await town.person("ibss").patch("/_sim/posting", json={"lost": False})


async def shift_by_half_an_hour(story: Story) -> None:
    (booking,) = story.town.ibss.bookings.by_id.values()
    _change(story.town, start=booking.start + timedelta(minutes=30), end=booking.end + timedelta(minutes=30))


async def take_the_mark_of_the_day(story: Story) -> None:
    _change(story.town, all_day=False)


async def rename_it(story: Story) -> None:
    _change(story.town, name="what the room says")


@pytest.mark.parametrize(
    ("steps", "damage", "seen"),
    [
        pytest.param(LINKED, forget_the_linked_room, "only in Outlook", id="B08 a linked room that is not held"),
        pytest.param(LINKED, hold_another_room, "only in IBSS", id="B08 a room that is held for nothing"),
        pytest.param(TWO, hold_one_room_twice, "two bookings of one meeting: 0", id="B08 one room twice"),
        pytest.param(IN_LONDON, shift_by_half_an_hour, "only in IBSS", id="B15 a day in London"),
        pytest.param(IN_INDIA, shift_by_half_an_hour, "only in IBSS", id="B15 a day in India"),
        pytest.param(IN_INDIA, take_the_mark_of_the_day, "only in Outlook", id="B15 a day that is not marked"),
        pytest.param(VERA_COMES, shift_by_half_an_hour, "only in IBSS", id="B18 the slot of a meeting from outside"),
    ],
)
def test_damage_is_seen(steps: tuple[Step, ...], damage: Damage, seen: str) -> None:
    assert seen in told(steps, damage)


@pytest.mark.parametrize(
    ("steps", "damage"),
    [
        pytest.param(LINKED, nothing, id="B08 linked rooms"),
        pytest.param(TWO, nothing, id="B08 a booking in each of two rooms"),
        pytest.param(IN_LONDON, nothing, id="B15 a day in London"),
        pytest.param(IN_INDIA, nothing, id="B15 a day in India"),
        pytest.param(VERA_COMES, rename_it, id="B18 what a meeting from outside is called"),
    ],
)
def test_nothing_is_seen_that_is_as_it_should_be(steps: tuple[Step, ...], damage: Damage) -> None:
    assert told(steps, damage) == ""


def test_B18_what_a_host_who_is_out_of_scope_books_in_ibss_may_stay_there_alone() -> None:
    by_cleo = (Step(0, IBSS, "book", 2, 1),)
    assert told(by_cleo, nothing, out_of_scope=frozenset({company.CLEO.address})) == ""


def test_B18_what_a_host_who_is_out_of_scope_books_in_outlook_is_in_its_slot() -> None:
    by_cleo, out_of_scope = (Step(0, OUTLOOK, "book", 2, 1),), frozenset({company.CLEO.address})
    assert told(by_cleo, rename_it, out_of_scope=out_of_scope) == ""
    assert "only in IBSS" in told(by_cleo, shift_by_half_an_hour, out_of_scope=out_of_scope)


def test_B11_what_is_in_a_room_that_is_not_on_is_nobody_s_business_until_it_is() -> None:
    booked = (Step(0, OUTLOOK, "book", 0, 1),)

    async def switch_on(story: Story) -> None:
        await story.people.take(Step(0, IBSS, "switch_on", -1, 0))

    assert told(booked, nothing, off=True) == ""
    assert "only in Outlook" in told(booked, switch_on, off=True)
