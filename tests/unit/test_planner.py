"""The decision table: what is on both sides, what was agreed, and what is then done."""

import pytest

from sync_core.model import PRIVATE_SUBJECT, Essence, Field, Link, Reading, Reason, Side, State
from sync_core.planner import (
    CancelBooking,
    CancelEvent,
    CreateBooking,
    CreateEvent,
    Plan,
    Policy,
    plan,
)
from tests.unit.examples import (
    BOOKING_GONE,
    BOOKING_UNKNOWN,
    EVENT_GONE,
    EVENT_UNKNOWN,
    FIR,
    MEETING,
    NOT_THERE,
    NOW,
    linked,
    meeting,
    slot,
    there,
    unlinked,
)
from tests.unit.plans import closes, left_alone, makes, refuses, update_booking, update_event

row = pytest.param
OUTLOOK_WINS = Policy(winner=Side.OUTLOOK)

RENAMED = meeting(subject="Retro")
MOVED = meeting(slot=slot(4))
RUNNING, STARTING_NOW = meeting(slot=slot(-0.5)), meeting(slot=slot(0))
FAR, AT_THE_HORIZON = meeting(slot=slot(24 * 180 + 1)), meeting(slot=slot(24 * 180))
PRIVATE = meeting(subject=PRIVATE_SUBJECT, people=frozenset(), private=True)


def creating(intent: Essence = MEETING) -> Link:
    return unlinked(state=State.CREATING, intent=intent)


def check(link: Link, event: Reading, booking: Reading, policy: Policy, expected: Plan) -> None:
    assert plan(link, event, booking, policy, NOW) == expected


UNKNOWN = [
    row(linked(), EVENT_UNKNOWN, there(), left_alone(Reason.EVENT_UNREADABLE), id="Outlook unknown"),
    row(linked(), EVENT_UNKNOWN, BOOKING_GONE, left_alone(Reason.EVENT_UNREADABLE), id="Outlook unknown, booking gone"),
    row(linked(), there(), BOOKING_UNKNOWN, left_alone(Reason.BOOKING_UNREADABLE), id="IBSS unknown"),
    row(linked(), EVENT_GONE, BOOKING_UNKNOWN, left_alone(Reason.BOOKING_UNREADABLE), id="IBSS unknown, event gone"),
    row(linked(), EVENT_UNKNOWN, BOOKING_UNKNOWN, left_alone(Reason.EVENT_UNREADABLE), id="both unknown"),
    row(
        creating(),
        there(),
        BOOKING_UNKNOWN,
        left_alone(Reason.BOOKING_UNREADABLE, State.CREATING),
        id="a create under way is not given up",
    ),
]


@pytest.mark.parametrize(("link", "event", "booking", "expected"), UNKNOWN)
def test_what_could_not_be_read_is_left_alone(link: Link, event: Reading, booking: Reading, expected: Plan) -> None:
    check(link, event, booking, OUTLOOK_WINS, expected)


WITHOUT_BASE = [
    row(unlinked(), NOT_THERE, NOT_THERE, refuses(Reason.NOTHING_THERE, State.CLOSED), id="nothing anywhere"),
    row(unlinked(), there(), NOT_THERE, makes(CreateBooking(MEETING), Reason.NEW_EVENT), id="new event"),
    row(unlinked(), NOT_THERE, there(), makes(CreateEvent(MEETING), Reason.NEW_BOOKING), id="new booking"),
    row(unlinked(), there(), BOOKING_GONE, makes(CreateBooking(MEETING), Reason.NEW_EVENT), id="new event, its old booking gone"),
    row(unlinked(), EVENT_GONE, there(), makes(CreateEvent(MEETING), Reason.NEW_BOOKING), id="new booking, its old event gone"),
    row(unlinked(), there(), there(), Plan(Reason.ADOPTED, State.LINKED, ()), id="adopt twins"),
    row(
        unlinked(),
        there(),
        there(RENAMED),
        Plan(Reason.ADOPTED, State.LINKED, (update_booking(MEETING, Field.SUBJECT),)),
        id="adopt: only IBSS is written",
    ),
    row(
        unlinked(base=MEETING),
        there(),
        there(RENAMED),
        Plan(Reason.ADOPTED, State.LINKED, (update_booking(MEETING, Field.SUBJECT),)),
        id="adopt: only the event was known",
    ),
    row(
        unlinked(kept=MEETING),
        there(RENAMED),
        there(),
        Plan(Reason.ADOPTED, State.LINKED, (update_booking(RENAMED, Field.SUBJECT),)),
        id="adopt: only the booking was known",
    ),
    row(
        unlinked(),
        there(),
        there(meeting(subject="Retro", linked=frozenset({FIR}))),
        Plan(Reason.ADOPTED, State.LINKED, (update_booking(meeting(linked=frozenset({FIR})), Field.SUBJECT),)),
        id="adopt: linked rooms are the booking's to say",
    ),
    row(
        unlinked(),
        there(writable=False),
        there(meeting(subject="Retro", people=frozenset(), slot=slot(4))),
        Plan(
            Reason.ADOPTED,
            State.LINKED,
            (update_booking(meeting(subject="Retro", people=frozenset()), Field.SLOT),),
        ),
        id="adopt what only the room shows: its subject and people are not believed",
    ),
    row(
        unlinked(),
        there(PRIVATE, writable=False),
        there(),
        Plan(Reason.ADOPTED, State.LINKED, (update_booking(PRIVATE, Field.SUBJECT, Field.PEOPLE),)),
        id="adopt what only the room shows, as private",
    ),
    row(
        unlinked(),
        there(),
        there(unsynced=Reason.NO_DIRECTORY_ACCOUNT),
        refuses(Reason.NO_DIRECTORY_ACCOUNT, State.NOT_SYNCED),
        id="a panel's booking is not adopted",
    ),
    row(
        unlinked(),
        NOT_THERE,
        there(unsynced=Reason.NO_DIRECTORY_ACCOUNT),
        refuses(Reason.NO_DIRECTORY_ACCOUNT, State.NOT_SYNCED),
        id="a panel's booking is not sent",
    ),
    row(unlinked(), there(RUNNING), NOT_THERE, refuses(Reason.STARTS_IN_PAST, State.REJECTED), id="event has begun"),
    row(unlinked(), there(STARTING_NOW), NOT_THERE, refuses(Reason.STARTS_IN_PAST, State.REJECTED), id="event begins now"),
    row(unlinked(), NOT_THERE, there(RUNNING), makes(CreateEvent(RUNNING), Reason.NEW_BOOKING), id="booking has begun"),
    row(unlinked(), there(FAR), NOT_THERE, refuses(Reason.BEYOND_HORIZON, State.NOT_SYNCED), id="event too far ahead"),
    row(unlinked(), NOT_THERE, there(FAR), refuses(Reason.BEYOND_HORIZON, State.NOT_SYNCED), id="booking too far ahead"),
    row(
        unlinked(),
        there(AT_THE_HORIZON),
        NOT_THERE,
        makes(CreateBooking(AT_THE_HORIZON), Reason.NEW_EVENT),
        id="the horizon itself is inside",
    ),
    row(
        unlinked(reason=Reason.STARTS_IN_PAST, refused=MEETING),
        there(),
        NOT_THERE,
        refuses(Reason.STARTS_IN_PAST, State.REJECTED),
        id="IBSS's clock said no: not asked again",
    ),
    row(
        unlinked(reason=Reason.STARTS_IN_PAST, refused=MEETING),
        there(MOVED),
        NOT_THERE,
        makes(CreateBooking(MOVED), Reason.NEW_EVENT),
        id="IBSS's clock said no: asked again once moved",
    ),
    row(
        unlinked(reason=Reason.STARTS_IN_PAST, refused=MEETING),
        NOT_THERE,
        there(),
        makes(CreateEvent(MEETING), Reason.NEW_BOOKING),
        id="what IBSS refused does not hold back an event",
    ),
    row(unlinked(), there(PRIVATE), NOT_THERE, makes(CreateBooking(PRIVATE), Reason.NEW_EVENT), id="new private event"),
]


@pytest.mark.parametrize(("link", "event", "booking", "expected"), WITHOUT_BASE)
def test_nothing_was_agreed_yet(link: Link, event: Reading, booking: Reading, expected: Plan) -> None:
    check(link, event, booking, OUTLOOK_WINS, expected)


LOST_ANSWERS = [
    row(creating(), there(), there(), Plan(Reason.IN_SYNC, State.LINKED, ()), id="the create had worked"),
    row(
        creating(),
        there(RENAMED),
        there(),
        Plan(Reason.EVENT_CHANGED, State.LINKED, (update_booking(RENAMED, Field.SUBJECT),)),
        id="the create had worked, then Outlook changed",
    ),
    row(
        creating(),
        there(),
        there(RENAMED),
        Plan(Reason.BOOKING_CHANGED, State.LINKED, (update_event(RENAMED, Field.SUBJECT),)),
        id="the create had worked, then IBSS changed",
    ),
    row(
        unlinked(state=State.REJECTED, intent=MEETING),
        there(RENAMED),
        there(),
        Plan(Reason.ADOPTED, State.LINKED, (update_booking(RENAMED, Field.SUBJECT),)),
        id="the create was given up: what stands there is adopted",
    ),
    row(creating(), there(), NOT_THERE, makes(CreateBooking(MEETING), Reason.NEW_EVENT), id="the booking was not made"),
    row(creating(), NOT_THERE, there(), makes(CreateEvent(MEETING), Reason.NEW_BOOKING), id="the event was not made"),
    row(creating(), there(), BOOKING_GONE, closes(Reason.BOOKING_GONE, CancelEvent()), id="made, then cancelled in IBSS"),
    row(creating(), EVENT_GONE, there(), closes(Reason.EVENT_GONE, CancelBooking()), id="made, then cancelled in Outlook"),
    row(creating(), NOT_THERE, NOT_THERE, refuses(Reason.NOTHING_THERE, State.CLOSED), id="all gone before it was made"),
]


@pytest.mark.parametrize(("link", "event", "booking", "expected"), LOST_ANSWERS)
def test_a_create_whose_answer_was_lost(link: Link, event: Reading, booking: Reading, expected: Plan) -> None:
    check(link, event, booking, OUTLOOK_WINS, expected)
