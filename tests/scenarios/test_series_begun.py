"""B01 to B03 of a series that has begun: what is over stays, and what is ahead follows with its bookings."""

import pytest

from localdev.world import ANA, BEN, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot
from tests.scenarios.series import accept_endless_series, all_bookings, booked, slots, weekly

OVER = 2


async def begun(world: World, first: Slot, count: int | None) -> Json:
    """Two of the series are over."""
    await accept_endless_series(world)
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, count))
    await world.settle()
    await world.pass_time(days=(slots(first, OVER)[-1].end - world.clock.now()).days + 2)
    await world.service.subscriptions.renew_all()
    await world.service.pull.roll_horizon()
    await world.settle()
    return master


@pytest.mark.parametrize(
    ("count", "by"),
    [
        pytest.param(8, {"hours": 1}, id="eight weeks, an hour later"),
        pytest.param(8, {"days": 1}, id="eight weeks, a day later"),
        pytest.param(None, {"hours": 1}, id="endless, an hour later"),
    ],
)
async def test_B02_what_is_ahead_of_a_moved_series_keeps_its_bookings(
    world: World, count: int | None, by: dict[str, float]
) -> None:
    first = world.slot()
    master = await begun(world, first, count)
    standing = await all_bookings(world, first)
    over, ahead = standing[:OVER], standing[OVER:]
    before = await booked(world, ahead)
    later = first.later(**by)
    await world.outlook.change(ANA, master["id"], **world.outlook.times(later), recurrence=weekly(later, count))
    await world.settle()
    assert await all_bookings(world, first) == [*over, *(slot.later(**by) for slot in ahead)]
    assert await booked(world, [slot.later(**by) for slot in ahead]) == before


@pytest.mark.parametrize("by", [{"days": 1}, {"days": 3, "hours": -2}], ids=["a day later", "later in the week"])
async def test_B02_an_endless_series_moved_within_the_week_keeps_its_bookings_but_at_the_edge(
    world: World, by: dict[str, float]
) -> None:
    """How many occurrences the window holds differs before and after."""
    first = world.slot()
    master = await begun(world, first, None)
    ahead = (await all_bookings(world, first))[OVER:]
    before = await booked(world, ahead)
    later = first.later(**by)
    await world.outlook.change(ANA, master["id"], **world.outlook.times(later), recurrence=weekly(later, None))
    await world.settle()
    moved = [slot for slot in (slot.later(**by) for slot in ahead) if slot in await all_bookings(world, first)]
    assert len(moved) >= len(ahead) - 1
    assert await booked(world, moved) == before[: len(moved)]


async def test_B01_B03_what_is_over_of_a_series_that_is_cut_short_or_cancelled_stays(world: World) -> None:
    first = world.slot()
    master = await begun(world, first, 8)
    before = await booked(world, slots(first, 8))
    await world.outlook.change(ANA, master["id"], recurrence=weekly(first, 4))
    await world.settle()
    assert await booked(world, await all_bookings(world, first)) == before[:4]
    await world.outlook.cancel(ANA, master["id"])
    await world.settle()
    await world.sweep()
    assert await booked(world, await all_bookings(world, first)) == before[:OVER]
