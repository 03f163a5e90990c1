"""Problems 2, 3, 14, 19: what people do to series, and what names their occurrences have."""

from datetime import timedelta
from typing import Any

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK
from tests.problems.series_walk import Walk
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot, checked
from tests.scenarios.series import accept_endless_series, all_bookings, booked, occurrence, slots, weekly
from tests.scenarios.test_delivery import notifications
from tests.scenarios.test_plan import switch
from tests.scenarios.test_rooms import attendant


async def own_names(world: World) -> None:
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/series", json={"own_uids": True}))


@pytest.mark.parametrize("seed", range(24))
async def test_problem_02_after_any_edits_each_occurrence_has_one_booking_and_the_untouched_kept_theirs(
    world: World, seed: int
) -> None:
    """OGCS 1269, 1956; Odoo 271529, 271787; aluxnimm 376; pnp 1894."""
    if seed % 3 == 0:
        await own_names(world)
    walk = Walk(world, seed)
    await walk.begin()
    for _ in range(4):
        before = await walk.bookings()
        await walk.step()
        if walk.rng.random() < 0.3:
            await walk.step()  # before anybody was told of the last one
        await world.settle()
        after, outlook = await walk.bookings(), await walk.in_outlook()
        assert all(after[copy] == ids for copy, ids in before.items() if copy in outlook), walk.story
    await world.sweep()
    outlook, bookings = await walk.in_outlook(), await walk.bookings()
    assert {copy: len(ids) for copy, ids in bookings.items()} == dict(outlook), walk.story
    assert set(outlook.values()) <= {1}, walk.story
    assert world.poisoned == [], walk.story


async def test_problem_02_an_occurrence_that_comes_back_with_a_new_pattern_takes_no_other_s_booking(world: World) -> None:
    """A new pattern does away with exceptions, so the one that was cancelled stands again, and the other is gone."""
    first = world.slot()
    series = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 2))
    await world.settle()
    await world.ibss.cancel(ANA, await world.ibss.the_booking(OAK, first))
    await world.settle()
    await notifications(world, lost=True)
    await world.outlook.change(ANA, series["id"], recurrence=weekly(first, 1))
    await world.settle()
    await world.sweep()
    assert await all_bookings(world, first) == [first]


async def test_problem_02_a_series_that_moves_leaves_a_cancelled_occurrence_s_booking_behind(world: World) -> None:
    """The others keep theirs, on another weekday too."""
    first = world.slot()
    series = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 3))
    await world.settle()
    before = await booked(world, slots(first, 3))
    await world.ibss.cancel(ANA, await world.ibss.the_booking(OAK, first))
    await world.settle()
    later = first.later(days=8)
    await world.outlook.change(ANA, series["id"], **world.outlook.times(later), recurrence=weekly(later, 2))
    await world.settle()
    assert await all_bookings(world, first) == slots(later, 2)
    assert await booked(world, slots(later, 2)) == before[1:]


EITHER = ["moved", "moved to another day", "renamed", "people", "cancelled"]
CHANGES = [*((change, side) for change in EITHER for side in ("Outlook", "IBSS")), ("room taken off", "Outlook")]


@pytest.mark.parametrize("which", [0, 2], ids=["the first", "the last"])
@pytest.mark.parametrize(("change", "side"), CHANGES)
async def test_problem_03_one_changed_occurrence_follows_and_the_others_stay(
    world: World, change: str, side: str, which: int
) -> None:
    """OGCS 42, 262, 489, 969, 1285; TbSync 47; cal.diy 13827; GAS-ICS 92, 473; aluxnimm 32."""
    first = world.slot()
    series = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 3))
    await world.settle()
    there = slots(first, 3)
    before = await booked(world, there)
    to = there[which].later(hours=3, days=int(change.endswith("day")))
    if side == "Outlook":
        await in_outlook(world, change, (await occurrence(world, series["id"], there[which]))["id"], to)
    else:
        await in_ibss(world, change, await world.ibss.the_booking(OAK, there[which]), to)
    await world.settle()
    await world.sweep()
    gone = change in {"cancelled", "room taken off"}
    there[which] = to if change.startswith("moved") else there[which]
    left = [n for n in range(3) if not (gone and n == which)]
    assert await all_bookings(world, first) == sorted((there[n] for n in left), key=lambda slot: slot.start)
    assert await booked(world, [there[n] for n in left]) == [before[n] for n in left]
    for n in left:
        event, booking = await world.outlook.the_event(ANA.address, there[n]), await world.ibss.the_booking(OAK, there[n])
        told = ("Changed" if change == "renamed" else "Weekly", {CLEO.address if change == "people" else BEN.address})
        expected = told if n == which else ("Weekly", {BEN.address})
        assert (event["subject"], world.outlook.attendees(event) - {OAK.mailbox}) == expected
        assert (booking["Booking_Name"], world.ibss.people(booking)) == expected


async def in_outlook(world: World, change: str, event: str, to: Slot) -> None:
    room, cleo, ben = world.outlook.room(OAK), world.outlook.guest(CLEO), world.outlook.guest(BEN)
    if change == "cancelled":
        return await world.outlook.cancel(ANA, event)
    members: dict[str, Any] = {
        "renamed": {"subject": "Changed"},
        "people": {"attendees": [cleo, room]},
        "room taken off": {"attendees": [ben]},
    }
    await world.outlook.change(ANA, event, **members.get(change, world.outlook.times(to)))
    return None


async def in_ibss(world: World, change: str, booking: Any, to: Slot) -> None:
    members: dict[str, Any] = {
        "cancelled": {"Booking_IsCancelled": 1},
        "renamed": {"Booking_Name": "Changed"},
        "people": {"Booking_Parties": [world.ibss.party(CLEO)]},
    }
    await world.ibss.change(ANA, booking, **members.get(change, world.ibss.times(to)))


@pytest.mark.parametrize("own", [False, True], ids=["iCalUId of the series", "iCalUIds of their own"])
@pytest.mark.parametrize("change", ["an hour", "a day", "renamed", "fortnightly", "cancelled"])
async def test_problem_14_a_series_follows_whether_its_occurrences_share_a_name_or_not(
    world: World, change: str, *, own: bool
) -> None:
    """graph-docs 4447, 5580, 8041, 11296, 18193; rdv 5089; Odoo 70769. Twelve are more than the brake lets go of."""
    if own:
        await own_names(world)
    first, count = world.slot(), 12 if change == "cancelled" else 4
    series = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, count))
    await world.settle()
    before = await booked(world, slots(first, count))
    moved = {"an hour": first.later(hours=1), "a day": first.later(days=1)}.get(change, first)
    expected, ids = slots(moved, count), before
    match change:
        case "cancelled":
            await world.outlook.cancel(ANA, series["id"])
            expected = []
        case "renamed":
            await world.outlook.change(ANA, series["id"], subject="Renamed")
        case "fortnightly":
            await world.outlook.change(ANA, series["id"], recurrence=weekly(first, 2, interval=2))
            expected, ids = slots(first, 2, timedelta(days=14)), before[::2]
        case _:
            times = world.outlook.times(moved)
            await world.outlook.change(ANA, series["id"], **times, recurrence=weekly(moved, count))
    await world.settle()
    assert await all_bookings(world, first) == expected
    assert await booked(world, expected) == ids[: len(expected)]


async def test_problem_14_the_two_copies_of_a_meeting_have_ids_of_their_own_and_are_one_meeting(world: World) -> None:
    """A subscription may tell of it under the one, and of the host's under the other."""
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK, ELM), (BEN,))
    await world.settle()
    copies = {(await world.outlook.the_event(str(room.mailbox), slot))["id"] for room in (OAK, ELM)} | {event["id"]}
    assert len(copies) == 3
    for room in (OAK, ELM):
        link = await world.store.link_of_booking((await world.ibss.the_booking(room, slot))["Booking_Id"])
        assert link is not None
        assert (link.event_id, link.instance.ical_uid if link.instance else None) == (event["id"], event["iCalUId"])


async def test_problem_19_of_an_endless_series_begun_years_ago_all_that_is_ahead_is_booked(world: World) -> None:
    """keeper.sh 410; the limits pages of Robin and OfficeRnD. The room is switched on when the series is old."""
    await switch(world, ELM, on=False)
    await accept_endless_series(world)
    await attendant(world, str(ELM.mailbox), EnforceSchedulingHorizon=False)
    await notifications(world, lost=True)
    slot = world.slot()
    begun = slot.later(days=-5 * 364)
    series = await world.outlook.book(ANA, begun, "Endless", (ELM,), (BEN,), recurrence=weekly(begun))
    await world.settle()
    ahead = slots(slot, 3)
    await world.outlook.cancel(ANA, (await occurrence(world, series["id"], ahead[1]))["id"])
    moved = ahead[2].later(hours=2)
    await world.outlook.change(ANA, (await occurrence(world, series["id"], ahead[2]))["id"], **world.outlook.times(moved))
    long_ago = slot.later(days=-364)
    await world.outlook.change(ANA, (await occurrence(world, series["id"], long_ago))["id"], subject="Long ago")
    await world.settle()
    await switch(world, ELM, on=True)
    window = Slot(long_ago.start - timedelta(days=7), slot.end + timedelta(days=400))
    found = sorted(
        (world.ibss.slot_of(b) for b in await world.ibss.bookings(ELM, window) if b["Booking_Name"] == "Endless"), key=str
    )
    reach = world.clock.now() + timedelta(days=180)
    pattern = [slot.later(days=7 * n) for n in range(40) if slot.later(days=7 * n).start <= reach]
    assert found == sorted([ahead[0], moved, *pattern[3:]], key=str)
