"""Problems 11, 18, 21, 22, 24: what rooms do by themselves, and what becomes of a room that two want."""

import json
from datetime import timedelta

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK
from sync_core.model import State
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import the_meeting
from tests.scenarios.people import Slot, checked
from tests.scenarios.series import booked
from tests.scenarios.test_plan import switch
from tests.scenarios.test_rooms import attendant


@pytest.mark.parametrize("added", [True, False], ids=["organiser added", "organiser not added"])
@pytest.mark.parametrize("deleted", [True, False], ids=["subject deleted", "subject kept"])
@pytest.mark.parametrize("born", ["Outlook", "IBSS"])
async def test_problem_11_what_a_room_makes_of_the_subject_is_written_nowhere(
    world: World, born: str, *, deleted: bool, added: bool
) -> None:
    """MeetEasier 21, 65; sdk-dotnet 559; graph-docs 11649; Spacewell's page."""
    await attendant(world, str(OAK.mailbox), DeleteSubject=deleted, AddOrganizerToSubject=added)
    slot = world.slot()
    if born == "Outlook":
        await world.outlook.book(ANA, slot, "Salaries", (OAK,), (BEN,))
    else:
        await world.ibss.book(ANA, OAK, slot, "Salaries", (BEN,))
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    await world.outlook.change(ANA, event["id"], subject="Bonuses")
    await world.settle()
    writes = await world.writes()
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    assert await world.writes() == writes
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Bonuses"
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Bonuses"
    shown = " ".join([ANA.name] * added + ["Bonuses"] * (not deleted))
    assert (await world.outlook.the_event(str(OAK.mailbox), slot))["subject"].strip() == shown


OVERLAPS = [pytest.param(0, id="the same slot"), pytest.param(30, id="half an hour later"), pytest.param(-30, id="earlier")]


@pytest.mark.parametrize("minutes", OVERLAPS)
@pytest.mark.parametrize("first", ["Outlook", "IBSS"])
@pytest.mark.parametrize("late", ["Outlook", "IBSS", "neither"])
async def test_problem_18_when_both_sides_book_the_room_at_once_one_meeting_stands_and_the_loser_is_told(
    world: World, late: str, first: str, minutes: int
) -> None:
    """LibreBooking 147; Respa 259; cal.diy 7278, 13114, 13397, 28151, 29958; sdk-dotnet 243; exchangelib 447; deskbird's page."""
    door = f"{world.outlook.side_door}/notifications"
    checked(await world.outlook.http.patch(door, json={"delay_seconds": 60.0 * (late == "Outlook")}))
    checked(await world.ibss.http.patch("/_sim/posting", json={"delay_seconds": 60.0 * (late == "IBSS")}))
    slot = world.slot(60)
    other = slot.later(minutes=minutes)
    if first == "Outlook":
        await world.outlook.book(ANA, slot, "Ana's", (OAK,))
    await world.ibss.book(BEN, OAK, other, "Ben's")
    if first == "IBSS":
        await world.outlook.book(ANA, slot, "Ana's", (OAK,))
    await world.settle()
    await world.sweep()
    await world.sweep()
    window = Slot(min(slot.start, other.start), max(slot.end, other.end))
    [booking] = await world.ibss.bookings(OAK, window)
    [event] = await world.outlook.calendar(str(OAK.mailbox), window)
    winner = booking["Booking_Owner_Email"]
    assert (event["organizer"]["emailAddress"]["address"], world.outlook.slot_of(event)) == (winner, world.ibss.slot_of(booking))
    answers = [mail["to"] for mail in await world.outlook.mails() if mail["sender"] == OAK.mailbox]
    [loser] = {ANA.address, BEN.address} - {winner}
    assert answers.count(loser) == 1


async def test_problem_21_a_room_in_use_is_switched_on_without_a_double_or_a_mail(world: World) -> None:
    """Matrix's and Eptura's pages; calcurse 232; Odoo 143781."""
    await switch(world, ELM, on=False)
    stood = []
    for number in range(8):
        slot = world.slot()
        await world.outlook.book(ANA if number % 2 else CLEO, slot, f"Meeting {number}", (ELM,), (BEN,))
        booking = await world.ibss.book(
            ANA if number % 2 else CLEO, ELM, slot, "As IBSS has it" if number % 3 else f"Meeting {number}"
        )
        stood.append((slot, booking["Booking_Id"]))
    alone = world.slot()
    await world.outlook.book(ANA, alone, "Only in Outlook", (ELM,), (BEN,))
    await world.settle()
    mails = len(await world.outlook.mails())
    await switch(world, ELM, on=True)
    await world.sweep()
    assert await booked(world, [slot for slot, _ in stood], ELM) == [booking for _, booking in stood]
    assert (await world.ibss.the_booking(ELM, alone))["Booking_Name"] == "Only in Outlook"
    assert len(await world.outlook.mails()) == mails
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes


async def test_problem_22_what_ibss_refuses_is_told_with_its_reason_once_and_tried_no_more(world: World) -> None:
    """Matrix's, Eptura's and Spacewell's pages: accepted by the one system, and against the rules of the other."""
    checked(await world.ibss.http.patch(f"/_sim/spaces/{OAK.space}", json={"Longest_Minutes": 60}))
    slot = world.slot(90)
    event = await world.outlook.book(ANA, slot, "Too long for IBSS", (OAK,), (BEN,))
    await world.settle()
    told = await the_meeting(world, event=event["id"], mailbox=ANA.address)
    assert (told["link"]["state"], "PolicyViolation" in json.dumps(told)) == (str(State.REJECTED), True)
    journal = await world.store.journal(OAK.space, event["iCalUId"])
    writes, mails = await world.writes(), await world.outlook.mails()
    for _ in range(3):
        await world.sweep()
    assert (await world.writes(), await world.outlook.mails()) == (writes, mails)
    assert await world.store.journal(OAK.space, event["iCalUId"]) == journal
    await world.outlook.change(ANA, event["id"], **world.outlook.times(Slot(slot.start, slot.end - timedelta(minutes=30))))
    await world.settle()
    assert await world.ibss.the_booking(OAK, Slot(slot.start, slot.end - timedelta(minutes=30)))


async def test_problem_22_what_the_room_refuses_is_told_to_its_host_once(world: World) -> None:
    await attendant(world, str(OAK.mailbox), MaximumDurationInMinutes=60)
    booking = await world.ibss.book(ANA, OAK, world.slot(90), "Too long for the room", (BEN,))
    await world.settle()
    for _ in range(3):
        await world.sweep()
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"] == 1
    told = await the_meeting(world, booking=booking["Booking_Id"])
    assert told["link"]["reason"] == "the room declined"
    answers = [mail for mail in await world.outlook.mails() if (mail["sender"], mail["to"]) == (OAK.mailbox, ANA.address)]
    assert len(answers) == 1


@pytest.mark.parametrize("answer", ["never", "late", "late and no"])
async def test_problem_24_a_room_that_answers_late_or_never_keeps_its_booking_until_it_declines(
    world: World, answer: str
) -> None:
    """sdk-javascript 523."""
    if answer == "never":
        await attendant(world, str(OAK.mailbox), AutomateProcessing="AutoUpdate")
    else:
        checked(await world.outlook.http.patch(f"{world.outlook.side_door}/delays", json={"decision": 3600.0}))
    if answer == "late and no":
        await attendant(world, str(OAK.mailbox), MaximumDurationInMinutes=15)
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Waiting", (BEN,))
    await world.settle()
    await world.sweep()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == booking["Booking_Id"]
    await world.until(world.clock.now() + timedelta(hours=2))
    await world.sweep()
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"] == int(answer == "late and no")


async def test_problem_24_what_stays_in_the_room_as_canceled_counts_as_gone(world: World) -> None:
    """MShekow 6."""
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Off", (OAK,), (BEN,))
    await world.settle()
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    query = {"startDateTime": slot.start.isoformat()[:19], "endDateTime": slot.end.isoformat()[:19]}
    [left] = checked(await world.outlook.http.get(f"/users/{OAK.mailbox}/calendarView", params=query))["value"]
    assert left["subject"].startswith("Canceled: ")
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    assert await world.ibss.bookings(OAK, slot) == []
    new = await world.ibss.book(BEN, OAK, slot, "In its place")
    await world.settle()
    assert (await world.ibss.booking(new))["Booking_IsCancelled"] == 0
