"""Series and what delta makes of them: edits between two of its pages, and items that it calls removed."""

from datetime import timedelta
from typing import Any

import pytest

from localdev.world import ANA, BEN, OAK
from sync_core.queues import PullRoom
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, checked
from tests.scenarios.series import (
    all_bookings,
    around,
    booked,
    both_agree,
    in_order,
    limits,
    occurrence,
    recurring,
    slots,
    weekly,
)

DAY = timedelta(days=1)


async def between_pages(world: World, method: str, path: str, body: Json = None, after: int = 1) -> None:
    """The host does this right after the service has read that many pages of the room's changes."""
    asked = {"method": method, "path": f"/users/{ANA.address}/events/{path}", "body": body}
    planted = {"method": "GET", "path": f"^/users/{OAK.mailbox}/calendarView/delta", "ask": asked, "times": after}
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/meanwhile", json=planted))


@pytest.mark.parametrize("after", [1, 2, 3, 4], ids=["an empty page", "first", "second", "last"])
@pytest.mark.parametrize("edit", ["renamed", "moved", "cut short", "cancelled", "one moved", "one cancelled"])
async def test_S12_B02_B03_a_series_is_edited_while_its_pages_are_read(world: World, edit: str, after: int) -> None:
    """And nobody tells of it but the next round."""
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/delta", json={"most_per_page": 5}))
    first = world.slot()
    wanted = slots(first, 12, DAY)
    series = recurring(first, 12, type="daily")
    master = await world.outlook.book(ANA, first, "Daily", (OAK,), (BEN,), recurrence=series)
    await world.settle()
    before = await booked(world, wanted)
    one = (await occurrence(world, master["id"], wanted[11]))["id"]
    moved = wanted[11].later(hours=3)
    edits: dict[str, tuple[Any, ...]] = {
        "renamed": ("PATCH", master["id"], {"subject": "Renamed"}),
        "moved": ("PATCH", master["id"], world.outlook.times(first.later(hours=1))),
        "cut short": ("PATCH", master["id"], {"recurrence": recurring(first, 9, type="daily")}),
        "cancelled": ("POST", f"{master['id']}/cancel"),
        "one moved": ("PATCH", one, world.outlook.times(moved)),
        "one cancelled": ("POST", f"{one}/cancel"),
    }
    await between_pages(world, *edits[edit], after=after)
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/notifications", json={"lost": True}))
    await world.queues.send(PullRoom(OAK.space, fresh=True))
    await world.settle()
    await world.sweep()
    expected = {
        "moved": list(zip(slots(first.later(hours=1), 12, DAY), before, strict=True)),
        "cut short": list(zip(wanted[:9], before, strict=False)),
        "cancelled": [],
        "one moved": list(zip([*wanted[:11], moved], before, strict=True)),
        "one cancelled": [(slot, booking) for slot, booking in zip(wanted, before, strict=True) if slot != wanted[11]],
    }.get(edit, list(zip(wanted, before, strict=True)))
    assert await all_bookings(world, first) == in_order([slot for slot, _ in expected])
    assert await booked(world, [slot for slot, _ in expected]) == [booking for _, booking in expected]
    names = {booking["Booking_Name"] for booking in await world.ibss.bookings(OAK, around(first))}
    assert names == ({"Renamed"} if edit == "renamed" else {"Daily"} if expected else set())


@pytest.mark.parametrize(
    ("removes", "unnamed"),
    [
        pytest.param(False, False, id="cancelled items stay in the room"),
        pytest.param(True, False, id="the room removes them"),
        pytest.param(True, True, id="the room removes them, and only the master tells"),
    ],
)
async def test_B01_S13_a_series_loses_one_and_then_all(world: World, *, removes: bool, unnamed: bool) -> None:
    """Either the copies say that they are cancelled, or their ids are called removed: an occurrence's, then the master's."""
    await limits(world, OAK, RemoveCanceledMeetings=removes)
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/series", json={"unnamed_removals": unnamed}))
    first = world.slot()
    wanted = slots(first, 4)
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    stays = await world.outlook.book(ANA, first.later(hours=3), "Other", (OAK,), (BEN,), recurrence=weekly(first, 2))
    await world.settle()
    others = slots(first.later(hours=3), 2)
    before = await booked(world, others)
    await world.outlook.change(
        ANA, (await occurrence(world, master["id"], wanted[3]))["id"], **world.outlook.times(wanted[3].later(hours=1))
    )
    await world.outlook.cancel(ANA, (await occurrence(world, master["id"], wanted[1]))["id"])
    await world.settle()
    assert await all_bookings(world, first) == in_order([wanted[0], wanted[2], wanted[3].later(hours=1), *others])
    await world.outlook.cancel(ANA, master["id"])
    await world.settle()
    assert await booked(world, await all_bookings(world, first)) == before
    assert (await world.outlook.event(ANA.address, stays["id"]))["subject"] == "Other"
    await both_agree(world, around(first))


@pytest.mark.settings(HORIZON_DAYS="30")
async def test_B16_an_occurrence_that_leaves_the_window_is_not_gone(world: World) -> None:
    """Delta calls it removed all the same (microsoft-graph-docs issue 6599)."""
    first = world.slot()
    wanted = slots(first, 3)
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 3))
    await world.settle()
    before = await booked(world, wanted)
    event = await occurrence(world, master["id"], wanted[2])
    for moved in (wanted[2].later(days=40), wanted[2].later(days=1), wanted[2].later(days=50)):
        await world.outlook.change(ANA, event["id"], **world.outlook.times(moved))
        await world.settle()
        assert await booked(world, [*wanted[:2], moved]) == before
        await both_agree(world, around(first))


async def test_S05_a_booking_moved_before_its_predecessor_is_refused_by_outlook_and_cancels_nothing(world: World) -> None:
    """Exchange takes no occurrence over its neighbour (microsoft-graph-docs issue 2285)."""
    first = world.slot()
    wanted = slots(first, 3)
    await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 3))
    await world.settle()
    before = await booked(world, wanted)
    early = wanted[1].later(days=-8)
    await world.ibss.change(ANA, await world.ibss.the_booking(OAK, wanted[1]), **world.ibss.times(early))
    await world.settle()
    assert await booked(world, [early, wanted[0], wanted[2]]) == [before[1], before[0], before[2]]
    shown = [world.outlook.slot_of(event) for event in await world.outlook.calendar(ANA.address, around(first))]
    assert shown == wanted
    (link,) = [link for link in await world.store.links(OAK.space) if link.booking_id == before[1]]
    assert (str(link.state), link.detail) == ("rejected", "ErrorOccurrenceCrossingBoundary")
