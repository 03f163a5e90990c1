"""Tables and queues as one life of a process reaches them: slowly, sometimes not at all, and sometimes without the answer.

The Azure SDK asks again by itself when an answer is lost (azure-core, RetryPolicy), so a write may be done twice; only when that
fails too does the caller see it.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from azure.core.exceptions import ServiceRequestError

from tests.simulation.process import Process
from tests.simulation.trace import Trace
from tests.storage_twin import TableTwin

PAUSE = 0.004
RETRY_PAUSE = 0.8


@dataclass
class Reach:
    """How a process reaches its storage. `failing` is shared by all: it ends when the faults end."""

    process: Process
    life: int
    failing: Callable[[], float]
    chance: random.Random
    trace: Trace

    def told(self, what: str, row: dict[str, Any]) -> None:
        self.trace.note(self.process.name, what, row["PartitionKey"], row["RowKey"], row.get("state", ""))

    async def __call__[Answer](self, effect: Callable[[], Awaitable[Answer]]) -> Answer:
        await self.process.step(self.life)
        await asyncio.sleep(PAUSE)
        share = self.failing()
        if share and self.chance.random() < share:
            if self.chance.random() < 0.5:
                await asyncio.sleep(3 * RETRY_PAUSE)
                raise ServiceRequestError("storage is away")
            await effect()  # the answer is lost, and the SDK asks again
            await asyncio.sleep(RETRY_PAUSE)
        answer = await effect()
        await asyncio.sleep(PAUSE)
        await self.process.step(self.life)
        return answer


class Table:
    """The part of azure.data.tables.aio.TableClient that the product uses."""

    def __init__(self, twin: TableTwin, reach: Reach) -> None:
        self._twin, self._reach = twin, reach

    async def get_entity(self, partition: str, row: str) -> Any:
        return await self._reach(lambda: self._twin.get_entity(partition, row))

    async def query_entities(self, wanted: str, **options: Any) -> AsyncIterator[Any]:
        async def all_of() -> list[Any]:
            return [row async for row in self._twin.query_entities(wanted, **options)]

        for row in await self._reach(all_of):
            yield row

    async def create_entity(self, row: dict[str, Any]) -> Any:
        self._reach.told("creates", row)
        return await self._reach(lambda: self._twin.create_entity(row))

    async def update_entity(self, row: dict[str, Any], **options: Any) -> Any:
        self._reach.told("updates", row)
        return await self._reach(lambda: self._twin.update_entity(row, **options))

    async def upsert_entity(self, row: dict[str, Any], **options: Any) -> Any:
        self._reach.told("puts", row)
        return await self._reach(lambda: self._twin.upsert_entity(row, **options))

    async def delete_entity(self, partition: str, row: str, **options: Any) -> None:
        await self._reach(lambda: self._twin.delete_entity(partition, row, **options))

    async def submit_transaction(self, operations: Iterable[Any]) -> Any:
        asked = list(operations)
        self._reach.told("swaps", asked[1][1])
        return await self._reach(lambda: self._twin.submit_transaction(asked))

    async def create_table(self) -> None:
        return


@dataclass
class Message:
    number: int
    text: str
    visible: float
    deliveries: int = 0
    holder: tuple[Process, int] | None = None


@dataclass
class Queue:
    """One queue, as the host sees it: a message that is worked on is hidden, and comes again when its worker dies."""

    now: Callable[[], float]
    messages: dict[int, Message] = field(default_factory=dict)
    told: asyncio.Event = field(default_factory=asyncio.Event)
    sent: int = 0
    heard: list[Callable[[str], None]] = field(default_factory=list)
    """Who hears of every message that is put into it."""
    _numbers: Any = field(default_factory=count)

    def put(self, text: str, wait: float) -> None:
        number = next(self._numbers)
        self.messages[number] = Message(number, text, self.now() + wait)
        self.sent += 1
        for listener in self.heard:
            listener(text)
        self.told.set()

    def take(self, process: Process) -> Message | None:
        now = self.now()
        free = [one for one in self.messages.values() if one.holder is None and one.visible <= now]
        if not free:
            return None
        message = min(free, key=lambda one: (one.visible, one.number))
        message.holder, message.deliveries = (process, process.lives), message.deliveries + 1
        return message

    def done(self, message: Message) -> None:
        self.messages.pop(message.number, None)

    def again(self, message: Message, wait: float) -> None:
        message.holder, message.visible = None, self.now() + wait
        self.told.set()

    def release(self, process: Process, wait: float) -> None:
        """Its leases run out."""
        for message in self.messages.values():
            if message.holder and message.holder[0] is process:
                self.again(message, wait)

    def next_visible(self) -> float | None:
        return min((one.visible for one in self.messages.values() if one.holder is None), default=None)


class QueueClient:
    """The part of azure.storage.queue.aio.QueueClient that the product uses."""

    def __init__(self, queue: Queue, reach: Reach) -> None:
        self._queue, self._reach = queue, reach

    async def send_message(self, text: str, *, visibility_timeout: int = 0) -> None:
        async def put() -> None:
            self._queue.put(text, visibility_timeout)

        await self._reach(put)
