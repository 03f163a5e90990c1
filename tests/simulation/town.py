"""The whole service in one process on a virtual clock: several workers, both simulators, queues, tables, and the ways between."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from localdev import world as company
from localdev.graph.simulator import GraphSimulator
from localdev.graph.state import Event, Mail, Refusal
from localdev.ibss.simulator import IbssSimulator
from sync_core.app import Workers, compose
from sync_core.errors import SyncError
from sync_core.graph.client import Graph, StaticToken
from sync_core.ibss.client import Ibss
from sync_core.intake import Intake
from sync_core.queues import PULL_ROOM, SYNC_INSTANCE, PullRoom, Queues, decode, decode_sync
from sync_core.settings import Settings
from sync_core.store import Store
from tests.simulation.listener import DELIVERIES, Listener
from tests.simulation.network import Client, Network, Road, Write, graph_server, ibss_server
from tests.simulation.process import Process
from tests.simulation.storage import Message, Queue, QueueClient, Reach, Table
from tests.simulation.trace import Trace
from tests.simulation.weather import CALM, Weather
from tests.storage_twin import TableTwin

HORIZON = 30
BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
GRAPH, IBSS = "http://localhost:7081/v1.0", "http://localhost:7082"
ENVIRONMENT = {
    "AzureWebJobsStorage": "in memory",
    "GRAPH_URL": GRAPH,
    "GRAPH_TOKEN": "local",
    "IBSS_URL": IBSS,
    "IBSS_API_KEY": "sync",
    "PUBLIC_URL": "http://127.0.0.1:7071",
    "TENANT_DOMAINS": "contoso.example",
    "HORIZON_DAYS": str(HORIZON),
}
TABLES = ("links", "rooms", "journal", "kept")

LEASE = 600.0
"""Seconds that a message stays hidden when its worker dies."""

SWEEP_ROOMS, SWEEP_BOOKINGS, RENEW = 600.0, 300.0, 900.0
ROOMS = (company.OAK, company.ELM, company.IVY)


class Town:
    def __init__(
        self, seed: int, weather: Weather, rooms: int | tuple[company.Room, ...] = 2, *, keep_trace: bool = False
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.weather, self.rooms = weather, ROOMS[:rooms] if isinstance(rooms, int) else rooms
        self._chance = random.Random(f"town {seed}")
        self.graph = GraphSimulator(self.now, self._from_graph, rng=random.Random(seed))
        self.ibss = IbssSimulator(self.now, self._from_ibss, service_url="http://127.0.0.1:7071")
        self.trace = Trace(self.loop.time, keep=keep_trace)
        self.written: list[Callable[[Write], None]] = []
        roads = random.Random(f"roads {seed}")
        self.network = Network(CALM, roads, self.trace, self.stir, self._tell_written, self._visible, self._mails)
        self.tables = {name: TableTwin(self.now) for name in TABLES}
        self.pull_queue, self.sync_queue = Queue(self.loop.time), Queue(self.loop.time)
        self.bugs: list[str] = []
        self._news = {"graph": asyncio.Event(), "ibss": asyncio.Event()}
        self._stormy = False
        self.timers = True
        self._graph_server = graph_server(self.graph, self.loop.time)
        self._ibss_server = ibss_server(self.ibss, self.loop.time)
        apart = weather.skew / max(1, weather.workers - 1)
        self.processes = [
            Process(f"worker {n}", random.Random(f"process {seed} {n}"), n * apart - weather.skew / 2)
            for n in range(weather.workers)
        ]
        self._services: dict[str, Workers] = {}
        self._doors: dict[str, Intake] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # time

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.loop.time())

    # places

    def rooms_on(self) -> list[company.Room]:
        return [room for room in self.rooms if self.ibss.estate.spaces[room.space].ext_system]

    def beyond_reach(self, address: str) -> bool:
        """Whether the service has no way to this mailbox."""
        mailbox = self.graph.tenant.mailboxes.get(address.lower())
        return address.lower() in self.network.out_of_scope or (mailbox is not None and not mailbox.hosted)

    def is_linked(self, booking: str) -> bool:
        """Whether the service holds this booking and an event for one meeting."""
        return any(row.get("booking_id") == booking and row.get("state") == "linked" for row in self.tables["links"].rows)

    # people

    def person(self, server: str) -> httpx.AsyncClient:
        if server == "graph":
            road = Road(self.network, self._graph_server)
            return Client(transport=road, base_url=GRAPH, headers={"Authorization": "Bearer person"})
        return Client(transport=Road(self.network, self._ibss_server), base_url=IBSS)

    # the life of the town

    async def open(self, *, off: bool = False) -> None:
        """Seeded, subscribed, looked at once; everybody at work. `off`: no room is synced yet."""
        world = SimpleNamespace(NODES=company.NODES, ROOMS=self.rooms, COLLEAGUES=company.COLLEAGUES, meetings=lambda _now: ())
        self.graph.seed(company.COLLEAGUES, self.rooms)
        self.ibss.seed(world)
        if off:
            spaces = self.ibss.estate.spaces
            spaces |= {space.id: replace(space, ext_system=0) for space in spaces.values()}
        self.graph.tenant.delta.bare_master = self.weather.bare_masters
        for process in self.processes:
            process.on_death = self._mourn(process)
            self._start(process)
        self._run(self._keep_going(self.graph, self._news["graph"]))
        self._run(self._keep_going(self.ibss, self._news["ibss"]))
        await self.service.subscriptions.renew_all()
        await self.sweep()
        self._run(self._each(SWEEP_ROOMS, lambda service: service.pull.sweep_rooms()))
        self._run(self._each(SWEEP_BOOKINGS, lambda service: service.pull.sweep_bookings(), first=30.0))
        self._run(self._each(RENEW, lambda service: service.subscriptions.renew_all(), first=15.0))

    def storm(self) -> None:
        """From here on things go wrong."""
        weather = self.weather
        self._stormy = True
        self.network.weather = weather
        for process in self.processes:
            process.set_crashes(weather.crashes)
        habits = self.graph.tenant.notifications
        habits.copies, habits.delay_seconds, habits.shuffle = weather.notices_copies, weather.notices_late, True
        self.ibss.posting.copies, self.ibss.posting.delay_seconds = weather.notices_copies, weather.notices_late / 2
        if weather.unreadable:
            self._run(self._refuse_for_a_while())
        if weather.subscription_dies:
            self._run(self._lose_a_subscription())

    def calm(self) -> None:
        """The faults end. What is late is still late."""
        self._stormy = False
        self.network.clear()
        for process in self.processes:
            process.set_crashes(0)
        habits = self.graph.tenant.notifications
        habits.lost, habits.copies, habits.delay_seconds, habits.shuffle = False, 1, 0.0, False
        self.ibss.posting.lost, self.ibss.posting.copies, self.ibss.posting.delay_seconds = False, 1, 0.0
        for mailbox in self.graph.tenant.mailboxes.values():
            mailbox.unreadable = None

    def roll_the_dice(self) -> None:
        """Before each change: is the news of it lost?"""
        if self._stormy:
            self.graph.tenant.notifications.lost = self._chance.random() < self.weather.notices_lost
            self.ibss.posting.lost = self._chance.random() < self.weather.posts_lost

    @property
    def service(self) -> Workers:
        return self._service_of(self.processes[0])

    async def sweep(self) -> None:
        """The timers once each, and all that follows."""
        await self.service.pull.sweep_rooms()
        await self.service.pull.sweep_bookings()
        await self.idle()

    async def night(self) -> None:
        """What happens once a day."""
        await self.service.pull.roll_horizon()
        await self.service.purge.purge()
        await self.service.pull.sweep_bookings()
        await self.service.subscriptions.renew_all()
        await self.idle()

    async def idle(self) -> None:
        """Until no message is left and nothing is under way."""
        while self.pull_queue.messages or self.sync_queue.messages or self._soon():  # noqa: ASYNC110 — virtual seconds
            await asyncio.sleep(1.0)

    def _soon(self) -> bool:
        due = [moment for moment in (self.graph.next_due(), self.ibss.next_due()) if moment is not None]
        return any(moment <= self.now() + timedelta(seconds=30) for moment in due)

    def close(self) -> None:
        """Whoever died waits for ever; they are let go."""
        for task in list(self._tasks):
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                with contextlib.suppress(RuntimeError):
                    task.get_coro().close()  # type: ignore[union-attr]

    # processes

    def _start(self, process: Process) -> None:
        reach = Reach(process, process.lives, self._failing, self._chance, self.trace)
        pull, sync = QueueClient(self.pull_queue, reach), QueueClient(self.sync_queue, reach)
        queues = Queues(pull, sync)  # type: ignore[arg-type] — the part of the client that is used
        store = Store(**{name: Table(twin, reach) for name, twin in self.tables.items()})  # type: ignore[arg-type]
        graph_road = Road(self.network, self._graph_server, process)
        ibss_road = Road(self.network, self._ibss_server, process)
        graph = Graph(GRAPH, StaticToken("local"), Client(transport=graph_road))
        ibss = Ibss(IBSS, "sync", Client(transport=ibss_road))
        skew = timedelta(seconds=process.skew)
        service = compose(Settings.from_environment(ENVIRONMENT), graph, ibss, store, queues, lambda: self.now() + skew)
        self._services[process.name], self._doors[process.name] = service, Intake(store, queues)

        async def pull_room(text: str) -> None:
            await queues.attempt(service.pull.pull_room, decode(PullRoom, text))

        async def sync_instance(text: str) -> None:
            await queues.attempt(service.sync.work_on, decode_sync(text))

        for name, queue, function in ((PULL_ROOM, self.pull_queue, pull_room), (SYNC_INSTANCE, self.sync_queue, sync_instance)):
            keep = partial(self._keep, store, name)
            self._run(Listener(process, queue, name, self.trace, self._run, function, keep, self._bug).listen())

    def _service_of(self, process: Process) -> Workers:
        return self._services[process.name]

    def _mourn(self, process: Process) -> Callable[[], None]:
        def died() -> None:
            self.trace.note(process.name, "dies")
            for queue in (self.pull_queue, self.sync_queue):
                queue.release(process, LEASE * (0.5 + self._chance.random() / 2))
            self.loop.call_later(5 + 20 * self._chance.random(), born)

        def born() -> None:
            process.revive()
            self._start(process)

        return died

    async def _keep(self, store: Store, name: str, message: Message) -> None:
        for _ in range(DELIVERIES):
            try:
                return await store.keep(name, str(message.number), message.text, self.now())
            except SyncError:
                await asyncio.sleep(LEASE)
        return None

    async def _each(self, seconds: float, use_case: Callable[[Workers], Awaitable[None]], first: float = 0.0) -> None:
        """A timer: one of the living has it. What fails is tried again the next time."""
        await asyncio.sleep(first)
        while True:
            await asyncio.sleep(seconds)
            living = [process for process in self.processes if process.alive]
            if living and self.timers:
                self._run(self._fire(use_case, self._chance.choice(living)))

    async def _fire(self, use_case: Callable[[Workers], Awaitable[None]], process: Process) -> None:
        try:
            await use_case(self._service_of(process))
        except SyncError as error:
            self.trace.note(process.name, "a timer fails", error.code)
        except Exception as error:  # noqa: BLE001
            self._bug(error)

    def _bug(self, error: Exception) -> None:
        logging.getLogger(__name__).debug("a bug", exc_info=error)
        self.bugs.append(f"{type(error).__name__}: {error}")

    def _run(self, work: Any) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # servers

    async def _keep_going(self, simulator: GraphSimulator | IbssSimulator, news: asyncio.Event) -> None:
        """What is due at a server happens when it is due."""
        while True:
            await simulator.run_due()
            due = simulator.next_due()
            wait = None if due is None else max(0.001, (due - self.now()).total_seconds())
            try:
                await asyncio.wait_for(news.wait(), wait)
                news.clear()
            except TimeoutError:
                continue

    def stir(self) -> None:
        for news in self._news.values():
            news.set()

    def _tell_written(self, write: Write) -> None:
        for listener in self.written:
            listener(write)

    def _mails(self) -> list[Mail]:
        return self.graph.tenant.mails

    def _visible(self) -> object:
        events = [event for mailbox in self.graph.tenant.mailboxes.values() for event in mailbox.events.values()]
        shown = [_shown(event) for event in events if event.is_organizer]
        return shown, {booking.id: replace(booking, modified=BEGIN, revision=0) for booking in self.ibss.bookings.by_id.values()}

    async def _from_graph(self, url: str, _content_type: str, body: bytes) -> tuple[int, str, str]:
        intake = self._open_door()
        parts = urlsplit(url)
        door = intake.graph_lifecycle if parts.path.endswith("lifecycle") else intake.graph_notifications
        reply = await asyncio.wait_for(door(dict(parse_qsl(parts.query)), body), 10)
        return reply.status, reply.content_type, reply.body

    async def _from_ibss(self, _url: str, _headers: dict[str, str], body: bytes) -> int:
        try:
            return (await asyncio.wait_for(self._open_door().ibss_bookings(body), 10)).status
        except OSError:
            return 0

    def _open_door(self) -> Intake:
        living = [process for process in self.processes if process.alive]
        if not living:
            raise ConnectionRefusedError
        return self._doors[self._chance.choice(living).name]

    def _failing(self) -> float:
        return self.weather.storage if self._stormy else 0.0

    async def _refuse_for_a_while(self) -> None:
        await asyncio.sleep(600 * self._chance.random())
        if not self._stormy:
            return
        mailbox = self.graph.tenant.mailboxes[self._chance.choice(sorted(self.graph.tenant.mailboxes))]
        mailbox.unreadable = Refusal(*self._chance.choice(((403, "ErrorAccessDenied"), (404, "ErrorInvalidUser"))))

    async def _lose_a_subscription(self) -> None:
        await asyncio.sleep(300 * self._chance.random())
        alive = self.graph.tenant.subscriptions
        if self._stormy and alive:
            del alive[self._chance.choice(sorted(alive))]


def _shown(event: Event) -> object:
    details = event.details
    people = [(attendee.address, attendee.kind, attendee.response == "declined") for attendee in event.attendees]
    when = (details.start, details.end, details.recurrence, tuple(event.removed_days))
    return event.id, event.is_cancelled, details.subject, when, people
