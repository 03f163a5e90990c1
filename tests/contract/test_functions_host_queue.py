"""Queue triggers on the local host, on Azurite, against what azure-sdk-for-net's QueueListener and QueueProcessor do."""

import asyncio
import base64
import json
import signal
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient, QueueServiceClient

from localdev.azurite import Azurite
from localdev.functions.host_json import QueueRules
from localdev.functions.invocations import Invocations
from localdev.functions.queue_processor import QueueProcessor
from localdev.functions.storage import Storage, queue_service
from localdev.functions.worker import Function, Outcome, Payload
from tests.hosting import Host, StartHost, eventually

APP = """
@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%", connection="AzureWebJobsStorage")
async def work(msg: func.QueueMessage) -> None:
    body = msg.get_body().decode()
    tell(body=body, id=msg.id, count=msg.dequeue_count, receipt=bool(msg.pop_receipt), inserted=msg.insertion_time,
         expires=msg.expiration_time, visible=msg.time_next_visible)
    if body.startswith("fail"):
        raise RuntimeError("asked to fail")
    if body.startswith("slow"):
        await asyncio.sleep(1.5)
        tell(body=body, done=True)

@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%-poison", connection="AzureWebJobsStorage")
def buried(msg: func.QueueMessage) -> None:
    tell(buried=msg.get_body().decode(), count=msg.dequeue_count)
    if os.environ.get("FAIL_BURIED"):
        raise RuntimeError("asked to fail")
"""
KEY = {"x-functions-key": "local"}


STANDIN = Function("work", "id", {"type": "queueTrigger", "name": "msg"}, None)
RULES = QueueRules(8, 4, 5, timedelta(), timedelta(seconds=1), base64=True)


class SlowFunction(Invocations):
    """Takes longer than the lease, and looks at the queue when it would have ended."""

    def __init__(self, queue: QueueClient) -> None:
        super().__init__(None, asyncio.Event())
        self._queue = queue
        self.seen_by_others: list[object] = []

    async def run(self, function: Function, payload: Payload) -> Outcome:
        await asyncio.sleep(3.2)
        self.seen_by_others = list(self._queue.peek_messages())
        return Outcome(succeeded=True)


class Queue:
    """A queue of its own for each test, spoken to with the storage SDK."""

    def __init__(self, connection: str) -> None:
        self.connection = connection
        self.name = f"work-{uuid.uuid4().hex[:12]}"
        self.service = QueueServiceClient.from_connection_string(connection)
        self.client: QueueClient = self.service.get_queue_client(self.name)
        self.poison: QueueClient = self.service.get_queue_client(f"{self.name}-poison")

    def send(self, *texts: str) -> None:
        for text in texts:
            self.client.send_message(base64.b64encode(text.encode()).decode())

    @property
    def length(self) -> int:
        return int(self.client.get_queue_properties().approximate_message_count or 0)

    def is_empty(self) -> bool:
        return self.length == 0


@pytest.fixture
def queue(azurite: Azurite) -> Iterator[Queue]:
    made = Queue(azurite.connection_string)
    made.client.create_queue()
    yield made
    made.service.close()


def start(start_host: StartHost, queue: Queue, source: str = APP, **options: object) -> Host:
    settings = {"WORK_QUEUE": queue.name, **options.pop("settings", {})}  # type: ignore[dict-item]
    return start_host(source, storage=queue.connection, settings=settings, **options)


def test_a_message_arrives_decoded_with_its_binding_data_and_is_deleted(start_host: StartHost, queue: Queue) -> None:
    host = start(start_host, queue)
    queue.send('{"Id": "not the message id", "n": 1}')
    [told] = host.told_about(1)
    assert json.loads(told["body"])["n"] == 1
    assert told["id"] != "not the message id"
    assert (told["count"], told["receipt"]) == (1, True)
    assert told["inserted"] < told["visible"] < told["expires"]
    eventually(queue.is_empty)


def test_a_failing_message_is_tried_five_times_and_then_moved_to_the_poison_queue(start_host: StartHost, queue: Queue) -> None:
    host = start(start_host, queue)
    queue.send("fail")
    host.told_about(1, buried="fail")
    assert [told["count"] for told in host.told_about(5, body="fail")] == [1, 2, 3, 4, 5]
    host.logged(f"Message has reached MaxDequeueCount of 5. Moving message to queue '{queue.name}-poison'.")
    eventually(queue.is_empty)


def test_a_failed_message_waits_for_the_visibility_timeout(start_host: StartHost, queue: Queue) -> None:
    host = start(start_host, queue, queues={"visibilityTimeout": "00:10:00"})
    queue.send("fail")
    host.logged("Executed 'Functions.work' (Failed")
    queue.send("sentinel")
    host.told_about(1, body="sentinel")
    assert len(host.told_about(1, body="fail")) == 1
    eventually(lambda: queue.length == 1)


def test_the_last_failure_moves_it_at_once(start_host: StartHost, queue: Queue) -> None:
    host = start(start_host, queue, queues={"maxDequeueCount": 1, "visibilityTimeout": "00:10:00"})
    queue.send("fail")
    host.told_about(1, buried="fail")


def test_a_message_dequeued_too_often_is_moved_without_a_call(start_host: StartHost, queue: Queue) -> None:
    queue.send("worn")
    for _ in range(3):
        eventually(lambda: list(queue.client.receive_messages(visibility_timeout=1)))
    host = start(start_host, queue, queues={"maxDequeueCount": 3})
    host.told_about(1, buried="worn")
    assert not [told for told in host.told if told.get("body") == "worn"]


def test_a_body_that_is_not_base64_goes_to_the_poison_queue_as_it_is(start_host: StartHost, queue: Queue) -> None:
    source = APP.split("@app.queue_trigger", 2)
    host = start(start_host, queue, "@app.queue_trigger" + source[1])
    queue.client.send_message("not base64!")
    [message] = eventually(lambda: _peeked(queue.poison))
    assert message.content == "not base64!"
    assert host.told == []
    host.logged("Message decoding has failed! Check MessageEncoding settings.")


def test_what_is_not_base64_is_told_to_nobody_by_a_poison_queue_either(start_host: StartHost, queue: Queue) -> None:
    host = start(start_host, queue)
    queue.client.send_message("not base64!")
    queue.send("fail")
    host.told_about(1, buried="fail")
    eventually(lambda: host.log.count("Message decoding has failed!") == 2)
    eventually(lambda: queue.poison.get_queue_properties().approximate_message_count == 1)
    assert [told["buried"] for told in host.told if "buried" in told] == ["fail"]
    assert _peeked(queue.poison) == []


@pytest.mark.parametrize("text", ["plain ü", "cGxhaW4=", "<&>", ""])
def test_message_encoding_none_takes_the_text_as_it_is(start_host: StartHost, queue: Queue, text: str) -> None:
    host = start(start_host, queue, queues={"messageEncoding": "none"})
    queue.client.send_message(text)
    host.told_about(1, body=text)


def test_a_failing_message_of_a_poison_queue_stays_invisible(start_host: StartHost, queue: Queue) -> None:
    queue.poison.create_queue()
    host = start(start_host, queue, settings={"FAIL_BURIED": "yes"})
    queue.poison.send_message(base64.b64encode(b"bad").decode())
    host.logged("Executed 'Functions.buried' (Failed")
    assert _peeked(queue.poison) == []
    assert queue.poison.get_queue_properties().approximate_message_count == 1


def test_no_more_than_batch_size_and_threshold_are_worked_on_at_once(start_host: StartHost, queue: Queue) -> None:
    source = """
under_way = most = 0

@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%", connection="AzureWebJobsStorage")
async def work(msg: func.QueueMessage) -> None:
    global under_way, most
    under_way += 1
    most = max(most, under_way)
    await asyncio.sleep(1 if int(msg.get_body()) % 2 else 0.05)
    under_way -= 1
    tell(body="done", most=most)
"""
    queue.send(*(str(number) for number in range(20)))
    host = start(start_host, queue, source, queues={"batchSize": 4, "newBatchThreshold": 2})
    assert max(told["most"] for told in host.told_about(20, body="done")) == 6


def test_a_queue_that_is_made_later_is_listened_to(start_host: StartHost, azurite: Azurite) -> None:
    queue = Queue(azurite.connection_string)
    host = start(start_host, queue)
    queue.client.create_queue()
    queue.send("late")
    host.told_about(1, body="late")
    assert "cannot be read" not in host.log
    queue.service.close()


async def test_a_message_is_kept_invisible_while_it_is_worked_on_and_deleted_with_the_newest_receipt(queue: Queue) -> None:
    """The renewal alone, with a lease of two seconds in the place of ten minutes."""
    queue.send("long")
    async with queue_service(queue.connection) as service:
        listened = service.get_queue_client(queue.name)
        slow = SlowFunction(queue.client)
        processor = QueueProcessor(STANDIN, listened, None, RULES, slow, Storage(asyncio.Event()), lease=2)
        page = await anext(listened.receive_messages(visibility_timeout=2).by_page())
        await processor.process(await anext(page))
    assert slow.seen_by_others == []
    assert queue.is_empty()


def test_the_admin_address_runs_it_with_the_given_message(start_host: StartHost, queue: Queue) -> None:
    host = start(start_host, queue)
    assert host.post("/admin/functions/work", json={"input": "by hand"}).status_code == 401
    assert host.post("/admin/functions/work", headers=KEY, content=b"no json").status_code == 400
    assert host.post("/admin/functions/work", headers=KEY, json={"input": "by hand"}).status_code == 202
    host.told_about(1, body="by hand")


def test_a_stop_lets_the_work_under_way_finish_and_takes_no_more(start_host: StartHost, queue: Queue) -> None:
    host = start(start_host, queue)
    queue.send("slow")
    host.told_about(1, body="slow")
    host.process.send_signal(signal.SIGTERM)
    host.logged("Stopping")
    queue.send("too late")
    assert host.ended() == 0
    assert [told["body"] for told in host.told] == ["slow", "slow"]
    assert [message.content for message in _peeked(queue.client)] == [base64.b64encode(b"too late").decode()]
    assert "Traceback" not in host.log


def _peeked(queue: QueueClient) -> list[object]:
    try:
        return list(queue.peek_messages(5))
    except ResourceNotFoundError:
        return []
