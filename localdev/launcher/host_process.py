"""The Functions host as a child process: start, wait until it answers, wake its timers once, stop."""

import asyncio
import contextlib
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from localdev.functions.backoff import pause
from localdev.install import ROOT

START_SECONDS = 60.0
DRAIN_SECONDS = 60.0
FIRST_RUNS_SECONDS = 5.0  # a start is not held up for longer by what they find to do
KEY = "local"
FIRST_RUNS = ("renew_subscriptions", "sweep_rooms", "sweep_bookings")  # what an operator triggers after deploying


class HostProcessError(Exception):
    """The host did not come up; it has said why itself."""


class HostProcess:
    def __init__(self, app: Path, url: str, port: int, environment: Mapping[str, str]) -> None:
        self._url = url
        self._key = environment.get("FUNCTIONS_HOST_KEY") or KEY
        self.process = subprocess.Popen(
            [sys.executable, "-m", "localdev.functions_host", "--app", str(app), "--port", str(port)],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C at the terminal is for the launcher
        )

    async def wait_until_up(self, stopping: asyncio.Event) -> bool:
        """Whether it is up; it is not if the person at the keyboard stops everything meanwhile."""
        end = asyncio.get_running_loop().time() + START_SECONDS
        async with httpx.AsyncClient() as client:
            while not stopping.is_set():
                if await _is_up(client, self._url):
                    return True
                if self.process.poll() is not None or asyncio.get_running_loop().time() > end:
                    raise HostProcessError("the Functions host did not start")
                await pause(0.05, stopping)
        return False

    async def run_first(self) -> None:
        """Nothing waits for a schedule on the first minute: subscriptions are made, and both sides are read, now."""
        async with httpx.AsyncClient(base_url=self._url, headers={"x-functions-key": self._key}, timeout=30) as client:
            there = {function["name"] for function in (await client.get("/admin/functions")).json()}
            for name in FIRST_RUNS:
                if name in there:
                    (await client.post(f"/admin/functions/{name}", json={"input": ""})).raise_for_status()
            await _until_quiet(client)

    async def stop(self) -> None:
        """SIGTERM makes it finish what is under way; that takes as long as its functions take."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while self.process.poll() is None:  # noqa: ASYNC110 - a process has no event
                    await asyncio.sleep(0.02)
        except TimeoutError:
            print(f"The Functions host is still at work after {DRAIN_SECONDS:.0f} s and is ended", flush=True)
            self.process.kill()
        self.process.wait()


async def _until_quiet(client: httpx.AsyncClient) -> None:
    """So that a change made as soon as the addresses are shown is a change after the subscriptions, not before."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FIRST_RUNS_SECONDS):
            while (await client.get("/admin/host/drain/status")).json()["outstandingInvocations"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def _is_up(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(f"{url}/admin/host/ping")).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
