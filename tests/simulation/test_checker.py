"""The judge sees what it is there to see: each kind of damage, done by hand behind the service's back."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from localdev import world as company
from localdev.ibss.records import Party
from tests.scenarios.people import IbssApp
from tests.simulation.clockwork import Stuck, VirtualLoop
from tests.simulation.history import History
from tests.simulation.judged import Damage, Story, told
from tests.simulation.network import Write
from tests.simulation.people import slot_of
from tests.simulation.script import IBSS, OUTLOOK, Step
from tests.simulation.seeds import PASS


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


async def nothing(_story: Story) -> None:
    return


async def lose_the_booking(story: Story) -> None:
    story.town.ibss.bookings.by_id.clear()


async def double_the_booking(story: Story) -> None:
    (booking,) = story.town.ibss.bookings.by_id.values()
    later = replace(booking, id="BK-9", start=booking.start + timedelta(hours=1), end=booking.end + timedelta(hours=1))
    story.town.ibss.bookings.by_id["BK-9"] = later


async def lose_the_edit_on_both_sides(story: Story) -> None:
    (booking,) = story.town.ibss.bookings.by_id.values()
    story.town.ibss.bookings.by_id[booking.id] = replace(booking, name="m0: new")
    for mailbox in story.town.graph.tenant.mailboxes.values():
        for event in mailbox.events.values():
            if event.is_organizer:
                event.details.subject = "m0: new"


async def write_down_a_secret(story: Story) -> None:
    await story.town.tables["journal"].upsert_entity({"PartitionKey": "1", "RowKey": "1", "overruled": "m0: secret"}, mode=None)


async def describe_a_booking_by_a_secret(story: Story) -> None:
    story.town.ibss.bookings.by_id[story.booking.id] = replace(story.booking, description="about a secret")


async def name_the_people_of_a_private_meeting(story: Story) -> None:
    parties = (Party(company.BEN.address, is_visitor=False),)
    story.town.ibss.bookings.by_id[story.booking.id] = replace(story.booking, parties=parties)


async def say_a_subject(_story: Story) -> None:
    logging.getLogger("sync_core.sync").info("renamed to %s", "m0: o7")


async def say_who(_story: Story) -> None:
    logging.getLogger("sync_core.sync").info("%s was told", company.BEN.address)


async def queue_a_subject(story: Story) -> None:
    story.town.sync_queue.put('{"subject": "m0: o7"}', wait=10**6)


async def leave_a_create_half_done(story: Story) -> None:
    (row,) = (row for row in story.town.tables["links"].rows if "state" in row)
    row["state"] = "creating"


async def lose_the_mailbox_of_the_host(story: Story) -> None:
    story.town.graph.tenant.mailboxes[company.ANA.address].events.clear()


async def mail_for_an_adoption(story: Story) -> None:
    """It is said to have stood on both sides from the first, and then somebody is mailed."""
    town = story.town
    story.people.history.twins.add(0)
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
        (describe_a_booking_by_a_secret, "private words in IBSS"),
        (say_a_subject, "words of a meeting in a log line"),
        (say_who, "a person in a log line"),
        (queue_a_subject, "words of a meeting in a message"),
        (leave_a_create_half_done, "a link is left creating"),
        (mail_for_an_adoption, "a mail for a meeting that stood on both sides: 0"),
        (lose_the_mailbox_of_the_host, "a room holds what its host does not"),
    ],
    ids=lambda one: one.__name__ if callable(one) else "",
)
def test_damage_is_seen(damage: Damage, seen: str) -> None:
    assert seen in told(damage)


def test_people_of_a_private_meeting_are_seen_in_ibss() -> None:
    private = (Step(0, OUTLOOK, "private", 0, 1),)
    assert told(nothing, private) == ""
    assert "people of a private meeting in IBSS" in told(name_the_people_of_a_private_meeting, private)


async def an_edit_of_which_nobody_tells(story: Story) -> None:
    story.town.timers = False
    story.town.graph.tenant.notifications.lost = True
    await story.people.take(Step(0, OUTLOOK, "rename", 0, 8))
    await story.town.idle()


async def a_write_in_the_second_pass(story: Story) -> None:
    async def write() -> None:
        await asyncio.sleep(PASS + 60)
        await story.worker_books(Booking_Name=story.booking.name)

    story.town._run(write())


@pytest.mark.parametrize(
    ("damage", "seen"),
    [
        (an_edit_of_which_nobody_tells, "one clean pass after the faults: only in Outlook"),
        (an_edit_of_which_nobody_tells, "written though all agreed: 1"),
        (a_write_in_the_second_pass, "written though all agreed: 1"),
    ],
    ids=lambda one: one.__name__ if callable(one) else "",
)
def test_what_is_late_is_seen_in_the_end(damage: Damage, seen: str) -> None:
    assert seen in told(damage, to_the_end=True)


def test_a_story_that_ends_well_is_let_pass() -> None:
    assert told(nothing, to_the_end=True) == ""


def test_where_there_is_no_damage_nothing_is_seen() -> None:
    assert told(nothing) == ""


def test_B11_a_meeting_that_has_begun_may_be_on_one_side_alone() -> None:
    today = (Step(0, OUTLOOK, "book", 0, -31),)

    async def lose_it_when_it_has_begun(story: Story) -> None:
        await asyncio.sleep(5400)
        await lose_the_booking(story)

    assert told(lose_the_booking, today) != ""
    assert told(lose_it_when_it_has_begun, today) == ""


def test_a_second_booking_of_a_meeting_is_seen_at_the_moment_when_it_is_made() -> None:
    async def book_again(story: Story) -> None:
        app = IbssApp(story.people.ibss.http)
        await app.book(company.ANA, company.OAK, slot_of(9), "m0: once more")
        await story.people.take(Step(0, IBSS, "rename", 0, 8))

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
