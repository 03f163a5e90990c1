"""What is claimed of every plan. It is told here a second time and in other words, so that a mistake has to be made twice."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from sync_core.model import PRIVATE_SUBJECT, Absent, Essence, Field, Link, Present, Reason, Side, State, Unknown
from sync_core.planner import CreateBooking, CreateEvent, Plan, Policy, UpdateBooking, UpdateEvent, plan
from tests.simulation.planner_generator import NOW, UNKNOWN_BOOKING, UNKNOWN_EVENT, Case
from tests.simulation.planner_sides import Broken, Ibss, Sides, claim, standing

WORDS = frozenset({Field.SUBJECT, Field.PEOPLE})
NOT_TOLD = frozenset({Reason.OVER, Reason.DISPUTED, Reason.NO_DIRECTORY_ACCOUNT})
"""Reasons for which a booking that is there is left as it is."""
CANNOT_BE_MADE = frozenset({Reason.STARTS_IN_PAST, Reason.BEYOND_HORIZON, Reason.NO_DIRECTORY_ACCOUNT})
MOST_PLANS = 2
AFTER_A_CREATE_THAT_WAS_BEGUN = 3

ORDERS = (("ibss", "outlook"), ("both",), ("outlook blindly", "ibss"))
"""Each is compared with Outlook's change first."""


def hold(case: Case) -> Counter[str]:
    """Raises Broken. Tells what was met."""
    met = Counter[str]()
    before, sides = case.sides, case.sides.copy()
    nothing_unknown_moves_anything(before, case.policy)
    plans = sides.settle(case.policy, NOW)
    it_ends(before, plans)
    what_is_made_is_ahead(case.policy, plans)
    adopting_writes_only_ibss(before, sides, plans)
    nothing_private_is_told(before, sides, plans)
    a_deletion_stands_unless_the_winner_edited(before, sides, case.policy, plans)
    both_stand_as_a_person_would_merge_them(before, sides, case.policy, plans)
    time_alone_writes_nothing(sides, case.policy, plans[-1])
    order_does_not_matter(case, met)
    for made in plans:
        met[made.reason.name] += 1
        met[" and ".join(type(action).__name__ for action in made.actions) or "no action"] += 1
        met["overruled"] += bool(made.overruled)
    return met


def it_ends(before: Sides, plans: list[Plan]) -> None:
    begun = before.link.state is State.CREATING
    if len(plans) > (AFTER_A_CREATE_THAT_WAS_BEGUN if begun else MOST_PLANS):
        raise Broken(f"it takes too many plans: {plans}")


def what_is_made_is_ahead(policy: Policy, plans: list[Plan]) -> None:
    """IBSS takes no booking that has begun."""
    for action in (action for made in plans for action in made.actions):
        if isinstance(action, CreateBooking):
            claim(action.target.slot.start > NOW, "a booking is made of what has begun")
        if isinstance(action, CreateBooking | CreateEvent):
            claim(action.target.slot.start <= NOW + policy.horizon, "something is made beyond the horizon")


def nothing_unknown_moves_anything(before: Sides, policy: Policy) -> None:
    pairs = [(UNKNOWN_EVENT[0], before.booking), (before.event, UNKNOWN_BOOKING[0])]
    if isinstance(before.event, Unknown) or isinstance(before.booking, Unknown):
        pairs.append((before.event, before.booking))
    for event, booking in pairs:
        made = plan(before.link, event, booking, policy, NOW)
        if made.actions or made.state is not before.link.state:
            raise Broken(f"what could not be read leads to {made}")


def nothing_private_is_told(before: Sides, after: Sides, plans: list[Plan]) -> None:
    """Not to IBSS, and IBSS does not say what it is called and who is in it."""
    essence = standing(before.event)
    if essence is None or not essence.private:
        return
    for made in plans:
        if WORDS & {one.field for one in made.overruled}:
            raise Broken(f"words stand in the journal: {made}")
        for action in made.actions:
            if isinstance(action, UpdateEvent) and WORDS & action.fields:
                raise Broken(f"words are written into a private meeting: {action}")
            if isinstance(action, CreateBooking) and not _wordless(action.target):
                raise Broken(f"words are told: {action}")
            if isinstance(action, UpdateBooking) and WORDS & action.fields and not _wordless(action.target):
                raise Broken(f"words are told: {action}")
    told = isinstance(after.event, Present) and after.event.essence.private and plans[-1].state is State.LINKED
    if told and isinstance(after.booking, Present) and not NOT_TOLD & {made.reason for made in plans}:
        claim(_wordless(after.booking.essence), "a private meeting's booking has words")


def _wordless(essence: Essence) -> bool:
    """IBSS may have cut it short."""
    return not essence.people and PRIVATE_SUBJECT.startswith(essence.subject)


def time_alone_writes_nothing(after: Sides, policy: Policy, last: Plan) -> None:
    """What both sides agree on is not written again because a clock went on."""
    if last.state is State.LINKED and isinstance(after.event, Present) and isinstance(after.booking, Present):
        for later in (timedelta(hours=3), timedelta(days=400)):
            made = plan(after.link, after.event, after.booking, policy, NOW + later)
            if made.actions:
                raise Broken(f"after {later}: {made}")


# both stand, and nothing was agreed


def adopting_writes_only_ibss(before: Sides, after: Sides, plans: list[Plan]) -> None:
    link, event, booking = before.link, before.event, before.booking
    agreed = link.base is not None and link.kept is not None
    if agreed or link.intent or not (isinstance(event, Present) and isinstance(booking, Present)):
        return
    if booking.unsynced or _all_over([each for each in (link.base, event.essence, booking.essence) if each], NOW):
        claim(not plans[0].actions, "what is not synced is written")
        return
    claim(after.event == event, "to adopt a meeting Outlook is written")
    believed = event.writable or event.essence.private
    wanted = replace(event.essence, linked=booking.essence.linked, host=booking.essence.host, private=False)
    if not believed:
        wanted = replace(wanted, subject=booking.essence.subject, people=booking.essence.people)
    claim(standing(after.booking) == before.ibss.keeps(wanted), "a booking is adopted as another")


# one side is gone


def a_deletion_stands_unless_the_winner_edited(before: Sides, after: Sides, policy: Policy, plans: list[Plan]) -> None:
    match before.event, before.booking:
        case Present(essence), Absent(Reason.BOOKING_GONE):
            was, wins = before.link.base, policy.winner is Side.OUTLOOK
        case Absent(Reason.EVENT_GONE), Present(essence):
            was, wins = before.link.kept, policy.winner is Side.IBSS
        case _:
            return
    if before.link.state is not State.LINKED or was is None or _all_over([before.link.base or was, essence], NOW):
        return
    stand = isinstance(after.event, Present), isinstance(after.booking, Present)
    if wins and _edited(was, essence):
        wanted = stand.count(True) == (1 if {made.reason for made in plans} & CANNOT_BE_MADE else 2)
    else:
        wanted = True not in stand
    claim(wanted, "a deletion against an edit")


def _edited(was: Essence, now: Essence) -> bool:
    told = ((one.room, one.slot, one.subject, sorted(one.people), sorted(one.linked)) for one in (was, now))
    return next(told) != next(told)


# a merge, told as a person would


def both_stand_as_a_person_would_merge_them(before: Sides, after: Sides, policy: Policy, plans: list[Plan]) -> None:
    (base, kept), event, booking = _agreed(before.link), before.event, before.booking
    if not (base and kept and isinstance(event, Present) and isinstance(booking, Present)):
        return
    known = [each for each in (before.link.base, event.essence, booking.essence) if each]
    if before.link.state is State.FROZEN or _all_over(known, NOW):
        claim(not any(made.actions for made in plans), "what is over or frozen is written")
        return
    ends = standing(after.event), standing(after.booking)
    claim(ends[0] and ends[1], "of what stands on both sides one is gone")
    lost = set[tuple[Side, Field, object]]()
    for field in (Field.ROOM, Field.SLOT, Field.SUBJECT, Field.LINKED):
        was = (getattr(base, field), getattr(kept, field))
        now = (getattr(event.essence, field), getattr(booking.essence, field))
        fixed = not event.writable or (event.essence.private and field is Field.SUBJECT)
        wanted = _one_field(was, now, None if fixed else policy.winner)
        if _kept(field, wanted, before.ibss) != tuple(getattr(end, field) for end in ends):
            raise Broken(f"{field}: {wanted}, not {ends}")
        if now[0] != was[0] and now[1] != was[1] and now[0] != now[1] and not (event.essence.private and field in WORDS):
            side = Side.IBSS if wanted[0] == now[0] else Side.OUTLOOK
            lost.add((side, field, now[0 if side is Side.OUTLOOK else 1]))
    claim({(one.side, one.field, one.value) for one in plans[0].overruled} == lost, "what a side lost is told otherwise")
    _each_person(before, event, ends)


def _agreed(link: Link) -> tuple[Essence | None, Essence | None]:
    """What a create asked for that was begun, was agreed as soon as it was made."""
    return (link.intent, link.intent) if link.state is State.CREATING else (link.base, link.kept)


def _one_field(was: tuple[object, object], now: tuple[object, object], winner: Side | None) -> tuple[object, object]:
    """What Outlook and IBSS are to have. No winner: nobody but Outlook may say."""
    changed = (now[0] != was[0], now[1] != was[1])
    if changed == (False, False):
        return now
    if winner is None:
        return now[0], now[0]
    stands = 0 if changed == (True, False) or (changed == (True, True) and winner is Side.OUTLOOK) else 1
    return now[stands], now[stands]


def _kept(field: Field, wanted: tuple[object, object], ibss: Ibss) -> tuple[object, object]:
    return (wanted[0], str(wanted[1])[: ibss.longest]) if field is Field.SUBJECT else wanted


def _each_person(before: Sides, event: Present, ends: tuple[Essence, Essence]) -> None:
    (base, kept), booking = _agreed(before.link), standing(before.booking)
    fixed = not event.writable or event.essence.private
    unsaid = fixed and (event.essence.people, booking.people) == (base.people, kept.people)
    for person in base.people | kept.people | event.essence.people | booking.people:
        was = (person in base.people, person in kept.people)
        now = (person in event.essence.people, person in booking.people)
        if now[0] != was[0] and now[1] != was[1] and now[0] != now[1]:
            continue  # each side took up what the other had said before: either may stand
        wanted = _one_field(was, now, None if fixed else Side.OUTLOOK)
        if fixed and not unsaid:
            wanted = (now[0], now[0])
        if person in before.ibss.refused:
            wanted = (wanted[0], False)
        if wanted != tuple(person in end.people for end in ends):
            raise Broken(f"{person}: {wanted}, not {ends}")


def _all_over(essences: list[Essence], now: datetime) -> bool:
    return all(essence.slot.end <= now for essence in essences)


# two changes of different fields


def order_does_not_matter(case: Case, met: Counter[str]) -> None:
    """Nor whether both are seen at once, nor whether a side could not be read in between."""
    if not (case.in_outlook and case.in_ibss):
        return
    met["two independent changes"] += 1
    first, other = _told(case, ("outlook", "ibss")), _told(case, ORDERS[case.number % len(ORDERS)])
    claim(isinstance(first.event, Present) and isinstance(first.booking, Present), "two changes end a meeting")
    if (other.event, other.booking, other.link) != (first.event, first.booking, first.link):
        raise Broken(f"{case.agreed}\n {first}\n is not\n {other}")
    claim(not first.step(case.policy, NOW).actions, "after two changes there is more to do")


def _told(case: Case, order: tuple[str, ...]) -> Sides:
    """One look at each step, at a blind one without IBSS."""
    sides = case.agreed.copy()
    for step in order:
        for change in case.in_outlook if step in {"outlook", "outlook blindly", "both"} else ():
            sides.change_event(change)
        for change in case.in_ibss if step in {"ibss", "both"} else ():
            sides.change_booking(change)
        booking = sides.booking
        sides.booking = UNKNOWN_BOOKING[0] if step == "outlook blindly" else booking
        sides.step(case.policy, NOW)
        sides.booking = booking if step == "outlook blindly" else sides.booking
    return sides
