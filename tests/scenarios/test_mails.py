"""Which mails Exchange sends for a change: each attendee whom it concerns gets one, whichever side it was made on, and nobody
else gets any.

What Exchange sends for a PATCH is Microsoft's to say (docs, event-update): who is added is invited, who is left out gets a
cancellation, and when anything but the attendees is written, everybody else an update. There is no way to write without mails.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK, VERA, Person, Room
from tests.scenarios.in_process import World
from tests.scenarios.mail_table import MAILS, Mails
from tests.scenarios.people import Json, Slot, checked
from tests.scenarios.test_series import occurrence, slots, weekly

type Record = Callable[[str, object], None]


@dataclass(frozen=True)
class Meeting:
    """Ana meets Ben and Vera in Oak: a single one, or one occurrence of a weekly series."""

    event: Json
    booking: Json
    slot: Slot


async def mailed(world: World, since: int) -> Mails:
    return sorted((mail["to"], mail["kind"]) for mail in (await world.outlook.mails())[since:])


def to(kind: str, *recipients: Person | Room) -> Mails:
    return [(str(one.mailbox if isinstance(one, Room) else one.address), kind) for one in recipients]


async def a_meeting(world: World, kind: str) -> Meeting:
    slot = world.slot()
    if kind == "booked in IBSS":
        await world.ibss.book(ANA, OAK, slot, "Plan", (BEN, VERA))
    elif kind == "booked in Outlook":
        await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN, VERA))
    else:
        master = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN, VERA), recurrence=weekly(slot, 3))
        slot = slots(slot, 3)[1]
    await world.settle()
    event = (
        await occurrence(world, master["id"], slot) if kind == "of a series" else await world.outlook.the_event(ANA.address, slot)
    )
    return Meeting(event, await world.ibss.the_booking(OAK, slot), slot)


def attendees(world: World, people: tuple[Person, ...], room: Room = OAK) -> Json:
    return [*map(world.outlook.guest, people), world.outlook.room(room)]


async def change_outlook(world: World, meeting: Meeting, what: str) -> None:
    members: dict[str, Json] = {
        "renamed": {"subject": "Party"},
        "moved": world.outlook.times(meeting.slot.later(hours=1)),
        "into another room": {"attendees": attendees(world, (BEN, VERA), ELM), "location": {"displayName": ELM.name}},
        "somebody added": {"attendees": attendees(world, (BEN, VERA, CLEO))},
        "somebody removed": {"attendees": attendees(world, (VERA,))},
        "all of it": {
            "subject": "Party",
            "attendees": attendees(world, (VERA, CLEO), ELM),
            "location": {"displayName": ELM.name},
        },
    }
    if what == "cancelled":
        await world.outlook.cancel(ANA, meeting.event["id"])
    else:
        later = world.outlook.times(meeting.slot.later(hours=1)) if what == "all of it" else {}
        await world.outlook.change(ANA, meeting.event["id"], **members[what], **later)


async def change_ibss(world: World, meeting: Meeting, what: str) -> None:
    ben, vera, cleo = (world.ibss.party(person, visitor=person is VERA) for person in (BEN, VERA, CLEO))
    later = world.ibss.times(meeting.slot.later(hours=1))
    members: dict[str, Json] = {
        "renamed": {"Booking_Name": "Party"},
        "moved": later,
        "into another room": {"Space_Id": ELM.space},
        "somebody added": {"Booking_Parties": [ben, vera, cleo]},
        "somebody removed": {"Booking_Parties": [vera]},
        "all of it": {"Booking_Name": "Party", "Space_Id": ELM.space, "Booking_Parties": [vera, cleo], **later},
        "cancelled": {"Booking_IsCancelled": 1},
    }
    await world.ibss.change(ANA, meeting.booking, **members[what])


CHANGES = {
    "renamed": to("update", BEN, VERA, OAK),
    "moved": to("update", BEN, VERA, OAK) + to("response", ANA),
    "into another room": to("update", BEN, VERA) + to("cancellation", OAK) + to("invite", ELM) + to("response", ANA),
    "somebody added": to("invite", CLEO),
    "somebody removed": to("cancellation", BEN),
    "all of it": to("update", VERA) + to("invite", CLEO, ELM) + to("cancellation", BEN, OAK) + to("response", ANA),
    "cancelled": to("cancellation", BEN, VERA, OAK),
}
"""The rooms' answers are those that Exchange sends to the organiser of any meeting."""

KINDS = ["booked in IBSS", "booked in Outlook", "of a series"]
SIDES = {"Outlook": change_outlook, "IBSS": change_ibss}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("what", CHANGES)
async def test_S05_S07_S08_S09_S13_a_change_mails_everybody_whom_it_concerns_once(
    world: World, what: str, side: str, kind: str, record_property: Record
) -> None:
    meeting = await a_meeting(world, kind)
    before = len(await world.outlook.mails())
    await SIDES[side](world, meeting, what)
    await world.settle()
    await world.sweep()
    sent = await mailed(world, before)
    record_property(MAILS, (f"{what} in {side}" + ", one of a series" * (kind == "of a series"), sent))
    assert sent == sorted(CHANGES[what])


@pytest.mark.parametrize("kind", ["booked in Outlook", "of a series"])
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("what", CHANGES)
async def test_S14_a_change_of_which_nobody_told_mails_no_more_than_one_that_was_told(
    world: World, what: str, side: str, kind: str
) -> None:
    meeting = await a_meeting(world, kind)
    before = len(await world.outlook.mails())
    await notify(world, {"lost": True})
    await SIDES[side](world, meeting, what)
    await world.settle()
    for _ in range(3):
        await world.sweep()
    assert await mailed(world, before) == sorted(CHANGES[what])


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("what", ["somebody added", "all of it"])
async def test_S14_a_change_that_is_told_three_times_mails_no_more_than_one_that_is_told_once(
    world: World, what: str, side: str
) -> None:
    meeting = await a_meeting(world, "booked in IBSS")
    before = len(await world.outlook.mails())
    await notify(world, {"copies": 3})
    await SIDES[side](world, meeting, what)
    await world.settle()
    assert await mailed(world, before) == sorted(CHANGES[what])


async def notify(world: World, how: Json) -> None:
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/notifications", json=how))
    checked(await world.ibss.http.patch("/_sim/posting", json=how))


INVITED = to("invite", BEN, VERA, OAK) + to("response", ANA)


async def book_in_ibss(world: World, slot: Slot) -> None:
    await world.ibss.book(ANA, OAK, slot, "Plan", (BEN, VERA))


async def book_in_outlook(world: World, slot: Slot) -> None:
    await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN, VERA))


async def book_a_series_in_outlook(world: World, slot: Slot) -> None:
    await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN, VERA), recurrence=weekly(slot, 3))


async def book_a_series_in_ibss(world: World, slot: Slot) -> None:
    for one in slots(slot, 3):
        await world.ibss.book(ANA, OAK, one, "Plan", (BEN, VERA), Booking_Series_Id="S-1")


@pytest.mark.parametrize(
    ("book", "expected"),
    [
        pytest.param(book_in_ibss, INVITED, id="booked in IBSS"),
        pytest.param(book_in_outlook, INVITED, id="booked in Outlook"),
        pytest.param(book_a_series_in_outlook, INVITED, id="a series of 3 booked in Outlook"),
        pytest.param(book_a_series_in_ibss, INVITED * 3, id="a series of 3 booked in IBSS"),
    ],
)
async def test_S01_S02_S11_S12_a_new_meeting_invites_everybody_once(
    world: World,
    book: Callable[[World, Slot], Awaitable[None]],
    expected: Mails,
    request: pytest.FixtureRequest,
    record_property: Record,
) -> None:
    """A series that was booked in IBSS stands in Outlook as single events, so each has an invitation of its own."""
    await book(world, world.slot())
    await world.settle()
    await world.sweep()
    sent = await mailed(world, 0)
    record_property(MAILS, (request.node.callspec.id.partition("-")[2], sent))
    assert sent == sorted(expected)
