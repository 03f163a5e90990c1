"""B06: what a private meeting is about, and who is in it, stays in Outlook; test_privacy_stories.py searches for it."""

from urllib.parse import unquote

from localdev import world as company
from localdev.world import ANA, BEN, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import checked
from tests.scenarios.series import weekly

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


async def test_N04_of_a_person_s_calendar_nothing_is_read_but_what_is_named(world: World) -> None:
    """And so no body. Of a room's, Graph does not let it be named what a delta tells."""
    rooms = {room.mailbox for room in company.ROOMS}
    first = world.slot()
    await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 5))
    await world.settle()
    checked(await world.outlook.http.delete(f"{world.outlook.side_door}/requests"))
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.outlook.book(BEN, world.slot(), "Another", (OAK,), (ANA,))
    await world.settle()
    told = checked(await world.outlook.http.get(f"{world.outlook.side_door}/requests"))["value"]
    reads = [one["path"] for one in told if one["method"] == "GET" and "/users/" in one["path"]]
    whole = {path.split("/users/")[1].split("/")[0] for path in reads if "$select=" not in unquote(path)}
    named = {path.split("/users/")[1].split("/")[0] for path in reads if "$select=" in unquote(path)}
    assert {unquote(mailbox) for mailbox in named} >= {ANA.address, BEN.address}
    assert {unquote(mailbox) for mailbox in whole} <= rooms
