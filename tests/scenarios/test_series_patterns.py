"""S12, B01, B02: every kind of pattern is booked as Outlook shows it, renamed in place, and let go as a whole."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from localdev.world import ANA, BEN, IVY, OAK, Room
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot
from tests.scenarios.series import (
    accept_endless_series,
    all_bookings,
    around,
    booked,
    both_agree,
    in_order,
    limits,
    occurrence,
    recurring,
    slots,
    weekly,
)
from tests.scenarios.test_time import KOLKATA, LONDON, days, midnight

MONTHLY = {"type": "relativeMonthly", "daysOfWeek": ["tuesday"], "index": "second"}
PATTERNS = [
    pytest.param(3, {"type": "weekly", "interval": 2, "daysOfWeek": ["tuesday"]}, ["3-10", "3-24", "4-07"], id="fortnightly"),
    pytest.param(4, {"type": "weekly", "daysOfWeek": ["tuesday", "friday"]}, ["3-10", "3-13", "3-17", "3-20"], id="two weekdays"),
    pytest.param(4, {"type": "daily", "interval": 3}, ["3-10", "3-13", "3-16", "3-19"], id="every third day"),
    pytest.param(4, MONTHLY, ["3-10", "4-14", "5-12", "6-09"], id="second Tuesday of the month"),
    pytest.param(3, {"type": "absoluteMonthly", "dayOfMonth": 10}, ["3-10", "4-10", "5-10"], id="the tenth"),
    pytest.param(2, {"type": "absoluteYearly", "month": 3, "dayOfMonth": 10}, ["3-10", "2027-3-10"], id="yearly"),
]


@pytest.mark.settings(HORIZON_DAYS="500")
@pytest.mark.parametrize("hours", [0.5, 18], ids=["by day", "over midnight"])
@pytest.mark.parametrize(("count", "pattern", "dates"), PATTERNS)
async def test_S12_B01_B02_a_pattern_is_booked_renamed_and_cancelled(
    world: World, count: int, pattern: dict[str, Any], dates: list[str], hours: float
) -> None:
    await limits(world, OAK, BookingWindowInDays=1080)
    expected = [on(day, hours) for day in dates]
    made = await world.outlook.book(
        ANA, expected[0], "Regular", (OAK,), (BEN,), recurrence=recurring(expected[0], count, **pattern)
    )
    await world.settle()
    assert await all_bookings(world, expected[0]) == expected
    before = await booked(world, expected)
    await world.outlook.change(ANA, made["id"], subject="Renamed")
    await world.settle()
    assert await booked(world, expected) == before
    await both_agree(world, around(expected[0]))
    await world.outlook.cancel(ANA, made["id"])
    await world.settle()
    assert await all_bookings(world, expected[0]) == []
    await both_agree(world, around(expected[0]))


def on(day: str, hours: float) -> Slot:
    year, month, number = (int(part) for part in f"2026-{day}".split("-")[-3:])
    start = datetime(year, month, number, 14, tzinfo=UTC)
    return Slot(start, start + timedelta(hours=hours))


@pytest.mark.parametrize(("room", "zone"), [pytest.param(OAK, LONDON, id="London"), pytest.param(IVY, KOLKATA, id="India")])
async def test_S12_B15_an_all_day_series_is_its_days_where_the_room_is(world: World, room: Room, zone: str) -> None:
    """Over the day on which London's clock changes."""
    first = datetime(2026, 3, 16, tzinfo=UTC)
    recurrence = weekly(Slot(first, first), 4)
    made = await world.outlook.book(ANA, Slot(first, first), "All day", (room,), (BEN,), **days(first), recurrence=recurrence)
    await world.settle()
    wanted = [first + timedelta(weeks=n) for n in range(4)]
    assert await days_booked(world, room, zone, first) == [day.date() for day in wanted]
    third = await world.outlook.calendar(ANA.address, Slot(wanted[2], wanted[2] + timedelta(hours=1)))
    await world.outlook.cancel(ANA, next(event["id"] for event in third if event["subject"] == "All day"))
    await world.outlook.change(ANA, made["id"], subject="Renamed")
    await world.settle()
    assert await days_booked(world, room, zone, first) == [day.date() for day in wanted if day != wanted[2]]


async def days_booked(world: World, room: Room, zone: str, first: datetime) -> list[date]:
    found = await world.ibss.bookings(room, Slot(first - timedelta(days=1), first + timedelta(days=60)))
    kept = sorted((booking for booking in found if booking["Booking_All_Day"]), key=lambda booking: booking["Booking_Start"])
    dates = [first + timedelta(days=n) for n in range(60)]
    starts = {midnight(day, zone): day.date() for day in dates}
    return [starts[world.ibss.slot_of(booking).start] for booking in kept]


@pytest.mark.parametrize("ago", [0, 5 * 364], ids=["begun now", "begun five years ago"])
async def test_S12_B01_B02_an_endless_series_is_booked_to_the_horizon_renamed_and_cancelled(world: World, ago: int) -> None:
    await accept_endless_series(world)
    slot = world.slot()
    begun = slot.later(days=-ago)
    made = await world.outlook.book(ANA, begun, "Endless", (OAK,), (BEN,), recurrence=weekly(begun))
    await world.settle()
    horizon = world.clock.now() + timedelta(days=180)
    expected = [slot for slot in slots(slot, 40) if slot.start <= horizon]
    before = await booked(world, expected)
    assert await all_bookings(world, slot) == expected
    moved = expected[3].later(hours=2)
    await world.outlook.change(ANA, (await occurrence(world, made["id"], expected[3]))["id"], **world.outlook.times(moved))
    await world.outlook.change(ANA, made["id"], subject="Renamed")
    await world.settle()
    assert await booked(world, in_order([moved, *expected[:3], *expected[4:]])) == before
    assert {booking["Booking_Name"] for booking in await world.ibss.bookings(OAK, around(slot))} == {"Renamed"}
    await world.outlook.cancel(ANA, made["id"])
    await world.settle()
    assert await all_bookings(world, slot) == []
