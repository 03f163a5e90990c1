"""S10: a meeting is forwarded to a room, which answers as to any invitation. The booking has the people of the meeting."""

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK, VERA, Person
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, checked
from tests.scenarios.test_series import occurrence, slots, weekly
from tests.scenarios.test_visitors import visitors

PEOPLE = (BEN, CLEO, VERA)
EXTERNAL = {BEN.address: 0, CLEO.address: 0, VERA.address: 1}


@pytest.mark.end_to_end
@pytest.mark.parametrize("sender", [ANA, BEN], ids=["by the organiser", "by an attendee"])
async def test_S10_a_meeting_without_a_room_is_forwarded_to_one(world: World, sender: Person) -> None:
    slot = world.slot()
    made = await world.outlook.book(ANA, slot, "Forwarded", (), PEOPLE)
    copy = await world.eventually(lambda: world.outlook.the_event(sender.address, slot))
    await world.outlook.forward(sender, copy["id"], ELM)

    async def look() -> Json:
        booking = await world.ibss.the_booking(ELM, slot)
        assert (booking["Booking_Name"], booking["Booking_Owner_Email"]) == ("Forwarded", ANA.address)
        assert visitors(booking) == EXTERNAL
        assert booking["Meta_Ext_Booking_EventId"] == made["iCalUId"]
        return booking

    await world.eventually(look)


POLICIES = [
    pytest.param(EXTERNAL, marks=pytest.mark.settings(VISITORS="external"), id="external"),
    pytest.param(dict.fromkeys(EXTERNAL, 1), marks=pytest.mark.settings(VISITORS="all"), id="all"),
    pytest.param(dict.fromkeys(EXTERNAL, 0), marks=pytest.mark.settings(VISITORS="none"), id="none"),
]


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden from each other"])
@pytest.mark.parametrize("expected", POLICIES)
async def test_S10_the_policy_says_who_of_a_forwarded_meeting_is_a_visitor(
    world: World, expected: dict[str, int], *, hidden: bool
) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Forwarded", (OAK,), PEOPLE, hideAttendees=hidden)
    await world.settle()
    first = await world.ibss.the_booking(OAK, slot)
    await world.outlook.forward(ANA, event["id"], ELM)
    await world.settle()
    await world.sweep()
    assert visitors(await world.ibss.the_booking(ELM, slot)) == expected
    assert await world.ibss.the_booking(OAK, slot) == first


async def test_S10_forwarded_twice_it_is_booked_once(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Forwarded", (), PEOPLE)
    await world.outlook.forward(ANA, event["id"], ELM)
    await world.settle()
    first = await world.ibss.the_booking(ELM, slot)
    await world.outlook.forward(ANA, event["id"], ELM)
    await world.settle()
    assert await world.ibss.the_booking(ELM, slot) == first


async def test_S10_forwarded_to_a_room_that_is_taken_nothing_is_booked(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(CLEO, slot, "First here", (ELM,))
    await world.settle()
    event = await world.outlook.book(ANA, slot, "Forwarded", (), PEOPLE)
    await world.outlook.forward(ANA, event["id"], ELM)
    await world.settle()
    await world.sweep()
    assert (await world.ibss.the_booking(ELM, slot))["Booking_Name"] == "First here"
    assert (await world.outlook.event(ANA.address, event["id"]))["subject"] == "Forwarded"


async def test_S10_a_forwarded_meeting_follows_from_either_side(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Forwarded", (), PEOPLE)
    await world.outlook.forward(ANA, event["id"], ELM)
    await world.settle()
    booking = await world.ibss.the_booking(ELM, slot)
    later = slot.later(hours=1)
    await world.ibss.change(ANA, booking, **world.ibss.times(later), Booking_Parties=booking["Booking_Parties"][:2])
    await world.settle()
    after = await world.outlook.the_event(ANA.address, later)
    assert after["id"] == event["id"]
    assert world.outlook.attendees(after) == {BEN.address, CLEO.address, ELM.mailbox}
    assert len(await world.outlook.calendar(str(ELM.mailbox), later)) == 1
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    assert await world.ibss.bookings(ELM, later) == []


async def test_S10_one_occurrence_forwarded_to_a_room_is_booked_alone(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (), PEOPLE, recurrence=weekly(first, 4))
    await world.settle()
    second = slots(first, 4)[1]
    await world.outlook.forward(ANA, (await occurrence(world, master["id"], second))["id"], ELM)
    await world.settle()
    await world.sweep()
    booked = [slot for slot in slots(first, 4) if await world.ibss.bookings(ELM, slot)]
    assert booked == [second]
    booking = await world.ibss.the_booking(ELM, second)
    assert (booking["Booking_Name"], visitors(booking)) == ("Weekly", EXTERNAL)
    later = second.later(hours=1)
    await world.ibss.change(ANA, booking, **world.ibss.times(later))
    await world.settle()
    await world.sweep()
    assert (await world.outlook.the_event(ANA.address, later))["type"] == "exception"
    assert (await world.ibss.the_booking(ELM, later))["Booking_Id"] == booking["Booking_Id"]
    standing = [slot for slot in slots(first, 4) if await world.outlook.calendar(BEN.address, slot)]
    assert standing == [slot for slot in slots(first, 4) if slot != second]


async def test_S10_a_series_forwarded_to_a_second_room_is_booked_there_too(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), PEOPLE, recurrence=weekly(first, 3))
    await world.settle()
    await world.outlook.forward(ANA, master["id"], ELM)
    await world.settle()
    for slot in slots(first, 3):
        assert visitors(await world.ibss.the_booking(ELM, slot)) == EXTERNAL
        assert await world.ibss.the_booking(OAK, slot)


async def test_S10_lost_notifications_of_a_forwarded_meeting_are_made_up_for(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Forwarded", (), PEOPLE)
    await world.settle()
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/notifications", json={"lost": True}))
    await world.outlook.forward(ANA, event["id"], ELM)
    await world.settle()
    assert await world.ibss.bookings(ELM, slot) == []
    await world.sweep()
    assert visitors(await world.ibss.the_booking(ELM, slot)) == EXTERNAL
