"""Polls one queue for one function (azure-sdk-for-net, QueueListener)."""

import asyncio
import logging

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from localdev.functions.backoff import Backoff, pause
from localdev.functions.host_json import QueueRules
from localdev.functions.queue_processor import QueueProcessor
from localdev.functions.storage import Storage, is_away

log = logging.getLogger("host")

MINIMUM_POLLING_INTERVAL = 0.1  # QueuePollingIntervals.Minimum
POISON_SUFFIX = "-poison"


def poison_name(queue: str) -> str | None:
    return None if queue.endswith(POISON_SUFFIX) else queue + POISON_SUFFIX


class QueueListener:
    def __init__(
        self, queue: QueueClient, processor: QueueProcessor, rules: QueueRules, storage: Storage, stopping: asyncio.Event
    ) -> None:
        self._queue = queue
        self._processor = processor
        self._rules = rules
        self._storage = storage
        self._stopping = stopping
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until the host stops; what has been received is finished first."""
        backoff = Backoff(MINIMUM_POLLING_INTERVAL, self._rules.max_polling_interval.total_seconds())
        while not self._stopping.is_set():
            messages = await self._receive()
            for message in messages:
                self._under_way.add(asyncio.create_task(self._process(message)))
            if messages:
                backoff.reset()
                await self._until_below_threshold()
            else:
                await pause(backoff.next(), self._stopping)
        if self._under_way:
            await asyncio.wait(self._under_way)

    async def _receive(self) -> list[QueueMessage]:
        """A missing queue is an empty one: the host does not create the queues it listens to."""
        try:
            pages = self._queue.receive_messages(
                messages_per_page=self._rules.batch_size, visibility_timeout=round(self._processor.lease)
            ).by_page()
            page = await anext(pages, None)  # one request; no page at all is how this SDK says empty
            messages = [message async for message in page] if page else []
        except ResourceNotFoundError:
            messages = []
        except AzureError as error:
            if is_away(error):
                self._storage.lost(error)
            else:
                log.error("Queue %s cannot be read: %s", self._queue.queue_name, error.message)  # noqa: TRY400 - one line
            return []
        self._storage.found()
        return messages

    async def _process(self, message: QueueMessage) -> None:
        try:
            await self._processor.process(message)
        except Exception as error:  # noqa: BLE001 - one message must not end the listener; it comes back by itself
            log.error("Message %s of %s was not completed: %r", message.id, self._queue.queue_name, error)  # noqa: TRY400

    async def _until_below_threshold(self) -> None:
        """At most batchSize + newBatchThreshold messages are worked on at once."""
        self._under_way = {task for task in self._under_way if not task.done()}
        while len(self._under_way) > self._rules.new_batch_threshold:
            _, self._under_way = await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
