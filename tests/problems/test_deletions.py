"""Problems 1, 4, 5, 9, 20, 23: what is gone on one side and not on the other, and what must not go."""

from typing import Any

import pytest

from localdev.world import ANA, BEN, OAK
from tests.problems.timetable import REPAIRED_WITHIN, hours_pass
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot, checked
from tests.scenarios.series import all_bookings, booked, occurrence, slots, weekly
from tests.scenarios.test_delivery import notifications, posting


async def delta(world: World, **habits: bool) -> None:
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/delta", json=habits))


async def nothing_is_told(world: World) -> None:
    await notifications(world, lost=True)
    await posting(world, lost=True)


@pytest.mark.parametrize("how", ["cancelled", "deleted", "occurrence", "series", "booking"])
async def test_problem_01_a_deletion_that_nobody_was_told_of_is_repaired_in_a_quarter_of_an_hour(world: World, how: str) -> None:
    """cal.diy 1919, 5124, 6695, 12182, 14913, 29720; nylas 438."""
    first, single = world.slot(), world.slot()
    series = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 3))
    event = await world.outlook.book(ANA, single, "Once", (OAK,), (BEN,))
    await world.settle()
    await nothing_is_told(world)
    third = slots(first, 3)[2]
    match how:
        case "cancelled":
            await world.outlook.cancel(ANA, event["id"])
        case "deleted":
            checked(await world.outlook.http.delete(f"/users/{ANA.address}/events/{event['id']}"))
        case "occurrence":
            await world.outlook.cancel(ANA, (await occurrence(world, series["id"], third))["id"])
        case "series":
            await world.outlook.cancel(ANA, series["id"])
        case "booking":
            await world.ibss.cancel(ANA, await world.ibss.the_booking(OAK, single))
    await hours_pass(world, seconds=REPAIRED_WITHIN.total_seconds())
    left = {"series": [single], "occurrence": [first, single, slots(first, 3)[1]]}.get(how, slots(first, 3))
    wanted = sorted(left, key=lambda slot: slot.start)
    assert await all_bookings(world, first) == wanted
    assert await in_outlook(world, first) == wanted


async def test_problem_01_a_deletion_is_found_also_when_the_delta_link_has_died(world: World) -> None:
    """The full round that follows says nothing of what is gone."""
    checked(
        await world.outlook.http.patch(f"{world.outlook.side_door}/rooms/{OAK.mailbox}", json={"RemoveCanceledMeetings": True})
    )
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Once", (OAK,), (BEN,))
    await world.settle()
    await nothing_is_told(world)
    await world.outlook.cancel(ANA, event["id"])
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/delta/expire", json={}))
    await hours_pass(world, seconds=REPAIRED_WITHIN.total_seconds())
    assert await world.ibss.bookings(OAK, slot) == []


async def in_outlook(world: World, first: Slot) -> list[Slot]:
    """What stands in the room from there on."""
    window = Slot(first.start, slots(first, 30)[-1].end)
    found = await world.outlook.calendar(str(OAK.mailbox), window)
    return sorted((world.outlook.slot_of(event) for event in found), key=lambda slot: slot.start)


QUIET = [
    pytest.param({}, id="told by its id"),
    pytest.param({"bare_master": True}, id="the series comes as its master"),
]
SILENT = pytest.param({"bare_master": True, "unnamed": True}, id="not told at all")


@pytest.mark.parametrize("own_names", [False, True], ids=["iCalUId of the series", "iCalUIds of their own"])
@pytest.mark.parametrize("kept_in_room", [True, False], ids=["stays as cancelled", "leaves the room"])
@pytest.mark.parametrize("habits", [*QUIET, SILENT])
@pytest.mark.parametrize("gone", ["one cancelled", "the end cut off"])
async def test_problem_04_which_occurrence_was_removed_is_found_by_what_is_left(
    world: World, habits: dict[str, bool], gone: str, *, kept_in_room: bool, own_names: bool
) -> None:
    """graph-docs 5520, 4501; closeio pull request 389."""
    await delta(world, bare_master="bare_master" in habits)
    door = world.outlook.side_door
    checked(await world.outlook.http.patch(f"{door}/rooms/{OAK.mailbox}", json={"RemoveCanceledMeetings": not kept_in_room}))
    tenant = {"own_uids": own_names, "unnamed_removals": "unnamed" in habits}
    checked(await world.outlook.http.patch(f"{door}/series", json=tenant))
    first = world.slot()
    series = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    there = slots(first, 4)
    before = await booked(world, there)
    await notifications(world, lost=True)
    if gone == "one cancelled":
        await world.outlook.cancel(ANA, (await occurrence(world, series["id"], there[1]))["id"])
        left = [0, 2, 3]
    else:
        await world.outlook.change(ANA, series["id"], recurrence=weekly(first, 2))
        left = [0, 1]
    await world.settle()
    await world.sweep()
    assert await all_bookings(world, first) == [there[n] for n in left]
    assert await booked(world, [there[n] for n in left]) == [before[n] for n in left]


@pytest.mark.parametrize("habits", [*QUIET, pytest.param({"empty_first_page": False}, id="no empty page")])
@pytest.mark.settings(HORIZON_DAYS="30")
async def test_problem_05_what_delta_calls_removed_because_it_is_out_of_its_window_is_moved_and_not_cancelled(
    world: World, habits: dict[str, bool]
) -> None:
    """graph-docs 6599, 6324, 11728, 5301, 6353; contrib 34."""
    await delta(world, **habits)
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    far = slot.later(days=60)
    await notifications(world, lost=True)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(far))
    await world.settle()
    await world.outlook.book(BEN, far.later(days=10), "Out of the window from the start", (OAK,))
    await world.settle()
    await world.sweep()
    assert (await world.ibss.the_booking(OAK, far))["Booking_Id"] == booking["Booking_Id"]
    await notifications(world, lost=False)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(slot))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == booking["Booking_Id"]


async def test_problem_05_an_occurrence_of_which_delta_tells_only_its_time_gets_its_subject_and_people(world: World) -> None:
    """graph-docs 22197, 7632; contrib 34: a bare occurrence has an id, a series, a start and an end."""
    first = world.slot()
    await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 3))
    await world.settle()
    for slot in slots(first, 3):
        booking = await world.ibss.the_booking(OAK, slot)
        assert (booking["Booking_Name"], world.ibss.people(booking)) == ("Weekly", {BEN.address})


LISTS = [
    pytest.param({"spoil": "no items"}, id="empty"),
    pytest.param({"spoil": "half the items"}, id="half"),
    pytest.param({"status": 403, "code": "ErrorAccessDenied"}, id="403"),
]


@pytest.mark.parametrize("fault", LISTS)
async def test_problem_09_a_list_that_comes_empty_or_in_part_or_not_at_all_cancels_nothing(world: World, fault: Json) -> None:
    """OGCS 198, 316, 1169, 2022, 2215; GAS-ICS 118, 312, 343, 436; yuvomi 508; vdirsyncer 745; caldav-adapter 18."""
    made = await eleven_meetings(world)
    always: dict[str, Any] = {"times": 100_000, **fault}
    graph, ibss = f"{world.outlook.side_door}/faults", "/_sim/faults"
    lists = "/(calendarView|events|instances)(/delta)?([?]|$)"
    checked(await world.outlook.http.post(graph, json={"method": "GET", "path": lists, **always}))
    checked(await world.ibss.http.post(ibss, json={"method": "GET", "path": "/bookings([?]|$)", **always}))
    writes = await world.writes()
    await world.service.pull.roll_horizon()
    await hours_pass(world, minutes=11)
    checked(await world.outlook.http.delete(graph))
    checked(await world.ibss.http.delete(ibss))
    assert await world.writes() == writes
    await world.sweep()
    for slot in made:
        assert await world.outlook.the_event(str(OAK.mailbox), slot)
        assert await world.ibss.the_booking(OAK, slot)


@pytest.mark.parametrize("fault", LISTS[:2])
async def test_problem_09_lists_of_a_series_that_come_short_while_others_are_whole_cancel_nothing(
    world: World, fault: Json
) -> None:
    """vdirsyncer 745; graph-docs 2839. Its occurrences still stand by their ids."""
    made = await eleven_meetings(world)
    graph = f"{world.outlook.side_door}/faults"
    lists = {"method": "GET", "path": "/(instances|calendarView/delta)([?]|$)", "times": 100_000}
    checked(await world.outlook.http.post(graph, json=lists | fault))
    writes = await world.writes()
    await world.service.pull.roll_horizon()
    await world.settle()
    checked(await world.outlook.http.delete(graph))
    assert await world.writes() == writes
    for slot in made:
        assert await world.ibss.the_booking(OAK, slot)


async def eleven_meetings(world: World) -> list[Slot]:
    """Born on either side, single and in a series."""
    first = world.slot()
    await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 5))
    made = slots(first, 5)
    for number in range(3):
        made += [world.slot().later(hours=1), world.slot().later(hours=1)]
        await world.outlook.book(ANA, made[-2], f"From Outlook {number}", (OAK,))
        await world.ibss.book(BEN, OAK, made[-1], f"From IBSS {number}", (ANA,))
    await world.settle()
    return made


async def test_problem_20_what_is_over_is_made_again_by_nobody_and_a_second_pass_writes_nothing(world: World) -> None:
    """OGCS 317, 1626."""
    first, single, booked_in_ibss = world.slot(), world.slot(), world.slot()
    series = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 2))
    event = await world.outlook.book(ANA, single, "Once", (OAK,))
    await world.ibss.book(BEN, OAK, booked_in_ibss, "From IBSS", (ANA,))
    await world.settle()
    await world.until(slots(first, 2)[-1].end)
    await world.service.subscriptions.renew_all()
    await world.settle()
    bookings = await all_bookings(world, first)
    assert len(bookings) == 4
    await world.outlook.cancel(ANA, event["id"])
    await world.outlook.cancel(ANA, series["id"])
    writes = await world.writes()
    for timer in (world.service.pull.roll_horizon, world.sweep, world.service.pull.roll_horizon, world.sweep):
        await timer()
        await world.settle()
    assert await world.writes() == writes
    assert await all_bookings(world, first) == bookings


async def test_problem_23_a_room_that_nobody_came_to_is_freed_in_outlook_for_this_one_occurrence(world: World) -> None:
    """MeeRoo 124."""
    checked(await world.ibss.http.patch("/_sim/settings", json={"auto_cancel_minutes": 15}))
    first = world.slot(60)
    await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 3))
    await world.settle()
    before = await booked(world, slots(first, 3))
    await world.until(first.start)
    await world.pass_time(minutes=16)
    await world.sweep()
    rest = slots(first, 3)[1:]
    assert await in_outlook(world, first) == rest
    assert await booked(world, rest) == before[1:]
    met_online = await world.outlook.the_event(ANA.address, first)
    assert world.outlook.attendees(met_online) == {BEN.address}
