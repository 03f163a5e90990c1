"""S11, B01: a recurring booking. In IBSS each instance is a booking of its own, and in Outlook a single event of its own."""

import pytest

from localdev.world import ANA, BEN, ELM, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot
from tests.scenarios.series import all_bookings, around, both_agree, slots


async def recurring_booking(world: World, first: Slot, count: int) -> list[Json]:
    made = [await world.ibss.book(ANA, OAK, slot, "Weekly", (BEN,), Booking_Series_Id="S-1") for slot in slots(first, count)]
    await world.settle()
    return made


async def test_S11_each_instance_goes_its_own_way(world: World) -> None:
    """One in another space, one moved, one renamed, one cancelled; the others stay."""
    first = world.slot()
    wanted = slots(first, 6)
    made = await recurring_booking(world, first, 6)
    events = [await world.outlook.the_event(ANA.address, slot) for slot in wanted]
    await world.ibss.change(ANA, await world.ibss.booking(made[0]), Space_Id=ELM.space)
    moved = wanted[1].later(days=1)
    await world.ibss.change(ANA, await world.ibss.booking(made[1]), **world.ibss.times(moved))
    await world.ibss.change(ANA, await world.ibss.booking(made[2]), Booking_Name="Special")
    await world.ibss.cancel(ANA, await world.ibss.booking(made[3]))
    await world.settle()
    assert await all_bookings(world, first) == [moved, wanted[2], *wanted[4:]]
    assert await all_bookings(world, first, ELM) == [wanted[0]]
    for slot, event in zip([wanted[0], moved, wanted[2], *wanted[4:]], [*events[:3], *events[4:]], strict=True):
        assert (await world.outlook.the_event(ANA.address, slot))["id"] == event["id"]
    await both_agree(world, around(first), OAK, ELM)


async def test_S11_an_instance_made_with_an_alternative_space_is_an_event_there(world: World) -> None:
    first = world.slot()
    taken, *rest = slots(first, 3)
    await world.outlook.book(BEN, taken, "Taken", (OAK,))
    await world.settle()
    await world.ibss.book(ANA, ELM, taken, "Weekly", (BEN,), Booking_Series_Id="S-1")
    for slot in rest:
        await world.ibss.book(ANA, OAK, slot, "Weekly", (BEN,), Booking_Series_Id="S-1")
    await world.settle()
    assert world.outlook.attendees(await world.outlook.the_event(ANA.address, taken), "resource") == {ELM.mailbox}
    assert await all_bookings(world, first) == slots(first, 3)
    await both_agree(world, around(first), ELM)


@pytest.mark.parametrize("count", [8, 20])
async def test_B01_all_instances_cancelled_in_ibss_are_gone_in_outlook(world: World, count: int) -> None:
    first = world.slot()
    for booking in await recurring_booking(world, first, count):
        await world.ibss.cancel(ANA, booking)
    await world.settle()
    assert await world.outlook.calendar(ANA.address, around(first)) == []
    await both_agree(world, around(first))


async def test_B01_of_a_series_that_has_begun_what_is_over_stays(world: World) -> None:
    first = world.slot()
    made = await recurring_booking(world, first, 5)
    await world.pass_time(days=(first.start - world.clock.now()).days + 9)
    for booking in made[2:]:
        await world.ibss.cancel(ANA, booking)
    await world.settle()
    left = [world.outlook.slot_of(event) for event in await world.outlook.calendar(ANA.address, around(first))]
    assert left == slots(first, 2)
    assert await all_bookings(world, first) == slots(first, 2)


async def test_B01_all_events_of_a_series_from_ibss_are_cancelled_in_outlook(world: World) -> None:
    first = world.slot()
    await recurring_booking(world, first, 8)
    for slot in slots(first, 8):
        await world.outlook.cancel(ANA, (await world.outlook.the_event(ANA.address, slot))["id"])
    await world.settle()
    assert await all_bookings(world, first) == []
    await both_agree(world, around(first))
