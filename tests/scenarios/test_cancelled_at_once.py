"""B09: an event that a person cancels before the room has heard of it: neither its host nor the room shows it ever after."""

from datetime import timedelta

from localdev.world import ANA, BEN, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import checked


async def test_B09_an_event_cancelled_before_its_room_was_invited_takes_its_booking_along(world: World) -> None:
    slot = world.slot()
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/delays", json={"invitation": 60.0}))
    booking = await world.ibss.book(ANA, OAK, slot, "Changed my mind", (BEN,))
    await world.until(world.now() + timedelta(seconds=10))
    await world.outlook.cancel(ANA, (await world.outlook.the_event(ANA.address, slot))["id"])
    await world.settle()
    await world.sweep()
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"] == 1
    assert world.poisoned == []
