"""Fixture `start_host`: the real Functions host as a process, over an app that a test has written."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from localdev.install import ROOT
from localdev.serving import free_ports

DEADLINE = 20.0
QUICK_QUEUES = {"maxPollingInterval": "00:00:00.2", "visibilityTimeout": "00:00:00"}
HEAD = """
import asyncio, json, os
import azure.functions as func

app = func.FunctionApp()

def tell(**facts):
    with open(os.environ["TOLD"], "a") as file:
        file.write(json.dumps(facts, default=str) + chr(10))
"""


def eventually[T](look: Callable[[], T], what: str = "") -> T:
    """What `look` finds as soon as it finds anything; a deadline, not a pause, decides that it will not."""
    end = time.monotonic() + DEADLINE
    while not (found := look()):
        assert time.monotonic() < end, f"not within {DEADLINE:.0f} s: {what or look}"
        time.sleep(0.02)
    return found


class Host:
    """A host process, its log, and what its functions told."""

    def __init__(self, folder: Path, settings: dict[str, str], arguments: tuple[str, ...]) -> None:
        self.port = free_ports(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        self._log, self._told = folder / "host.log", folder / "told.jsonl"
        self._told.touch()
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environment = {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "TOLD": str(self._told), **settings}
        with self._log.open("w") as log:
            command = [sys.executable, "-m", "localdev.functions_host", "--app", str(folder), "--port", str(self.port)]
            self.process = subprocess.Popen([*command, *arguments], stdout=log, stderr=log, env=environment)  # noqa: S603

    @property
    def log(self) -> str:
        return self._log.read_text()

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._told.read_text().splitlines()]

    def wait_until_up(self) -> None:
        def is_up() -> bool:
            assert self.process.poll() is None, self.log
            try:
                return self.get("/admin/host/ping").status_code == 200
            except httpx.TransportError:
                return False

        eventually(is_up, "the host is up")

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return httpx.request(method, self.url + path, timeout=DEADLINE, **options)

    def told_about(self, count: int, **facts: Any) -> list[dict[str, Any]]:
        """Wait until the functions have told at least `count` times about what has these facts."""

        def found() -> list[dict[str, Any]]:
            matching = [each for each in self.told if facts.items() <= each.items()]
            return matching if len(matching) >= count else []

        return eventually(found, f"{count} times {facts}; told: {self.told}\n{self.log}")

    def logged(self, text: str) -> str:
        return eventually(lambda: self.log if text in self.log else "", f"{text!r} in {self.log}")

    def ended(self) -> int:
        return self.process.wait(DEADLINE)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


type StartHost = Callable[..., Host]


@pytest.fixture(scope="module")
def start_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartHost]:
    """`start_host(source, storage=..., queues={...}, settings={...})`; every host ends with the module's tests."""
    started: list[Host] = []

    def start(
        source: str,
        *arguments: str,
        storage: str = "",
        queues: dict[str, Any] | None = None,
        host: dict[str, Any] | None = None,
        settings: dict[str, str] | None = None,
        folder: Path | None = None,
        wait: bool = True,
    ) -> Host:
        app = folder or tmp_path_factory.mktemp("app")
        document = {"version": "2.0", "extensions": {"queues": QUICK_QUEUES | (queues or {})}} | (host or {})
        (app / "host.json").write_text(json.dumps(document))
        (app / "function_app.py").write_text(HEAD + source)
        started.append(Host(app, {"AzureWebJobsStorage": storage, **(settings or {})}, arguments))
        if wait:
            started[-1].wait_until_up()
        return started[-1]

    yield start
    for each in started:
        each.stop()
