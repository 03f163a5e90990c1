"""B06: what a private meeting is about, and who is in it, stays in Outlook."""

import logging

import pytest

from localdev.world import ANA, BEN, OAK, Person
from tests.scenarios.in_process import World
from tests.scenarios.people import checked

CANARY = "Canary-7f3a takeover of Fabrikam"
SECRET = Person("canary@fabrikam.example", "Canary", "Bird")


async def test_B06_ibss_shows_a_private_meeting_as_busy_and_nothing_of_it_leaks(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slot = world.slot()
    event = await world.outlook.book(
        ANA, slot, CANARY, (OAK,), (BEN, SECRET), sensitivity="private", body={"contentType": "text", "content": CANARY}
    )
    await world.settle()
    await world.outlook.change(ANA, event["id"], **world.outlook.times(slot.later(hours=1)))
    await world.settle()
    await world.sweep()
    booking = await world.ibss.the_booking(OAK, slot.later(hours=1))
    assert (booking["Booking_Name"], booking["Booking_Parties"]) == ("Private meeting", [])
    seen = [
        str(checked(await world.ibss.http.get("/_sim/requests"))),
        str([table.rows for table in world.tables.values()]),
        str([world.pull_queue.sent, world.sync_queue.sent]),
        caplog.text,
        str(booking),
    ]
    for text in seen:
        assert CANARY not in text
        assert SECRET.address not in text


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
