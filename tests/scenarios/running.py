"""The scenarios told to the running product: the same hands and eyes, over HTTP."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx

from tests.product import Product
from tests.scenarios.people import IbssApp, Outlook, Slot

PATIENCE_SECONDS = 30
LOOK_EVERY_SECONDS = 0.1

_days = count(10)


class RunningWorld:
    """The same hands and eyes as in one process; what is to be seen is waited for, with a deadline."""

    kind = "end to end"

    def __init__(self, product: Product) -> None:
        headers = {"Authorization": "Bearer person"}
        self.outlook = Outlook(httpx.AsyncClient(base_url=f"{product.address('GRAPH_PORT')}/v1.0", headers=headers))
        self.ibss = IbssApp(httpx.AsyncClient(base_url=product.address("IBSS_PORT")))
        self.service = httpx.AsyncClient(base_url=product.address("HOST_PORT"), headers={"x-functions-key": "local"})

    async def close(self) -> None:
        await self.outlook.http.aclose()
        await self.ibss.http.aclose()
        await self.service.aclose()

    async def ask(self, what: str, accept: str = "application/json", **query: str) -> tuple[int, str]:
        """An operator's question: its status and its body."""
        answer = await self.service.get(f"/api/{what}", params=query, headers={"Accept": accept})
        return answer.status_code, answer.text

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
