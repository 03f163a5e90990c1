"""Looks at both sides a few times a second, while somebody looks at the page, and tells every viewer what has changed."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Protocol

from localdev.page.crossings import Crossing, Crossings
from localdev.page.meetings import DAYS, Meeting, Wish
from localdev.page.sides import RefusedError

PERIOD_SECONDS = 0.3


class Side(Protocol):
    async def read(self, since: datetime, until: datetime) -> list[Meeting]: ...
    async def book(self, wish: Wish) -> None: ...
    async def change(self, edit: dict[str, str], wish: Wish) -> None: ...
    async def cancel(self, edit: dict[str, str]) -> None: ...


class Watch:
    def __init__(self, sides: dict[str, Side]) -> None:
        self._sides = sides
        self._meetings: dict[str, list[Meeting]] = {}
        self._problems: dict[str, str] = {}
        self._crossings = Crossings()
        self._looking = {name: asyncio.Lock() for name in sides}
        self._news = asyncio.Condition()
        self._state = ""
        self._acting: list[str] = []
        self._viewers = 0
        self._round: asyncio.Task[None] | None = None

    async def states(self) -> AsyncIterator[str]:
        """The state now, and again after every change. The watch goes on for as long as somebody reads this."""
        self._enter()
        try:
            shown = ""
            while True:
                async with self._news:
                    await self._news.wait_for(lambda: self._state != shown)  # noqa: B023 - asked before `shown` moves on
                    shown = self._state
                yield shown
        finally:
            await self._leave()

    @asynccontextmanager
    async def acting(self, name: str) -> AsyncIterator[None]:
        """What is done here is seen here first: a service that is quick would else seem to have carried it the other way."""
        asked_at = time.monotonic()
        self._acting.append(name)
        try:
            yield
            await self.look(name, asked_at)
        finally:
            self._acting.remove(name)

    async def look(self, name: str, changed_at: float | None = None) -> None:
        """Reads one side now. One look at a time, or an older picture could cover a newer one."""
        if self._viewers:
            async with self._looking[name]:
                await self._look(name, changed_at)

    async def _look(self, name: str, changed_at: float | None) -> None:
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            meetings = await self._sides[name].read(midnight, midnight + timedelta(DAYS))
        except RefusedError as refusal:
            self._problems[name] = str(refusal)
        else:
            if self._acting and changed_at is None:
                return
            self._problems.pop(name, None)
            self._meetings[name] = meetings
            self._crossings.see(name, meetings, time.monotonic(), changed_at)
        await self._publish()

    def _enter(self) -> None:
        self._viewers += 1
        if self._round is None:
            self._crossings.forget()
            self._round = asyncio.create_task(self._look_around())

    async def _leave(self) -> None:
        self._viewers -= 1
        if self._viewers == 0 and self._round is not None:
            self._round.cancel()
            with suppress(asyncio.CancelledError):
                await self._round
            self._round = None

    async def _look_around(self) -> None:
        while True:
            await asyncio.gather(*(self.look(name) for name in self._sides))
            await asyncio.sleep(PERIOD_SECONDS)

    async def _publish(self) -> None:
        state = {
            **{name: [asdict(meeting) for meeting in self._meetings.get(name, [])] for name in self._sides},
            "crossings": [as_json(crossing) for crossing in self._crossings.recent],
            "problems": list(self._problems.values()),
        }
        async with self._news:
            self._state = json.dumps(state)
            self._news.notify_all()


def as_json(crossing: Crossing) -> dict[str, object]:
    return {"number": crossing.number, "side": crossing.side, "words": crossing.in_words(), "seconds": crossing.seconds}
