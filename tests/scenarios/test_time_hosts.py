"""B15: a host whose clock is not the room's. A whole day is the day of that date where the room is; hours are the host's."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from localdev.world import ANA, BEN, ELM, OAK
from tests.scenarios.calendars import all_day, stands_in, writes_of_a_sweep
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot
from tests.scenarios.test_time_series import in_ibss, in_outlook, repeated

FAR_APART = [
    pytest.param("GMT Standard Time", "Europe/London", "Pacific Standard Time", id="from Los Angeles in London"),
    pytest.param("Line Islands Standard Time", "Pacific/Kiritimati", "Hawaiian Standard Time", id="from Hawaii on Kiritimati"),
    pytest.param("Hawaiian Standard Time", "Pacific/Honolulu", "Line Islands Standard Time", id="from Kiritimati on Hawaii"),
    pytest.param("Chatham Islands Standard Time", "Pacific/Chatham", "America/St_Johns", id="from St John's on Chatham"),
]
THURSDAY = date(2026, 3, 12)


def whole(day: date, zone: str, days: int = 1) -> Slot:
    first, after = (datetime.combine(day + timedelta(days=n), time(), ZoneInfo(zone)).astimezone(UTC) for n in (0, days))
    return Slot(first, after)


@pytest.mark.parametrize(("windows", "zone", "told"), FAR_APART)
async def test_B15_a_whole_day_counts_where_the_room_is_wherever_its_host_is(
    world: World, windows: str, zone: str, told: str
) -> None:
    await stands_in(world, windows)
    event = await world.outlook.book(ANA, whole(THURSDAY, zone), "Fair", (OAK,), (BEN,), **all_day(THURSDAY, told))
    await world.ibss.book(ANA, ELM, whole(THURSDAY, zone, 2), "Two days", (BEN,), Booking_All_Day=1)
    await world.settle()
    booking = await world.ibss.the_booking(OAK, whole(THURSDAY, zone))
    days = Slot(datetime.combine(THURSDAY, time(), UTC), datetime.combine(THURSDAY + timedelta(days=2), time(), UTC))
    assert (await world.outlook.the_event(ANA.address, days))["isAllDay"]
    assert await writes_of_a_sweep(world) == 0
    await world.outlook.change(ANA, event["id"], **all_day(THURSDAY + timedelta(days=7), told))
    await world.settle()
    moved = await world.ibss.the_booking(OAK, whole(THURSDAY + timedelta(days=7), zone))
    assert (moved["Booking_Id"], moved["Booking_All_Day"]) == (booking["Booking_Id"], 1)
    assert await writes_of_a_sweep(world) == 0


HOSTS_CLOCK_CHANGES = [
    pytest.param("Nepal Standard Time", id="the room's clock never does"),
    pytest.param("GMT Standard Time", id="the room's three weeks later"),
    pytest.param("AUS Eastern Standard Time", id="the room's the other way"),
]


@pytest.mark.parametrize("windows", HOSTS_CLOCK_CHANGES)
async def test_B15_a_series_follows_its_hosts_clock_and_not_the_rooms(world: World, windows: str) -> None:
    """New York's clock goes forward on 8 March 2026."""
    await stands_in(world, windows)
    new_york = ZoneInfo("America/New_York")
    days = [datetime(2026, 3, 5, 18, 30, tzinfo=new_york) + timedelta(days=7 * n) for n in range(4)]
    wanted = [Slot(start.astimezone(UTC), start.astimezone(UTC) + timedelta(hours=1)) for start in days]
    assert wanted[1].start - wanted[0].start == timedelta(days=7) - timedelta(hours=1)
    pattern = repeated(wanted[0], "America/New_York", "Eastern Standard Time", "weekly", len(days))
    await world.outlook.book(ANA, wanted[0], "weekly", (OAK,), (BEN,), **pattern)
    await world.settle()
    assert await in_outlook(world, "weekly") == await in_ibss(world, "weekly") == wanted
    assert await writes_of_a_sweep(world) == 0


@pytest.mark.parametrize(("windows", "zone", "told"), FAR_APART[:2])
async def test_B15_a_series_of_whole_days_is_booked_by_its_dates_where_the_room_is(
    world: World, windows: str, zone: str, told: str
) -> None:
    await stands_in(world, windows)
    ends = {"type": "numbered", "numberOfOccurrences": 3, "startDate": f"{THURSDAY}", "recurrenceTimeZone": told}
    recurrence = {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["thursday"], "firstDayOfWeek": "monday"},
        "range": ends,
    }
    master = await world.outlook.book(
        ANA, whole(THURSDAY, zone), "Fair", (OAK,), (BEN,), **all_day(THURSDAY, told), recurrence=recurrence
    )
    await world.settle()
    thursdays = [THURSDAY + timedelta(days=7 * n) for n in range(3)]
    assert await in_ibss(world, "Fair") == [whole(day, zone) for day in thursdays]
    assert await writes_of_a_sweep(world) == 0
    friday = thursdays[1] + timedelta(days=1)
    booking = await world.ibss.the_booking(OAK, whole(thursdays[1], zone))
    await world.ibss.change(ANA, booking, **world.ibss.times(whole(friday, zone)))
    await world.settle()
    there = [slot.start.date() for slot in await in_outlook(world, "Fair")]
    assert there == [thursdays[0], friday, thursdays[2]]
    assert await writes_of_a_sweep(world) == 0
    await world.outlook.cancel(ANA, master["id"])
    await world.settle()
    assert await in_ibss(world, "Fair") == []
