"""Work that is sent: over the in-memory twin, and over Azurite as the host's trigger reads it."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueServiceClient
from azure.storage.queue.aio import QueueServiceClient as AsyncQueueServiceClient

from localdev.azurite import Azurite
from sync_core.errors import Later
from sync_core.queues import API_VERSION, PULL_ROOM, SYNC_INSTANCE, PullRoom, Queues, SyncInstance, Work, decode
from tests.hosting import eventually
from tests.storage_twin import QueueTwin
from tests.unit.examples import ANA, NOW, OAK

WORK: list[Work] = [
    PullRoom(OAK),
    PullRoom(host=ANA, fresh=True, resubscribe=True, attempt=3, last_error="Later TooManyRequests"),
    SyncInstance(OAK, event="AAMk/1+2=", key="040000@20260302T100000Z"),
    SyncInstance(booking="B|1 ä 会 <&>", node="11"),
]


class TwinEnd:
    """What the host takes out of the twin's queues."""

    def __init__(self) -> None:
        self._pull, self._sync = QueueTwin(self._now), QueueTwin(self._now)
        self.queues = Queues(self._pull, self._sync)

    def _now(self) -> datetime:
        return NOW

    def taken(self, kind: type[Work]) -> list[str]:
        return list(iter((self._pull if kind is PullRoom else self._sync).take, None))

    def waiting(self, kind: type[Work]) -> int:
        return len((self._pull if kind is PullRoom else self._sync).waiting)


class AzuriteEnd:
    """What the host takes out of Azurite's queues, with messageEncoding none: the text as it is."""

    def __init__(self, queues: Queues, service: QueueServiceClient) -> None:
        self.queues = queues
        self._clients = {PullRoom: service.get_queue_client(PULL_ROOM), SyncInstance: service.get_queue_client(SYNC_INSTANCE)}

    def taken(self, kind: type[Work]) -> list[str]:
        found = list(self._clients[kind].receive_messages())
        for message in found:
            self._clients[kind].delete_message(message)
        return [message.content for message in found]

    def waiting(self, kind: type[Work]) -> int:
        return int(self._clients[kind].get_queue_properties().approximate_message_count or 0)

    def remove(self) -> None:
        for client in self._clients.values():
            with suppress(ResourceNotFoundError):
                client.delete_queue()


@pytest.fixture
def service(azurite: Azurite) -> Iterator[QueueServiceClient]:
    with QueueServiceClient.from_connection_string(azurite.connection_string, api_version=API_VERSION) as service:
        yield service


@pytest.fixture
async def azurite_end(azurite: Azurite, service: QueueServiceClient) -> AsyncIterator[AzuriteEnd]:
    async with AsyncQueueServiceClient.from_connection_string(azurite.connection_string, api_version=API_VERSION) as sender:
        end = AzuriteEnd(Queues.of(sender), service)
        end.remove()
        yield end
        end.remove()


@pytest.fixture(params=["twin", "azurite"])
def end(request: pytest.FixtureRequest) -> Any:
    """The queues are not there yet."""
    return TwinEnd() if request.param == "twin" else request.getfixturevalue("azurite_end")


@pytest.mark.parametrize("work", WORK, ids=repr)
async def test_work_arrives_as_it_was_sent_also_in_a_queue_that_was_not_there(end: Any, work: Work) -> None:
    await end.queues.send(work)
    [text] = end.taken(type(work))
    assert decode(type(work), text) == work


async def test_each_kind_of_work_has_its_queue(end: Any) -> None:
    for work in WORK:
        await end.queues.send(work)
    assert len(end.taken(PullRoom)) == len(end.taken(SyncInstance)) == 2


async def test_much_at_once_arrives_whole_and_the_queue_is_made_once(end: Any) -> None:
    await asyncio.gather(*(end.queues.send(PullRoom(OAK, attempt=attempt)) for attempt in range(20)))
    assert sorted(json.loads(text).get("attempt", 0) for text in end.taken(PullRoom)) == list(range(20))


@pytest.mark.parametrize("wait", [60, 600, 3600.9])
async def test_work_that_is_to_wait_is_not_seen_yet(end: Any, wait: float) -> None:
    await end.queues.send(PullRoom(OAK), wait)
    await end.queues.send(PullRoom(host=ANA))
    assert [decode(PullRoom, text) for text in end.taken(PullRoom)] == [PullRoom(host=ANA)]
    assert end.waiting(PullRoom) == 1


async def test_work_that_has_waited_is_seen(azurite_end: AzuriteEnd) -> None:
    await azurite_end.queues.send(PullRoom(OAK), 1)
    assert eventually(lambda: azurite_end.taken(PullRoom)) == [json.dumps({"room": OAK})]


async def test_a_use_case_that_has_to_wait_leaves_its_work_in_the_queue(end: Any) -> None:
    async def busy(_work: SyncInstance) -> None:
        raise Later("busy", after=60)

    await end.queues.send(WORK[2])
    end.taken(SyncInstance)
    await end.queues.attempt(busy, WORK[2])
    assert (end.taken(SyncInstance), end.waiting(SyncInstance)) == ([], 1)


async def test_a_storage_that_is_away_is_tried_again_later() -> None:
    nowhere = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=eA==;QueueEndpoint=http://127.0.0.1:1/a;"
    async with AsyncQueueServiceClient.from_connection_string(nowhere, retry_total=0) as sender:
        with pytest.raises(Later, match="queue-unreachable"):
            await Queues.of(sender).send(PullRoom(OAK))
