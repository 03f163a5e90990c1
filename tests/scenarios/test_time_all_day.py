"""B15: what each side calls a whole day."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from localdev.world import ANA, BEN, IVY, OAK, YEW, Room
from sync_core.model import State
from tests.scenarios.calendars import all_day, writes_of_a_sweep
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot, checked

NINE = datetime(2026, 3, 12, 9, tzinfo=UTC)
LONDON_DAY = datetime(2026, 3, 12, tzinfo=UTC)
INDIAN_DAY = datetime(2026, 3, 11, 18, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.end_to_end
async def test_B15_a_whole_day_and_a_night_in_a_room_half_an_hour_off(world: World) -> None:
    """Made in Outlook for the whole of a day in India, and in IBSS from a quarter to midnight there until two."""
    midnight = datetime.combine(world.slot().start.date(), time(18, 30), UTC)
    day, night = Slot(midnight - DAY, midnight), Slot(midnight - timedelta(minutes=15), midnight + timedelta(hours=2))
    await world.outlook.book(ANA, day, "Fair", (IVY,), (BEN,), **all_day(midnight.date(), "UTC"))
    booking = await world.ibss.book(ANA, YEW, night, "Night shift", (BEN,))

    async def look() -> None:
        assert (await world.ibss.the_booking(IVY, day))["Booking_All_Day"] == 1
        assert (await world.outlook.the_event(ANA.address, night))["subject"] == "Night shift"

    await world.eventually(look)
    later = night.later(minutes=45)
    await world.ibss.change(ANA, await world.ibss.booking(booking), **world.ibss.times(later))
    await world.eventually(lambda: world.outlook.the_event(ANA.address, later))


OTHER_HOURS = [
    pytest.param(OAK, NINE, timedelta(hours=9), id="office hours"),
    pytest.param(OAK, NINE, DAY, id="from nine to nine"),
    pytest.param(OAK, LONDON_DAY, timedelta(hours=23, minutes=59), id="to the last minute"),
    pytest.param(OAK, LONDON_DAY - timedelta(minutes=1), DAY, id="a minute early"),
    pytest.param(IVY, LONDON_DAY, DAY, id="midnight, but not where the room is"),
]


async def switched(world: World, room: Room, on: int) -> None:
    checked(await world.ibss.http.patch(f"/_sim/spaces/{room.space}", json={"Meta_Ext_Booking_System": on}))
    await world.service.subscriptions.renew_all()


@pytest.mark.parametrize(("room", "start", "length"), OTHER_HOURS)
async def test_B15_a_booking_marked_all_day_that_keeps_other_hours_has_them_in_outlook(
    world: World, room: Room, start: datetime, length: timedelta
) -> None:
    slot = Slot(start, start + length)
    booking = await world.ibss.book(ANA, room, slot, "Open house", (BEN,), Booking_All_Day=1)
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    assert not event["isAllDay"]
    assert (await world.ibss.booking(booking))["Booking_All_Day"] == 1
    assert await writes_of_a_sweep(world) == 0
    later = slot.later(days=1)
    await world.ibss.change(ANA, await world.ibss.booking(booking), **world.ibss.times(later))
    await world.settle()
    assert (await world.outlook.the_event(ANA.address, later))["id"] == event["id"]
    await world.outlook.change(ANA, event["id"], **world.outlook.times(slot))
    await world.settle()
    assert world.ibss.slot_of(await world.ibss.booking(booking)) == slot


@pytest.mark.parametrize(
    ("room", "first"), [pytest.param(OAK, LONDON_DAY, id="London"), pytest.param(IVY, INDIAN_DAY, id="India")]
)
async def test_B15_a_meeting_becomes_a_whole_day_and_again_a_meeting_of_hours(world: World, room: Room, first: datetime) -> None:
    hours, day = Slot(NINE, NINE + timedelta(hours=1)), Slot(first, first + DAY)
    booking = await world.ibss.book(ANA, room, hours, "Open house", (BEN,))
    await world.settle()
    event = await world.outlook.the_event(ANA.address, hours)
    await world.ibss.change(ANA, booking, **world.ibss.times(day), Booking_All_Day=1)
    await world.settle()
    whole = await world.outlook.event(ANA.address, event["id"])
    assert (whole["isAllDay"], whole["start"]["dateTime"][:16], whole["end"]["dateTime"][:16]) == (
        True,
        "2026-03-12T00:00",
        "2026-03-13T00:00",
    )
    await world.outlook.change(ANA, event["id"], **world.outlook.times(hours), isAllDay=False)
    await world.settle()
    after = await world.ibss.booking(booking)
    assert (world.ibss.slot_of(after), after["Booking_All_Day"]) == (hours, 0)


SAME_HOURS = [
    pytest.param(Slot(LONDON_DAY, LONDON_DAY + DAY), 0, all_day(LONDON_DAY.date(), "UTC"), id="all-day in Outlook alone"),
    pytest.param(Slot(NINE, NINE + timedelta(hours=9)), 1, {}, id="all-day in IBSS alone"),
]


@pytest.mark.parametrize(("slot", "marked", "times"), SAME_HOURS)
async def test_B15_halves_that_are_marked_differently_are_one_meeting_when_the_room_is_switched_on(
    world: World, slot: Slot, marked: int, times: dict[str, Any]
) -> None:
    await switched(world, OAK, 0)
    booking = await world.ibss.book(ANA, OAK, slot, "Open house", (BEN,), Booking_All_Day=marked)
    await world.outlook.book(ANA, slot, "Open house", (OAK,), (BEN,), **times)
    await world.settle()
    mails = len(await world.outlook.mails())
    await switched(world, OAK, 1)
    await world.sweep()
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == booking["Booking_Id"]
    assert await world.outlook.the_event(ANA.address, slot)
    assert len(await world.outlook.mails()) == mails
    link = await world.store.link_of_booking(booking["Booking_Id"])
    assert link is not None
    assert link.state is State.LINKED
