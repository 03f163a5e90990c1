"""B05, B07, B11: what room mailboxes do by themselves, and rooms that were in use before."""

from datetime import timedelta

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, FIR, IVY, OAK, meetings
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import status_of, the_meeting
from tests.scenarios.people import Slot, checked


async def attendant(world: World, mailbox: str, **settings: object) -> None:
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/rooms/{mailbox}", json=settings))


DEFAULTS = pytest.param({}, id="Exchange's defaults")
PREFIXED = pytest.param({"DeleteSubject": False}, id="organiser before the subject")
UNTOUCHED = pytest.param({"DeleteSubject": False, "AddOrganizerToSubject": False}, id="left alone")


@pytest.mark.end_to_end
async def test_B07_a_room_that_shows_only_the_organiser_does_not_rename_the_booking(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Salaries", (OAK,), (BEN,))

    async def rewritten() -> None:
        assert (await world.outlook.the_event(OAK.mailbox, slot))["subject"].strip() == ANA.name

    await world.eventually(rewritten)
    await world.sweep()

    async def look() -> None:
        assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Salaries"
        assert (await world.outlook.event(ANA.address, event["id"]))["subject"] == "Salaries"

    await world.stays(look)


@pytest.mark.parametrize("settings", [DEFAULTS, PREFIXED, UNTOUCHED])
async def test_B07_the_true_subject_stands_whatever_the_room_does_to_its_copy(world: World, settings: dict[str, object]) -> None:
    await attendant(world, OAK.mailbox, **settings)
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Salaries", (OAK,), (BEN,))
    await world.settle()
    await world.sweep()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Salaries"
    assert (await world.outlook.event(ANA.address, event["id"]))["subject"] == "Salaries"
    await world.outlook.change(ANA, event["id"], **world.outlook.times(slot.later(hours=1)))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot.later(hours=1)))["Booking_Name"] == "Salaries"


async def test_B07_a_flipped_subject_is_seen_in_the_room_and_written_nowhere(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Salaries", (BEN,))
    await world.settle()
    assert (await world.outlook.the_event(OAK.mailbox, slot))["subject"].strip() == ANA.name
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes
    assert (await world.ibss.booking(booking))["Booking_Name"] == "Salaries"
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Salaries"


@pytest.mark.end_to_end
async def test_B05_a_booking_whose_room_declines_does_not_stand(world: World) -> None:
    await attendant(world, FIR.mailbox, MaximumDurationInMinutes=60)
    slot = world.slot(minutes=90)
    booking = await world.ibss.book(ANA, FIR, slot, "Too long", (BEN,))

    async def look() -> None:
        assert (await world.ibss.booking(booking))["Booking_IsCancelled"] == 1
        link = (await the_meeting(world, booking=booking["Booking_Id"]))["link"]
        assert (link["state"], link["reason"]) == ("closed", "the room declined")

    await world.eventually(look)


async def test_B05_the_status_shows_what_a_room_declined(world: World) -> None:
    await attendant(world, OAK.mailbox, MaximumDurationInMinutes=60)
    await world.ibss.book(ANA, OAK, world.slot(minutes=90), "Too long", (BEN,))
    await world.settle()
    (oak,) = [room for room in (await status_of(world))["rooms"]["items"] if room["id"] == OAK.space]
    assert oak["links"]["given up"] == {"the room declined": 1}


@pytest.mark.settings(ON_ROOM_DECLINED="keep")
async def test_B05_a_booking_whose_room_declines_is_kept_and_flagged_until_the_room_accepts(world: World) -> None:
    await attendant(world, OAK.mailbox, MaximumDurationInMinutes=60)
    slot = world.slot(minutes=90)
    booking = await world.ibss.book(ANA, OAK, slot, "Too long", (BEN,))
    await world.settle()
    await world.sweep()
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"] == 0
    assert (await the_meeting(world, booking=booking["Booking_Id"]))["standing"] == "linked: the room declined"
    shorter = Slot(slot.start, slot.end - timedelta(minutes=30))
    await world.ibss.change(ANA, await world.ibss.booking(booking), **world.ibss.times(shorter))
    await world.settle()
    assert await world.outlook.the_event(OAK.mailbox, shorter)
    assert (await the_meeting(world, booking=booking["Booking_Id"]))["standing"] == "linked: in sync"


@pytest.mark.parametrize("late", ["accept", "decline"])
async def test_B05_a_room_that_answers_tentatively_keeps_its_booking_until_it_declines(world: World, late: str) -> None:
    await attendant(world, OAK.mailbox, AutomateProcessing="AutoUpdate")
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Waiting", (OAK,), (BEN,))
    await world.settle()
    copy = await world.outlook.the_event(OAK.mailbox, slot)
    for answer in ("tentativelyAccept", late):
        checked(await world.outlook.http.post(f"/users/{OAK.mailbox}/events/{copy['id']}/{answer}", json={"sendResponse": True}))
        await world.settle()
        if answer == "tentativelyAccept":
            assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Waiting"
    await world.sweep()
    assert len(await world.ibss.bookings(OAK, slot)) == (late == "accept")
    assert (await world.outlook.event(ANA.address, event["id"]))["isCancelled"] is False


async def test_B05_a_room_that_never_answers_keeps_its_booking(world: World) -> None:
    await attendant(world, OAK.mailbox, AutomateProcessing="AutoUpdate")
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Waiting", (OAK,), (BEN,))
    await world.settle()
    await world.sweep()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Waiting"


@pytest.mark.end_to_end
async def test_S09_a_booking_moved_to_another_room_takes_the_event_along(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN,))
    event = await world.eventually(lambda: world.outlook.the_event(OAK.mailbox, slot))
    await world.ibss.change(ANA, await world.ibss.booking(booking), Space_Id=ELM.space)

    async def moved() -> str:
        after = await world.outlook.the_event(ANA.address, slot)
        assert (after["iCalUId"], world.outlook.attendees(after, "resource")) == (event["iCalUId"], {ELM.mailbox})
        assert after["location"]["displayName"] == ELM.name
        assert await world.outlook.calendar(OAK.mailbox, slot) == []
        assert await world.outlook.the_event(ELM.mailbox, slot)
        assert (await world.ibss.the_booking(ELM, slot))["Booking_Id"] == booking["Booking_Id"]
        return str(after["id"])

    await world.outlook.change(ANA, await world.eventually(moved), subject="Moved in")

    async def renamed() -> None:
        assert (await world.ibss.the_booking(ELM, slot))["Booking_Name"] == "Moved in"

    await world.eventually(renamed)


@pytest.mark.end_to_end
async def test_B11_meetings_that_stood_on_both_sides_are_adopted_without_a_mail_or_a_double(world: World) -> None:
    at_the_start = meetings(world.now())

    async def look() -> None:
        for meeting in at_the_start:
            slot = Slot(meeting.start, meeting.end)
            booking = await world.ibss.the_booking(meeting.room, slot)
            told = await the_meeting(world, booking=booking["Booking_Id"])
            assert told["link"]["state"] == "linked"
            event = await world.outlook.the_event(meeting.host.address, slot)
            assert event["subject"] == meeting.subject
            assert event["iCalUId"] not in {mail["ical_uid"] for mail in await world.outlook.mails()}

    await world.eventually(look)


async def test_B11_an_adopted_meeting_follows_from_either_side(world: World) -> None:
    adopted = meetings(world.clock.now())[2]
    slot = Slot(adopted.start, adopted.end)
    booking = await world.ibss.the_booking(IVY, slot)
    await world.ibss.change(CLEO, booking, Booking_Name="Supplier week")
    await world.settle()
    event = await world.outlook.the_event(CLEO.address, slot)
    assert event["subject"] == "Supplier week"
    await world.outlook.change(CLEO, event["id"], **world.outlook.times(slot.later(hours=1)))
    await world.settle()
    assert (await world.ibss.the_booking(IVY, slot.later(hours=1)))["Booking_Id"] == booking["Booking_Id"]
