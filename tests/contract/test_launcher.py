"""`python -m localdev`: starting, being told no, stopping, keeping data."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from localdev import install
from localdev.azurite import Azurite
from localdev.serving import free_ports
from tests.hosting import DEADLINE, HEAD, eventually

PORTS = ("HOST_PORT", "PAGE_PORT", "GRAPH_PORT", "IBSS_PORT", "BLOB_PORT", "QUEUE_PORT", "TABLE_PORT")
EVENTS = "/v1.0/users/ana@contoso.example/events"
BEARER = {"authorization": "Bearer x"}
APP = """
@app.route(route="hello", auth_level="anonymous")
def hello(req: func.HttpRequest) -> str:
    return os.environ["PUBLIC_URL"] + " " + os.environ["GRAPH_URL"] + " " + os.environ["IBSS_URL"]

@app.timer_trigger(arg_name="timer", schedule="%SWEEP_ROOMS_SCHEDULE%")
def sweep_rooms(timer: func.TimerRequest) -> None:
    print("rooms swept", flush=True)

@app.route(route="ibss/bookings", methods=["POST"])
def ibss_bookings(req: func.HttpRequest) -> func.HttpResponse:
    print("posted", req.get_json()["Booking_Id"], flush=True)
    return func.HttpResponse(status_code=202)
"""


class Launcher:
    """The launcher in a process and a session of its own, as a terminal would have it."""

    def __init__(self, app: Path, *arguments: str, **settings: str) -> None:
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        self.ports.update({name: int(value) for name, value in settings.items() if name in PORTS})
        self._output = app / "launcher.log"
        command = [sys.executable, "-m", "localdev", *arguments, "--app", str(app)]
        environment = {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            **settings,
            **{name: str(port) for name, port in self.ports.items()},
        }
        with self._output.open("w") as output:
            self.process = subprocess.Popen(  # noqa: S603
                command, cwd=install.ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def url(self, part: str) -> str:
        return f"http://127.0.0.1:{self.ports[f'{part}_PORT']}"

    def wait_until_usable(self) -> None:
        eventually(lambda: "Ctrl-C stops" in self.output or self.process.poll() is not None, "the launcher is up")
        assert self.process.poll() is None, self.output

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(DEADLINE)

    def listening(self) -> list[str]:
        """Which of its parts somebody still answers for."""
        return [name for name, port in self.ports.items() if _answers(port)]


@pytest.fixture
def app(tmp_path: Path) -> Path:
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    (tmp_path / "local.settings.sample.json").write_text('{"Values": {"SWEEP_ROOMS_SCHEDULE": "0 0 3 1 1 *"}}')
    (tmp_path / "function_app.py").write_text(HEAD + APP)
    return tmp_path


@contextlib.contextmanager
def launched(app: Path, *arguments: str, **settings: str) -> Iterator[Launcher]:
    launcher = Launcher(app, *arguments, **settings)
    try:
        launcher.wait_until_usable()
        yield launcher
    finally:
        if launcher.process.poll() is None:
            launcher.stop()


def test_run_is_usable_when_it_says_so_and_stops_everything_it_started(app: Path) -> None:
    with launched(app, "run") as launcher:
        assert set(launcher.listening()) == set(PORTS)
        expected = f"{launcher.url('HOST')} {launcher.url('GRAPH')}/v1.0 {launcher.url('IBSS')}"
        assert httpx.get(f"{launcher.url('HOST')}/api/hello").text == expected
        for part in ("PAGE", "HOST", "GRAPH", "IBSS"):
            assert launcher.url(part) in launcher.output
        events = httpx.get(launcher.url("GRAPH") + EVENTS, headers=BEARER)
        nodes = httpx.get(f"{launcher.url('IBSS')}/v2/nodes", headers={"authorization": "apikey sync"})
        assert len(events.json()["value"]) >= 1
        assert len(nodes.json()["value"]) >= 1
        eventually(lambda: "rooms swept" in launcher.output, "the first sweep")
        assert launcher.stop() == 0
        assert launcher.listening() == []
        assert "Traceback" not in launcher.output


def test_ibss_posts_its_bookings_to_the_service(app: Path) -> None:
    with launched(app, "run") as launcher:
        with httpx.Client(base_url=launcher.url("IBSS"), headers={"authorization": "apikey sync"}) as ibss:
            [booking, *_] = ibss.get("/v2/1/bookings").json()["value"]
            changed = ibss.patch(f"/v2/1/bookings/{booking['Booking_Id']}", json={"Booking_Name": "Another"})
        assert changed.status_code == 200, changed.text
        eventually(lambda: f"posted {booking['Booking_Id']}" in launcher.output, "the post")


def test_a_data_folder_keeps_simulators_and_storage_between_runs(app: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with launched(app, "run", "--data", str(data)) as launcher:
        assert launcher.stop(signal.SIGTERM) == 0
    graph = json.loads((data / "graph.json").read_text())
    (data / "graph.json").write_text(json.dumps(graph).replace("Design review", "Renamed review"))
    with launched(app, "run", "--data", str(data)) as launcher:
        assert "Renamed review" in httpx.get(launcher.url("GRAPH") + EVENTS, headers=BEARER).text
    assert (data / "azurite").is_dir()
    assert not list(data.glob("*.part"))


@pytest.mark.parametrize("kept", ["graph", "ibss"])
@pytest.mark.parametrize("document", ["{", "{}", "[]"])
def test_a_data_folder_that_is_not_understood_is_named(app: Path, tmp_path: Path, kept: str, document: str) -> None:
    file = tmp_path / f"{kept}.json"
    file.write_text(document)
    assert told_no(app, kept, "--data", str(tmp_path)).startswith(f"error: {file} is not what this version keeps")
    assert file.read_text() == document


def test_a_data_folder_that_cannot_be_made_is_named(app: Path) -> None:
    file = app / "host.json"
    assert told_no(app, "graph", "--data", str(file)) == f"error: {file} cannot be the data folder: File exists"


@pytest.mark.parametrize(
    ("name", "part"), [("GRAPH_PORT", "Graph simulator"), ("QUEUE_PORT", "Azurite queue"), ("HOST_PORT", "host")]
)
def test_a_taken_port_is_named_before_anything_starts(app: Path, name: str, part: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        launcher = Launcher(app, "run", **{name: str(port)})
        assert launcher.process.wait(DEADLINE) == 1
        assert launcher.listening() == [name]
    [line] = launcher.output.splitlines()
    assert line.startswith(f"error: port {port} is taken")
    assert part in line
    assert line.endswith(f"or choose another port with {name}")


def test_a_port_that_is_no_port_is_refused() -> None:
    environment = {**os.environ, "HOST_PORT": "many"}
    answer = subprocess.run(
        [sys.executable, "-m", "localdev"], cwd=install.ROOT, env=environment, capture_output=True, check=False
    )
    assert (answer.returncode, answer.stderr) == (1, b"error: HOST_PORT=many is not a port\n")


def test_a_part_that_ends_by_itself_stops_the_rest(app: Path) -> None:
    (app / "function_app.py").write_text(HEAD + APP.replace('return os.environ["PUBLIC_URL"]', "os._exit(3)"))
    with launched(app, "run") as launcher:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(f"{launcher.url('HOST')}/api/hello")
        assert launcher.process.wait(DEADLINE) == 1
        assert launcher.listening() == []
        assert "error: the Functions host ended by itself (exit code 3); everything else is stopped" in launcher.output
        assert "Traceback" not in launcher.output


def test_a_host_that_does_not_start_stops_the_rest(app: Path) -> None:
    (app / "function_app.py").write_text("1 / 0")
    launcher = Launcher(app, "run")
    assert launcher.process.wait(DEADLINE) == 1
    assert launcher.listening() == []
    assert "error: function_app.py does not load: ZeroDivisionError" in launcher.output
    assert "error: the Functions host did not start" in launcher.output


@pytest.mark.parametrize("storage", ["", "UseDevelopmentStorage=true"])
def test_host_starts_azurite_where_none_is_given(app: Path, storage: str) -> None:
    with launched(app, "host", AzureWebJobsStorage=storage, PUBLIC_URL="p", GRAPH_URL="g", IBSS_URL="i") as launcher:
        assert set(launcher.listening()) == {"HOST_PORT", "BLOB_PORT", "QUEUE_PORT", "TABLE_PORT"}
        assert httpx.get(f"{launcher.url('HOST')}/api/hello").text == "p g i"
        eventually(lambda: "rooms swept" in launcher.output, "the first sweep")
        assert launcher.stop(signal.SIGTERM) == 0
        assert launcher.listening() == []


def test_host_takes_the_storage_it_is_given(app: Path, azurite: Azurite) -> None:
    with launched(app, "host", AzureWebJobsStorage=azurite.connection_string) as launcher:
        assert launcher.listening() == ["HOST_PORT"]
        assert launcher.stop() == 0


@pytest.mark.parametrize("which", ["graph", "ibss"])
def test_a_simulator_alone(app: Path, which: str) -> None:
    launcher = Launcher(app, which)
    eventually(lambda: "http://" in launcher.output, "its address")
    eventually(launcher.listening, "it listens")
    assert launcher.listening() == [f"{which.upper()}_PORT"]
    assert launcher.stop() == 0
    assert "Traceback" not in launcher.output


def told_no(app: Path, *arguments: str) -> str:
    """The one line that it ends with."""
    launcher = Launcher(app, *arguments)
    assert launcher.process.wait(DEADLINE) == 1
    assert launcher.listening() == []
    [line] = launcher.output.splitlines()
    return line


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
