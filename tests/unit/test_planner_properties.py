"""What holds for every plan, whatever was read."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_core.model import PRIVATE_SUBJECT, Absent, Essence, Field, Link, Present, Reading, Reason, Side, State, differences
from sync_core.planner import (
    CancelBooking,
    CancelEvent,
    CreateBooking,
    CreateEvent,
    Plan,
    Policy,
    ReleaseRoom,
    UpdateBooking,
    UpdateEvent,
    merge,
    plan,
)
from tests.unit.examples import (
    AUTO_CANCELLED,
    BEN,
    BOOKING_GONE,
    BOOKING_UNKNOWN,
    CLEO,
    ELM,
    ELM_ROOM,
    EVENT_GONE,
    EVENT_UNKNOWN,
    FIR,
    MEETING,
    NOT_THERE,
    NOW,
    OAK,
    ROOM_DECLINED,
    ROOM_NOT_SYNCED,
    ROOM_REMOVED,
    VERA,
    linked,
    meeting,
    slot,
    there,
)

hold_for_all = settings(derandomize=True, max_examples=250, deadline=None, database=None)

AHEAD = (slot(2), slot(4), slot(26, 12))
BEHIND_OR_FAR = (slot(-5), slot(-0.5), slot(24 * 200))
PEOPLE = st.frozensets(st.sampled_from((BEN, CLEO, VERA)))


def essences(slots: tuple[Any, ...] = AHEAD) -> st.SearchStrategy[Essence]:
    return st.builds(
        meeting,
        room=st.sampled_from((OAK, ELM)),
        slot=st.sampled_from(slots),
        subject=st.sampled_from(("Review", "Retro", "Booking")),
        people=PEOPLE,
        linked=st.sampled_from((frozenset(), frozenset({FIR}))),
    )


def redacted(essence: Essence) -> Essence:
    """As the parse step leaves a private event."""
    return replace(essence, subject=PRIVATE_SUBJECT, people=frozenset(), private=True)


ALL = essences((*AHEAD, *BEHIND_OR_FAR))
PRESENT_EVENTS = st.builds(
    Present, ALL | ALL.map(redacted), writable=st.booleans(), others=st.sampled_from([frozenset(), frozenset({ELM_ROOM.mailbox})])
)
PRESENT_BOOKINGS = st.builds(Present, ALL, unsynced=st.sampled_from((None, None, None, Reason.NO_DIRECTORY_ACCOUNT)))
EVENTS = PRESENT_EVENTS | st.sampled_from((EVENT_GONE, ROOM_REMOVED, ROOM_DECLINED, NOT_THERE))
BOOKINGS = PRESENT_BOOKINGS | st.sampled_from((BOOKING_GONE, AUTO_CANCELLED, ROOM_NOT_SYNCED, NOT_THERE))
POLICIES = st.builds(Policy, winner=st.sampled_from(Side), release_room_only=st.booleans())
LINKS = st.one_of(
    st.builds(linked, base=ALL | ALL.map(redacted), born=st.sampled_from(Side)),
    st.builds(linked, base=st.none(), kept=st.none(), state=st.just(State.NOT_SYNCED), born=st.sampled_from(Side)),
    st.builds(linked, base=st.none(), intent=ALL, state=st.just(State.CREATING), born=st.sampled_from(Side)),
)


def carried_out(made: Plan, event: Reading, booking: Reading) -> tuple[Reading, Reading]:
    """Both sides as the plan leaves them."""
    for action in made.actions:
        match action:
            case CreateBooking(target):
                booking = Present(replace(target, private=False))
            case CreateEvent(target):
                event = Present(target)
            case UpdateBooking(target, fields):
                booking = written(booking, target, fields)
            case UpdateEvent(target, fields):
                event = written(event, target, fields)
            case CancelBooking():
                booking = BOOKING_GONE
            case CancelEvent():
                event = EVENT_GONE
            case ReleaseRoom():
                event = ROOM_REMOVED
    return event, booking


def written(side: Reading, target: Essence, fields: frozenset[Field]) -> Present:
    assert isinstance(side, Present)
    return replace(side, essence=replace(side.essence, **{name: getattr(target, name) for name in fields}))


def remembered(link: Link, made: Plan, event: Reading, booking: Reading) -> Link:
    """The link after the plan: what each side then holds is what was agreed, as long as the link stands."""
    if made.reason is Reason.OVER:
        return link
    agreed = made.state is State.LINKED and isinstance(event, Present) and isinstance(booking, Present)
    base, kept = (event.essence, booking.essence) if agreed else (None, None)
    intent = link.intent if made.state is not State.LINKED and not made.actions else None
    return replace(link, base=base, kept=kept, intent=intent).standing(made.state, made.reason)


@hold_for_all
@given(LINKS, EVENTS, BOOKINGS, POLICIES)
def test_a_plan_that_was_carried_out_leaves_nothing_to_plan(link: Link, event: Reading, booking: Reading, policy: Policy) -> None:
    made = plan(link, event, booking, policy, NOW)
    event, booking = carried_out(made, event, booking)
    again = plan(remembered(link, made, event, booking), event, booking, policy, NOW)
    assert again.actions == ()
    if made.state is State.LINKED and made.actions:
        assert again.reason in {Reason.IN_SYNC, Reason.OVER}


@hold_for_all
@given(LINKS, EVENTS, BOOKINGS, POLICIES)
def test_a_plan_that_leaves_both_there_leaves_them_the_same(link: Link, event: Reading, booking: Reading, policy: Policy) -> None:
    made = plan(link, event, booking, policy, NOW)
    event, booking = carried_out(made, event, booking)
    if made.state is State.LINKED and made.reason is not Reason.OVER:
        assert isinstance(event, Present)
        assert isinstance(booking, Present)
        left = differences(event.essence, booking.essence)
        adopted = {Field.LINKED} if made.reason is Reason.ADOPTED else set()
        assert left <= adopted | (set() if event.writable else {Field.SUBJECT, Field.PEOPLE})


@hold_for_all
@given(essences(), essences(), POLICIES)
def test_what_a_side_could_not_keep_is_never_taken_for_a_change(base: Essence, kept: Essence, policy: Policy) -> None:
    assert plan(linked(base=base, kept=kept), there(base), there(kept), policy, NOW) == Plan(Reason.IN_SYNC, State.LINKED)


@hold_for_all
@given(LINKS, EVENTS, BOOKINGS, POLICIES)
def test_what_cannot_be_read_moves_nothing(link: Link, event: Reading, booking: Reading, policy: Policy) -> None:
    for pair in ((EVENT_UNKNOWN, booking), (event, BOOKING_UNKNOWN), (EVENT_UNKNOWN, BOOKING_UNKNOWN)):
        made = plan(link, *pair, policy, NOW)
        assert (made.actions, made.state) == ((), link.state)


@hold_for_all
@given(LINKS, EVENTS, BOOKINGS, POLICIES)
def test_an_event_that_cannot_be_written_is_at_most_declined(
    link: Link, event: Reading, booking: Reading, policy: Policy
) -> None:
    if isinstance(event, Present) and not event.writable:
        made = plan(link, event, booking, policy, NOW)
        assert not [action for action in made.actions if isinstance(action, UpdateEvent | CancelEvent | CreateEvent)]


@hold_for_all
@given(LINKS, EVENTS, BOOKINGS, POLICIES)
def test_nothing_private_is_told_and_nothing_private_is_written_over(
    link: Link, event: Reading, booking: Reading, policy: Policy
) -> None:
    if not (isinstance(event, Present) and event.essence.private):
        return
    made = plan(link, event, booking, policy, NOW)
    for action in made.actions:
        if isinstance(action, UpdateEvent):
            assert action.fields <= {Field.ROOM, Field.SLOT, Field.LINKED}
        if isinstance(action, UpdateEvent | UpdateBooking | CreateBooking):
            assert (action.target.subject, action.target.people) == (PRIVATE_SUBJECT, frozenset())


@hold_for_all
@given(essences(), POLICIES)
def test_our_own_echo_plans_to_nothing(agreed: Essence, policy: Policy) -> None:
    for state, base, intent in ((State.LINKED, agreed, None), (State.CREATING, None, agreed)):
        link = linked(state=state, base=base, kept=base, intent=intent)
        assert plan(link, there(agreed), there(agreed), policy, NOW) == Plan(Reason.IN_SYNC, State.LINKED)


CHANGES: dict[Field, Callable[[Essence], Essence]] = {
    Field.ROOM: lambda essence: replace(essence, room=ELM),
    Field.SLOT: lambda essence: replace(essence, slot=slot(6)),
    Field.SUBJECT: lambda essence: replace(essence, subject="Standup"),
    Field.PEOPLE: lambda essence: replace(essence, people=essence.people ^ {CLEO}),
    Field.LINKED: lambda essence: replace(essence, linked=essence.linked ^ {FIR}),
}


@pytest.mark.parametrize("winner", Side)
@pytest.mark.parametrize("in_ibss", Field)
@pytest.mark.parametrize("in_outlook", Field)
def test_in_which_order_independent_changes_are_seen_does_not_matter(in_outlook: Field, in_ibss: Field, winner: Side) -> None:
    if in_outlook is in_ibss:
        return
    ends = set()
    for order in (("outlook", "ibss"), ("ibss", "outlook"), ("both",)):
        link, event, booking = linked(), there(), there()
        for step in order:
            if step in {"outlook", "both"}:
                event = there(CHANGES[in_outlook](event.essence))
            if step in {"ibss", "both"}:
                booking = there(CHANGES[in_ibss](booking.essence))
            made = plan(link, event, booking, Policy(winner), NOW)
            event, booking = carried_out(made, event, booking)
            link = remembered(link, made, event, booking)
        ends.add((event, booking))
    both_changed = there(CHANGES[in_outlook](CHANGES[in_ibss](MEETING)))
    assert ends == {(both_changed, both_changed)}


@hold_for_all
@given(PEOPLE, PEOPLE, PEOPLE, st.sampled_from(Side))
def test_a_merge_loses_nobody_whom_nobody_took_off(base: frozenset[Any], outlook: Any, booking: Any, winner: Side) -> None:
    before = meeting(people=base)
    to_event, to_booking = merge(before, before, there(meeting(people=outlook)), meeting(people=booking), winner)
    taken_off = {person for person in base if person not in outlook or person not in booking}
    assert to_event.people == to_booking.people == (base | outlook | booking) - taken_off


@hold_for_all
@given(essences(), essences(), essences())
def test_the_winner_decides_only_where_both_changed_the_same_field(base: Essence, outlook: Essence, booking: Essence) -> None:
    ours, theirs = (merge(base, base, there(outlook), booking, winner)[0] for winner in Side)
    clashes = differences(base, outlook) & differences(base, booking) & differences(outlook, booking) - {Field.PEOPLE}
    assert differences(ours, theirs) == clashes


@hold_for_all
@given(essences(), essences(), POLICIES)
def test_a_deletion_meets_what_may_be_an_edit(base: Essence, edited: Essence, policy: Policy) -> None:
    changed = bool(differences(base, edited))
    in_outlook = plan(linked(base=base), there(edited), BOOKING_GONE, policy, NOW)
    in_ibss = plan(linked(base=base), EVENT_GONE, there(edited), policy, NOW)
    assert (in_outlook.reason is Reason.REMADE) == (changed and policy.winner is Side.OUTLOOK)
    assert (in_ibss.reason is Reason.REMADE) == (changed and policy.winner is Side.IBSS)
    for made in (in_outlook, in_ibss):
        ends = isinstance(made.actions[0], CancelEvent | ReleaseRoom | CancelBooking)
        assert (made.state is State.CLOSED) == ends == (made.reason is not Reason.REMADE)


@hold_for_all
@given(LINKS, EVENTS, BOOKINGS, POLICIES)
def test_only_one_side_is_ever_cancelled_and_only_when_the_other_is_gone(
    link: Link, event: Reading, booking: Reading, policy: Policy
) -> None:
    for action in plan(link, event, booking, policy, NOW).actions:
        if isinstance(action, CancelEvent | ReleaseRoom):
            assert isinstance(booking, Absent)
        if isinstance(action, CancelBooking):
            assert isinstance(event, Absent)
