"""An asyncio loop on a virtual clock: it never waits. When nobody can run, time jumps to whoever is next."""

import asyncio
import selectors
from typing import Any


class Stuck(AssertionError):
    """Everybody waits for somebody who never comes."""


class _Skip(selectors.BaseSelector):
    """Waiting for a file that is never ready is the whole of waiting here; there are no files."""

    def __init__(self) -> None:
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck
        self.now += max(0.0, timeout)
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, -1, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, -1, 0, None)

    def get_map(self) -> dict[Any, selectors.SelectorKey]:  # type: ignore[override]
        return {}


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skip = _Skip()
        super().__init__(self._skip)
        self.set_exception_handler(lambda *_: None)

    def time(self) -> float:
        return self._skip.now
