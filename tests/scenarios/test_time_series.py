"""B15: a series keeps its wall clock where it was made, and its bookings are at just those minutes, wherever the room is."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from localdev.world import ANA, OAK
from tests.scenarios.calendars import EVE, PLACES, Place, stands_in, wall_clocks, writes_of_a_sweep
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot

WEEKS, DAYS = 2, 3


def repeated(slot: Slot, zone: str, told: str, every: str, times: int) -> dict[str, Any]:
    """A series as a client in this zone sends it."""
    first = slot.start.astimezone(ZoneInfo(zone))
    weekly = {"daysOfWeek": [f"{first:%A}".lower()], "firstDayOfWeek": "monday"} if every == "weekly" else {}
    ends = {"type": "numbered", "numberOfOccurrences": times, "startDate": f"{first:%Y-%m-%d}", "recurrenceTimeZone": told}
    recurrence = {"pattern": {"type": every, "interval": 1, **weekly}, "range": ends}
    return wall_clocks(slot, zone, told) | {"recurrence": recurrence}


def slots(place: Place, first: int, every: int, times: int, hour: int, minute: int) -> list[Slot]:
    """The same wall clock, every so many days."""
    return [place.at(first + n * every, hour, minute) for n in range(times)]


async def in_ibss(world: World, subject: str) -> list[Slot]:
    ahead = Slot(world.clock.now(), world.clock.now() + timedelta(days=60))
    found = [booking for booking in await world.ibss.bookings(OAK, ahead) if booking["Booking_Name"] == subject]
    return sorted((world.ibss.slot_of(booking) for booking in found), key=lambda slot: slot.start)


async def in_outlook(world: World, subject: str) -> list[Slot]:
    ahead = Slot(world.clock.now(), world.clock.now() + timedelta(days=60))
    found = [event for event in await world.outlook.calendar(ANA.address, ahead) if event["subject"] == subject]
    return sorted((world.outlook.slot_of(event) for event in found), key=lambda slot: slot.start)


@PLACES
async def test_B15_a_series_over_a_clock_change_keeps_its_wall_clock_on_both_sides(world: World, place: Place) -> None:
    await stands_in(world, place.change.windows)
    weekly, daily = slots(place, EVE, 7, WEEKS, 9, 45), slots(place, EVE, 1, DAYS, 17, 30)
    assert weekly[1].start - weekly[0].start == timedelta(days=7) - place.change.by
    for subject, series, every in [("weekly", weekly, "weekly"), ("daily", daily, "daily")]:
        pattern = repeated(series[0], place.change.zone, place.told, every, len(series))
        await world.outlook.book(ANA, series[0], subject, (OAK,), **pattern)
    await world.settle()
    assert await in_outlook(world, "weekly") == await in_ibss(world, "weekly") == weekly
    assert await in_outlook(world, "daily") == await in_ibss(world, "daily") == daily
    moved = daily[-1].later(hours=2)
    await world.ibss.change(ANA, await world.ibss.the_booking(OAK, daily[-1]), **world.ibss.times(moved))
    await world.settle()
    assert await in_outlook(world, "daily") == await in_ibss(world, "daily") == [*daily[:-1], moved]
    assert await writes_of_a_sweep(world) == 0
