"""From the functions found to what waits for their triggers."""

import asyncio
import uuid
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueServiceClient

from localdev.functions.app_settings import HOST_STORAGE, connection_string, resolved
from localdev.functions.errors import HostError
from localdev.functions.host_json import HostRules
from localdev.functions.invocations import Invocations
from localdev.functions.queue_listener import QueueListener, poison_name
from localdev.functions.queue_processor import QueueProcessor, payload
from localdev.functions.schedule import Schedule, parse_schedule
from localdev.functions.storage import Storage, blob_service, queue_service, reach
from localdev.functions.timer_status import TimerStatusStore, host_id
from localdev.functions.timers import TimerListener, timer_payload, utc_now
from localdev.functions.worker import Function

if TYPE_CHECKING:
    from azure.storage.blob.aio import BlobServiceClient

type Listener = QueueListener | TimerListener


class Listeners:
    """The queue and timer triggers of one app, and the storage clients they share."""

    def __init__(
        self,
        functions: tuple[Function, ...],
        rules: HostRules,
        invocations: Invocations,
        environment: Mapping[str, str],
        stopping: asyncio.Event,
    ) -> None:
        self._rules = rules
        self._invocations = invocations
        self._environment = environment
        self._stopping = stopping
        self._storage = Storage(stopping)
        self._queue_services: dict[str, QueueServiceClient] = {}
        self._blob_service: BlobServiceClient | None = None
        self._queues = [self._queue_listener(each) for each in functions if each.kind == "queueTrigger"]
        self._timers = [(each, self._schedule_of(each)) for each in functions if each.kind == "timerTrigger"]
        if self._timers:
            self._blob_service = blob_service(connection_string(HOST_STORAGE, environment, "the host"))

    async def reach_storage(self, seconds: float) -> None:
        blobs = [self._blob_service] if self._blob_service else []
        await reach(HOST_STORAGE, [*self._queue_services.values(), *blobs], seconds, self._stopping)

    def start(self, folder: Path) -> list[asyncio.Task[None]]:
        timers = [self._timer_listener(function, schedule, folder) for function, schedule in self._timers]
        listeners: list[Listener] = [*self._queues, *timers]
        return [asyncio.create_task(listener.run()) for listener in listeners]

    async def trigger(self, function: Function, given: str) -> Any:
        """What `POST /admin/functions/<name>` starts: a message that was never in the queue, a timer out of its turn."""
        if function.kind == "timerTrigger":
            return await self._invocations.run(function, timer_payload(None, past_due=False))
        return await self._invocations.run(function, payload(_made_up_message(given), given.encode()))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for service in (*self._queue_services.values(), self._blob_service):
            if service is not None:
                await service.close()

    def _queue_listener(self, function: Function) -> QueueListener:
        where, setting = f"function {function.name}", str(function.trigger.get("connection") or HOST_STORAGE)
        connection = connection_string(setting, self._environment, where)
        name = resolved(str(function.trigger["queueName"]), self._environment, where).lower()
        service = self._queue_service(connection, f"{where}: {setting}")
        queue, poison = service.get_queue_client(name), poison_name(name)
        poison_queue = service.get_queue_client(poison) if poison else None
        rules = self._rules.queues
        processor = QueueProcessor(function, queue, poison_queue, rules, self._invocations, self._storage)
        return QueueListener(queue, processor, rules, self._storage, self._stopping)

    def _queue_service(self, connection: str, where: str) -> QueueServiceClient:
        if connection not in self._queue_services:
            try:
                self._queue_services[connection] = queue_service(connection)
            except ValueError as error:
                raise HostError(f"{where} is not a connection string: {error}") from None
        return self._queue_services[connection]

    def _schedule_of(self, function: Function) -> Schedule:
        where = f"function {function.name}"
        try:
            return parse_schedule(resolved(str(function.trigger["schedule"]), self._environment, where))
        except ValueError as error:
            raise HostError(f"{where}: its schedule is not one: {error}") from None

    def _timer_listener(self, function: Function, schedule: Schedule, folder: Path) -> TimerListener:
        if self._blob_service is None:
            raise AssertionError(function.name)
        store = TimerStatusStore(self._blob_service, host_id(folder, self._environment))
        return TimerListener(function, schedule, store, self._invocations, self._storage, self._stopping)


def _made_up_message(given: str) -> QueueMessage:
    message = QueueMessage(content=given)
    message.id = str(uuid.uuid4())
    message.inserted_on = utc_now()
    message.expires_on = message.inserted_on + timedelta(days=7)
    message.next_visible_on = message.inserted_on
    message.dequeue_count = 0
    message.pop_receipt = ""
    return message
