"""The judge sees what it is there to see: each kind of damage, done by hand behind the service's back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from localdev import world as company
from tests.scenarios.people import IbssApp
from tests.simulation.checker import Checker
from tests.simulation.clockwork import Stuck, VirtualLoop
from tests.simulation.history import History
from tests.simulation.network import Write
from tests.simulation.people import People, slot_of
from tests.simulation.script import IBSS, OUTLOOK, Script, Step
from tests.simulation.town import Town
from tests.simulation.weather import CALM


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


BOOKED = (Step(0, OUTLOOK, "book", 0, 1), Step(60, OUTLOOK, "rename", 0, 7))

type Damage = Callable[[Town, People], Awaitable[None]]


async def _story(damage: Damage, steps: tuple[Step, ...] = BOOKED) -> list[str]:
    """A meeting that is carried over and renamed; then the service stops, and the damage is done."""
    town, history = Town(0, CALM), History()
    people, script = People(town, history), Script(steps, 2, crowded=False)
    checker = Checker(town, people, history, script)
    await town.open()
    town.written.append(checker.watch)
    for step in script.steps:
        await people.take(step)
        await town.idle()
    assert checker.violations == []
    town.timers = False
    await damage(town, people)
    await checker.agreement("after the damage:")
    checker.standing()
    checker.privacy()
    checker.links()
    town.close()
    return checker.violations


def told(damage: Damage, steps: tuple[Step, ...] = BOOKED) -> str:
    loop = VirtualLoop()
    try:
        return " | ".join(loop.run_until_complete(_story(damage, steps)))
    finally:
        loop.close()


async def nothing(_town: Town, _people: People) -> None:
    return


async def lose_the_booking(town: Town, _people: People) -> None:
    town.ibss.bookings.by_id.clear()


async def double_the_booking(town: Town, _people: People) -> None:
    (booking,) = town.ibss.bookings.by_id.values()
    later = replace(booking, id="BK-9", start=booking.start + timedelta(hours=1), end=booking.end + timedelta(hours=1))
    town.ibss.bookings.by_id["BK-9"] = later


async def lose_the_edit_on_both_sides(town: Town, _people: People) -> None:
    (booking,) = town.ibss.bookings.by_id.values()
    town.ibss.bookings.by_id[booking.id] = replace(booking, name="m0: new")
    for mailbox in town.graph.tenant.mailboxes.values():
        for event in mailbox.events.values():
            if event.is_organizer:
                event.details.subject = "m0: new"


async def write_down_a_secret(town: Town, _people: People) -> None:
    await town.tables["journal"].upsert_entity({"PartitionKey": "1", "RowKey": "1", "overruled": "m0: secret"}, mode=None)


async def leave_a_create_half_done(town: Town, _people: People) -> None:
    (row,) = (row for row in town.tables["links"].rows if "state" in row)
    row["state"] = "creating"


async def lose_the_mailbox_of_the_host(town: Town, _people: People) -> None:
    town.graph.tenant.mailboxes[company.ANA.address].events.clear()


async def mail_for_an_adoption(town: Town, people: People) -> None:
    """It is said to have stood on both sides from the first, and then somebody is mailed."""
    people.history.twins.add(0)
    (event,) = town.graph.tenant.mailboxes[company.ANA.address].events.values()
    for listener in town.written:
        listener(Write("worker 0", "PATCH", "/events/1", worked=True, needless=False, mailed=frozenset({event.ical_uid})))


@pytest.mark.parametrize(
    ("damage", "seen"),
    [
        (lose_the_booking, "only in Outlook"),
        (lose_the_booking, "it is not in IBSS: 0"),
        (double_the_booking, "only in IBSS"),
        (lose_the_edit_on_both_sides, "an edit is lost: 0 subject"),
        (write_down_a_secret, "private words in the table journal"),
        (leave_a_create_half_done, "a link is left creating"),
        (mail_for_an_adoption, "a mail for a meeting that stood on both sides: 0"),
        (lose_the_mailbox_of_the_host, "a room holds what its host does not"),
    ],
    ids=lambda one: one.__name__ if callable(one) else "",
)
def test_damage_is_seen(damage: Damage, seen: str) -> None:
    assert seen in told(damage)


def test_where_there_is_no_damage_nothing_is_seen() -> None:
    assert told(nothing) == ""


def test_B11_a_meeting_that_has_begun_may_be_on_one_side_alone() -> None:
    today = (Step(0, OUTLOOK, "book", 0, -31),)

    async def lose_it_when_it_has_begun(town: Town, people: People) -> None:
        await asyncio.sleep(5400)
        await lose_the_booking(town, people)

    assert told(lose_the_booking, today) != ""
    assert told(lose_it_when_it_has_begun, today) == ""


def test_a_second_booking_of_a_meeting_is_seen_at_the_moment_when_it_is_made() -> None:
    async def book_again(_town: Town, people: People) -> None:
        app = IbssApp(people.ibss.http)
        await app.book(company.ANA, company.OAK, slot_of(9), "m0: once more")
        await people.take(Step(0, IBSS, "rename", 0, 8))

    assert "two bookings of one meeting: 0" in told(book_again)


def test_of_two_edits_that_did_not_see_each_other_either_may_stand() -> None:
    history = History()
    history.note(1, "slot", OUTLOOK, "nine", "eight")
    history.note(1, "slot", IBSS, "ten", "eight")
    assert history.may_stand(1, "slot") == {"nine", "ten"}


def test_B11_what_is_written_into_a_half_that_is_alone_yet_does_not_overwrite_the_other() -> None:
    history = History(twins={1}, unheard={1})
    history.note(1, "subject", OUTLOOK, "plan", None)
    history.note(1, "subject", IBSS, "party", "plan")
    assert history.may_stand(1, "subject") == {"plan", "party"}
    history.unheard = set()
    history.note(1, "subject", IBSS, "feast", "plan")
    assert "plan" not in history.may_stand(1, "subject")


def test_an_edit_that_saw_the_other_stands_alone() -> None:
    history = History()
    history.note(1, "slot", OUTLOOK, "nine", "eight")
    history.note(1, "slot", IBSS, "ten", "nine")
    assert history.may_stand(1, "slot") == {"ten"}


def test_who_waits_for_what_never_comes_is_told_so() -> None:
    loop = VirtualLoop()
    with pytest.raises(Stuck):
        loop.run_until_complete(loop.create_future())
    loop.close()
