"""Servers on this machine that answer what no honest vendor would, and remember what they were shown."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localdev.serving import LOOPBACK, Server, listen
from sync_core.connection import connection
from sync_core.graph.client import Graph, StaticToken
from sync_core.ibss.client import Ibss

TOKEN, KEY = "canary-token", "canary-key"
"""What Graph and IBSS are asked with."""

type Asked = tuple[str, str, Mapping[str, str]]
"""Method, path with query, both as they came; headers."""


@dataclass
class Impostor:
    """Answers every request alike, in pieces; `asked` is what came."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Callable[[], Iterable[bytes]] = lambda: (b'{"value": []}',)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def answers(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.status, self.headers, self.pieces = status, headers, lambda: (body,)

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        query = scope["query_string"].decode()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append((scope["method"], scope["raw_path"].decode() + (f"?{query}" if query else ""), headers))
        listed = [(name.replace("_", "-").encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": listed})
        for piece in self.pieces():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@contextlib.asynccontextmanager
async def listening(*impostors: Impostor) -> AsyncIterator[None]:
    async with contextlib.AsyncExitStack() as open_until_the_end:
        for impostor in impostors:
            socket = listen(0, "impostor")
            impostor.url = f"http://{LOOPBACK}:{socket.getsockname()[1]}"
            await open_until_the_end.enter_async_context(Server(impostor, socket, lifespan=False))
        yield


@contextlib.asynccontextmanager
async def clients(url: str) -> AsyncIterator[tuple[Graph, Ibss]]:
    """As the product makes them."""
    graph, ibss = Graph(f"{url}/v1.0", StaticToken(TOKEN), connection()), Ibss(url, KEY, connection())
    yield graph, ibss
    await graph.close()
    await ibss.close()
