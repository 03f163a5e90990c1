"""The decision table, second part: one side is gone, and what that does to the other."""

from dataclasses import replace

import pytest

from sync_core.model import PRIVATE_SUBJECT, Absent, Essence, Field, Link, Reading, Reason, Side, State
from sync_core.planner import (
    CancelBooking,
    CancelEvent,
    CreateBooking,
    CreateEvent,
    Plan,
    Policy,
    ReleaseRoom,
    UpdateEvent,
    plan,
)
from tests.unit.examples import (
    AUTO_CANCELLED,
    BOOKING_GONE,
    ELM,
    ELM_ROOM,
    EVENT_GONE,
    MEETING,
    NOT_THERE,
    NOW,
    ROOM_DECLINED,
    ROOM_NOT_SYNCED,
    ROOM_REMOVED,
    linked,
    meeting,
    slot,
    there,
    unlinked,
)
from tests.unit.plans import closes, left_alone, makes, refuses, update_booking, update_event

row = pytest.param
OUTLOOK_WINS, IBSS_WINS = Policy(winner=Side.OUTLOOK), Policy(winner=Side.IBSS)
ROOM_ONLY = Policy(release_room_only=True)
KEEP = Policy(keep_declined=True)
BORN_IN_IBSS = linked(born=Side.IBSS)

MOVED = meeting(slot=slot(4))
IN_ELM = meeting(room=ELM)
ALONE = meeting(people=frozenset())
RUNNING = meeting(slot=slot(-0.5))
FAR = meeting(slot=slot(24 * 180 + 1))
PRIVATE = meeting(subject=PRIVATE_SUBJECT, people=frozenset(), private=True)
PRIVATE_AND_MOVED = replace(PRIVATE, slot=slot(4), private=False)


def check(link: Link, event: Reading, booking: Reading, policy: Policy, expected: Plan) -> None:
    assert plan(link, event, booking, policy, NOW) == expected


GONE = [
    row(linked(), EVENT_GONE, BOOKING_GONE, OUTLOOK_WINS, refuses(Reason.BOTH_GONE, State.CLOSED), id="both"),
    row(linked(), EVENT_GONE, there(), OUTLOOK_WINS, closes(Reason.EVENT_GONE, CancelBooking()), id="event cancelled"),
    row(linked(), ROOM_REMOVED, there(), OUTLOOK_WINS, closes(Reason.ROOM_REMOVED, CancelBooking()), id="room taken off"),
    row(linked(), ROOM_DECLINED, there(), OUTLOOK_WINS, closes(Reason.ROOM_DECLINED, CancelBooking()), id="room declined"),
    row(linked(), NOT_THERE, there(), OUTLOOK_WINS, makes(CreateEvent(MEETING), Reason.NEW_BOOKING), id="event never made"),
    row(linked(), there(), NOT_THERE, OUTLOOK_WINS, makes(CreateBooking(MEETING), Reason.NEW_EVENT), id="booking never made"),
    row(linked(), there(), BOOKING_GONE, OUTLOOK_WINS, closes(Reason.BOOKING_GONE, CancelEvent()), id="booking cancelled"),
    row(
        linked(),
        there(others=frozenset({ELM_ROOM.mailbox})),
        BOOKING_GONE,
        OUTLOOK_WINS,
        closes(Reason.BOOKING_GONE, ReleaseRoom()),
        id="booking cancelled, other rooms on the event",
    ),
    row(
        linked(),
        there(writable=False),
        BOOKING_GONE,
        OUTLOOK_WINS,
        closes(Reason.BOOKING_GONE, ReleaseRoom()),
        id="booking cancelled, the event is not ours to end",
    ),
    row(
        linked(),
        there(),
        BOOKING_GONE,
        ROOM_ONLY,
        closes(Reason.BOOKING_GONE, ReleaseRoom()),
        id="booking cancelled, ON_BOOKING_CANCELLED=remove_room",
    ),
    row(
        linked(),
        there(),
        ROOM_NOT_SYNCED,
        OUTLOOK_WINS,
        closes(Reason.ROOM_NOT_SYNCED, ReleaseRoom()),
        id="booking moved to a room that is not synced",
    ),
    row(
        linked(),
        there(),
        AUTO_CANCELLED,
        OUTLOOK_WINS,
        closes(Reason.AUTO_CANCELLED, ReleaseRoom()),
        id="nobody checked in: the meeting stands",
    ),
    row(
        linked(base=ALONE),
        there(ALONE),
        AUTO_CANCELLED,
        OUTLOOK_WINS,
        closes(Reason.AUTO_CANCELLED, ReleaseRoom()),
        id="nobody checked in, made in Outlook without people",
    ),
    row(
        BORN_IN_IBSS,
        there(),
        AUTO_CANCELLED,
        OUTLOOK_WINS,
        closes(Reason.AUTO_CANCELLED, ReleaseRoom()),
        id="nobody checked in, made in IBSS with people",
    ),
    row(
        linked(born=Side.IBSS, base=ALONE),
        there(ALONE),
        AUTO_CANCELLED,
        OUTLOOK_WINS,
        closes(Reason.AUTO_CANCELLED, CancelEvent()),
        id="nobody checked in, made in IBSS for the room alone",
    ),
    row(
        linked(born=Side.IBSS, base=PRIVATE),
        there(PRIVATE),
        AUTO_CANCELLED,
        OUTLOOK_WINS,
        closes(Reason.AUTO_CANCELLED, ReleaseRoom()),
        id="nobody checked in, and who is in a private meeting is not known",
    ),
]


@pytest.mark.parametrize(("link", "event", "booking", "policy", "expected"), GONE)
def test_one_side_is_gone(link: Link, event: Reading, booking: Reading, policy: Policy, expected: Plan) -> None:
    check(link, event, booking, policy, expected)


def declined(stands: Essence) -> Absent:
    return Absent(Reason.ROOM_DECLINED, elsewhere=there(stands))


DECLINED = [
    row(linked(), declined(MEETING), there(), KEEP, left_alone(Reason.ROOM_DECLINED), id="kept, and its link says so"),
    row(
        linked(),
        declined(MEETING),
        there(MOVED),
        KEEP,
        Plan(Reason.BOOKING_CHANGED, State.LINKED, (update_event(MOVED, Field.SLOT),)),
        id="kept, and a change in IBSS still follows: the room may like the new time better",
    ),
    row(
        linked(),
        declined(MOVED),
        there(),
        KEEP,
        Plan(Reason.EVENT_CHANGED, State.LINKED, (update_booking(MOVED, Field.SLOT),)),
        id="kept, and a change in Outlook still follows",
    ),
    row(
        linked(), declined(MEETING), BOOKING_GONE, KEEP, refuses(Reason.BOTH_GONE, State.CLOSED), id="kept until it is cancelled"
    ),
    row(unlinked(), declined(MEETING), NOT_THERE, KEEP, refuses(Reason.NOTHING_THERE, State.CLOSED), id="never booked for it"),
    row(
        linked(),
        declined(MEETING),
        there(),
        OUTLOOK_WINS,
        closes(Reason.ROOM_DECLINED, CancelBooking()),
        id="ON_ROOM_DECLINED=cancel_booking",
    ),
]


@pytest.mark.parametrize(("link", "event", "booking", "policy", "expected"), DECLINED)
def test_B05_the_room_has_declined(link: Link, event: Reading, booking: Reading, policy: Policy, expected: Plan) -> None:
    check(link, event, booking, policy, expected)


FROZEN = replace(linked(), state=State.FROZEN)


@pytest.mark.parametrize("booking", [there(MOVED), BOOKING_GONE])
@pytest.mark.parametrize("event", [there(meeting(subject="Changed back")), EVENT_GONE])
def test_B17_what_is_frozen_is_left_alone_until_it_is_gone_on_both_sides(event: Reading, booking: Reading) -> None:
    both_gone = isinstance(event, Absent) and isinstance(booking, Absent)
    expected = Plan(Reason.BOTH_GONE, State.CLOSED) if both_gone else Plan(Reason.DISPUTED, State.FROZEN)
    check(FROZEN, event, booking, OUTLOOK_WINS, expected)


ELSEWHERE = [
    row(
        linked(),
        ROOM_REMOVED,
        there(IN_ELM),
        Plan(Reason.ROOM_REMOVED, State.CLOSED),
        id="the room taken off, and the booking has moved on: it is another link's",
    ),
    row(
        unlinked(),
        Absent(Reason.ROOM_REMOVED, elsewhere=there(IN_ELM)),
        there(),
        Plan(Reason.BOOKING_CHANGED, State.LINKED, (UpdateEvent(MEETING, frozenset({Field.ROOM})),)),
        id="the booking has come (back) to this room: its event follows",
    ),
    row(
        unlinked(),
        Absent(Reason.ROOM_REMOVED, elsewhere=there(MEETING)),
        there(MOVED),
        Plan(Reason.BOOKING_CHANGED, State.LINKED, (UpdateEvent(MOVED, frozenset({Field.ROOM, Field.SLOT})),)),
        id="the event has no room at all: it is put back, with what else has changed",
    ),
    row(
        unlinked(),
        Absent(Reason.ROOM_REMOVED, elsewhere=there(IN_ELM)),
        there(unsynced=Reason.NO_DIRECTORY_ACCOUNT),
        refuses(Reason.NO_DIRECTORY_ACCOUNT, State.NOT_SYNCED),
        id="a panel's booking pulls no event",
    ),
    row(
        unlinked(),
        Absent(Reason.ROOM_REMOVED, elsewhere=there(PRIVATE)),
        there(MOVED),
        Plan(
            Reason.BOOKING_CHANGED,
            State.LINKED,
            (
                update_event(PRIVATE_AND_MOVED, Field.ROOM, Field.SLOT),
                update_booking(PRIVATE_AND_MOVED, Field.SUBJECT, Field.PEOPLE),
            ),
        ),
        id="a private event is put back as it is called",
    ),
    row(
        linked(),
        Absent(Reason.ROOM_REMOVED, elsewhere=there(IN_ELM)),
        there(),
        closes(Reason.ROOM_REMOVED, CancelBooking()),
        id="the event has left the room, the booking has not",
    ),
]


@pytest.mark.parametrize(("link", "event", "booking", "expected"), ELSEWHERE)
def test_the_event_stands_in_another_room(link: Link, event: Reading, booking: Reading, expected: Plan) -> None:
    check(link, event, booking, OUTLOOK_WINS, expected)


REMADE_BOOKING, REMADE_EVENT = (makes(create, Reason.REMADE) for create in (CreateBooking(MOVED), CreateEvent(MOVED)))

EDIT_AGAINST_DELETION = [
    row(there(MOVED), BOOKING_GONE, OUTLOOK_WINS, REMADE_BOOKING, id="Outlook edits and wins"),
    row(there(MOVED), BOOKING_GONE, IBSS_WINS, closes(Reason.BOOKING_GONE, CancelEvent()), id="Outlook edits, IBSS wins"),
    row(EVENT_GONE, there(MOVED), IBSS_WINS, REMADE_EVENT, id="IBSS edits and wins"),
    row(EVENT_GONE, there(MOVED), OUTLOOK_WINS, closes(Reason.EVENT_GONE, CancelBooking()), id="IBSS edits, Outlook wins"),
    row(
        there(MOVED),
        AUTO_CANCELLED,
        OUTLOOK_WINS,
        closes(Reason.AUTO_CANCELLED, ReleaseRoom()),
        id="nobody checked in: no edit makes it again",
    ),
    row(
        there(MOVED),
        ROOM_NOT_SYNCED,
        OUTLOOK_WINS,
        closes(Reason.ROOM_NOT_SYNCED, ReleaseRoom()),
        id="moved out of sync: no edit makes it again",
    ),
    row(
        ROOM_DECLINED,
        there(MOVED),
        IBSS_WINS,
        closes(Reason.ROOM_DECLINED, CancelBooking()),
        id="the room declined: no edit makes it again",
    ),
    row(
        ROOM_REMOVED,
        there(MOVED),
        IBSS_WINS,
        closes(Reason.ROOM_REMOVED, CancelBooking()),
        id="the room was taken off: no edit makes it again",
    ),
    row(there(FAR), BOOKING_GONE, OUTLOOK_WINS, refuses(Reason.BEYOND_HORIZON, State.NOT_SYNCED), id="edited beyond the horizon"),
    row(there(RUNNING), BOOKING_GONE, OUTLOOK_WINS, refuses(Reason.STARTS_IN_PAST, State.REJECTED), id="edited to before now"),
    row(
        EVENT_GONE,
        there(MOVED, unsynced=Reason.NO_DIRECTORY_ACCOUNT),
        IBSS_WINS,
        refuses(Reason.NO_DIRECTORY_ACCOUNT, State.NOT_SYNCED),
        id="edited, and now without an account",
    ),
]


@pytest.mark.parametrize(("event", "booking", "policy", "expected"), EDIT_AGAINST_DELETION)
def test_an_edit_meets_a_deletion(event: Reading, booking: Reading, policy: Policy, expected: Plan) -> None:
    check(linked(), event, booking, policy, expected)


@pytest.mark.parametrize("policy", [OUTLOOK_WINS, IBSS_WINS], ids=["Outlook wins", "IBSS wins"])
def test_what_a_side_could_not_keep_is_no_edit(policy: Policy) -> None:
    link, kept = linked(kept=MOVED), there(MOVED)
    check(link, there(), BOOKING_GONE, policy, closes(Reason.BOOKING_GONE, CancelEvent()))
    check(link, EVENT_GONE, kept, policy, closes(Reason.EVENT_GONE, CancelBooking()))
