"""B15: whole days around a clock change are the same days on both sides; also one that has no midnight, or has two."""

from datetime import date

from localdev.world import ANA, BEN, ELM, OAK, Room
from tests.scenarios.calendars import DAY, EVE, NEXT, PLACES, Place, stands_in, writes_of_a_sweep
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot


async def whole_day(world: World, room: Room, slot: Slot) -> str:
    """The id of the one booking that is all of this day."""
    booking = await world.ibss.the_booking(room, slot)
    assert booking["Booking_All_Day"] == 1
    return booking["Booking_Id"]


async def date_of(world: World, event: str) -> date:
    """The one day that an event is all of."""
    told = await world.outlook.event(ANA.address, event)
    first, after = (told[name]["dateTime"] for name in ("start", "end"))
    assert told["isAllDay"]
    assert (first[10:16], after[10:16]) == ("T00:00", "T00:00")
    assert (date.fromisoformat(after[:10]) - date.fromisoformat(first[:10])).days == 1
    return date.fromisoformat(first[:10])


@PLACES
async def test_B15_whole_days_around_a_clock_change_are_the_same_days(world: World, place: Place) -> None:
    """The day before in Outlook and the day itself in IBSS, each then moved over the change on the other side."""
    await stands_in(world, place.change.windows)
    event = await world.outlook.book(ANA, place.whole(EVE), "Open house", (OAK,), (BEN,), **place.all_day(EVE))
    booking = await world.ibss.book(ANA, ELM, place.whole(DAY), "Fair", (BEN,), Booking_All_Day=1)
    await world.settle()
    eve = await whole_day(world, OAK, place.whole(EVE))
    (fair,) = [found for found in await world.outlook.calendar(ANA.address, place.whole(DAY)) if found["subject"] == "Fair"]
    assert await date_of(world, fair["id"]) == place.day(DAY)
    assert await writes_of_a_sweep(world) == 0
    await world.ibss.change(ANA, await world.ibss.the_booking(OAK, place.whole(EVE)), **world.ibss.times(place.whole(NEXT)))
    await world.outlook.change(ANA, fair["id"], **place.all_day(EVE))
    await world.settle()
    assert await date_of(world, event["id"]) == place.day(NEXT)
    assert await whole_day(world, OAK, place.whole(NEXT)) == eve
    assert await whole_day(world, ELM, place.whole(EVE)) == booking["Booking_Id"]
    assert await writes_of_a_sweep(world) == 0
