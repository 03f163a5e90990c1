"""Everything that runs, each part for itself: two simulators, a real Azurite, and the Functions host, which may be killed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import httpx

from localdev.azurite import Azurite, StoragePorts
from localdev.install import ROOT
from localdev.launcher.host_process import HostProcess
from localdev.launcher.places import Places
from localdev.launcher.settings import of_this_machine, to_meet_the_simulators
from localdev.launcher.simulators import graph_app, ibss_app
from localdev.serving import Server, free_ports, listen
from tests.rugged.relay import Death, Relay
from tests.rugged.remembered import queued
from tests.scenarios.people import IbssApp, Outlook, checked

LEASE_SECONDS = 600
"""For so long the host hides a message that it works on (azure-webjobs-sdk); no wait of the service's own is longer."""
PATIENCE_SECONDS = 300
LOOK_EVERY_SECONDS = 0.2
IDLE_LOOKS = 4
SOON = timedelta(seconds=1)

type Recorder = Callable[[str, object], None]
"""Of figures, for whoever reads the report."""

KEY = {"x-functions-key": "local"}


class Parts:
    """`outlook` and `ibss` are people's hands. What the host asks of others passes through relays, so that it can die there."""

    def __init__(self, folder: Path, places: Places) -> None:
        self.places, self.death = places, Death(self.kill)
        self._settings: dict[str, str] = {}
        self._folder, self._clock, self._ahead = folder, folder / "ahead", 0
        self._clock.write_text("0")
        (folder / "azurite").mkdir()
        self.host: HostProcess | None = None
        self.storage: Azurite | None = None
        self.died = asyncio.Event()
        self.outlook = Outlook(httpx.AsyncClient(base_url=places.graph_url, headers={"Authorization": "Bearer person"}))
        self.ibss = IbssApp(httpx.AsyncClient(base_url=places.ibss_url))
        self.service = httpx.AsyncClient(base_url=places.host_url, headers=KEY, timeout=30)

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, folder: Path) -> AsyncIterator[Self]:
        """Both sides brought together once, as after a deployment."""
        host, graph, ibss, *storage = free_ports(6)
        parts = cls(folder, Places(host, 0, graph, ibss, StoragePorts(*storage)))
        async with contextlib.AsyncExitStack() as stack:
            client = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
            for (app, _), port in ((graph_app(client, None), graph), (ibss_app(client, None, parts.places), ibss)):
                await stack.enter_async_context(Server(app, listen(port, "simulator")))
            stack.push_async_callback(parts.close)
            relays = [await stack.enter_async_context(Relay(port, parts.death)) for port in (graph, ibss, *storage)]
            graph, ibss, *storage = (relay.port for relay in relays)
            relayed = Places(host, 0, graph, ibss, StoragePorts(*storage))
            parts._settings = of_this_machine(ROOT) | to_meet_the_simulators(relayed)
            await parts.start_storage()
            await (await parts.start()).run_first()
            yield parts

    async def close(self) -> None:
        self.kill()
        await self.stop_storage()
        for client in (self.outlook.http, self.ibss.http, self.service):
            await client.aclose()

    @property
    def storage_account(self) -> str:
        return self.places.storage.connection_string

    async def writes(self) -> list[str]:
        """The requests that have changed something on either side."""
        seen = checked(await self.outlook.http.get(f"{self.outlook.side_door}/requests"))["value"]
        seen += checked(await self.ibss.http.get("/_sim/requests"))["value"]
        return [
            f"{one['method']} {one['path']}" for one in seen if one["method"] != "GET" and "/subscriptions" not in one["path"]
        ]

    # the host

    def begin(self) -> HostProcess:
        self.died.clear()
        self.host = HostProcess(ROOT, self.places.host_url, self.places.host, self._settings)
        return self.host

    async def start(self) -> HostProcess:
        host = self.begin()
        await host.wait_until_up(self.died)
        return host

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        if self.host is not None:
            self.host.process.kill()
            self.host.process.wait()
        self.death.writes = 0
        self.died.set()

    # the storage

    async def start_storage(self) -> None:
        clock = {"NODE_OPTIONS": f"--require {Path(__file__).with_name('ahead.js')}", "CLOCK_AHEAD": str(self._clock)}
        self.storage = Azurite(self.places.storage, self._folder / "azurite", clock)
        await asyncio.to_thread(self.storage.wait_until_up)

    async def stop_storage(self) -> None:
        """It writes down what it holds, as what holds the service's state in Azure always has."""
        if self.storage is not None:
            await asyncio.to_thread(self.storage.stop)
        self.storage = None

    def pass_time(self, seconds: float = LEASE_SECONDS + 1) -> None:
        """For the storage alone: what was hidden in a queue until then can be seen."""
        self._ahead += int(seconds)
        part = self._clock.with_suffix(".part")
        part.write_text(str(self._ahead))
        part.replace(self._clock)

    async def quiet(self) -> None:
        """Until nothing is queued, worked on or on its way. What an idle host leaves in a queue is hidden: then time passes."""
        idle = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                busy = (await self.service.get("/admin/host/drain/status")).json()["outstandingInvocations"] or await self._due()
                left = queued(self.storage_account)
                idle = 0 if busy else idle + 1
                if idle > 1 and not left:
                    return
                if idle == IDLE_LOOKS:
                    self.pass_time()
                    idle = 0
                await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _due(self) -> bool:
        """Whether something is on its way between mailboxes."""
        told = (await self.outlook.http.get(f"{self.outlook.side_door}/clock")).json()
        return told["next_due"] is not None and datetime.fromisoformat(told["next_due"]) < datetime.now(UTC) + SOON

    # what an operator does

    async def run(self, timer: str) -> None:
        answer = await self.service.post(f"/admin/functions/{timer}", json={"input": ""})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text

    async def sweep(self) -> None:
        for timer in ("sweep_rooms", "sweep_bookings"):
            await self.run(timer)

    async def status(self) -> Any:
        return (await self.service.get("/api/status")).raise_for_status().json()

    async def replay(self, queue: str) -> Any:
        return (await self.service.post("/api/replay", json={"queue": queue})).raise_for_status().json()
