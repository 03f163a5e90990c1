"""B06: what a private meeting is about, and who is in it, stays in Outlook; test_privacy_stories.py searches for it."""

from localdev.world import ANA, BEN, OAK
from tests.scenarios.in_process import World

CANARY = "Canary-7f3a takeover of Fabrikam"


async def test_B06_a_meeting_that_becomes_private_is_redacted_in_ibss(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, CANARY, (OAK,), (BEN,))
    await world.settle()
    await world.outlook.change(ANA, event["id"], sensitivity="private")
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    assert (booking["Booking_Name"], booking["Booking_Parties"]) == ("Private meeting", [])
    after = await world.outlook.event(ANA.address, event["id"])
    assert (after["subject"], world.outlook.attendees(after)) == (CANARY, {BEN.address, OAK.mailbox})


async def test_B06_changes_in_ibss_move_a_private_meeting_but_never_rename_it(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, CANARY, (OAK,), (BEN,), sensitivity="private")
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await world.ibss.change(ANA, booking, Booking_Name="I know", **world.ibss.times(slot.later(hours=1)))
    await world.settle()
    after = await world.outlook.event(ANA.address, event["id"])
    assert (after["subject"], world.outlook.slot_of(after)) == (CANARY, slot.later(hours=1))
    assert world.outlook.attendees(after) == {BEN.address, OAK.mailbox}
    assert (await world.ibss.the_booking(OAK, slot.later(hours=1)))["Booking_Name"] == "Private meeting"
