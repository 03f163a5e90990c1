"""The same stories, however Graph tells them: tenants differ in what they say of a series' occurrences."""

from collections.abc import Awaitable, Callable

import pytest

from localdev.world import ANA, BEN, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot, checked
from tests.scenarios.series import all_bookings, around, booked, both_agree, in_order, occurrence, slots, weekly

HABITS = [
    pytest.param({}, {}, id="all is told"),
    pytest.param({"own_uids": True}, {}, id="each occurrence has its own iCalUId"),
    pytest.param({"unnamed_removals": True}, {}, id="removals are not named"),
    pytest.param({"original_starts": False}, {}, id="no original start"),
    pytest.param({}, {"bare_master": True}, id="delta shows the master alone"),
    pytest.param({"unnamed_removals": True}, {"bare_master": True}, id="the master alone, removals not named"),
]

COUNT = 6

type Kept = list[tuple[Slot, int]]
"""Which slots stand afterwards, and each with the booking of which occurrence."""


async def one_is_cancelled(world: World, master: Json, first: Slot) -> Kept:
    await world.outlook.cancel(ANA, (await occurrence(world, master["id"], slots(first, COUNT)[2]))["id"])
    return [(slot, number) for number, slot in enumerate(slots(first, COUNT)) if number != 2]


async def one_is_moved(world: World, master: Json, first: Slot) -> Kept:
    was = slots(first, COUNT)[2]
    event = await occurrence(world, master["id"], was)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(was.later(hours=2)))
    await world.settle()
    await world.outlook.change(ANA, event["id"], **world.outlook.times(was.later(days=1)))
    return [(was.later(days=1) if number == 2 else slot, number) for number, slot in enumerate(slots(first, COUNT))]


async def one_is_moved_and_cancelled(world: World, master: Json, first: Slot) -> Kept:
    was = slots(first, COUNT)[2]
    event = await occurrence(world, master["id"], was)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(was.later(days=1)))
    await world.settle()
    await world.outlook.cancel(ANA, event["id"])
    return [(slot, number) for number, slot in enumerate(slots(first, COUNT)) if number != 2]


async def one_is_moved_in_ibss(world: World, _: Json, first: Slot) -> Kept:
    was = slots(first, COUNT)[2]
    await world.ibss.change(ANA, await world.ibss.the_booking(OAK, was), **world.ibss.times(was.later(days=1)))
    return [(was.later(days=1) if number == 2 else slot, number) for number, slot in enumerate(slots(first, COUNT))]


async def one_is_cancelled_in_ibss(world: World, _: Json, first: Slot) -> Kept:
    await world.ibss.cancel(ANA, await world.ibss.the_booking(OAK, slots(first, COUNT)[2]))
    return [(slot, number) for number, slot in enumerate(slots(first, COUNT)) if number != 2]


async def all_are_renamed(world: World, master: Json, first: Slot) -> Kept:
    await world.outlook.change(ANA, master["id"], subject="Renamed")
    return [(slot, number) for number, slot in enumerate(slots(first, COUNT))]


async def all_are_moved_by_an_hour(world: World, master: Json, first: Slot) -> Kept:
    await world.outlook.change(ANA, master["id"], **world.outlook.times(first.later(hours=1)))
    return [(slot, number) for number, slot in enumerate(slots(first.later(hours=1), COUNT))]


async def all_are_moved_to_another_day(world: World, master: Json, first: Slot) -> Kept:
    later = first.later(days=1)
    await world.outlook.change(ANA, master["id"], **world.outlook.times(later), recurrence=weekly(later, COUNT))
    return [(slot, number) for number, slot in enumerate(slots(later, COUNT))]


async def every_other_week_is_left(world: World, master: Json, first: Slot) -> Kept:
    await world.outlook.change(ANA, master["id"], recurrence=weekly(first, 3, interval=2))
    return [(slot, number) for number, slot in enumerate(slots(first, COUNT)) if number % 2 == 0]


async def the_tail_is_split_off(world: World, master: Json, first: Slot) -> Kept:
    tail = slots(first, COUNT)[3]
    await world.outlook.change(ANA, master["id"], recurrence=weekly(first, 3))
    await world.outlook.book(ANA, tail, "From now on", (OAK,), (BEN,), recurrence=weekly(tail, 3))
    return [(slot, number) for number, slot in enumerate(slots(first, COUNT))]


async def all_are_cancelled(world: World, master: Json, _: Slot) -> Kept:
    await world.outlook.cancel(ANA, master["id"])
    return []


STORIES: list[Callable[[World, Json, Slot], Awaitable[Kept]]] = [
    one_is_cancelled,
    one_is_moved,
    one_is_moved_and_cancelled,
    one_is_moved_in_ibss,
    one_is_cancelled_in_ibss,
    all_are_renamed,
    all_are_moved_by_an_hour,
    all_are_moved_to_another_day,
    every_other_week_is_left,
    the_tail_is_split_off,
    all_are_cancelled,
]


async def habits(world: World, series: Json, delta: Json) -> None:
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/series", json=series))
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/delta", json=delta))


@pytest.mark.parametrize("story", [pytest.param(story, id=story.__name__.replace("_", " ")) for story in STORIES])
@pytest.mark.parametrize(("series", "delta"), HABITS)
async def test_S13_B02_B03_a_story_ends_alike_however_graph_tells_it(
    world: World, series: Json, delta: Json, story: Callable[[World, Json, Slot], Awaitable[Kept]]
) -> None:
    await habits(world, series, delta)
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, COUNT))
    await world.settle()
    before = await booked(world, slots(first, COUNT))
    kept = await story(world, master, first)
    await world.settle()
    assert await all_bookings(world, first) == in_order([slot for slot, _ in kept])
    assert await booked(world, [slot for slot, _ in kept]) == [before[number] for _, number in kept]
    await both_agree(world, around(first))


@pytest.mark.parametrize(("series", "delta"), HABITS)
async def test_B01_a_long_series_is_one_meeting_for_the_brake_however_graph_names_it(
    world: World, series: Json, delta: Json
) -> None:
    await habits(world, series, delta)
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 20))
    await world.settle()
    assert len(await all_bookings(world, first)) == 20
    await world.outlook.cancel(ANA, master["id"])
    await world.settle()
    assert await all_bookings(world, first) == []
