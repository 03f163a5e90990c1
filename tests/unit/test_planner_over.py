"""The decision table, third part: what is over, and what is not quite over."""

from dataclasses import replace

import pytest

from sync_core.model import Field, Link, Reading, Reason, State
from sync_core.planner import CancelEvent, Plan, Policy, plan
from tests.unit.examples import BOOKING_GONE, EVENT_GONE, MEETING, NOT_THERE, NOW, linked, meeting, slot, there
from tests.unit.plans import left_alone, refuses, update_booking, update_event

row = pytest.param

PAST, RUNNING = meeting(slot=slot(-3)), meeting(slot=slot(-0.5))
ENDING_NOW = meeting(slot=slot(-1))


def check(link: Link, event: Reading, booking: Reading, expected: Plan) -> None:
    assert plan(link, event, booking, Policy(), NOW) == expected


OVER = [
    row(linked(base=PAST), there(PAST), there(replace(PAST, subject="Retro")), id="an edit of the past"),
    row(linked(base=PAST), EVENT_GONE, there(PAST), id="the past deleted in Outlook"),
    row(linked(base=PAST), there(PAST), BOOKING_GONE, id="the past cancelled in IBSS"),
    row(linked(base=ENDING_NOW), there(ENDING_NOW), BOOKING_GONE, id="what ends now is over"),
]


@pytest.mark.parametrize(("link", "event", "booking"), OVER)
def test_what_is_over_is_left_alone(link: Link, event: Reading, booking: Reading) -> None:
    check(link, event, booking, left_alone(Reason.OVER))


@pytest.mark.parametrize(
    ("state", "then"),
    [
        row(State.NOT_SYNCED, State.NOT_SYNCED, id="what was never synced"),
        row(State.REJECTED, State.REJECTED, id="what was refused"),
        row(State.FROZEN, State.LINKED, id="what was frozen needs nobody any more"),
    ],
)
def test_what_is_over_keeps_its_state(state: State, then: State) -> None:
    link = linked(base=PAST, state=state)
    check(link, there(PAST), there(PAST), left_alone(Reason.OVER, then))


NOT_QUITE_OVER = [
    row(linked(base=PAST), there(), there(PAST), (update_booking(MEETING, Field.SLOT),), id="moved from the past in Outlook"),
    row(linked(base=PAST), there(PAST), there(), (update_event(MEETING, Field.SLOT),), id="moved from the past in IBSS"),
    row(linked(), there(PAST), there(), (update_booking(PAST, Field.SLOT),), id="moved into the past"),
    row(linked(base=RUNNING), there(RUNNING), BOOKING_GONE, (CancelEvent(),), id="running, and cancelled in IBSS"),
    row(linked(base=PAST), EVENT_GONE, NOT_THERE, (), id="the past, gone from both sides"),
]


def test_what_was_moved_into_the_past_is_not_made_again() -> None:
    check(linked(), there(PAST), BOOKING_GONE, refuses(Reason.STARTS_IN_PAST, State.REJECTED))


@pytest.mark.parametrize(("link", "event", "booking", "actions"), NOT_QUITE_OVER)
def test_as_long_as_one_side_or_the_base_is_not_over_the_table_holds(
    link: Link, event: Reading, booking: Reading, actions: tuple[object, ...]
) -> None:
    assert plan(link, event, booking, Policy(), NOW).actions == actions
