"""One queue message from arrival to its end: decoded, kept invisible, handed to the function, deleted or put back.

azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Queues: QueueProcessor, QueueListener, QueueListenerFactory.
"""

import asyncio
import base64
import binascii
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.functions.meta import Datum
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from localdev.functions.host_json import QueueRules
from localdev.functions.invocations import Invocations, new_trace_parent
from localdev.functions.storage import Storage
from localdev.functions.worker import Function, Payload

log = logging.getLogger("host")

LEASE = 600.0  # seconds a message is invisible while it is worked on; renewed at half time
TAKEN_OVER = (400, 404, 409)  # another pop receipt is newer, the message or queue is gone, or the queue is being deleted


class QueueProcessor:
    """`poison` is None for queues that are poison queues themselves."""

    def __init__(
        self,
        function: Function,
        queue: QueueClient,
        poison: QueueClient | None,
        rules: QueueRules,
        invocations: Invocations,
        storage: Storage,
        lease: float = LEASE,
    ) -> None:
        self._function = function
        self._queue = queue
        self._poison = poison
        self._rules = rules
        self._invocations = invocations
        self._storage = storage
        self.lease = lease

    async def process(self, message: QueueMessage) -> None:
        body = decoded(message.content, base64_encoded=self._rules.base64)
        if body is None:
            log.warning("Message decoding has failed! Check MessageEncoding settings. MessageId=%s", message.id)
            await self._give_up(message)
        elif (message.dequeue_count or 0) > self._rules.max_dequeue_count:
            await self._give_up(message)
        else:
            async with self._kept_invisible(message):
                outcome = await self._invocations.run(self._function, payload(message, body))
            await (self._delete(message) if outcome.succeeded else self._failed(message))

    async def _failed(self, message: QueueMessage) -> None:
        """A failed message of a poison queue stays invisible for the rest of its lease: releasing it would spin."""
        if self._poison is None:
            return
        if (message.dequeue_count or 0) >= self._rules.max_dequeue_count:
            await self._give_up(message)
        else:
            delay = round(self._rules.visibility_timeout.total_seconds())
            await self._if_still_ours(
                lambda: self._queue.update_message(message.id, message.pop_receipt, visibility_timeout=delay)
            )

    async def _give_up(self, message: QueueMessage) -> None:
        if self._poison is None:
            return
        log.warning(
            "Message has reached MaxDequeueCount of %s. Moving message to queue '%s'.",
            self._rules.max_dequeue_count,
            self._poison.queue_name,
        )
        poison = self._poison
        if await self._storage.insist(lambda: _send_and_create_if_missing(poison, message.content), self.lease):
            await self._delete(message)

    async def _delete(self, message: QueueMessage) -> None:
        await self._if_still_ours(lambda: self._queue.delete_message(message.id, message.pop_receipt))

    async def _if_still_ours(self, action: Callable[[], Awaitable[Any]]) -> None:
        try:
            await self._storage.insist(action, self.lease)
        except HttpResponseError as error:
            if error.status_code not in TAKEN_OVER:
                raise
            log.debug("The message is no longer ours: %s", error.message)

    @contextlib.asynccontextmanager
    async def _kept_invisible(self, message: QueueMessage) -> AsyncIterator[None]:
        renewing = asyncio.create_task(self._renew(message))
        try:
            yield
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _renew(self, message: QueueMessage) -> None:
        """Each renewal brings a new pop receipt, and only the newest one deletes the message."""
        while True:
            await asyncio.sleep(self.lease / 2)
            with contextlib.suppress(AzureError):  # lost for now: half of the lease is left to try again at its next half
                renewed = await self._queue.update_message(message.id, message.pop_receipt, visibility_timeout=round(self.lease))
                message.pop_receipt = renewed.pop_receipt


def decoded(content: str, *, base64_encoded: bool) -> bytes | None:
    """None: the text is not what messageEncoding says."""
    if not base64_encoded:
        return content.encode()
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def payload(message: QueueMessage, body: bytes) -> Payload:
    """The binding data of a queue trigger; whatever is not text travels as JSON.

    The members of a JSON body, which the real host adds for the names of other bindings, have no use here: there are none.
    """
    data = _text_or_bytes(body)
    metadata = {
        "QueueTrigger": data,
        "Id": Datum(message.id, "string"),
        "PopReceipt": Datum(message.pop_receipt, "string"),
        "DequeueCount": _json(message.dequeue_count),
        "ExpirationTime": _time(message.expires_on),
        "InsertionTime": _time(message.inserted_on),
        "NextVisibleTime": _time(message.next_visible_on),
    }
    return Payload(data, metadata, new_trace_parent())


def _text_or_bytes(body: bytes) -> Datum:
    try:
        return Datum(body.decode(), "string")
    except UnicodeDecodeError:
        return Datum(body, "bytes")


def _time(moment: datetime | None) -> Datum:
    return _json(moment.isoformat() if moment else None)


def _json(value: Any) -> Datum:
    return Datum(json.dumps(value), "json")


async def _send_and_create_if_missing(queue: QueueClient, content: str) -> QueueMessage:
    try:
        return await queue.send_message(content)
    except ResourceNotFoundError:
        with contextlib.suppress(ResourceExistsError):  # made by somebody else meanwhile
            await queue.create_queue()
        return await queue.send_message(content)
