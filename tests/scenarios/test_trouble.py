"""B13: a side that cannot be read as a whole, or that has lost its memory, and what the status says of it."""

import contextlib
from typing import Any

import pytest

from localdev.world import ANA, BEN, IVY, OAK
from sync_core.errors import SyncError
from tests.scenarios.in_process import World
from tests.scenarios.lies import (
    CIRCLE,
    CUT,
    DENIED,
    EMPTY,
    EMPTY_END,
    FOREIGN,
    HTML,
    NOTHING,
    OF_GRAPH,
    OF_IBSS,
    SHUT,
    Kind,
    Read,
    asked_in_vain,
    failing,
)
from tests.scenarios.operator_desk import status_of
from tests.scenarios.test_unreadable import in_use, nothing_was_lost, only_oak, timers

SHOWN = (CIRCLE, EMPTY_END, FOREIGN, CUT, HTML, NOTHING, *OF_GRAPH)


async def problems(world: World) -> list[str]:
    [oak] = [room for room in (await status_of(world))["rooms"]["items"] if room["id"] == OAK.space]
    return list(oak["problems"])


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in SHOWN])
async def test_B13_a_room_that_cannot_be_read_says_so_until_it_can(world: World, kind: Kind) -> None:
    await only_oak(world)
    async with failing(world, (Read("graph", "the room's changes", "/calendarView/delta", ()), kind)):
        await world.service.pull.sweep_rooms()
        await world.settle()
        [problem] = await problems(world)
        assert problem.startswith("Outlook could not be read: ")
    await timers(world)
    assert await problems(world) == []


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.name) for kind in (HTML, *OF_IBSS)])
async def test_B13_a_building_that_cannot_be_read_says_so_until_it_can(world: World, kind: Kind) -> None:
    await only_oak(world)
    async with failing(world, (Read("ibss", "every read", "^/v2/", ()), kind)):
        await timers(world)
        assert any(problem.startswith("IBSS could not be read: ") for problem in await problems(world))
    await timers(world)
    assert await problems(world) == []


NO_SUCH_ITEM = Kind("404 ErrorItemNotFound", {"status": 404, "code": "ErrorItemNotFound"})


@pytest.mark.parametrize(
    ("whose", "kinds"),
    [
        pytest.param("oak", {"(calendarView|events[?])": EMPTY}, id="the room's"),
        pytest.param("(ana|ben)", {"(calendarView|events[?])": EMPTY, "events/": NO_SUCH_ITEM}, id="the hosts'"),
        pytest.param("[^/]*", {"(calendarView|events[?])": EMPTY, "events/": NO_SUCH_ITEM}, id="everybody's"),
    ],
)
async def test_B13_a_mailbox_that_was_made_anew_and_is_empty_cancels_nothing(
    world: World, whose: str, kinds: dict[str, Kind]
) -> None:
    await only_oak(world)
    made = await in_use(world)
    lost: Any = [
        (Read("graph", "what was lost", f"^/users/{whose}(@|%40)[^/]*/{path}", ()), kind) for path, kind in kinds.items()
    ]
    writes = await world.writes()
    async with failing(world, *lost):
        await timers(world)
        assert await world.writes() == writes
    await nothing_was_lost(world, made)


OTHER_ESTATE = {
    "value": [
        {
            "Node_Id": 901,
            "Node_Name": "Somewhere else",
            "NodeLevelName": "Building",
            "Parent_Node_Id": None,
            "Node_Time_Zone": "UTC",
            "Bkng_Ext_System": 1,
        }
    ]
}
OTHER_SPACES = {
    "value": [
        {
            "Space_Id": "XX-1",
            "Node_Id": 901,
            "Space_Name": "Elsewhere",
            "Space_Class": "Support",
            "Space_IsActive": 1,
            "Meta_Ext_Booking_System": 1,
            "Meta_Ext_Booking_SpaceId": "elsewhere@contoso.example",
        }
    ]
}


async def test_B13_an_ibss_of_other_buildings_cancels_nothing_and_the_right_one_is_synced_again(world: World) -> None:
    made = await in_use(world)
    other = [
        (Read("ibss", "the buildings", "^/v2/nodes", ()), Kind("others", {"status": 200, "body": OTHER_ESTATE})),
        (Read("ibss", "the spaces", "/v2/901/spaces", ()), Kind("others", {"status": 200, "body": OTHER_SPACES})),
        (Read("ibss", "the bookings", "/v2/901/bookings", ()), Kind("none", {"status": 200, "body": {"value": []}})),
    ]
    writes = await world.writes()
    async with failing(world, *other):
        await timers(world)
        await world.pass_time(minutes=2)
        await timers(world)
        assert await world.writes() == writes
    await nothing_was_lost(world, made)
    await timers(world)
    later = made.renamed.later(hours=1)
    await world.outlook.change(ANA, made.ids["renamed"], **world.outlook.times(later))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, later))["Booking_Name"] == "Renamed"


@pytest.mark.end_to_end
@pytest.mark.parametrize(
    ("read", "kind"),
    [
        pytest.param(Read("graph", "Outlook", "^/users/", ()), DENIED, id="Outlook refuses"),
        pytest.param(Read("ibss", "IBSS", "^/v2/", ()), SHUT, id="IBSS refuses"),
    ],
)
async def test_B13_what_changes_while_a_side_refuses_follows_afterwards_and_nothing_else_is_cancelled(
    world: World, read: Read, kind: Kind
) -> None:
    slot, other = world.slot(), world.slot()
    event = await world.outlook.book(ANA, slot, "Renamed", (IVY,), (BEN,))
    booking = await world.ibss.book(BEN, IVY, other, "Moved", (ANA,))
    first = await world.eventually(lambda: world.ibss.the_booking(IVY, slot))
    await world.eventually(lambda: world.outlook.the_event(IVY.mailbox, other))
    async with failing(world, (read, kind)):
        await world.outlook.change(ANA, event["id"], subject="New name")
        await world.ibss.change(BEN, booking, **world.ibss.times(other.later(hours=2)))
        with contextlib.suppress(SyncError):  # in one process the timer's failure is ours to see
            await world.sweep()
        await world.eventually(lambda: asked_in_vain(world, read))
    await world.sweep()

    async def look() -> None:
        after = await world.ibss.the_booking(IVY, slot)
        assert (after["Booking_Id"], after["Booking_Name"]) == (first["Booking_Id"], "New name")
        assert (await world.outlook.the_event(BEN.address, other.later(hours=2)))["subject"] == "Moved"

    await world.eventually(look)
