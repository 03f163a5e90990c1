"""The scenarios told to the running product: the same hands and eyes, over HTTP."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx

from tests.product import Product
from tests.scenarios.people import IbssApp, Outlook, Slot

PATIENCE_SECONDS = 30
LOOK_EVERY_SECONDS = 0.1
WATCHED_SECONDS = 2.0

_days = count(10)


class RunningWorld:
    """The same hands and eyes as in one process; what is to be seen is waited for, with a deadline."""

    kind = "end to end"

    def __init__(self, product: Product) -> None:
        headers = {"Authorization": "Bearer person"}
        self.outlook = Outlook(httpx.AsyncClient(base_url=f"{product.address('GRAPH_PORT')}/v1.0", headers=headers))
        self.ibss = IbssApp(httpx.AsyncClient(base_url=product.address("IBSS_PORT")))
        self.product = product
        self.service = httpx.AsyncClient(base_url=product.address("HOST_PORT"), headers={"x-functions-key": "local"})

    async def close(self) -> None:
        await self.outlook.http.aclose()
        await self.ibss.http.aclose()
        await self.service.aclose()

    async def ask(self, what: str, accept: str = "application/json", **query: str) -> tuple[int, str]:
        """An operator's question: its status and its body."""
        answer = await self.service.get(f"/api/{what}", params=query, headers={"Accept": accept})
        return answer.status_code, answer.text

    async def order(self, what: str, body: Any) -> tuple[int, Any]:
        answer = await self.service.post(f"/api/{what}", json=body)
        return answer.status_code, answer.json()

    async def run(self, timer: str) -> None:
        """A timer, at once: the host starts it and does not wait for it."""
        answer = await self.service.post(f"/admin/functions/{timer}", json={})
        assert answer.status_code == 202, answer.text

    async def sweep(self) -> None:
        for timer in ("sweep_rooms", "sweep_bookings"):
            await self.run(timer)

    def now(self) -> datetime:
        return datetime.now(UTC)

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

    async def stays[Seen](self, look: Callable[[], Awaitable[Seen]]) -> Seen:
        """What is seen, and is seen still when the service has had time to change it."""
        await self.eventually(look)
        until = time.monotonic() + WATCHED_SECONDS
        while time.monotonic() < until:
            await look()
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        return await look()
