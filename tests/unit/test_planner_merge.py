"""Both sides are there: a merge against what was agreed, field by field."""

from dataclasses import replace

import pytest

from sync_core.model import PRIVATE_SUBJECT, Essence, Field, Present, Reason, Side, State
from sync_core.planner import Plan, Policy, UpdateBooking, UpdateEvent, merge, plan
from tests.unit.examples import ANA, BEN, CLEO, ELM, FIR, MEETING, NOW, VERA, linked, meeting, slot, there

row = pytest.param
OUTLOOK, IBSS = Side.OUTLOOK, Side.IBSS

RENAMED, RENAMED_TOO = meeting(subject="Retro"), meeting(subject="Standup")
MOVED, MOVED_TOO = meeting(slot=slot(4)), meeting(slot=slot(6))
ALL_DAY = meeting(slot=replace(MEETING.slot, all_day=True))
WITH_CLEO, WITH_VERA = meeting(people=frozenset({BEN, CLEO})), meeting(people=frozenset({BEN, VERA}))
WITHOUT_BEN = meeting(people=frozenset())
IN_ELM = meeting(room=ELM)
PRIVATE = meeting(subject=PRIVATE_SUBJECT, people=frozenset(), private=True)
REDACTED = replace(PRIVATE, private=False)
EVERYTHING_ELSE = meeting(room=ELM, slot=slot(4), subject="Retro", people=frozenset({CLEO}), linked=frozenset({FIR}))
LINKED = meeting(linked=frozenset({FIR}))

ONE_SIDE_CHANGED = [
    row(RENAMED, {Field.SUBJECT}, id="subject"),
    row(MOVED, {Field.SLOT}, id="time"),
    row(ALL_DAY, {Field.SLOT}, id="made all-day"),
    row(WITH_CLEO, {Field.PEOPLE}, id="somebody invited"),
    row(WITHOUT_BEN, {Field.PEOPLE}, id="somebody taken off"),
    row(IN_ELM, {Field.ROOM}, id="room"),
    row(LINKED, {Field.LINKED}, id="linked room"),
    row(EVERYTHING_ELSE, set(Field), id="all at once"),
]


@pytest.mark.parametrize(("changed", "fields"), ONE_SIDE_CHANGED)
def test_a_change_in_outlook_is_written_to_ibss_and_no_more_than_it(changed: Essence, fields: set[Field]) -> None:
    assert plan(linked(), there(changed), there(), Policy(), NOW) == Plan(
        Reason.EVENT_CHANGED, State.LINKED, (UpdateBooking(changed, frozenset(fields)),)
    )


@pytest.mark.parametrize(("changed", "fields"), ONE_SIDE_CHANGED)
def test_a_change_in_ibss_is_written_to_outlook_and_no_more_than_it(changed: Essence, fields: set[Field]) -> None:
    assert plan(linked(), there(), there(changed), Policy(), NOW) == Plan(
        Reason.BOOKING_CHANGED, State.LINKED, (UpdateEvent(changed, frozenset(fields)),)
    )


def test_nothing_changed_is_nothing_to_do() -> None:
    assert plan(linked(), there(), there(), Policy(), NOW) == Plan(Reason.IN_SYNC, State.LINKED)


def test_the_same_change_on_both_sides_is_only_remembered() -> None:
    assert plan(linked(), there(MOVED), there(MOVED), Policy(), NOW) == Plan(Reason.IN_SYNC, State.LINKED)


def test_another_host_is_not_a_change() -> None:
    theirs = meeting(host=CLEO)
    assert plan(linked(), there(), there(theirs), Policy(), NOW).actions == ()


def test_changes_of_different_fields_both_stand() -> None:
    both = meeting(slot=slot(4), subject="Retro")
    assert plan(linked(), there(MOVED), there(RENAMED), Policy(), NOW) == Plan(
        Reason.BOTH_CHANGED,
        State.LINKED,
        (UpdateEvent(both, frozenset({Field.SUBJECT})), UpdateBooking(both, frozenset({Field.SLOT}))),
    )


CLASHES = [
    row(RENAMED, RENAMED_TOO, OUTLOOK, RENAMED, id="subject, Outlook wins"),
    row(RENAMED, RENAMED_TOO, IBSS, RENAMED_TOO, id="subject, IBSS wins"),
    row(MOVED, MOVED_TOO, OUTLOOK, MOVED, id="time, Outlook wins"),
    row(MOVED, MOVED_TOO, IBSS, MOVED_TOO, id="time, IBSS wins"),
    row(IN_ELM, meeting(room="B1/01|Ash"), OUTLOOK, IN_ELM, id="room, Outlook wins"),
    row(IN_ELM, meeting(room="B1/01|Ash"), IBSS, meeting(room="B1/01|Ash"), id="room, IBSS wins"),
    row(
        meeting(subject="Retro", slot=slot(4)),
        RENAMED_TOO,
        IBSS,
        meeting(subject="Standup", slot=slot(4)),
        id="only what clashes",
    ),
]


@pytest.mark.parametrize(("outlook", "booking", "winner", "merged"), CLASHES)
def test_where_the_same_field_was_changed_the_winner_stands(
    outlook: Essence, booking: Essence, winner: Side, merged: Essence
) -> None:
    assert merge(MEETING, MEETING, there(outlook), booking, winner) == (merged, merged)


PEOPLE = [
    row({BEN}, {BEN, CLEO}, {BEN, VERA}, {BEN, CLEO, VERA}, id="each side invites somebody"),
    row({BEN}, {BEN, CLEO}, {BEN, CLEO}, {BEN, CLEO}, id="both invite the same"),
    row({BEN, CLEO}, {CLEO}, {BEN}, set(), id="each side takes somebody off"),
    row({BEN}, set(), {BEN, VERA}, {VERA}, id="one takes off, one invites"),
    row({BEN}, set(), {BEN}, set(), id="one takes off"),
    row({BEN}, set(), set(), set(), id="both take off"),
    row(set(), {BEN}, set(), {BEN}, id="one invites"),
]


@pytest.mark.parametrize("winner", Side)
@pytest.mark.parametrize(("base", "outlook", "booking", "merged"), PEOPLE)
def test_each_person_is_a_field_of_its_own(
    base: set[str], outlook: set[str], booking: set[str], merged: set[str], winner: Side
) -> None:
    before, here, there_ = (meeting(people=frozenset(people)) for people in (base, outlook, booking))
    to_event, to_booking = merge(before, before, there(here), there_, winner)
    assert to_event.people == to_booking.people == merged


@pytest.mark.parametrize("winner", Side)
def test_an_event_that_cannot_be_written_stands_as_it_is(winner: Side) -> None:
    made = plan(linked(), there(writable=False), there(EVERYTHING_ELSE), Policy(winner), NOW)
    assert made == Plan(Reason.BOOKING_CHANGED, State.LINKED, (UpdateBooking(MEETING, frozenset(Field)),))


def test_a_private_meeting_keeps_its_subject_and_people_from_ibss() -> None:
    retold = meeting(subject="Guess", people=frozenset({VERA}))
    assert plan(linked(base=PRIVATE), there(PRIVATE), there(retold), Policy(IBSS), NOW) == Plan(
        Reason.BOOKING_CHANGED, State.LINKED, (UpdateBooking(REDACTED, frozenset({Field.SUBJECT, Field.PEOPLE})),)
    )


def test_a_private_meeting_can_be_moved_from_ibss() -> None:
    moved = replace(PRIVATE, slot=slot(4), room=ELM)
    told = replace(moved, private=False)
    assert plan(linked(base=PRIVATE), there(PRIVATE), there(told), Policy(), NOW).actions == (
        UpdateEvent(moved, frozenset({Field.SLOT, Field.ROOM})),
    )


def test_a_meeting_that_becomes_private_is_redacted_in_ibss() -> None:
    assert plan(linked(), there(PRIVATE), there(), Policy(), NOW).actions == (
        UpdateBooking(REDACTED, frozenset({Field.SUBJECT, Field.PEOPLE})),
    )


@pytest.mark.parametrize("retold", [RENAMED, WITH_CLEO, EVERYTHING_ELSE])
def test_a_meeting_that_becomes_private_is_redacted_whatever_ibss_has_changed_meanwhile(retold: Essence) -> None:
    [*_, last] = plan(linked(), there(PRIVATE), there(retold), Policy(IBSS), NOW).actions
    assert isinstance(last, UpdateBooking)
    assert (last.target.subject, last.target.people) == (PRIVATE_SUBJECT, frozenset())


def test_a_meeting_that_is_private_no_more_is_told_to_ibss() -> None:
    assert plan(linked(base=PRIVATE), there(), there(REDACTED), Policy(), NOW).actions == (
        UpdateBooking(MEETING, frozenset({Field.SUBJECT, Field.PEOPLE})),
    )


def test_each_side_keeps_its_own_host() -> None:
    to_event, to_booking = merge(MEETING, MEETING, Present(meeting(host=ANA)), meeting(host=CLEO, subject="Retro"), IBSS)
    assert (to_event.host, to_booking.host) == (ANA, CLEO)


# what a side could not keep

SHORTENED = meeting(subject="Rev")
"""What IBSS made of the subject, and was agreed all the same."""

NOT_KEPT = [
    row(MEETING, SHORTENED, (), id="it is no change"),
    row(
        MOVED,
        SHORTENED,
        (UpdateBooking(meeting(subject="Rev", slot=slot(4)), frozenset({Field.SLOT})),),
        id="nor when Outlook moves",
    ),
    row(
        MEETING,
        meeting(subject="Rev", slot=slot(4)),
        (UpdateEvent(MOVED, frozenset({Field.SLOT})),),
        id="nor when IBSS moves",
    ),
    row(RENAMED, SHORTENED, (UpdateBooking(RENAMED, frozenset({Field.SUBJECT})),), id="until Outlook changes that very field"),
    row(MEETING, RENAMED, (UpdateEvent(RENAMED, frozenset({Field.SUBJECT})),), id="or IBSS does"),
]


@pytest.mark.parametrize("winner", Side)
@pytest.mark.parametrize(("outlook", "booking", "actions"), NOT_KEPT)
def test_what_a_side_could_not_keep(outlook: Essence, booking: Essence, actions: tuple[object, ...], winner: Side) -> None:
    assert plan(linked(kept=SHORTENED), there(outlook), there(booking), Policy(winner), NOW).actions == actions


def test_somebody_whom_ibss_does_not_take_stays_invited_when_others_come() -> None:
    base, kept = meeting(people=frozenset({BEN, VERA})), meeting(people=frozenset({BEN}))
    booking = meeting(people=frozenset({BEN, CLEO}))
    assert plan(linked(base=base, kept=kept), there(base), there(booking), Policy(), NOW).actions == (
        UpdateEvent(meeting(people=frozenset({BEN, VERA, CLEO})), frozenset({Field.PEOPLE})),
    )
