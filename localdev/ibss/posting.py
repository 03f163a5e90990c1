"""Posting bookings to the service: at least once, in any order (contract, `postBookings`)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import httpx

from localdev.ibss.agenda import Agenda, Post

# Sends one POST and gives its status; 0 when there was no answer.
type Send = Callable[[str, dict[str, str], bytes], Awaitable[int]]

FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=1)
ATTEMPTS = 10


@dataclass
class Posting:
    """Where posts go, and what is done to them on the way. Without `url`, which is the address of the service, none are made."""

    url: str | None = None
    key: str = "local"
    lost: bool = False
    copies: int = 1
    delay_seconds: float = 0.0
    delivered: int = 0
    given_up: int = 0

    def announce(self, record: str, agenda: Agenda, now: datetime) -> None:
        """One change, one post, unless the side door has them lost or doubled."""
        if self.url is None or self.lost:
            return
        for _ in range(self.copies):
            agenda.add(now + timedelta(seconds=self.delay_seconds), Post(record))

    async def deliver(self, post: Post, agenda: Agenda, now: Callable[[], datetime], send: Send) -> None:
        if self.url is None:
            return
        headers = {"x-functions-key": self.key, "Content-Type": "application/json"}
        status = await send(f"{self.url.rstrip('/')}/api/ibss/bookings", headers, post.record.encode())
        if 200 <= status < 300:
            self.delivered += 1
        elif post.attempt + 1 < ATTEMPTS:
            agenda.add(now() + wait_after(post.attempt), replace(post, attempt=post.attempt + 1))
        else:
            self.given_up += 1


def wait_after(attempt: int) -> timedelta:
    return min(FIRST_WAIT * (1 << attempt), LONGEST_WAIT)


def over_http(client: httpx.AsyncClient) -> Send:
    async def send(url: str, headers: dict[str, str], body: bytes) -> int:
        try:
            return (await client.post(url, headers=headers, content=body)).status_code
        except httpx.HTTPError:
            return 0

    return send
