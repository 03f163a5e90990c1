"""B08: a booking of linked rooms that is made again, because a change in Outlook stands against its cancellation."""

from localdev.world import ANA, ELM, OAK
from tests.scenarios.in_process import World
from tests.scenarios.test_crashes import posting
from tests.scenarios.test_linked_rooms import linked, quiet, rooms_of


async def test_B08_B09_a_linked_booking_that_is_made_again_holds_all_its_rooms(world: World) -> None:
    slot = world.slot()
    booking, event = await linked(world, slot)
    await posting(world, lost=True)
    await world.ibss.cancel(ANA, await world.ibss.booking(booking))
    await posting(world, lost=False)
    await world.outlook.change(ANA, event["id"], subject="Town hall, after all")
    await world.sweep()
    again = await world.ibss.the_booking(OAK, slot)
    assert (again["Booking_Name"], again["Linked_Space_Ids"]) == ("Town hall, after all", [ELM.space])
    assert again["Booking_Id"] != booking["Booking_Id"]
    assert await rooms_of(world, event) == {OAK.mailbox, ELM.mailbox}
    await quiet(world)
