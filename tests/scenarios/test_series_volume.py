"""S12, B01, B02: a daily series of 450 is booked, renamed and cancelled as a whole."""

from datetime import timedelta

import pytest

from localdev.world import ANA, BEN, OAK
from tests.scenarios.in_process import World
from tests.scenarios.series import around, booked, in_ibss, limits, occurrence, recurring, slots

DAY = timedelta(days=1)


@pytest.mark.settings(HORIZON_DAYS="500")
async def test_S12_B01_B02_a_daily_series_of_450_is_booked_renamed_and_cancelled(world: World) -> None:
    await limits(world, OAK, BookingWindowInDays=1080)
    first = world.slot()
    expected = slots(first, 450, DAY)
    made = await world.outlook.book(ANA, first, "Stand-up", (OAK,), (BEN,), recurrence=recurring(first, 450, type="daily"))
    await world.settle()
    before = await booked(world, expected)
    assert len(set(before)) == 450
    late, moved = expected[300], expected[300].later(hours=3)
    await world.outlook.change(ANA, (await occurrence(world, made["id"], late))["id"], **world.outlook.times(moved))
    await world.outlook.cancel(ANA, (await occurrence(world, made["id"], expected[200]))["id"])
    await world.outlook.change(ANA, made["id"], subject="Renamed")
    await world.settle()
    standing = [*expected[:200], *expected[201:300], moved, *expected[301:]]
    assert await booked(world, standing) == [*before[:200], *before[201:]]
    await world.outlook.cancel(ANA, made["id"])
    await world.settle()
    assert await in_ibss(world, OAK, around(first, 500)) == []
