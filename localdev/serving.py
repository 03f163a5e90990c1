"""Serving an ASGI app on a loopback port inside a running event loop, without taking over its signals."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import uvicorn

LOOPBACK = "127.0.0.1"


PORTS = {
    "Functions host": "HOST_PORT",
    "page": "PAGE_PORT",
    "Graph simulator": "GRAPH_PORT",
    "IBSS simulator": "IBSS_PORT",
    "Azurite blob service": "BLOB_PORT",
    "Azurite queue service": "QUEUE_PORT",
    "Azurite table service": "TABLE_PORT",
}
"""Which variable gives each part another port."""


class PortTakenError(Exception):
    """Somebody else listens on a port we were told to use."""

    def __init__(self, port: int, part: str) -> None:
        other = f"choose another port with {PORTS[part]}" if part in PORTS else "choose another port"
        super().__init__(f"port {port} is taken, and the {part} needs it: stop what listens there, or {other}")


def listen(port: int, part: str) -> socket.socket:
    """Take the port now, so that a taken one is told before anything has been started."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((LOOPBACK, port))
    except OSError as error:
        taken.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(port, part) from None
        raise
    return taken


def require_free(port: int, part: str) -> None:
    """The same check for a part that opens its port itself."""
    listen(port, part).close()


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Whoever composes the parts decides what a signal stops, and in which order."""
        yield


class Server:
    """Serves while the context is open; leaving it lets requests under way finish."""

    def __init__(self, app: Any, sock: socket.socket, *, lifespan: bool = True) -> None:
        self._socket = sock
        self._uvicorn = _Uvicorn(
            uvicorn.Config(app, log_config=None, access_log=False, lifespan="on" if lifespan else "off", ws="none")
        )
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._serving = asyncio.create_task(self._uvicorn.serve(sockets=[self._socket]))
        while not (self._uvicorn.started or self._serving.done()):  # noqa: ASYNC110 - uvicorn has a flag, not an event
            await asyncio.sleep(0.005)
        if self._serving.done():
            await self._serving
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    async def stop(self) -> None:
        self._uvicorn.should_exit = True
        if self._serving is not None:
            await self._serving
        self._socket.close()


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on now; all are held until the last is found, so that they differ."""
    with contextlib.ExitStack() as held:
        return [held.enter_context(listen(0, "probe")).getsockname()[1] for _ in range(count)]
