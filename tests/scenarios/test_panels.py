"""B12, N03: check-in, check-out, and the room that nobody came to."""

from datetime import timedelta

import pytest

from localdev.world import ANA, BEN, FIR, OAK, YEW, Room
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import the_meeting
from tests.scenarios.people import Json, Slot, as_person, checked, zulu


async def auto_cancel(world: World, minutes: int | None = 15) -> None:
    checked(await world.ibss.http.patch("/_sim/settings", json={"auto_cancel_minutes": minutes}))


def soon(world: World, **after: float) -> Slot:
    start = world.now().replace(microsecond=0) + timedelta(**after)
    return Slot(start, start + timedelta(hours=1))


@pytest.mark.end_to_end
async def test_B12_a_meeting_that_begins_without_anybody_gives_its_room_back(world: World) -> None:
    await auto_cancel(world, minutes=0)
    slot = soon(world, seconds=10)
    event = await world.outlook.book(ANA, slot, "Met online", (FIR,), (BEN,))

    async def freed() -> None:
        assert [booking["Booking_Status"] for booking in await all_bookings(world, FIR, slot)] == ["Auto Cancelled"]
        assert world.outlook.attendees(await world.outlook.event(ANA.address, event["id"])) == {BEN.address}
        assert await world.outlook.calendar(FIR.mailbox, slot) == []

    try:
        await world.eventually(freed)
    finally:
        await auto_cancel(world, None)


async def all_bookings(world: World, room: Room, slot: Slot) -> list[Json]:
    """Cancelled ones too."""
    wanted = f"Booking_End gt {zulu(slot.start)} and Booking_Start lt {zulu(slot.end)} and Space_Id eq '{room.space}'"
    page = await world.ibss.http.get(f"/v2/{room.node}/bookings", params={"$filter": wanted}, headers=as_person(ANA))
    return list(checked(page)["value"])


@pytest.mark.end_to_end
async def test_N03_a_check_out_leaves_the_event_as_long_as_it_was(world: World) -> None:
    slot = soon(world, minutes=5)
    booking = await world.ibss.book(ANA, YEW, slot, "Short talk", (BEN,))
    await world.eventually(lambda: world.outlook.the_event(YEW.mailbox, slot))
    for done in ("checkin", "checkout"):
        checked(await world.ibss.http.post(f"/_sim/bookings/{booking['Booking_Id']}/{done}"))
    await world.sweep()

    async def look() -> None:
        assert await world.outlook.the_event(ANA.address, slot)
        assert await world.outlook.the_event(YEW.mailbox, slot)

    await world.stays(look)


async def test_B12_a_room_nobody_checked_in_to_is_freed_and_the_meeting_stands(world: World) -> None:
    await auto_cancel(world)
    slot = world.slot(minutes=60)
    await world.outlook.book(ANA, slot, "Met online", (OAK,), (BEN,))
    await world.settle()
    await world.pass_time(seconds=(slot.start - world.clock.now()).total_seconds() + 16 * 60)
    event = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(event) == {BEN.address}
    assert await world.outlook.calendar(OAK.mailbox, slot) == []


async def test_B12_a_booking_made_in_ibss_for_the_room_alone_is_cancelled_in_outlook_too(world: World) -> None:
    await auto_cancel(world)
    slot = world.slot(minutes=60)
    await world.ibss.book(ANA, OAK, slot, "Focus")
    await world.settle()
    await world.pass_time(seconds=(slot.start - world.clock.now()).total_seconds() + 16 * 60)
    assert await world.outlook.calendar(ANA.address, slot) == []
    assert await world.outlook.calendar(OAK.mailbox, slot) == []


async def test_N03_a_check_out_does_not_shorten_the_event(world: World) -> None:
    slot = world.slot(minutes=60)
    booking = await world.ibss.book(ANA, OAK, slot, "Short talk", (BEN,))
    await world.settle()
    await world.pass_time(seconds=(slot.start - world.clock.now()).total_seconds() + 60)
    checked(await world.ibss.http.post(f"/_sim/bookings/{booking['Booking_Id']}/checkin"))
    await world.pass_time(minutes=20)
    checked(await world.ibss.http.post(f"/_sim/bookings/{booking['Booking_Id']}/checkout"))
    await world.settle()
    await world.sweep()
    assert await world.outlook.the_event(ANA.address, slot)
    assert await world.outlook.the_event(OAK.mailbox, slot)
    told = await the_meeting(world, booking=booking["Booking_Id"])
    assert told["standing"] == "linked: checked out in IBSS: the event keeps its time"
