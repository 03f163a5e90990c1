"""For tests of the judge: a story in calm weather, then a worker that does what it should not."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from localdev.ibss.records import Booking
from tests.scenarios.people import PREFER, SERVICE, Json, checked
from tests.simulation.checker import Checker
from tests.simulation.clockwork import VirtualLoop
from tests.simulation.ears import listening
from tests.simulation.hands import Hands
from tests.simulation.history import History
from tests.simulation.network import Road
from tests.simulation.process import Process
from tests.simulation.script import OUTLOOK, Script, Step
from tests.simulation.seeds import in_the_end
from tests.simulation.town import GRAPH, IBSS, Town
from tests.simulation.weather import CALM

BOOKED = (Step(0, OUTLOOK, "book", 0, 1), Step(60, OUTLOOK, "rename", 0, 7))

A_MOMENT = 60.0
"""Until what was done has reached every mailbox."""


@dataclass
class Story:
    """A meeting of Ana and Ben in Oak. `worker` writes by hand what the service should not have written."""

    town: Town
    people: Hands
    checker: Checker

    def __post_init__(self) -> None:
        self._process = Process("a worker", random.Random(0), 0.0)

    @property
    def booking(self) -> Booking:
        return next(iter(self.town.ibss.bookings.by_id.values()))

    @property
    def event(self) -> str:
        for mailbox in self.town.graph.tenant.mailboxes.values():
            for event in mailbox.events.values():
                if event.is_organizer:
                    return f"/users/{mailbox.address}/events/{event.id}"
        raise LookupError

    async def worker_asks(self, method: str, path: str, body: Json, headers: dict[str, str] | None = None) -> None:
        server, base, usual = (self.town._ibss_server, IBSS, SERVICE)
        if not path.startswith("/v2/"):
            server, base, usual = self.town._graph_server, GRAPH, PREFER | {"Authorization": "Bearer local"}
        async with httpx.AsyncClient(transport=Road(self.town.network, server, self._process), base_url=base) as client:
            checked(await client.request(method, path, json=body, headers=usual | (headers or {})))

    async def worker_books(self, **members: Json) -> None:
        await self.worker_asks("PATCH", f"/v2/{self.booking.node}/bookings/{self.booking.id}", members)

    async def worker_invites(self, **members: Json) -> None:
        await self.worker_asks("PATCH", self.event, members)

    def service_dies(self) -> None:
        """And is not born again: people go on alone."""
        self.town.timers = False
        for process in self.town.processes:
            process.alive = False


type Damage = Callable[[Story], Awaitable[None]]


def told(damage: Damage, steps: tuple[Step, ...] = BOOKED, *, to_the_end: bool = False, rooms: int = 2, **more: Any) -> str:
    """What the judge says of it, when all has been well before the damage. `more`: of the script."""
    loop, script = VirtualLoop(), Script(steps, rooms, crowded=False, **more)
    try:
        return " | ".join(loop.run_until_complete(_story(damage, script, to_the_end=to_the_end)).checker.violations)
    finally:
        loop.close()


def played(steps: tuple[Step, ...]) -> Checker:
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(_story(_nothing, Script(steps, 2, crowded=False), to_the_end=False)).checker
    finally:
        loop.close()


async def _nothing(_story: Story) -> None:
    return


async def _story(damage: Damage, script: Script, *, to_the_end: bool) -> Story:
    town, history = Town(0, CALM, script.rooms), History()
    people = Hands(town, history)
    story = Story(town, people, Checker(town, people, history, script))
    with listening(town, story.checker.note):
        town.network.out_of_scope = script.out_of_scope
        await town.open(off=script.off)
        town.written.append(story.checker.watch)
        for step in script.steps:
            await people.take(step)
            await town.idle()
        assert people.done
        assert story.checker.violations == []
        if to_the_end:
            await damage(story)
            await in_the_end(town, story.checker)
        else:
            town.timers = False
            await damage(story)
            await asyncio.sleep(A_MOMENT)
            await story.checker.agreement("after the damage:")
            story.checker.standing()
            story.checker.privacy()
            story.checker.links()
    town.close()
    return story
