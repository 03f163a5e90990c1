"""The whole service and both simulators in one process, on a clock that stands still unless it is moved."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from localdev import world as company
from localdev.graph.app import create_app as graph_app
from localdev.graph.clock import Clock
from localdev.graph.simulator import GraphSimulator
from localdev.ibss.app import create_app as ibss_app
from localdev.ibss.simulator import IbssSimulator
from sync_core.app import Workers, compose
from sync_core.errors import SyncError
from sync_core.graph.client import Graph, StaticToken
from sync_core.ibss.client import Ibss
from sync_core.intake import Intake
from sync_core.queues import PULL_ROOM, SYNC_INSTANCE, PullRoom, Queues, decode, decode_sync
from sync_core.settings import Settings
from sync_core.store import Store
from tests.scenarios.people import IbssApp, Outlook, Slot, checked
from tests.storage_twin import QueueTwin, TableTwin

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PATIENCE = timedelta(minutes=5)
"""What is due later than this after the last thing that happened is not waited for: it belongs to another day."""

MOST_STEPS = 20_000
"""Far more than any story takes: what goes on after that goes on for ever."""

DELIVERIES = 5
"""host.json: maxDequeueCount"""

GRAPH = "http://127.0.0.1:7081/v1.0"
IBSS = "http://127.0.0.1:7082"

ENVIRONMENT = {
    "AzureWebJobsStorage": "in memory",
    "GRAPH_URL": GRAPH,
    "GRAPH_TOKEN": "local",
    "IBSS_URL": IBSS,
    "IBSS_API_KEY": "sync",
    "PUBLIC_URL": "http://127.0.0.1:7071",
    "TENANT_DOMAINS": "contoso.example",
}


SCHEDULES = {"sweep_rooms": "0 */10 * * * *", "sweep_bookings": "30 */5 * * * *", "roll_horizon": "0 20 2 * * *"}


class World:
    """`outlook` and `ibss` are a person's hands; `service` is what runs between them."""

    kind = "in process"

    def __init__(self, begin: datetime = MONDAY, **settings: str) -> None:
        self.clock = Clock.standing_at(begin)
        self.graph = GraphSimulator(self.clock.now, self._from_graph, clock=self.clock)
        self.ibss_simulator = IbssSimulator(self.clock.now, self._from_ibss, service_url="http://127.0.0.1:7071")
        self.outlook = Outlook(_client(graph_app(self.graph, ticking=False), GRAPH, {"Authorization": "Bearer person"}))
        self.ibss = IbssApp(_client(ibss_app(self.ibss_simulator, ticking=False), IBSS, {}))
        self.tables = {name: TableTwin(self.clock.now) for name in ("links", "rooms", "journal", "kept")}
        self.pull_queue, self.sync_queue = QueueTwin(self.clock.now), QueueTwin(self.clock.now)
        self.queues = Queues(self.pull_queue, self.sync_queue)
        self.store = Store(**self.tables)
        self.intake = Intake(self.store, self.queues)
        self.service = self._service(Settings.from_environment(ENVIRONMENT | settings))
        self.poisoned: list[tuple[str, BaseException]] = []
        self._slots = 0

    def use(self, **settings: str) -> None:
        """The service is started anew with other settings; what it remembers stays."""
        self.service = self._service(Settings.from_environment(ENVIRONMENT | settings))

    def _service(self, settings: Settings) -> Workers:
        graph = Graph(GRAPH, StaticToken(settings.graph_token), _client(graph_app(self.graph, ticking=False), GRAPH, {}))
        ibss = Ibss(IBSS, "sync", _client(ibss_app(self.ibss_simulator, ticking=False), IBSS, {}))
        return compose(settings, graph, ibss, self.store, self.queues, self.clock.now, SCHEDULES)

    async def start(self) -> "World":
        """As an operator would after deploying: subscribe, then look at everything once."""
        self.graph.seed((*company.COLLEAGUES,), company.ROOMS, company.meetings(self.clock.now()))
        self.ibss_simulator.seed(company)
        await self.service.subscriptions.renew_all()
        await self.sweep()
        return self

    async def close(self) -> None:
        for client in (self.outlook.http, self.ibss.http):
            await client.aclose()

    def now(self) -> datetime:
        return self.clock.now()

    def slot(self, minutes: int = 30) -> Slot:
        """A slot of its own for each meeting of a test, away from what the company has booked."""
        self._slots += 1
        start = datetime.combine(self.clock.now().date() + timedelta(days=6 + self._slots), MONDAY.time(), UTC)
        return Slot(start, start + timedelta(minutes=minutes))

    async def settle(self) -> None:
        """Until nothing is left to happen: everything due, every message, every answer to it."""
        for _ in range(MOST_STEPS):
            if not (await self._step() or self._advance()):
                return
        raise AssertionError("there is no end to it")

    async def until(self, moment: datetime) -> None:
        """The clock goes to this moment, by way of all that is due before it."""
        while await self._step() or self._advance(moment):
            pass
        self.clock.advance(max(0.0, (moment - self.clock.now()).total_seconds()))

    async def eventually[Seen](self, look: Callable[[], Awaitable[Seen]]) -> Seen:
        """What a person sees once things have settled."""
        await self.settle()
        return await look()

    async def stays[Seen](self, look: Callable[[], Awaitable[Seen]]) -> Seen:
        return await self.eventually(look)

    async def sweep(self) -> None:
        """The timers, once each."""
        await self.service.pull.sweep_rooms()
        await self.service.pull.sweep_bookings()
        await self.settle()

    async def ask(self, what: str, accept: str = "application/json", **query: str) -> tuple[int, str]:
        """An operator's question: its status and its body."""
        reply = await getattr(self.service.operations, what)(query, accept)
        return reply.status, reply.body

    async def order(self, what: str, body: Any) -> tuple[int, Any]:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        reply = await getattr(self.service.operations, what)(text)
        return reply.status, json.loads(reply.body)

    async def writes(self) -> int:
        """How many requests that change something both sides have seen; subscriptions and the side door are left out."""
        seen = checked(await self.outlook.http.get(f"{self.outlook.side_door}/requests"))["value"]
        seen += checked(await self.ibss.http.get("/_sim/requests"))["value"]
        return sum(one["method"] != "GET" and "/subscriptions" not in one["path"] for one in seen)

    async def pass_time(self, **by: float) -> None:
        self.clock.advance(timedelta(**by).total_seconds())
        await self.settle()

    async def _step(self) -> bool:
        happened = await self.graph.run_due() + await self.ibss_simulator.run_due()
        happened += await self._work(PULL_ROOM, self.pull_queue) + await self._work(SYNC_INSTANCE, self.sync_queue)
        return happened > 0

    async def _work(self, name: str, queue: QueueTwin) -> int:
        text = queue.take()
        if text is None:
            return 0
        for delivery in range(1, DELIVERIES + 1):
            try:
                if name == PULL_ROOM:
                    await self.queues.attempt(self.service.pull.pull_room, decode(PullRoom, text))
                else:
                    await self.queues.attempt(self.service.sync.work_on, decode_sync(text))
                break
            except SyncError as error:
                if delivery == DELIVERIES:
                    self.poisoned.append((text, error))
                    await self.store.keep(name, f"m-{len(self.poisoned)}", text, self.clock.now())
        return 1

    def _advance(self, until: datetime | None = None) -> bool:
        """To the next thing that is due by then, or soon."""
        limit = until or self.clock.now() + PATIENCE
        due = [
            moment
            for moment in (
                self.graph.next_due(),
                self.ibss_simulator.next_due(),
                self.pull_queue.next_due(),
                self.sync_queue.next_due(),
            )
            if moment is not None and moment <= limit
        ]
        if due:
            self.clock.advance(max(0.0, (min(due) - self.clock.now()).total_seconds()))
        return bool(due)

    async def _from_graph(self, url: str, _content_type: str, body: bytes) -> tuple[int, str, str]:
        parts = urlsplit(url)
        door = self.intake.graph_lifecycle if parts.path.endswith("lifecycle") else self.intake.graph_notifications
        reply = await door(dict(parse_qsl(parts.query)), body)
        return reply.status, reply.content_type, reply.body

    async def _from_ibss(self, _url: str, _headers: dict[str, str], body: bytes) -> int:
        return (await self.intake.ibss_bookings(body)).status


def _client(app: Any, base_url: str, headers: dict[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base_url, headers=headers)
