"""Problems 10, 11, 12, 13, 18, 21, 22, 24: what people see and are mailed, and what rooms do by themselves."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK
from sync_core.model import State
from tests.clock_changes import ZONES, Change, changes_of
from tests.scenarios.calendars import Place
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import the_meeting
from tests.scenarios.people import Json, Slot, checked
from tests.scenarios.series import all_bookings, booked, weekly
from tests.scenarios.test_plan import switch
from tests.scenarios.test_privacy import CANARY, SECRET
from tests.scenarios.test_rooms import attendant


def begun(change: Change) -> Any:
    return pytest.param(change, id=change.name, marks=pytest.mark.begins(Place(change, change.windows).begin))


THREE_YEARS = [
    begun(change)
    for windows in ("GMT Standard Time", "Eastern Standard Time", "Lord Howe Standard Time", "Chatham Islands Standard Time")
    for change in changes_of(windows, ZONES[windows])
    if change.at.year > 2025
]


@pytest.mark.parametrize("change", THREE_YEARS)
async def test_problem_10_a_series_keeps_its_wall_clock_over_every_change_of_three_years(world: World, change: Change) -> None:
    """OGCS 67, 381, 506, 508, 1274, 1728, 2278; aluxnimm 289. The expected minutes come from the time zone database."""
    place = Place(change, change.windows)
    expected = [place.at(day, hour=9, minute=15) for day in (-1, 0, 1)]
    pattern = {"type": "daily", "interval": 1}
    ends = {"type": "numbered", "numberOfOccurrences": 3, "startDate": f"{place.day(-1)}", "recurrenceTimeZone": change.windows}
    series = {"pattern": pattern, "range": ends}
    await world.outlook.book(ANA, expected[0], "Daily", (OAK,), recurrence=series, **place.wall_clocks(expected[0]))
    across = await world.ibss.book(BEN, ELM, place.across(), "Night shift")
    await world.settle()
    assert await all_bookings(world, expected[0]) == expected
    assert await world.outlook.the_event(BEN.address, place.across())
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes
    assert world.ibss.slot_of(await world.ibss.booking(across)) == place.across()


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


@pytest.mark.parametrize("change", ["moved", "occurrence moved", "refused", "cancelled"])
async def test_problem_12_no_word_of_a_private_meeting_is_in_a_request_a_log_or_a_table(
    world: World, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    """OGCS 2, 267, 1813; MRBS 2789; MS365-Calendar 57; aluxnimm 367."""
    caplog.set_level(logging.DEBUG)
    first = world.slot()
    if change == "refused":
        fault = {"method": "POST", "path": "/bookings", "status": 400, "code": "PolicyViolation"}
        checked(await world.ibss.http.post("/_sim/faults", json=fault))
    secret: Json = {"sensitivity": "private", "body": {"contentType": "text", "content": CANARY}}
    event = await world.outlook.book(ANA, first, CANARY, (OAK,), (BEN, SECRET), recurrence=weekly(first, 2), **secret)
    await world.settle()
    match change:
        case "moved":
            await world.outlook.change(ANA, event["id"], **world.outlook.times(first.later(hours=1)))
        case "occurrence moved":
            booking = await world.ibss.the_booking(OAK, first)
            await world.ibss.change(ANA, booking, **world.ibss.times(first.later(hours=1)))
        case "cancelled":
            await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    await world.sweep()
    status = await world.ask("status", room=OAK.space)
    explained = await world.ask("explain", room=OAK.space, at=first.start.isoformat())
    seen = [
        caplog.text,
        json.dumps(checked(await world.ibss.http.get("/_sim/requests"))),
        json.dumps(world.ibss_simulator.dump()),
        str([table.rows for table in world.tables.values()]),
        str([world.pull_queue.sent, world.sync_queue.sent]),
        str([status, explained]),
    ]
    for number, text in enumerate(seen):
        assert text, number
        assert CANARY.split()[0] not in text, number
        assert SECRET.address not in text, number


CHANGES = ["time", "subject", "people", "room", "cancelled"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("side", ["Outlook", "IBSS"])
async def test_problem_13_one_change_by_a_person_is_one_mail_at_most_to_each(world: World, side: str, change: str) -> None:
    """OGCS 131, 197, 683, 2104; Odoo 115253, 260329, 109915; sdk-dotnet 1549; graph-docs 16366."""
    slot = world.slot()
    await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    event, booking = await world.outlook.the_event(ANA.address, slot), await world.ibss.the_booking(OAK, slot)
    assert await mailed(world, BEN.address) == 1
    later = slot.later(hours=1)
    if side == "Outlook":
        guests = [world.outlook.guest(BEN), world.outlook.guest(CLEO), world.outlook.room(OAK)]
        members: dict[str, Json] = {
            "time": world.outlook.times(later),
            "subject": {"subject": "Party"},
            "people": {"attendees": guests},
            "room": {"attendees": [world.outlook.guest(BEN), world.outlook.room(ELM)]},
        }
        await (
            world.outlook.cancel(ANA, event["id"])
            if change == "cancelled"
            else world.outlook.change(ANA, event["id"], **members[change])
        )
    else:
        members = {
            "time": world.ibss.times(later),
            "subject": {"Booking_Name": "Party"},
            "people": {"Booking_Parties": [world.ibss.party(BEN), world.ibss.party(CLEO)]},
            "room": {"Space_Id": ELM.space},
            "cancelled": {"Booking_IsCancelled": 1},
        }
        await world.ibss.change(ANA, booking, **members[change])
    await world.settle()
    told = {person.address: await mailed(world, person.address) for person in (BEN, CLEO)}
    assert told[BEN.address] <= 2
    assert told[CLEO.address] == (1 if change == "people" else 0)
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    assert told == {person.address: await mailed(world, person.address) for person in (BEN, CLEO)}


async def mailed(world: World, person: str) -> int:
    return sum(mail["to"] == person for mail in await world.outlook.mails())


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
