"""Who looks after a write that was not noted any more: what is ours is not taken for an edit, and what is a person's is."""

from dataclasses import replace
from typing import Any

import pytest

from sync_core import planner
from sync_core.model import Essence, Link, Reading, Reason, Side, State
from sync_core.own_writes import allowing_for_own_writes, asking_for, cancelled_by_us, writing
from sync_core.planner import Action, CancelBooking, CancelEvent, CreateBooking, Plan, Policy, UpdateBooking, UpdateEvent
from tests.unit.examples import (
    BEN,
    BOOKING_GONE,
    CLEO,
    EVENT_GONE,
    EVENT_UNKNOWN,
    MEETING,
    NOW,
    VERA,
    linked,
    meeting,
    slot,
    there,
)

row = pytest.param
OLD, OURS, THIRD = MEETING, meeting(subject="Ours"), meeting(subject="Third")
FIELDS = planner.differences(OLD, OURS)


def planned(link: Link, event: Essence, booking: Essence, **policy: Any) -> Plan:
    sides = there(event), there(booking)
    return planner.plan(allowing_for_own_writes(link, *sides), *sides, Policy(**policy), NOW)


def begun(action: UpdateEvent | UpdateBooking) -> Link:
    return linked(writing=writing(linked(), Plan(Reason.IN_SYNC, State.LINKED, (action,))))


TO_OUTLOOK, TO_IBSS = begun(UpdateEvent(OURS, FIELDS)), begun(UpdateBooking(OURS, FIELDS))


@pytest.mark.parametrize(
    ("link", "event", "booking", "actions"),
    [
        row(TO_OUTLOOK, OLD, OURS, (UpdateEvent(OURS, FIELDS),), id="the write never arrived: it is written again"),
        row(TO_OUTLOOK, OURS, OURS, (), id="the write arrived: all agree"),
        row(TO_OUTLOOK, OURS, THIRD, (UpdateEvent(THIRD, FIELDS),), id="IBSS went on after its first edit had arrived"),
        row(TO_OUTLOOK, OURS, OLD, (UpdateEvent(OLD, FIELDS),), id="IBSS went back after its edit had arrived"),
        row(TO_OUTLOOK, THIRD, OURS, (UpdateBooking(THIRD, FIELDS),), id="somebody changed in Outlook what had arrived"),
        row(TO_IBSS, OURS, OLD, (UpdateBooking(OURS, FIELDS),), id="the write to IBSS never arrived"),
        row(TO_IBSS, THIRD, OURS, (UpdateBooking(THIRD, FIELDS),), id="Outlook went on after its first edit had arrived"),
        row(TO_IBSS, OURS, THIRD, (UpdateEvent(THIRD, FIELDS),), id="somebody changed in IBSS what had arrived"),
    ],
)
@pytest.mark.parametrize("winner", list(Side))
def test_S08_an_edit_does_not_lose_against_our_own_write(
    link: Link, event: Essence, booking: Essence, actions: tuple[Any, ...], winner: Side
) -> None:
    assert planned(link, event, booking, winner=winner).actions == actions


def test_S13_what_was_written_to_outlook_does_not_stand_against_a_cancellation_in_ibss() -> None:
    event = there(OURS)
    unnoted = planner.plan(linked(), event, BOOKING_GONE, Policy(), NOW)
    assert unnoted.actions == (CreateBooking(OURS),)
    link = allowing_for_own_writes(TO_OUTLOOK, event, BOOKING_GONE)
    plan = planner.plan(link, event, BOOKING_GONE, Policy(), NOW)
    assert CreateBooking(OURS) not in plan.actions


def test_what_cannot_be_read_is_not_taken_for_ours() -> None:
    link = allowing_for_own_writes(TO_OUTLOOK, EVENT_UNKNOWN, there(OLD))
    assert (link.base, link.kept) == (OLD, OLD)


def test_a_link_that_nobody_writes_to_stays_as_it_is() -> None:
    assert allowing_for_own_writes(linked(), there(THIRD), there(OLD)) == linked()


def test_people_are_still_merged_one_by_one() -> None:
    invited = meeting(people=frozenset({BEN, CLEO}))
    link = begun(UpdateBooking(invited, planner.differences(OLD, invited)))
    plan = planned(link, invited, meeting(people=frozenset()))
    assert plan.actions == (
        UpdateEvent(meeting(people=frozenset({CLEO})), planner.differences(OLD, invited)),
        UpdateBooking(meeting(people=frozenset({CLEO})), planner.differences(OLD, invited)),
    )


ONE_EACH, ALL_OF_THEM = frozenset({BEN, CLEO}), frozenset({BEN, CLEO, VERA})


@pytest.mark.parametrize("changed_on", list(Side))
def test_what_was_merged_from_both_sides_and_written_to_one_is_still_to_be_written_to_the_other(changed_on: Side) -> None:
    one, both = meeting(people=ONE_EACH), meeting(people=ALL_OF_THEM)
    fields = planner.differences(one, both)
    to_both = UpdateEvent(both, fields), UpdateBooking(both, fields)
    link = linked(writing=writing(linked(), Plan(Reason.IN_SYNC, State.LINKED, to_both)))
    event, booking, left = (both, one, to_both[1]) if changed_on is Side.OUTLOOK else (one, both, to_both[0])
    assert planned(link, event, booking).actions == (left,)


def test_a_create_that_was_asked_for_twice_may_be_made_as_either() -> None:
    first, second = meeting(slot=slot(3)), meeting(slot=slot(4))
    link = Link(MEETING.room, "t-1", Side.IBSS, State.CREATING, intent=first)
    link = replace(link, writing=asking_for(link, second, Side.OUTLOOK))
    moved = meeting(slot=slot(5))
    assert planned(link, second, moved).actions == (UpdateEvent(moved, planner.differences(second, moved)),)


@pytest.mark.parametrize(
    ("ours", "event", "actions"),
    [
        row(
            (CancelBooking(),),
            there(MEETING),
            (CreateBooking(MEETING),),
            id="we cancelled it, and the meeting is there again: it lacks a booking",
        ),
        row((), there(MEETING), (CancelEvent(),), id="a person has cancelled it"),
        row((CancelBooking(),), EVENT_GONE, (), id="we cancelled it, and the meeting is gone"),
    ],
)
def test_B14_a_booking_that_we_cancelled_ourselves_does_not_end_its_meeting(
    ours: tuple[Action, ...], event: Reading, actions: tuple[Action, ...]
) -> None:
    begun = writing(linked(), Plan(Reason.ROOM_REMOVED, State.CLOSED, ours))
    link = linked(writing=begun)
    booking = cancelled_by_us(link, event, BOOKING_GONE)
    assert planner.plan(allowing_for_own_writes(link, event, booking), event, booking, Policy(), NOW).actions == actions
