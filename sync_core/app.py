"""Composition: the only place that names concrete classes. Each part is made when it is first needed.

The doors need only storage; what talks to Graph and IBSS is imported when the first work arrives, so that a cold start answers
Graph in time.
"""

# ruff: noqa: PLC0415 — importing late is this module's job
from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from sync_core.intake import Intake
from sync_core.queues import API_VERSION, Queues
from sync_core.settings import OnBookingCancelled, OnRoomDeclined, Settings, Storage, Switch
from sync_core.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from azure.core.credentials_async import AsyncTokenCredential

    from sync_core.check import Check
    from sync_core.graph.client import Credential, Graph
    from sync_core.ibss.client import Ibss
    from sync_core.look import Look
    from sync_core.operations import Operations
    from sync_core.planner import Policy
    from sync_core.pull import Pull
    from sync_core.purge import Purge
    from sync_core.rooms import Rooms
    from sync_core.subscriptions import Subscriptions
    from sync_core.sync import Sync

CLIENT_STATE_BYTES = 32
SCHEDULES = {
    "sweep_rooms": "SWEEP_ROOMS_SCHEDULE",
    "sweep_bookings": "SWEEP_BOOKINGS_SCHEDULE",
    "roll_horizon": "ROLL_HORIZON_SCHEDULE",
}
"""The host reads these itself; here they only tell people when a timer comes next."""


@dataclass(frozen=True, slots=True)
class Workers:
    """The use cases that talk to Graph and IBSS."""

    sync: Sync
    pull: Pull
    subscriptions: Subscriptions
    purge: Purge
    operations: Operations


class App:
    """`environment` is read at the first use. Raises SettingsError then, when something in it is missing or malformed."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        for chatty in ("azure", "httpx"):
            logging.getLogger(chatty).setLevel(logging.WARNING)

    @cached_property
    def settings(self) -> Settings:
        return Settings.from_environment(self._environment)

    @cached_property
    def store(self) -> Store:
        from azure.data.tables.aio import TableServiceClient

        storage = self.settings.storage
        if storage.connection_string:
            return Store.of(TableServiceClient.from_connection_string(storage.connection_string))
        return Store.of(TableServiceClient(storage.table_url, credential=_identity(storage)))

    @cached_property
    def queues(self) -> Queues:
        from azure.storage.queue.aio import QueueServiceClient

        storage = self.settings.storage
        if storage.connection_string:
            return Queues.of(QueueServiceClient.from_connection_string(storage.connection_string, api_version=API_VERSION))
        return Queues.of(QueueServiceClient(storage.queue_url, credential=_identity(storage), api_version=API_VERSION))

    @cached_property
    def intake(self) -> Intake:
        return Intake(self.store, self.queues)

    @cached_property
    def workers(self) -> Workers:
        from sync_core.connection import connection
        from sync_core.graph.client import Graph
        from sync_core.ibss.client import Ibss

        settings = self.settings
        graph = Graph(settings.graph_url, _graph_credential(settings), connection())
        ibss = Ibss(settings.ibss_url, settings.ibss_api_key, connection())
        schedules = {timer: self._environment.get(name, "") for timer, name in SCHEDULES.items()}
        return compose(settings, graph, ibss, self.store, self.queues, schedules=schedules)


def compose(
    settings: Settings,
    graph: Graph,
    ibss: Ibss,
    store: Store,
    queues: Queues,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    schedules: Mapping[str, str] | None = None,
) -> Workers:
    """The use cases over these gateways. `clock` tells the time in UTC; `schedules` are the timers', for people to read."""
    from sync_core.ahead import ReadAhead
    from sync_core.brake import Brake
    from sync_core.check import Check
    from sync_core.execution import Execution
    from sync_core.guests import Guests
    from sync_core.look import Look
    from sync_core.planner import Policy
    from sync_core.pull import Pull
    from sync_core.purge import Purge
    from sync_core.readings import Readings
    from sync_core.rooms import Rooms
    from sync_core.shapes import Shapes
    from sync_core.subscriptions import Subscriptions
    from sync_core.sync import Sync

    rooms = Rooms(ibss, store, settings.horizon_days, clock)
    urls = (f"{settings.public_url}/api/graph/notifications", f"{settings.public_url}/api/graph/lifecycle")
    subscriptions = Subscriptions(graph, store, queues, rooms, urls, clock, lambda: secrets.token_urlsafe(CLIENT_STATE_BYTES))
    policy = Policy(
        winner=settings.conflict_winner,
        horizon=timedelta(days=settings.horizon_days),
        release_room_only=settings.on_booking_cancelled is OnBookingCancelled.REMOVE_ROOM,
        keep_declined=settings.on_room_declined is OnRoomDeclined.KEEP,
    )
    hold, whole_series = settings.hold_panel_bookings is Switch.ON, settings.series_changes is Switch.ON

    def look_over(those: Rooms, graph: Graph = graph, ibss: Ibss = ibss) -> Look:
        return Look(graph, ibss, store, those, Readings(graph, ibss, store, those, hold=hold, inherit=whole_series))

    execution = Execution(graph, ibss, store, rooms, Guests(ibss, settings.visitors, settings.tenant_domains))
    brake = Brake(store, settings.cancel_brake, clock)
    read_ahead = ReadAhead(graph, ibss, store, partial(look_over, rooms))
    look = look_over(rooms)
    shapes = Shapes(graph, store, apply=whole_series)
    sync = Sync(graph, store, queues, rooms, look, read_ahead, execution, brake, shapes, policy, subscriptions.watch_host, clock)
    pull = Pull(graph, ibss, store, queues, rooms, subscriptions, clock)
    check = Check(graph, ibss, store, settings.tenant_domains, clock)
    operations = _operations(graph, ibss, store, queues, rooms, look_over, check, policy, schedules or {}, clock)
    return Workers(sync, pull, subscriptions, Purge(store, rooms, subscriptions, clock), operations)


def _operations(
    graph: Graph,
    ibss: Ibss,
    store: Store,
    queues: Queues,
    rooms: Rooms,
    look_over: Callable[[Rooms], Look],
    check: Check,
    policy: Policy,
    schedules: Mapping[str, str],
    clock: Callable[[], datetime],
) -> Operations:
    """What people ask for, over the same rooms, looks and policy as the work."""
    from sync_core.explain import Explain
    from sync_core.finding import Finding
    from sync_core.operations import Operations
    from sync_core.rehearsal import Rehearsal
    from sync_core.status import Status

    finding = Finding(graph, ibss, store, rooms)
    explain = Explain(finding, ibss, store, rooms, look_over(rooms), policy, schedules, clock)
    rehearsal = Rehearsal(graph, ibss, store, look_over, policy, clock)
    return Operations(Status(store, rooms, clock), explain, finding, rehearsal, check, rooms, store, queues)


def _identity(storage: Storage) -> AsyncTokenCredential:
    from azure.identity.aio import DefaultAzureCredential

    return DefaultAzureCredential(managed_identity_client_id=storage.client_id or None)


def _graph_credential(settings: Settings) -> Credential:
    from sync_core.graph.client import StaticToken

    return StaticToken(settings.graph_token) if settings.graph_token else _identity(settings.storage)
