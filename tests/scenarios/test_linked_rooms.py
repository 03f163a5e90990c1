"""B08: a linked-space booking is one event with all its rooms; each room of it comes and goes for itself."""

import pytest

from localdev.world import ANA, ASH, BEN, ELM, OAK, Room
from sync_core.errors import Later
from sync_core.queues import SyncInstance
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import the_meeting
from tests.scenarios.people import Json, Slot, checked
from tests.scenarios.series import both_agree
from tests.scenarios.test_crashes import graph_fault, nobody_tells, posting
from tests.scenarios.test_holds import changed, walk_in

LINKED = {"Linked_Space_Ids": [ELM.space]}


async def linked(world: World, slot: Slot, **more: Json) -> tuple[Json, Json]:
    """Oak with Elm linked to it."""
    booking = await world.ibss.book(ANA, OAK, slot, "Town hall", (BEN,), **LINKED, **more)
    await world.settle()
    return booking, await world.outlook.the_event(ANA.address, slot)


async def rooms_of(world: World, event: Json) -> set[str]:
    return world.outlook.attendees(await world.outlook.event(ANA.address, event["id"]), "resource")


async def invited(world: World, event: Json, *rooms: Room) -> None:
    attendees = [world.outlook.guest(BEN), *(world.outlook.room(room) for room in rooms)]
    await world.outlook.change(ANA, event["id"], attendees=attendees)
    await world.settle()


async def quiet(world: World) -> None:
    writes = await world.writes()
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    assert await world.writes() == writes
    assert world.poisoned == []


async def test_B08_a_linked_booking_is_one_event_with_all_its_rooms_invited(world: World) -> None:
    slot = world.slot()
    booking, event = await linked(world, slot)
    assert await rooms_of(world, event) == {OAK.mailbox, ELM.mailbox}
    assert await world.outlook.the_event(OAK.mailbox, slot)
    assert await world.outlook.the_event(ELM.mailbox, slot)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == booking["Booking_Id"]
    assert await world.ibss.bookings(ELM, slot) == []
    known = [link for room in (OAK, ELM) for link in await world.store.links(room.space)]
    assert [link.booking_id for link in known if link.base and link.base.slot.start == slot.start] == [booking["Booking_Id"]]
    await quiet(world)


async def test_B08_a_linked_room_taken_off_in_outlook_is_released_alone(world: World) -> None:
    slot = world.slot()
    booking, event = await linked(world, slot)
    await invited(world, event, OAK)
    after = await world.ibss.booking(booking)
    assert (after["Linked_Space_Ids"], after["Booking_IsCancelled"], after["Space_Id"]) == ([], 0, OAK.space)
    assert await world.outlook.calendar(ELM.mailbox, slot) == []
    await quiet(world)


async def test_B08_the_first_room_taken_off_leaves_the_booking_to_the_linked_one(world: World) -> None:
    slot = world.slot()
    booking, event = await linked(world, slot)
    await invited(world, event, ELM)
    after = await world.ibss.the_booking(ELM, slot)
    assert (after["Booking_Id"], after["Linked_Space_Ids"]) == (booking["Booking_Id"], [])
    assert await world.ibss.bookings(OAK, slot) == []
    assert await world.outlook.calendar(OAK.mailbox, slot) == []
    await quiet(world)


async def test_B08_a_room_linked_or_released_in_ibss_comes_to_the_event_or_leaves_it(world: World) -> None:
    slot = world.slot()
    booking, event = await linked(world, slot)
    await world.ibss.change(ANA, await world.ibss.booking(booking), Linked_Space_Ids=[])
    await world.settle()
    assert await rooms_of(world, event) == {OAK.mailbox}
    assert await world.outlook.calendar(ELM.mailbox, slot) == []
    await world.ibss.change(ANA, await world.ibss.booking(booking), Linked_Space_Ids=[ELM.space])
    await world.settle()
    assert await rooms_of(world, event) == {OAK.mailbox, ELM.mailbox}
    assert await world.outlook.the_event(ELM.mailbox, slot)
    assert world.outlook.attendees(await world.outlook.event(ANA.address, event["id"]), "required") == {BEN.address}
    await quiet(world)


@pytest.mark.parametrize("side", ["outlook", "ibss"])
async def test_B08_a_linked_booking_moves_as_one(world: World, side: str) -> None:
    slot = world.slot()
    booking, event = await linked(world, slot)
    later = slot.later(hours=2)
    if side == "outlook":
        await world.outlook.change(ANA, event["id"], **world.outlook.times(later))
    else:
        await world.ibss.change(ANA, await world.ibss.booking(booking), **world.ibss.times(later))
    await world.settle()
    for room in (OAK, ELM):
        assert await world.outlook.the_event(room.mailbox, later)
        assert await world.outlook.calendar(room.mailbox, slot) == []
    after = await world.ibss.the_booking(OAK, later)
    assert (after["Booking_Id"], after["Linked_Space_Ids"]) == (booking["Booking_Id"], [ELM.space])
    await quiet(world)


async def test_B08_cancelled_in_ibss_all_its_rooms_are_free(world: World) -> None:
    slot = world.slot()
    booking, _ = await linked(world, slot)
    await world.ibss.cancel(ANA, await world.ibss.booking(booking))
    await world.settle()
    for mailbox in (ANA.address, OAK.mailbox, ELM.mailbox):
        assert await world.outlook.calendar(mailbox, slot) == []


async def test_B08_cancelled_in_outlook_the_booking_is_cancelled(world: World) -> None:
    slot = world.slot()
    booking, event = await linked(world, slot)
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"] == 1


@pytest.mark.settings(ON_BOOKING_CANCELLED="remove_room")
async def test_B08_remove_room_takes_all_its_rooms_off_and_leaves_the_meeting(world: World) -> None:
    slot = world.slot()
    booking, event = await linked(world, slot)
    await world.ibss.cancel(ANA, await world.ibss.booking(booking))
    await world.settle()
    assert await rooms_of(world, event) == set()
    assert not (await world.outlook.event(ANA.address, event["id"]))["isCancelled"]


async def test_B08_a_room_that_outlook_adds_gets_a_booking_of_its_own(world: World) -> None:
    slot = world.slot()
    booking, event = await linked(world, slot)
    await invited(world, event, OAK, ELM, ASH)
    assert (await world.ibss.booking(booking))["Linked_Space_Ids"] == [ELM.space]
    own = await world.ibss.the_booking(ASH, slot)
    await world.ibss.cancel(ANA, own)
    await world.settle()
    assert await rooms_of(world, event) == {OAK.mailbox, ELM.mailbox}
    await quiet(world)


async def test_B08_two_rooms_booked_in_outlook_are_two_bookings_and_one_goes_alone(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Town hall", (OAK, ELM), (BEN,))
    await world.settle()
    oak, elm = await world.ibss.the_booking(OAK, slot), await world.ibss.the_booking(ELM, slot)
    assert oak["Booking_Id"] != elm["Booking_Id"]
    await invited(world, event, OAK)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == oak["Booking_Id"]
    assert await world.ibss.bookings(ELM, slot) == []
    await quiet(world)


async def test_B08_a_linked_room_that_declines_is_released_from_the_booking(world: World) -> None:
    slot = world.slot()
    await world.outlook.http.patch(f"{world.outlook.side_door}/rooms/{ELM.mailbox}", json={"MaximumDurationInMinutes": 10})
    booking, _ = await linked(world, slot)
    after = await world.ibss.booking(booking)
    assert (after["Linked_Space_Ids"], after["Booking_IsCancelled"]) == ([], 0)
    await quiet(world)


async def test_B08_B11_a_linked_booking_that_stood_on_both_sides_is_adopted_whole(world: World) -> None:
    slot = world.slot()
    booking, event = await linked(world, slot)
    for table in world.tables.values():
        if table is world.tables["links"]:
            table.lose()
    mails = await world.outlook.mails()
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    await world.sweep()
    assert (await world.ibss.booking(booking))["Linked_Space_Ids"] == [ELM.space]
    assert await rooms_of(world, event) == {OAK.mailbox, ELM.mailbox}
    assert await world.outlook.mails() == mails
    assert await world.ibss.bookings(ELM, slot) == []
    await both_agree(world, slot)


@pytest.mark.parametrize("when", ["from the first", "later"])
async def test_B08_a_linked_room_that_a_cancelled_booking_still_holds_in_outlook_is_free(world: World, when: str) -> None:
    """The news of the cancellation was lost. An invitation before it would be declined, and the room would be lost."""
    slot = world.slot()
    old = await world.ibss.book(BEN, ELM, slot, "Old")
    booking = await world.ibss.book(ANA, OAK, slot, "Town hall") if when == "later" else None
    await world.settle()
    await posting(world, lost=True)
    await world.ibss.cancel(BEN, old)
    await posting(world, lost=False)
    if booking is None:
        booking, _ = await linked(world, slot)
    else:
        await world.ibss.change(ANA, await world.ibss.booking(booking), **LINKED)
        await world.settle()
    assert (await world.ibss.booking(booking))["Linked_Space_Ids"] == [ELM.space]
    assert (await world.outlook.the_event(ELM.mailbox, slot))["organizer"]["emailAddress"]["address"] == ANA.address
    await quiet(world)


async def test_B08_the_first_room_declines_later_and_the_linked_one_has_a_booking_of_its_own(world: World) -> None:
    slot = world.slot()
    booking, _ = await linked(world, slot)
    copy = await world.outlook.the_event(OAK.mailbox, slot)
    decline = {"comment": "Out of order", "sendResponse": True}
    checked(await world.outlook.http.post(f"/users/{OAK.mailbox}/events/{copy['id']}/decline", json=decline))
    await world.settle()
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"] == 1
    assert await world.outlook.the_event(ELM.mailbox, slot)
    assert await world.ibss.the_booking(ELM, slot)
    await quiet(world)


@pytest.mark.settings(HOLD_PANEL_BOOKINGS="on")
async def test_B04_B08_a_panel_booking_of_linked_rooms_is_one_hold_that_has_them_all(world: World) -> None:
    slot = world.slot()
    booking = await walk_in(world, slot, **LINKED)
    for room in (OAK, ELM):
        assert (await world.outlook.the_event(room.mailbox, slot))["organizer"]["emailAddress"]["address"] == OAK.mailbox
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == booking["Booking_Id"]
    assert (await world.ibss.booking(booking))["Linked_Space_Ids"] == [ELM.space]
    await quiet(world)
    await changed(world, await world.ibss.booking(booking), Booking_IsCancelled=1)
    for room in (OAK, ELM):
        assert await world.outlook.calendar(room.mailbox, slot) == []


async def test_B08_an_event_whose_answer_was_lost_is_not_known_by_its_name_in_a_linked_room(world: World) -> None:
    slot = world.slot()
    await nobody_tells(world)
    booking = await world.ibss.book(ANA, OAK, slot, "Town hall", (BEN,), **LINKED)
    await graph_fault(world, method="POST", path="/users/.*/events$", status=504, code="", times=1, after=True)
    with pytest.raises(Later):
        await world.service.sync.sync_instance(SyncInstance(booking=booking["Booking_Id"], node=booking["Node_Id"]))
    await world.settle()
    seen_first = await world.outlook.the_event(ELM.mailbox, slot)
    await world.service.sync.sync_instance(SyncInstance(ELM.space, event=seen_first["id"]))
    link = (await the_meeting(world, booking=booking["Booking_Id"]))["link"]
    assert (link["state"], link["room_event"] == seen_first["id"]) == ("linked", False)
