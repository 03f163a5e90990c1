"""B13: whatever a side answers instead of the truth, nothing is cancelled for it, and all is caught up with afterwards."""

import contextlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from localdev.world import ANA, ASH, BEN, CLEO, ELM, FIR, OAK
from sync_core.errors import SyncError
from tests.scenarios.in_process import World
from tests.scenarios.lies import OF_GRAPH_READ, OF_IBSS_READ, OF_THE_ESTATE, Kind, Read, failing
from tests.scenarios.people import Slot, checked
from tests.scenarios.test_series import slots, weekly


@dataclass
class Meetings:
    """All in one room: two that are changed while a side cannot be read, two that are cancelled, a series, and two that come."""

    renamed: Slot
    moved: Slot
    ended_in_outlook: Slot
    ended_in_ibss: Slot
    first: Slot
    new_in_outlook: Slot
    new_in_ibss: Slot
    ids: dict[str, Any]

    @property
    def standing(self) -> list[Slot]:
        return [self.renamed, *slots(self.first, 2)]


async def only_oak(world: World) -> None:
    """So that the timers have one room to read."""
    for room in (ELM, ASH, FIR):
        door = f"/_sim/spaces/{quote(room.space, safe='')}"
        checked(await world.ibss.http.patch(door, json={"Meta_Ext_Booking_System": 0}))
    checked(await world.ibss.http.patch("/_sim/nodes/2", json={"Bkng_Ext_System": 0}))
    await world.service.subscriptions.renew_all()


async def in_use(world: World) -> Meetings:
    made = Meetings(*(world.slot() for _ in range(7)), ids={})
    made.ids["renamed"] = (await world.outlook.book(ANA, made.renamed, "Renamed", (OAK,), (BEN,)))["id"]
    made.ids["moved"] = await world.ibss.book(BEN, OAK, made.moved, "Moved", (ANA,))
    made.ids["ended"] = (await world.outlook.book(ANA, made.ended_in_outlook, "Ends", (OAK,), (BEN,)))["id"]
    made.ids["released"] = await world.ibss.book(ANA, OAK, made.ended_in_ibss, "Released", (BEN,))
    made.ids["series"] = (await world.outlook.book(ANA, made.first, "Weekly", (OAK,), recurrence=weekly(made.first, 2)))["id"]
    await world.settle()
    return made


async def timers(world: World) -> None:
    """Each once. One that fails is told by the host; here it is enough that it does."""
    pull, subscriptions = world.service.pull, world.service.subscriptions
    for timer in (subscriptions.renew_all, pull.sweep_rooms, pull.sweep_bookings, pull.roll_horizon):
        with contextlib.suppress(SyncError):
            await timer()
        await world.settle()


async def change_everything(world: World, made: Meetings) -> None:
    await world.outlook.change(ANA, made.ids["renamed"], subject="New name")
    await world.ibss.change(BEN, made.ids["moved"], **world.ibss.times(made.moved.later(hours=2)))
    await world.outlook.cancel(ANA, made.ids["ended"])
    await world.ibss.cancel(ANA, made.ids["released"])
    await world.outlook.change(ANA, made.ids["series"], subject="Weekly, renamed")
    await world.outlook.book(CLEO, made.new_in_outlook, "New in Outlook", (OAK,))
    await world.ibss.book(CLEO, OAK, made.new_in_ibss, "New in IBSS")
    await world.settle()


async def nothing_was_lost(world: World, made: Meetings) -> None:
    """On neither side: of the meeting that is moved, wherever it is by now."""
    for slot in made.standing:
        assert await world.ibss.the_booking(OAK, slot)
        assert await world.outlook.the_event(ANA.address, slot)
        assert await world.outlook.the_event(OAK.mailbox, slot)
    around = Slot(made.moved.start, made.moved.later(hours=2).end)
    assert len(await world.ibss.bookings(OAK, around)) == 1
    assert len(await world.outlook.calendar(BEN.address, around)) == 1


async def all_has_followed(world: World, made: Meetings) -> None:
    assert (await world.ibss.the_booking(OAK, made.renamed))["Booking_Name"] == "New name"
    assert (await world.outlook.the_event(BEN.address, made.moved.later(hours=2)))["subject"] == "Moved"
    assert await world.ibss.bookings(OAK, made.ended_in_outlook) == []
    assert await world.outlook.calendar(ANA.address, made.ended_in_ibss) == []
    for slot in slots(made.first, 2):
        assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Weekly, renamed"
    assert (await world.ibss.the_booking(OAK, made.new_in_outlook))["Booking_Name"] == "New in Outlook"
    assert (await world.outlook.the_event(CLEO.address, made.new_in_ibss))["subject"] == "New in IBSS"


async def changed_while_failing(world: World, read: Read, kind: Kind) -> None:
    made = await in_use(world)
    writes = await world.writes()
    async with failing(world, (read, kind)):
        await timers(world)
        assert await world.writes() == writes
        await change_everything(world, made)
    await nothing_was_lost(world, made)
    await timers(world)
    await nothing_was_lost(world, made)
    await all_has_followed(world, made)


@pytest.mark.parametrize(("read", "kind"), [case for read in (*OF_GRAPH_READ, *OF_IBSS_READ) for case in read.cases])
async def test_B13_a_wrong_answer_cancels_nothing_and_what_changed_meanwhile_follows(
    world: World, read: Read, kind: Kind
) -> None:
    await only_oak(world)
    await changed_while_failing(world, read, kind)


@pytest.mark.parametrize(("read", "kind"), [case for read in OF_THE_ESTATE for case in read.cases])
async def test_B13_a_wrong_estate_cancels_nothing_and_what_changed_meanwhile_follows(
    world: World, read: Read, kind: Kind
) -> None:
    await changed_while_failing(world, read, kind)
