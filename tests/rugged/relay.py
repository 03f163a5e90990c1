"""Between the host and the others: so that it can die in the middle of anything it writes."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from localdev.serving import LOOPBACK

WRITES = (b"POST ", b"PUT ", b"PATCH ", b"DELETE ")
PIECE = 65536


@dataclass
class Death:
    """Comes at the n-th request from now on that writes something: before it is sent, or before its answer is."""

    kill: Callable[[], None]
    writes: int = 0
    sent: bool = False

    def await_write(self, writes: int, *, sent: bool) -> None:
        self.writes, self.sent = writes, sent

    def comes(self) -> bool:
        self.writes -= 1
        return self.writes == 0


class Relay:
    """Passes on to a port of this machine what comes to its own."""

    def __init__(self, target: int, death: Death) -> None:
        self._target, self._death = target, death
        self._server: asyncio.Server | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await self._connect(reader, writer)
        finally:
            self._under_way.discard(task)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection(LOOPBACK, self._target)
        last = asyncio.Event()
        try:
            both = [
                asyncio.ensure_future(self._up(reader, requests, last)),
                asyncio.ensure_future(self._down(answers, writer, last)),
            ]
            try:
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in both:
                    each.cancel()
                await asyncio.gather(*both, return_exceptions=True)
        finally:
            requests.transport.abort()

    async def _up(self, reader: asyncio.StreamReader, requests: asyncio.StreamWriter, last: asyncio.Event) -> None:
        while piece := await reader.read(PIECE):
            if piece.startswith(WRITES) and self._death.comes():
                if not self._death.sent:
                    self._death.kill()
                    return
                last.set()
            requests.write(piece)
            await requests.drain()

    async def _down(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter, last: asyncio.Event) -> None:
        while piece := await answers.read(PIECE):
            if last.is_set():
                self._death.kill()
                return
            writer.write(piece)
            await writer.drain()
