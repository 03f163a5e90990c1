"""B12, N03: check-in, check-out, and the room that nobody came to."""

from localdev.world import ANA, BEN, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import checked


async def auto_cancel(world: World) -> None:
    checked(await world.ibss.http.patch("/_sim/settings", json={"auto_cancel_minutes": 15}))


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
