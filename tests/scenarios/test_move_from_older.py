"""B11: what other programs left behind is taken over: bookings of an older sync, and our own when all memory of them is lost."""

from typing import Any

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK, Person
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import at, explained
from tests.scenarios.people import Slot, checked
from tests.scenarios.test_plan import planned, switch

row = pytest.param
OLD_ACCOUNT = Person("old.sync@contoso.example", "Old", "Sync")


async def copied_by_the_older_one(world: World, slot: Slot, host: Person = ANA, **marks: str) -> Any:
    """A meeting of Ana's in Outlook, and the booking that another program made of it, in a room that is not switched on."""
    await switch(world, ELM, on=False)
    await world.outlook.book(ANA, slot, "Plan the move", (ELM,), (BEN,))
    await world.settle()
    about = {"Space_Id": ELM.space, "Booking_Name": "Plan the move", **world.ibss.times(slot), "Booking_Source": "Sync"}
    people = [{"IsVisitor": 0, "Email": BEN.address, "First_Name": "Ben", "Last_Name": "Okoro"}]
    booked = {**about, "Booking_Owner_Email": host.address, "Booking_Parties": people, **marks}
    return checked(await world.ibss.http.post("/_sim/bookings", json=booked))


async def plan_at(world: World, slot: Slot) -> list[str]:
    meetings = (await planned(world, room=ELM.space))["meetings"]
    return sorted(meeting["reason"] for meeting in meetings if meeting.get("start") == slot.start.isoformat())


@pytest.mark.parametrize(
    "marks", [row({}, id="no mark"), row({"Meta_Ext_Booking_EventId": "AAMkADEwOlder=="}, id="its own mark")]
)
async def test_B11_the_bookings_of_an_older_sync_are_adopted_whatever_it_wrote_into_them(
    world: World, marks: dict[str, str]
) -> None:
    slot = world.slot()
    booking = await copied_by_the_older_one(world, slot, **marks)
    assert await plan_at(world, slot) == ["adopted: the same meeting stood on both sides"]
    mails = await world.outlook.mails()
    await switch(world, ELM, on=True)
    await world.sweep()
    assert (await world.ibss.the_booking(ELM, slot))["Booking_Id"] == booking["Booking_Id"]
    assert await world.outlook.mails() == mails
    [meeting] = (await explained(world, room=ELM.space, at=at(slot)))["meetings"]
    assert meeting["standing"].startswith("linked: ")


async def test_B11_a_booking_under_the_older_sync_s_own_account_is_seen_in_the_plan(world: World) -> None:
    slot = world.slot()
    await copied_by_the_older_one(world, slot, host=OLD_ACCOUNT)
    assert await plan_at(world, slot) == ["new in IBSS", "new in Outlook"]


async def test_B11_a_new_installation_takes_over_all_that_an_earlier_one_made(world: World) -> None:
    ours, theirs = world.slot(), world.slot()
    await world.outlook.book(ANA, ours, "Of Outlook", (OAK,), (BEN,))
    await world.ibss.book(BEN, OAK, theirs, "Of IBSS", (ANA,))
    await world.settle()
    before = [(await world.ibss.the_booking(OAK, slot))["Booking_Id"] for slot in (ours, theirs)]
    mails = await world.outlook.mails()
    for table in world.tables.values():
        table.lose()
    await world.pass_time(minutes=2)
    await world.service.subscriptions.renew_all()
    await world.sweep()
    assert [(await world.ibss.the_booking(OAK, slot))["Booking_Id"] for slot in (ours, theirs)] == before
    assert [len(await world.outlook.calendar(OAK.mailbox, slot)) for slot in (ours, theirs)] == [1, 1]
    assert await world.outlook.mails() == mails
    await world.ibss.change(BEN, await world.ibss.the_booking(OAK, theirs), Booking_Name="Renamed")
    await world.settle()
    assert (await world.outlook.the_event(BEN.address, theirs))["subject"] == "Renamed"


async def test_B11_a_room_that_was_off_for_a_while_goes_on_where_it_was(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Before", (ELM,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(ELM, slot)
    await switch(world, ELM, on=False)
    await world.pass_time(minutes=2)
    assert str(ELM.mailbox) not in {subscribed.mailbox for subscribed in await world.store.subscriptions()}
    await world.outlook.change(ANA, event["id"], subject="Meanwhile")
    await world.settle()
    await world.sweep()
    assert (await world.ibss.booking(booking))["Booking_Name"] == "Before"
    await switch(world, ELM, on=True)
    await world.sweep()
    assert (await world.ibss.the_booking(ELM, slot)) == (await world.ibss.booking(booking))
    assert (await world.ibss.booking(booking))["Booking_Name"] == "Meanwhile"


async def test_B13_that_no_room_at_all_is_switched_on_is_not_believed(world: World) -> None:
    for node in ("1", "2"):
        checked(await world.ibss.http.patch(f"/_sim/nodes/{node}", json={"Bkng_Ext_System": 0}))
    await world.service.subscriptions.renew_all()
    assert len(await world.store.rooms()) == 6


async def test_B11_B18_what_was_adopted_while_its_host_could_not_be_read_becomes_what_outlook_says(world: World) -> None:
    slot, door = world.slot(), f"{world.outlook.side_door}/mailboxes/{ANA.address}"
    await switch(world, ELM, on=False)
    await world.outlook.book(ANA, slot, "As Outlook has it", (ELM,), (BEN,))
    await world.ibss.book(ANA, ELM, slot, "As IBSS has it", (CLEO,))
    await world.settle()
    checked(await world.outlook.http.patch(door, json={"unreadable": {"status": 403, "code": "ErrorAccessDenied"}}))
    await switch(world, ELM, on=True)
    await world.sweep()
    booking = await world.ibss.the_booking(ELM, slot)
    assert (booking["Booking_Name"], world.ibss.people(booking)) == ("As IBSS has it", {CLEO.address})
    checked(await world.outlook.http.patch(door, json={"unreadable": {}}))
    await world.sweep()
    booking = await world.ibss.the_booking(ELM, slot)
    assert (booking["Booking_Name"], world.ibss.people(booking)) == ("As Outlook has it", {BEN.address})
