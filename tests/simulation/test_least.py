"""The judge counts the writes and mails of the service against what the edits of people have earned."""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from localdev import world as company
from tests.scenarios.people import Json
from tests.simulation.judged import BOOKED, Damage, Story, played, told
from tests.simulation.people import slot_of
from tests.simulation.script import IBSS, OUTLOOK, Step
from tests.simulation.shrink import Case
from tests.simulation.sides import Shown, Standing, without_the_write
from tests.simulation.weather import Weather

MOST = 1.05
"""Of writes over the least, with faults or without."""


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def guests(*people: company.Person) -> list[Json]:
    there = [{"type": "required", "emailAddress": {"address": one.address, "name": one.name}} for one in people]
    return [*there, {"type": "resource", "emailAddress": {"address": company.OAK.mailbox, "name": company.OAK.name}}]


def times(number: int) -> Json:
    slot = slot_of(number)
    written = {"start": slot.start, "end": slot.end}
    return {name: {"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"} for name, at in written.items()}


async def write_what_nobody_has_edited(story: Story) -> None:
    await story.worker_books(Booking_Name="m0: of its own accord")


async def write_the_same_again(story: Story) -> None:
    await story.worker_books(Booking_Name=story.booking.name)


async def write_one_edit_in_two(story: Story) -> None:
    slot = slot_of(5)
    booking = story.booking
    story.service_dies()
    await story.people._alter(booking, Booking_Name="m0: both", **story.people.ibss.times(slot))
    await story.worker_invites(subject="m0: both")
    await story.worker_invites(**times(5))


async def mail_everybody_of_a_new_guest(story: Story) -> None:
    booking = story.booking
    story.service_dies()
    parties = [story.people.ibss.party(person) for person in (company.BEN, company.CLEO)]
    await story.people._alter(booking, Booking_Parties=parties)
    await story.worker_invites(subject="m0: o7", attendees=guests(company.BEN, company.CLEO))


async def invite_a_stranger(story: Story) -> None:
    booking = story.booking
    story.service_dies()
    await story.people._alter(booking, Booking_Name="m0: new name")
    await story.worker_invites(subject="m0: new name", attendees=guests(company.BEN, company.VERA))


async def mail_of_what_was_edited_in_outlook(story: Story) -> None:
    story.service_dies()
    await story.people.take(Step(0, OUTLOOK, "rename", 0, 9))
    await story.worker_invites(subject="m0: o9")


async def write_once_for_each_of_two_edits_that_one_write_has_carried_over(story: Story) -> None:
    story.service_dies()
    await story.people.take(Step(0, IBSS, "rename", 0, 8))
    await story.people.take(Step(0, IBSS, "rename", 0, 9))
    await story.worker_invites(subject="m0: i9")
    await story.worker_invites(subject="m0: i9")


@pytest.mark.parametrize(
    ("damage", "seen"),
    [
        (write_what_nobody_has_edited, "a write that no edit has earned: a worker PATCH /v2/"),
        (write_the_same_again, "a write that no edit has earned: a worker PATCH /v2/"),
        (write_one_edit_in_two, "a write that no edit has earned: a worker PATCH /v1.0/"),
        (write_one_edit_in_two, "a mail that no edit has earned: ben@contoso.example update"),
        (
            write_once_for_each_of_two_edits_that_one_write_has_carried_over,
            "a write that no edit has earned: a worker PATCH /v1.0/",
        ),
        (write_once_for_each_of_two_edits_that_one_write_has_carried_over, "a mail that no edit has earned: ben@contoso.example"),
        (mail_everybody_of_a_new_guest, "a mail that no edit has earned: ben@contoso.example update"),
        (invite_a_stranger, "a mail to somebody who is not in the meeting: vera@fabrikam.example"),
        (mail_of_what_was_edited_in_outlook, "a mail that no edit has earned: ben@contoso.example update"),
    ],
    ids=lambda one: one.__name__ if callable(one) else "",
)
def test_what_nobody_has_asked_for_is_seen(damage: Damage, seen: str) -> None:
    assert seen in told(damage)


async def carry_an_edit_over(story: Story) -> None:
    story.service_dies()
    await story.people.take(Step(0, IBSS, "rename", 0, 9))
    await story.worker_invites(subject="m0: i9")


async def ask_for_a_create_twice(story: Story) -> None:
    slot, room = slot_of(9), company.ELM
    story.service_dies()
    await story.people.take(Step(0, OUTLOOK, "book", 3, 9))
    booking = {
        "Space_Id": room.space,
        "Booking_Name": "m3: new",
        "Booking_Owner_Email": company.ANA.address,
        "Booking_Parties": [story.people.ibss.party(company.BEN)],
        **story.people.ibss.times(slot),
    }
    for _ in range(2):
        await story.worker_asks("POST", f"/v2/{room.node}/bookings", booking, {"Idempotency-Key": "one"})
    assert story.checker.least.repeated == 1


async def decline_for_the_room(story: Story) -> None:
    """As where Graph lets nobody cancel an event but somebody else."""
    [copy] = story.town.graph.tenant.mailboxes[company.OAK.mailbox or ""].events
    story.service_dies()
    await story.people.take(Step(0, IBSS, "cancel", 0))
    await story.worker_asks("POST", f"/users/{company.OAK.mailbox}/events/{copy}/decline", {})


@pytest.mark.parametrize(
    "right", [carry_an_edit_over, ask_for_a_create_twice, decline_for_the_room], ids=lambda one: one.__name__
)
def test_what_an_edit_has_earned_is_let_pass(right: Damage) -> None:
    assert told(right) == ""


def test_a_room_that_declines_while_the_service_writes_does_so_by_itself() -> None:
    slot = slot_of(1)
    asked = Shown("oak@contoso.example", slot.start, slot.end, "m0: new", ())
    before: Standing = {OUTLOOK: {0: Counter([asked])}, IBSS: {}}
    now: Standing = {OUTLOOK: {0: Counter([replace(asked, declined=True)])}, IBSS: {}}
    assert without_the_write(before, now, OUTLOOK) == now


IN_IBSS = Step(0, IBSS, "book", 0, 1)


def test_that_an_event_is_named_in_its_booking_is_earned_once() -> None:
    async def name_another(story: Story) -> None:
        await story.worker_books(Meta_Ext_Booking_EventId="another")

    assert "a write that no edit has earned: a worker PATCH /v2/" in told(name_another, (IN_IBSS,))


@pytest.mark.parametrize(
    ("steps", "writes", "mails"),
    [
        pytest.param(BOOKED, 2, 0, id="booked and renamed in Outlook"),
        pytest.param((IN_IBSS,), 2, 2, id="booked in IBSS: its event, and the event's name for the booking"),
        pytest.param((IN_IBSS, Step(9, IBSS, "move", 0, 2)), 3, 4, id="and moved"),
        pytest.param((IN_IBSS, Step(9, IBSS, "invite", 0, 3)), 3, 3, id="and somebody is invited"),
        pytest.param((IN_IBSS, Step(9, IBSS, "uninvite", 0, 2)), 3, 3, id="and somebody is not invited any more"),
        pytest.param((IN_IBSS, Step(9, IBSS, "room", 0, 1)), 3, 5, id="and goes to another room"),
        pytest.param((IN_IBSS, Step(9, IBSS, "cancel", 0)), 3, 4, id="and cancelled"),
        pytest.param((IN_IBSS, Step(9, OUTLOOK, "cancel", 0)), 3, 2, id="and cancelled in Outlook"),
        pytest.param((Step(0, OUTLOOK, "series", 0, 1),), 3, 0, id="a series of three"),
        pytest.param((Step(0, OUTLOOK, "series", 0, 1), Step(9, IBSS, "rename_one", 0, 1)), 4, 2, id="and one of it renamed"),
    ],
)
def test_the_least_is_what_one_would_count_by_hand(steps: tuple[Step, ...], writes: int, mails: int) -> None:
    least = played(steps).least
    assert (least.writes - least.repeated, least.earned) == (writes, writes)
    assert (least.mails, least.earned_mails) == (mails, mails)


RIGHT = {
    "an edit is undone while it is on its way": Case(199, frozenset({5, 6})),
    "a booking takes over the private meeting in its slot": Case(193, frozenset({2, 8})),
    "a booking is made while its host's mailbox cannot be read": Case(362, frozenset(range(6))),
    "a create is asked for twice": Case(180, frozenset({1, 2})),
}
"""What seeds have taught the judge to let pass."""


@pytest.mark.parametrize("case", RIGHT.values(), ids=RIGHT)
def test_what_only_looks_like_too_much_is_let_pass(case: Case) -> None:
    assert case.run().violations == []


def test_where_nothing_goes_wrong_no_more_is_done_than_the_least_but_for_a_create_that_is_asked_for_twice() -> None:
    """Two messages tell of one new meeting, and the second is worked while the answer to the first one's create is awaited."""
    writes, least = 0, 0
    for seed in range(16):
        case = replace(Case.of(seed), without=frozenset(Weather.of(seed).rough()))
        outcome = case.run()
        assert outcome.violations == [], f"replay: {case.command}"
        assert outcome.mails == outcome.least_mails, f"replay: {case.command}"
        writes, least = writes + outcome.writes, least + outcome.least
    assert writes <= MOST * least
