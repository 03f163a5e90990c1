"""The host's own storage account: reaching it at the start, and noticing when it goes away and comes back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from azure.core.exceptions import AzureError, HttpResponseError
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from localdev.functions.backoff import Backoff, pause
from localdev.functions.errors import HostError

log = logging.getLogger("host")

PATIENCE_WHEN_STOPPING = 5.0  # seconds; what is not completed by then comes back when its visibility ends
NO_SDK_RETRIES: dict[str, Any] = {"retry_total": 0, "connection_timeout": 5}  # the waiting is done here, and told


def queue_service(connection: str) -> QueueServiceClient:
    return QueueServiceClient.from_connection_string(connection, **NO_SDK_RETRIES)


def blob_service(connection: str) -> BlobServiceClient:
    return BlobServiceClient.from_connection_string(connection, **NO_SDK_RETRIES)


def is_away(error: AzureError) -> bool:
    """Nobody answers, or nobody who can; everything else is an answer to be understood."""
    if isinstance(error, HttpResponseError):
        return error.status_code is None or error.status_code >= 500
    return True


class Storage:
    """One line when storage is lost, one when it is back; in between everybody retries with back-off."""

    def __init__(self, stopping: asyncio.Event) -> None:
        self._stopping = stopping
        self._lost = False
        self._stopping_since: float | None = None

    def lost(self, error: AzureError) -> None:
        if not self._lost:
            log.error("Storage does not answer, trying again until it does: %s", _one_line(error))
        self._lost = True

    def found(self) -> None:
        if self._lost:
            log.info("Storage answers again")
        self._lost = False

    async def insist[T](self, action: Callable[[], Awaitable[T]], for_seconds: float) -> T | None:
        """Do it, again and again while storage is away; None if it stayed away for too long."""
        backoff = Backoff(0.1, 5)
        end = asyncio.get_running_loop().time() + for_seconds
        while True:
            try:
                result = await action()
            except AzureError as error:
                if not is_away(error):
                    raise
                self.lost(error)
                if asyncio.get_running_loop().time() > self._end(end):
                    return None
                await asyncio.sleep(backoff.next())
            else:
                self.found()
                return result

    def _end(self, end: float) -> float:
        if not self._stopping.is_set():
            return end
        if self._stopping_since is None:
            self._stopping_since = asyncio.get_running_loop().time()
        return min(end, self._stopping_since + PATIENCE_WHEN_STOPPING)


async def reach(
    setting: str, services: list[QueueServiceClient | BlobServiceClient], seconds: float, stopping: asyncio.Event
) -> None:
    """Wait until each of them answers, or say in one line why the host cannot start."""
    end = asyncio.get_running_loop().time() + seconds
    told = False
    for service in services:
        while (error := await _unreachable(service)) is not None and not stopping.is_set():
            if isinstance(error, HttpResponseError) and not is_away(error):
                raise HostError(f"{setting} is refused by {service.primary_hostname}: {_one_line(error)}")
            if asyncio.get_running_loop().time() > end:
                raise HostError(f"{setting} is unreachable: nothing answers at {service.primary_hostname}; is Azurite running?")
            if not told:
                log.warning("%s does not answer at %s, trying for %.0f s", setting, service.primary_hostname, seconds)
                told = True
            await pause(0.5, stopping)


async def _unreachable(service: QueueServiceClient | BlobServiceClient) -> AzureError | None:
    try:
        await service.get_service_properties()
    except AzureError as error:
        return error
    return None


def _one_line(error: AzureError) -> str:
    return str(error.message).splitlines()[0]
