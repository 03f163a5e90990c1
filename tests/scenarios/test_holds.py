"""B04: HOLD_PANEL_BOOKINGS=on: what is booked at a panel or kiosk is held in the room's own calendar."""

from datetime import timedelta
from typing import Any

import pytest

from localdev.world import ANA, BEN, ELM, OAK, Room
from sync_core.model import Reason
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import the_meeting
from tests.scenarios.people import SERVICE, Slot, checked

pytestmark = pytest.mark.settings(HOLD_PANEL_BOOKINGS="on")

SOURCES = [pytest.param("Unity", id="panel"), pytest.param("Inspire", id="kiosk")]


async def walk_in(world: World, slot: Slot, source: str = "Unity", room: Room = OAK, **more: Any) -> Any:
    booked = {"Space_Id": room.space, "Booking_Name": "Walk-in", **world.ibss.times(slot), "Booking_Source": source}
    booking = checked(await world.ibss.http.post("/_sim/bookings", json=booked | more))
    await world.settle()
    return booking


async def changed(world: World, booking: Any, **members: Any) -> None:
    address = f"/v2/{booking['Node_Id']}/bookings/{booking['Booking_Id']}"
    checked(await world.ibss.http.patch(address, json=members, headers=SERVICE))
    await world.settle()


async def side_door(world: World, booking: Any, what: str) -> None:
    checked(await world.ibss.http.post(f"/_sim/bookings/{booking['Booking_Id']}/{what}"))
    await world.settle()


@pytest.mark.parametrize("source", SOURCES)
async def test_B04_the_room_s_calendar_is_busy_and_nobody_is_mailed(world: World, source: str) -> None:
    slot = world.slot()
    await walk_in(world, slot, source, Booking_Parties=[world.ibss.party(BEN)])
    hold = await world.outlook.the_event(OAK.mailbox, slot)
    assert (hold["organizer"]["emailAddress"]["address"], hold["attendees"]) == (OAK.mailbox, [])
    assert (hold["subject"], hold["showAs"]) == ("Walk-in", "busy")
    assert await world.outlook.mails() == []


async def test_B04_a_meeting_booked_in_outlook_against_the_hold_is_declined(world: World) -> None:
    slot = world.slot()
    await walk_in(world, slot)
    event = await world.outlook.book(ANA, slot, "Too late", (OAK,), (BEN,))
    await world.settle()
    (room,) = [a for a in (await world.outlook.event(ANA.address, event["id"]))["attendees"] if a["type"] == "resource"]
    assert room["status"]["response"] == "declined"
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Walk-in"


async def test_B04_the_hold_is_made_once_and_a_sweep_writes_nothing(world: World) -> None:
    slot = world.slot()
    await walk_in(world, slot)
    writes = await world.writes()
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    assert await world.writes() == writes
    assert await world.outlook.the_event(OAK.mailbox, slot)


async def test_B04_the_hold_goes_when_the_booking_is_cancelled(world: World) -> None:
    slot = world.slot()
    booking = await walk_in(world, slot)
    await changed(world, booking, Booking_IsCancelled=1)
    assert await world.outlook.calendar(OAK.mailbox, slot) == []


async def test_B04_the_hold_goes_when_the_booking_ends_early(world: World) -> None:
    slot = world.slot(minutes=60)
    booking = await walk_in(world, slot)
    await world.pass_time(seconds=(slot.start - world.clock.now()).total_seconds() + 60)
    await side_door(world, booking, "checkin")
    await world.pass_time(minutes=20)
    assert await world.outlook.the_event(OAK.mailbox, slot)
    await side_door(world, booking, "checkout")
    assert await world.outlook.calendar(OAK.mailbox, slot) == []
    await world.sweep()
    assert await world.outlook.calendar(OAK.mailbox, slot) == []
    assert (await the_meeting(world, booking=booking["Booking_Id"]))["link"]["reason"] == Reason.ENDED_EARLY
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"] == 0


async def test_B04_what_ended_at_its_time_stays_in_the_calendar(world: World) -> None:
    slot = world.slot()
    await walk_in(world, slot)
    await world.pass_time(seconds=(slot.end - world.clock.now()).total_seconds() + 600)
    await world.sweep()
    assert await world.outlook.the_event(OAK.mailbox, slot)


async def test_B04_the_hold_follows_when_the_booking_is_extended(world: World) -> None:
    slot = world.slot()
    booking = await walk_in(world, slot)
    before = await world.outlook.the_event(OAK.mailbox, slot)
    longer = Slot(slot.start, slot.end + timedelta(minutes=15))
    await changed(world, booking, **world.ibss.times(longer))
    assert (await world.outlook.the_event(OAK.mailbox, longer))["id"] == before["id"]


async def test_B04_the_hold_follows_into_another_room(world: World) -> None:
    slot = world.slot()
    booking = await walk_in(world, slot)
    await changed(world, booking, Space_Id=ELM.space)
    assert await world.outlook.calendar(OAK.mailbox, slot) == []
    assert (await world.outlook.the_event(ELM.mailbox, slot))["organizer"]["emailAddress"]["address"] == ELM.mailbox
    assert (await world.ibss.the_booking(ELM, slot))["Booking_Id"] == booking["Booking_Id"]
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes
    await changed(world, await world.ibss.booking(booking), Booking_IsCancelled=1)
    assert await world.outlook.calendar(ELM.mailbox, slot) == []


async def test_B04_nothing_is_held_over_a_meeting_that_stands_there(world: World) -> None:
    """The meeting is not in IBSS yet, so IBSS let the panel have the room."""
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Was first", (OAK,), (BEN,))
    for _ in range(8):
        await world.graph.run_due()
        world.clock.advance(0.3)
    world.pull_queue.waiting.clear()
    booking = await walk_in(world, slot)
    await world.sweep()
    (standing,) = await world.outlook.calendar(OAK.mailbox, slot)
    assert standing["organizer"]["emailAddress"]["address"] == ANA.address
    assert (await the_meeting(world, booking=booking["Booking_Id"]))[
        "standing"
    ] == "rejected: refused by the other side (RoomTaken)"
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    await world.sweep()
    assert (await world.outlook.the_event(OAK.mailbox, slot))["subject"] == "Walk-in"


async def test_B04_switched_on_later_it_holds_what_stands(world: World) -> None:
    slot = world.slot()
    other = await World(HOLD_PANEL_BOOKINGS="off").start()
    booking = await walk_in(other, slot)
    assert await other.outlook.calendar(OAK.mailbox, slot) == []
    assert (await the_meeting(other, booking=booking["Booking_Id"]))["link"]["reason"] == Reason.NO_DIRECTORY_ACCOUNT
    other.use(HOLD_PANEL_BOOKINGS="on")
    await other.sweep()
    assert await other.outlook.the_event(OAK.mailbox, slot)
    await other.close()


async def test_B04_a_lost_table_finds_the_hold_again(world: World) -> None:
    slot = world.slot()
    await walk_in(world, slot)
    world.tables["links"].lose()
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    assert await world.outlook.the_event(OAK.mailbox, slot)
    assert await world.ibss.the_booking(OAK, slot)
