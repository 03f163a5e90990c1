"""B15: not one minute is shifted: all-day meetings, nights, and both days of every daylight-saving change."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from localdev.world import ANA, BEN, IVY, OAK, Room
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot

LONDON, KOLKATA = "Europe/London", "Asia/Kolkata"
SPRING, AUTUMN = datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)
"""London's changes of 2026; both are within reach of a year's horizon."""

YEAR = pytest.mark.settings(HORIZON_DAYS="365")


def days(first: datetime, count: int = 1) -> dict[str, Any]:
    """An all-day event as Outlook writes it: midnight to midnight, the end not included."""
    start, end = ({"dateTime": f"{first + timedelta(days=n):%Y-%m-%d}T00:00:00", "timeZone": "UTC"} for n in (0, count))
    return {"start": start, "end": end, "isAllDay": True}


def midnight(day: datetime, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


async def long_window(world: World, *rooms: Room) -> None:
    for room in rooms:
        limits = {"BookingWindowInDays": 1080, "MaximumDurationInMinutes": 0}
        await world.outlook.http.patch(f"{world.outlook.side_door}/rooms/{room.mailbox}", json=limits)


@YEAR
@pytest.mark.parametrize(("room", "zone"), [pytest.param(OAK, LONDON, id="London"), pytest.param(IVY, KOLKATA, id="India")])
@pytest.mark.parametrize("day", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("before", [0, 1], ids=["that day", "the day before"])
async def test_B15_an_all_day_meeting_is_its_day_where_the_room_is(
    world: World, room: Room, zone: str, day: datetime, before: int
) -> None:
    await long_window(world, room)
    first = day - timedelta(days=before)
    event = await world.outlook.book(ANA, Slot(first, first), "All day", (room,), (BEN,), **days(first))
    await world.settle()
    around = Slot(first - timedelta(days=1), first + timedelta(days=2))
    (booking,) = [found for found in await world.ibss.bookings(room, around) if found["Booking_Name"] == "All day"]
    assert booking["Booking_All_Day"] == 1
    assert world.ibss.slot_of(booking) == Slot(midnight(first, zone), midnight(first + timedelta(days=1), zone))
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes
    assert (await world.outlook.event(ANA.address, event["id"]))["start"]["dateTime"][:10] == f"{first:%Y-%m-%d}"


@YEAR
@pytest.mark.parametrize(("room", "zone"), [pytest.param(OAK, LONDON, id="London"), pytest.param(IVY, KOLKATA, id="India")])
async def test_B15_an_all_day_booking_is_that_day_in_outlook(world: World, room: Room, zone: str) -> None:
    await long_window(world, room)
    slot = Slot(midnight(SPRING, zone), midnight(SPRING + timedelta(days=1), zone))
    booking = await world.ibss.book(ANA, room, slot, "All day", (BEN,), Booking_All_Day=1)
    await world.settle()
    (event,) = [found for found in await world.outlook.calendar(ANA.address, slot) if found["subject"] == "All day"]
    assert event["isAllDay"]
    assert (event["start"]["dateTime"][:16], event["end"]["dateTime"][:16]) == ("2026-03-29T00:00", "2026-03-30T00:00")
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes
    assert world.ibss.slot_of(await world.ibss.booking(booking)) == slot


@YEAR
@pytest.mark.parametrize("change", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("hour", [-2, 0, 1, 2])
async def test_B15_a_meeting_in_the_night_of_the_change_keeps_its_minutes(world: World, change: datetime, hour: int) -> None:
    await long_window(world, OAK)
    start = change + timedelta(hours=hour, minutes=15)
    slot = Slot(start, start + timedelta(hours=3, minutes=45))
    event = await world.outlook.book(ANA, slot, "Night shift", (OAK,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    later = slot.later(minutes=30)
    await world.ibss.change(ANA, booking, **world.ibss.times(later))
    await world.settle()
    assert world.outlook.slot_of(await world.outlook.event(ANA.address, event["id"])) == later


@YEAR
@pytest.mark.parametrize("zone", ["GMT Standard Time", "Asia/Kathmandu", "AUS Central Standard Time"])
async def test_B15_a_series_keeps_its_wall_clock_over_the_change(world: World, zone: str) -> None:
    await long_window(world, OAK)
    local = {
        "start": {"dateTime": "2026-03-16T09:00:00", "timeZone": zone},
        "end": {"dateTime": "2026-03-16T10:00:00", "timeZone": zone},
    }
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"}
    ends = {"type": "numbered", "numberOfOccurrences": 4, "startDate": "2026-03-16", "recurrenceTimeZone": zone}
    somewhen = world.slot()
    await world.outlook.book(ANA, somewhen, "Weekly", (OAK,), recurrence={"pattern": pattern, "range": ends}, **local)
    await world.settle()
    outlook = [world.outlook.slot_of(e) for e in await world.outlook.calendar(ANA.address, MONTH) if e["subject"] == "Weekly"]
    ibss = [world.ibss.slot_of(b) for b in await world.ibss.bookings(OAK, MONTH) if b["Booking_Name"] == "Weekly"]
    assert len(outlook) == 4
    assert sorted(ibss, key=lambda slot: slot.start) == sorted(outlook, key=lambda slot: slot.start)


MONTH = Slot(datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 4, 20, tzinfo=UTC))
