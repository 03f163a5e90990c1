"""The real function_app.py, found and called by Microsoft's own worker library."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue import QueueServiceClient

from localdev.azurite import Azurite
from sync_core.queues import API_VERSION, PULL_ROOM, SYNC_INSTANCE
from sync_core.store import Store

row = pytest.param
ROOT = Path(__file__).parents[2]
HEAVY = ["msgraph", "msgraph_core", "kiota_abstractions", "kiota_http", "httpx", "azure.identity", "msal"]


class NothingThere(BaseHTTPRequestHandler):
    """A Graph and an IBSS that are empty: whatever is listed, there is none of it."""

    def do_GET(self) -> None:
        body = b'{"value": []}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        return


class Worker:
    """The worker process, and what it has indexed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.triggers: dict[str, dict[str, Any]] = self._answer()

    def ask(self, **question: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the worker has ended: see its standard error"
        return json.loads(line)


@contextmanager
def worker_with(**settings: str) -> Iterator[Worker]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "tests.contract.functions_worker", str(ROOT)]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Worker(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


@pytest.fixture(scope="module")
def settings(azurite: Azurite) -> Iterator[dict[str, str]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), NothingThere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        other_side = f"http://127.0.0.1:{server.server_port}"
        yield {
            "AzureWebJobsStorage": azurite.connection_string,
            "GRAPH_URL": f"{other_side}/v1.0",
            "GRAPH_TOKEN": "local",
            "IBSS_URL": other_side,
            "IBSS_API_KEY": "sync",
            "PUBLIC_URL": "http://127.0.0.1:7071",
            "TENANT_DOMAINS": "contoso.example",
        }
        server.shutdown()


@pytest.fixture(scope="module")
def worker(settings: dict[str, str]) -> Iterator[Worker]:
    with worker_with(**settings) as worker:
        yield worker


# what is indexed

DOORS = {
    "graph_notifications": ("graph/notifications", "POST", "ANONYMOUS"),
    "graph_lifecycle": ("graph/lifecycle", "POST", "ANONYMOUS"),
    "ibss_bookings": ("ibss/bookings", "POST", "FUNCTION"),
    "health": ("health", "GET", "ANONYMOUS"),
    "status": ("status", "GET", "FUNCTION"),
    "explain": ("explain", "GET", "FUNCTION"),
    "plan": ("plan", "GET", "FUNCTION"),
    "check": ("check", "GET", "FUNCTION"),
    "resync": ("resync", "POST", "FUNCTION"),
    "replay": ("replay", "POST", "FUNCTION"),
}
QUEUES = {
    "pull_room": "pull-room",
    "sync_instance": "sync-instance",
    "keep_pull_room": "pull-room-poison",
    "keep_sync_instance": "sync-instance-poison",
}
TIMERS = {
    "renew_subscriptions": "%RENEW_SCHEDULE%",
    "sweep_rooms": "%SWEEP_ROOMS_SCHEDULE%",
    "sweep_bookings": "%SWEEP_BOOKINGS_SCHEDULE%",
    "roll_horizon": "%ROLL_HORIZON_SCHEDULE%",
}


def triggers(worker: Worker, kind: str) -> dict[str, dict[str, Any]]:
    return {name: trigger for name, trigger in worker.triggers.items() if trigger["type"] == kind}


def test_every_function_has_a_row_here(worker: Worker) -> None:
    assert sorted(worker.triggers) == sorted([*DOORS, *QUEUES, *TIMERS])


def test_the_doors_have_their_routes_methods_and_locks(worker: Worker) -> None:
    found = triggers(worker, "httpTrigger")
    told = {name: (each["route"], "".join(each["methods"]), each["authLevel"].upper()) for name, each in found.items()}
    assert told == DOORS


def test_the_work_has_its_queues(worker: Worker) -> None:
    found = triggers(worker, "queueTrigger")
    assert {name: each["queueName"] for name, each in found.items()} == QUEUES
    assert {each["connection"] for each in found.values()} == {"AzureWebJobsStorage"}


def test_the_timers_have_their_schedules_and_do_not_run_at_every_start(worker: Worker) -> None:
    found = triggers(worker, "timerTrigger")
    assert {name: each["schedule"] for name, each in found.items()} == TIMERS
    assert not any(each.get("runOnStartup") for each in found.values())


# the doors

NO_STORE = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def test_health_tells_nothing_but_up(worker: Worker) -> None:
    answer = worker.ask(invoke="health", http={})
    assert (answer["status"], answer["body"]) == (200, "up")


@pytest.mark.parametrize("door", ["graph_notifications", "graph_lifecycle"])
def test_a_handshake_is_echoed(worker: Worker, door: str) -> None:
    answer = worker.ask(invoke=door, http={"query": {"validationToken": "a <b> c"}})
    assert (answer["status"], answer["body"]) == (200, "a &lt;b&gt; c")
    assert {name.lower(): value for name, value in answer["headers"].items()} == {
        "content-type": "text/plain; charset=utf-8",
        **{name.lower(): value for name, value in NO_STORE.items()},
    }


WRONG = [
    row("", id="empty"),
    row("hello", id="not JSON"),
    row("[]", id="a list"),
    row('{"value": 5}', id="a number for the list"),
    row("\udcff\udcfe", id="not text"),
]


@pytest.mark.parametrize("body", WRONG)
@pytest.mark.parametrize("door", [name for name, (_, method, _) in DOORS.items() if method == "POST"])
def test_a_wrong_body_is_refused(worker: Worker, door: str, body: str) -> None:
    answer = worker.ask(invoke=door, http={"body": body})
    assert (answer["succeeded"], answer["status"]) == (True, 400)
    assert json.loads(answer["body"])["status"] == 400


@pytest.mark.parametrize("door", ["graph_notifications", "graph_lifecycle"])
def test_what_is_not_genuine_is_answered_like_what_is(worker: Worker, door: str) -> None:
    body = json.dumps({"value": [{"subscriptionId": "s-9", "clientState": "guess"}]})
    assert worker.ask(invoke=door, http={"body": body})["status"] == 202


@pytest.fixture
def queue_service(azurite: Azurite) -> Iterator[QueueServiceClient]:
    with QueueServiceClient.from_connection_string(azurite.connection_string, api_version=API_VERSION) as service:
        yield service


def test_a_posted_booking_has_its_receipt_and_its_message(worker: Worker, queue_service: QueueServiceClient) -> None:
    body = json.dumps({"Booking_Id": "B|1", "Node_Id": "11"})
    answer = worker.ask(invoke="ibss_bookings", http={"body": body})
    assert (answer["status"], json.loads(answer["body"])["value"][0]["Status"]) == (202, "accepted")
    queue = queue_service.get_queue_client(SYNC_INSTANCE)
    assert queue.get_queue_properties().approximate_message_count
    queue.clear_messages()


# the work


@pytest.mark.parametrize("name", ["pull_room", "sync_instance"])
def test_work_for_a_room_that_is_not_synced_is_done_with(worker: Worker, name: str) -> None:
    assert worker.ask(invoke=name, queue='{"room": "B9/99|None"}') == {"succeeded": True, "error": ""}


@pytest.mark.parametrize("text", ["hello", "", "[]", '{"unknown": 1}', "eyJyb29tIjogIkhILTEtT0FLIn0="])
@pytest.mark.parametrize("name", ["pull_room", "sync_instance"])
def test_a_message_that_is_not_ours_fails_so_that_the_host_keeps_it(worker: Worker, name: str, text: str) -> None:
    answer = worker.ask(invoke=name, queue=text)
    assert not answer["succeeded"]
    assert "Malformed" in answer["error"]


@pytest.fixture
async def store(azurite: Azurite) -> AsyncIterator[Store]:
    async with TableServiceClient.from_connection_string(azurite.connection_string) as service:
        yield Store.of(service)


@pytest.mark.parametrize(("name", "queue"), [("keep_pull_room", PULL_ROOM), ("keep_sync_instance", SYNC_INSTANCE)])
async def test_what_could_not_be_worked_is_kept(worker: Worker, store: Store, name: str, queue: str) -> None:
    text = f'{{"room": "kept by {name}"}}'
    assert worker.ask(invoke=name, queue=text)["succeeded"]
    assert text in [kept["message"] for kept in await store.kept(queue)]


@pytest.mark.parametrize("name", TIMERS)
def test_a_timer_runs_over_an_estate_with_nothing_in_it(worker: Worker, name: str) -> None:
    assert worker.ask(invoke=name, timer={}) == {"succeeded": True, "error": ""}


# a cold start


def test_the_doors_import_nothing_heavy(settings: dict[str, str]) -> None:
    with worker_with(**settings) as fresh:
        for door in ("graph_notifications", "graph_lifecycle"):
            assert fresh.ask(invoke=door, http={"query": {"validationToken": "x"}})["status"] == 200
            fresh.ask(invoke=door, http={"body": '{"value": [{"subscriptionId": "s", "clientState": "c"}]}'})
        assert fresh.ask(invoke="ibss_bookings", http={"body": "{}"})["status"] == 400
        assert fresh.ask(modules=HEAVY) == {"imported": []}
        assert fresh.ask(invoke="sweep_rooms", timer={})["succeeded"]
        assert "msgraph" in fresh.ask(modules=HEAVY)["imported"]


def test_settings_that_are_missing_do_not_keep_the_functions_from_being_found() -> None:
    with worker_with() as fresh:
        assert sorted(fresh.triggers) == sorted([*DOORS, *QUEUES, *TIMERS])
        assert fresh.ask(invoke="health", http={})["status"] == 200
        answer = fresh.ask(invoke="ibss_bookings", http={"body": "{}"})
        assert not answer["succeeded"]
        assert "IBSS_API_KEY is missing" in answer["error"]


def test_whoever_asks_is_told_which_settings_are_wrong_and_none_of_their_values() -> None:
    with worker_with(IBSS_URL="nowhere at all") as fresh:
        for name in ("status", "explain", "plan", "check", "resync", "replay"):
            answer = fresh.ask(invoke=name, http={"body": "{}"})
            assert answer["status"] == 500, name
            assert "IBSS_URL is malformed: expected an https address" in answer["body"]
            assert "IBSS_API_KEY is missing" in answer["body"]
            assert "nowhere" not in answer["body"]
