"""What the bill is made of: each figure of bench/measured.json is measured here, and one that changes is noticed here.

A change that is meant: write the new figure there, then `python -m bench.costs --write`.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from localdev.world import ANA, BEN, CLEO, ELM, FIR, OAK
from sync_core.model import Address
from sync_core.queues import PullRoom
from tests.scenarios.in_process import World
from tests.scenarios.people import checked

MEASURED: dict[str, dict[str, int]] = json.loads((Path(__file__).parents[2] / "bench" / "measured.json").read_text())

type Doing = Callable[[], Awaitable[object]]


class Metered(World):
    """Counts what Azure bills: requests to the doors, messages worked on, table operations; and what is asked of both sides."""

    doors = 0

    async def _from_graph(self, url: str, content_type: str, body: bytes) -> tuple[int, str, str]:
        self.doors += 1
        return await super()._from_graph(url, content_type, body)

    async def _from_ibss(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.doors += 1
        return await super()._from_ibss(url, headers, body)

    async def metered(self, doing: Doing) -> dict[str, int]:
        """Of `doing` and of all that follows from it. A person's own requests are left out."""
        before = await self._spent()
        await doing()
        mine = await self._spent()
        await self.settle()
        after = await self._spent()
        service = {name: after[name] - before[name] for name in after}
        by_hand = {name: mine[name] - before[name] for name in ("graph", "ibss")} if doing.__name__ == "by_hand" else {}
        return {name: number - by_hand.get(name, 0) for name, number in service.items()}

    async def _spent(self) -> dict[str, int]:
        graph = checked(await self.outlook.http.get(f"{self.outlook.side_door}/requests"))["value"]
        ibss = checked(await self.ibss.http.get("/_sim/requests"))["value"]
        return {
            "doors": self.doors,
            "messages": len(self.pull_queue.sent) + len(self.sync_queue.sent),
            "tables": sum(table.operations for table in self.tables.values()),
            "graph": len(graph),
            "ibss": len(ibss),
        }

    async def by_a_person(self, doing: Doing) -> dict[str, int]:
        async def by_hand() -> None:
            await doing()

        return await self.metered(by_hand)


async def test_S02_S04_what_a_meeting_of_outlook_costs_all_told() -> None:
    world = Metered()
    await world.start()
    slot = world.slot()
    made: dict[str, Any] = {}

    async def book() -> None:
        made.update(await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,)))

    booked = await world.by_a_person(book)
    moved = await world.by_a_person(lambda: world.outlook.change(ANA, made["id"], **world.outlook.times(slot.later(hours=1))))
    cancelled = await world.by_a_person(lambda: world.outlook.cancel(ANA, made["id"]))
    assert {"booked in Outlook": booked, "moved in Outlook": moved, "cancelled in Outlook": cancelled} == told("in Outlook")
    await world.close()


async def test_S01_S05_what_a_meeting_of_ibss_costs_all_told() -> None:
    world = Metered()
    await world.start()
    slot = world.slot()
    made: dict[str, Any] = {}

    async def book() -> None:
        made.update(await world.ibss.book(BEN, ELM, slot, "Plan", (ANA,)))

    async def move() -> None:
        made.update(await world.ibss.change(BEN, made, **world.ibss.times(slot.later(hours=1))))

    booked = await world.by_a_person(book)
    made.update(await world.ibss.booking(made))
    moved = await world.by_a_person(move)
    made.update(await world.ibss.booking(made))
    cancelled = await world.by_a_person(lambda: world.ibss.cancel(BEN, made))
    assert {"booked in IBSS": booked, "moved in IBSS": moved, "cancelled in IBSS": cancelled} == told("in IBSS")
    await world.close()


async def test_S14_B16_what_the_rounds_cost_that_find_nothing_new() -> None:
    world = Metered()
    await world.start()
    for _ in range(2):
        await world.outlook.book(ANA, world.slot(), "Plan", (OAK,), (BEN,))
    await world.settle()
    await world.sweep()

    async def cost(work: PullRoom) -> Counter[str]:
        return Counter(await world.metered(lambda: world.queues.send(work)))

    assert await cost(PullRoom(OAK.space)) == MEASURED["a room asked for changes"]
    three, one = await cost(PullRoom(host=Address(ANA.address))), await cost(PullRoom(host=Address(CLEO.address)))
    assert each(one, three, 2) == MEASURED["each meeting of that host"]
    assert {unit: one[unit] - MEASURED["each meeting of that host"][unit] for unit in one} == MEASURED[
        "a host's calendar looked through"
    ]
    none, three = await cost(PullRoom(FIR.space, fresh=True)), await cost(PullRoom(OAK.space, fresh=True))
    assert none == MEASURED["a room's daily round"]
    assert each(none, three, 3) == MEASURED["each meeting in that round"]
    await world.close()


async def test_S14_what_the_timers_ask() -> None:
    """`timer_seconds` counts on it: a message for each calendar; for each room a read of its links, and of IBSS pages of 100."""
    world = Metered()
    await world.start()
    calendars = len(await world.store.subscriptions())
    asked = await world.metered(world.service.pull.sweep_rooms)
    assert (calendars, asked["messages"], asked["graph"]) == (6 + 3, calendars, calendars)
    rooms, buildings, alarms = 6, 2, 1
    swept = await world.metered(world.service.pull.sweep_bookings)
    assert swept == {"doors": 0, "messages": 0, "tables": rooms + alarms, "graph": 0, "ibss": buildings}
    renewed = await world.metered(world.service.subscriptions.renew_all)
    assert (renewed["graph"], renewed["ibss"]) == (1, 1 + buildings)
    await world.close()


def told(which: str) -> dict[str, dict[str, int]]:
    return {name: spent for name, spent in MEASURED.items() if name.endswith(which)}


def each(few: Counter[str], many: Counter[str], more: int) -> dict[str, float]:
    return {unit: (many[unit] - few[unit]) / more for unit in many}
