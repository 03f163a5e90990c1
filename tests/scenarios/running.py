"""The started product: `python -m localdev run` on free ports, spoken to as a person would, over HTTP."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx

from tests.scenarios.people import IbssApp, Outlook, Slot

PORTS = ("HOST_PORT", "PAGE_PORT", "GRAPH_PORT", "IBSS_PORT", "BLOB_PORT", "QUEUE_PORT", "TABLE_PORT")
START_SECONDS = 90
PATIENCE_SECONDS = 30
LOOK_EVERY_SECONDS = 0.1

_days = count(10)


@dataclass
class Product:
    process: subprocess.Popen[str]
    ports: dict[str, int]

    @classmethod
    @contextlib.contextmanager
    def started(cls) -> Iterator["Product"]:
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        environment = os.environ | {name: str(port) for name, port in ports.items()}
        command = [sys.executable, "-m", "localdev", "run"]
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, text=True)
        product = cls(process, ports)
        try:
            product._wait_until_up()
            yield product
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)

    def address(self, part: str) -> str:
        return f"http://127.0.0.1:{self.ports[part]}"

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the product ended while it was starting"
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.address('HOST_PORT')}/api/health").is_success and self._subscribed():
                    return
            time.sleep(LOOK_EVERY_SECONDS)
        raise AssertionError("the product did not come up")

    def _subscribed(self) -> bool:
        answer = httpx.get(f"{self.address('GRAPH_PORT')}/v1.0/subscriptions", headers={"Authorization": "Bearer person"})
        return len(answer.json()["value"]) > 0


def free_ports(how_many: int) -> list[int]:
    with contextlib.ExitStack() as open_ones:
        sockets = [open_ones.enter_context(socket.socket()) for _ in range(how_many)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


class RunningWorld:
    """The same hands and eyes as in one process; what is to be seen is waited for, with a deadline."""

    kind = "end to end"

    def __init__(self, product: Product) -> None:
        headers = {"Authorization": "Bearer person"}
        self.outlook = Outlook(httpx.AsyncClient(base_url=f"{product.address('GRAPH_PORT')}/v1.0", headers=headers))
        self.ibss = IbssApp(httpx.AsyncClient(base_url=product.address("IBSS_PORT")))

    async def close(self) -> None:
        await self.outlook.http.aclose()
        await self.ibss.http.aclose()

    def slot(self, minutes: int = 30) -> Slot:
        """A day of its own for each meeting: the tests share one company."""
        start = (datetime.now(UTC) + timedelta(days=next(_days))).replace(hour=8, minute=0, second=0, microsecond=0)
        return Slot(start, start + timedelta(minutes=minutes))

    async def eventually[Seen](self, look: Callable[[], Awaitable[Seen]]) -> Seen:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await look()
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(LOOK_EVERY_SECONDS)
