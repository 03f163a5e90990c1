"""S09: a meeting goes from room to room, on either side, and keeps its booking."""

import pytest

from localdev.world import ANA, ASH, BEN, CLEO, DEN, ELM, IVY, OAK, Room
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot, checked


async def into(world: World, event: str, *rooms: Room) -> None:
    attendees = [world.outlook.guest(BEN), *(world.outlook.room(room) for room in rooms)]
    await world.outlook.change(ANA, event, attendees=attendees, location={"displayName": rooms[0].name})
    await world.settle()


async def in_ibss(world: World, booking: Json, room: Room) -> None:
    await world.ibss.change(ANA, await find(world, booking), Space_Id=room.space, Node_Id=room.node)
    await world.settle()


async def find(world: World, booking: Json) -> Json:
    """A booking keeps its id when it moves, but it is asked for at the node it is in."""
    for node in ("1", "2"):
        answer = await world.ibss.http.get(
            f"/v2/{node}/bookings/{booking['Booking_Id']}", headers={"Authorization": "apikey sync"}
        )
        if answer.is_success:
            return answer.json()
    raise AssertionError("the booking is nowhere")


async def stands_only_in(world: World, room: Room, slot: Slot, booking: Json) -> None:
    assert (await world.ibss.the_booking(room, slot))["Booking_Id"] == booking["Booking_Id"]
    event = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(event, "resource") == {room.mailbox}
    assert world.outlook.attendees(event, "required") == {BEN.address}
    for other in {OAK, ELM, ASH, IVY} - {room}:
        assert await world.ibss.bookings(other, slot) == []
        assert await world.outlook.calendar(str(other.mailbox), slot) == []


@pytest.mark.end_to_end
async def test_S09_a_meeting_moved_in_outlook_takes_its_booking_to_another_floor(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    booking = await world.eventually(lambda: world.ibss.the_booking(OAK, slot))
    attendees = [world.outlook.guest(BEN), world.outlook.room(ASH)]
    await world.outlook.change(ANA, event["id"], attendees=attendees, location={"displayName": ASH.name})
    await world.eventually(lambda: stands_only_in(world, ASH, slot, booking))


@pytest.mark.parametrize("target", [ELM, ASH, IVY], ids=["same floor", "another floor", "another building"])
async def test_S09_moved_in_outlook_the_booking_moves_along(world: World, target: Room) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await into(world, event["id"], target)
    await stands_only_in(world, target, slot, booking)
    await world.sweep()
    await stands_only_in(world, target, slot, booking)


@pytest.mark.parametrize("target", [ELM, ASH, IVY], ids=["same floor", "another floor", "another building"])
async def test_S09_moved_in_ibss_the_event_moves_along(world: World, target: Room) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN,))
    await world.settle()
    await in_ibss(world, booking, target)
    await stands_only_in(world, target, slot, booking)
    await world.sweep()
    await stands_only_in(world, target, slot, booking)


async def test_S09_there_and_back_again_on_both_sides(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (ELM,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(ELM, slot)
    await into(world, event["id"], OAK)
    await stands_only_in(world, OAK, slot, booking)
    await in_ibss(world, booking, ELM)
    await stands_only_in(world, ELM, slot, booking)
    await into(world, event["id"], IVY)
    await in_ibss(world, booking, ELM)
    await into(world, event["id"], OAK)
    await world.sweep()
    await stands_only_in(world, OAK, slot, booking)


async def test_S09_a_move_whose_post_is_lost_is_found_by_the_sweep(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN,))
    await world.settle()
    checked(await world.ibss.http.patch("/_sim/posting", json={"lost": True}))
    await in_ibss(world, booking, ELM)
    await world.sweep()
    await stands_only_in(world, ELM, slot, booking)


async def test_S09_into_a_room_that_is_not_synced_and_back_it_is_the_same_event(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN,))
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    await in_ibss(world, booking, DEN)
    assert await world.outlook.calendar(str(OAK.mailbox), slot) == []
    assert world.outlook.attendees(await world.outlook.the_event(ANA.address, slot)) == {BEN.address}
    await in_ibss(world, booking, OAK)
    await world.sweep()
    await stands_only_in(world, OAK, slot, booking)
    assert (await world.outlook.the_event(ANA.address, slot))["id"] == event["id"]


async def test_S09_one_of_two_rooms_is_replaced_and_the_other_keeps_its_booking(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK, ELM), (BEN,))
    await world.settle()
    oak, elm = await world.ibss.the_booking(OAK, slot), await world.ibss.the_booking(ELM, slot)
    await into(world, event["id"], OAK, ASH)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == oak["Booking_Id"]
    assert (await world.ibss.the_booking(ASH, slot))["Booking_Id"] == elm["Booking_Id"]
    assert await world.ibss.bookings(ELM, slot) == []


async def test_S09_S07_somebody_added_in_ibss_leaves_the_rooms_as_they_are(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    forward = {"toRecipients": [{"emailAddress": {"address": ELM.mailbox, "name": ELM.name}}], "comment": ""}
    checked(await world.outlook.http.post(f"/users/{ANA.address}/events/{event['id']}/forward", json=forward))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    parties = [*booking["Booking_Parties"], world.ibss.party(CLEO)]
    await world.ibss.change(ANA, booking, Booking_Parties=parties)
    await world.settle()
    assert await world.ibss.the_booking(ELM, slot)
    after = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(after) == {BEN.address, CLEO.address, OAK.mailbox, ELM.mailbox}


async def test_S09_B06_a_private_meeting_whose_booking_comes_back_stays_what_its_host_says(world: World) -> None:
    """Meanwhile the booking was in a room that is not synced, and was given another name and other people there."""
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Canary", (OAK,), (BEN,), sensitivity="private")
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await in_ibss(world, booking, DEN)
    retold = {"Booking_Name": "I know", "Booking_Parties": [world.ibss.party(CLEO)]}
    await world.ibss.change(ANA, await find(world, booking), **retold)
    await in_ibss(world, booking, OAK)
    event = await world.outlook.event(ANA.address, event["id"])
    assert (event["subject"], world.outlook.attendees(event)) == ("Canary", {BEN.address, OAK.mailbox})
    booking = await world.ibss.the_booking(OAK, slot)
    assert (booking["Booking_Name"], booking["Booking_Parties"]) == ("Private meeting", [])
