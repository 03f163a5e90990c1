"""Starting, failing to start, losing storage, stopping: what the local host says, and how it ends."""

import base64
import contextlib
import json
import signal
import socket
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueClient

from localdev.azurite import Azurite, StoragePorts
from localdev.serving import free_ports
from tests.hosting import DEADLINE, Host, StartHost, eventually

HTTP = """
@app.route(route="hello", auth_level="anonymous")
async def hello(req: func.HttpRequest) -> str:
    await asyncio.sleep(float(req.params.get("takes", 0)))
    return os.environ.get("GREETING", "hello")
"""
QUEUE = """
@app.queue_trigger(arg_name="msg", queue_name="{name}", connection="{connection}")
async def work(msg: func.QueueMessage) -> None:
    tell(body=msg.get_body().decode())
    await asyncio.sleep(float(os.environ.get("TAKES", "0")))
"""
WORK = QUEUE.format(name="start-work", connection="AzureWebJobsStorage")
NOWHERE = StoragePorts(1, 2, 3).connection_string
DOUBLE = """
application = app
"""
OUTPUT = """
@app.route(route="x")
@app.queue_output(arg_name="out", queue_name="q", connection="AzureWebJobsStorage")
def hello(req: func.HttpRequest, out: func.Out[str]) -> str:
    return ""
"""
TIMER = """
@app.timer_trigger(arg_name="t", schedule="0 0 0 ? * *")
def tick(t: func.TimerRequest) -> None: ...
"""
UNKNOWN = """
@app.blob_trigger(arg_name="b", path="x", connection="AzureWebJobsStorage")
def seen(b: func.InputStream) -> None: ...
"""


@pytest.mark.parametrize(
    ("source", "options", "said"),
    [
        ("import not_there", {}, "function_app.py does not load: ModuleNotFoundError: No module named 'not_there'"),
        ("1 / 0", {}, "function_app.py does not load: ZeroDivisionError: division by zero"),
        (HTTP + DOUBLE, {}, "More than one FunctionApp"),
        (OUTPUT, {}, "function hello has queue: this local host runs HTTP, queue and timer triggers, and no further"),
        (UNKNOWN, {}, "function seen has blobTrigger: "),
        (TIMER, {"storage": NOWHERE}, "function tick: its schedule is not one: '?' is not an NCRONTAB day of month"),
        (WORK, {}, "function work: the connection setting AzureWebJobsStorage is missing"),
        (WORK, {"storage": "nonsense"}, "function work: AzureWebJobsStorage is not a connection string"),
        (WORK, {"storage": NOWHERE}, "AzureWebJobsStorage is unreachable: nothing answers at 127.0.0.1:2"),
        (
            QUEUE.format(name="%NO_SUCH%", connection="AzureWebJobsStorage"),
            {"storage": NOWHERE},
            "function work: '%NO_SUCH%' does not resolve to a value: set NO_SUCH",
        ),
        (HTTP, {"host": {"version": "3"}}, 'host.json: "version" must be "2.0"'),
        (HTTP, {"queues": {"batchSize": 33}}, "host.json: extensions.queues.batchSize must be from 1 to 32, not 33"),
        (HTTP, {"queues": {"visibilityTimeout": "soon"}}, "host.json: extensions.queues.visibilityTimeout: 'soon' is not a time"),
        (HTTP, {"queues": {"messageEncoding": "utf"}}, 'messageEncoding must be "base64" or "none"'),
        (HTTP, {"host": {"functionTimeout": "x"}}, "host.json: functionTimeout: 'x' is not a time span"),
        (
            HTTP,
            {"settings": {"AzureFunctionsJobHost__extensions__queues__batchSize": "many"}},
            "host.json: extensions.queues.batchSize must be a whole number, not 'many'",
        ),
    ],
)
def test_what_stops_it_from_starting_is_one_line(
    start_host: StartHost, source: str, options: dict[str, object], said: str
) -> None:
    host = start_host(source, "--storage-wait", "0.5", wait=False, **options)
    assert host.ended() == 1
    [error] = [line for line in host.log.splitlines() if line.startswith("error: ")]
    assert said in error
    assert "Traceback" not in host.log


def test_a_host_json_that_is_no_json_is_named(start_host: StartHost, tmp_path: Path) -> None:
    start_host(HTTP, folder=tmp_path).stop()
    (tmp_path / "host.json").write_text("{")
    host = Host(tmp_path, {}, ())
    assert host.ended() == 1
    assert "error: host.json is not JSON" in host.log


def test_a_taken_port_is_named(start_host: StartHost) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        host = start_host(HTTP, "--port", str(port), wait=False)
        assert host.ended() == 1
    assert f"error: port {port} is taken, and the Functions host needs it" in host.log


def test_local_settings_fill_the_environment_which_wins(start_host: StartHost, tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": {"GREETING": "from the file"}}))
    assert start_host(HTTP, folder=tmp_path).get("/api/hello").text == "from the file"
    assert start_host(HTTP, folder=tmp_path, settings={"GREETING": "set"}).get("/api/hello").text == "set"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_request_under_way_is_answered_before_the_end(start_host: StartHost, stop: signal.Signals) -> None:
    host = start_host(HTTP)
    with socket.create_connection(("127.0.0.1", host.port), DEADLINE) as connection:
        connection.sendall(b"GET /api/hello?takes=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        eventually(lambda: _accepted(host))
        host.process.send_signal(stop)
        host.logged("Stopping")
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"hello")
    assert host.ended() == 0
    assert "Traceback" not in host.log


def test_storage_may_come_up_after_the_host(start_host: StartHost) -> None:
    ports = StoragePorts(*free_ports(3))
    host = start_host(WORK, storage=ports.connection_string, wait=False)
    host.logged("AzureWebJobsStorage does not answer at 127.0.0.1")
    with Azurite(ports):
        host.wait_until_up()
        host.process.send_signal(signal.SIGTERM)
        assert host.ended() == 0


def test_storage_that_goes_away_is_told_once_and_nothing_is_lost(start_host: StartHost, tmp_path: Path) -> None:
    ports = StoragePorts(*free_ports(3))
    with Azurite(ports, tmp_path):
        host = start_host(WORK, storage=ports.connection_string, settings={"TAKES": "2"})
        _send(ports, "under way")
        host.told_about(1, body="under way")
    host.logged("Storage does not answer, trying again until it does")
    host.logged("Executed 'Functions.work' (Succeeded")
    with Azurite(ports, tmp_path):
        host.logged("Storage answers again")
        _send(ports, "afterwards")
        host.told_about(1, body="afterwards")
        with _queue(ports) as queue:
            eventually(lambda: queue.get_queue_properties().approximate_message_count == 0, "both messages are deleted")
        assert [told["body"] for told in host.told] == ["under way", "afterwards"]
        host.stop()
    assert host.log.count("does not answer") == host.log.count("answers again") == 1


def _accepted(host: Host) -> bool:
    """The host shows no request before it has ended, so ask whether it still reads a new one after it."""
    return host.get("/admin/host/ping").status_code == 200


def _queue(ports: StoragePorts) -> QueueClient:
    return QueueClient.from_connection_string(ports.connection_string, "start-work")


def _send(ports: StoragePorts, text: str) -> None:
    with _queue(ports) as queue:
        with contextlib.suppress(ResourceExistsError):
            queue.create_queue()
        queue.send_message(base64.b64encode(text.encode()).decode())
