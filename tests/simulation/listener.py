"""The Functions host's listener of one queue, in one life of a process: so many messages at once, each hidden while worked on."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from sync_core.errors import SyncError
from tests.simulation.process import Process
from tests.simulation.storage import Message, Queue
from tests.simulation.trace import Trace

AT_ONCE, DELIVERIES, AGAIN_AFTER = 8, 5, 30.0
"""As host.json has it."""


@dataclass
class Listener:
    """`function` works a message's text; `keep` puts away what has failed too often; `bug` hears of what is no failure of ours to
    foresee.
    """

    process: Process
    queue: Queue
    name: str
    trace: Trace
    run: Callable[[Coroutine[Any, Any, None]], None]
    function: Callable[[str], Awaitable[None]]
    keep: Callable[[Message], Coroutine[Any, Any, None]]
    bug: Callable[[Exception], None]
    _busy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def listen(self) -> None:
        process, queue, life = self.process, self.queue, self.process.lives
        while process.alive and process.lives == life:
            message = None if self._busy.locked() else queue.take(process)
            if message is not None:
                await self._busy.acquire()
                self.run(self._deliver(message))
                continue
            queue.told.clear()
            soon = queue.next_visible()
            wait = 1.0 if self._busy.locked() else (None if soon is None else max(0.001, soon - queue.now()))
            try:
                await asyncio.wait_for(queue.told.wait(), wait)
            except TimeoutError:
                continue

    async def _deliver(self, message: Message) -> None:
        try:
            await self.function(message.text)
            self.queue.done(message)
        except SyncError as error:
            self.trace.note(self.process.name, self.name, "fails", error.code)
            if message.deliveries < DELIVERIES:
                self.queue.again(message, AGAIN_AFTER)
            else:
                self.queue.done(message)
                self.run(self.keep(message))
        except Exception as error:  # noqa: BLE001 — a bug: it is what this looks for
            self.bug(error)
            self.queue.done(message)
        self._busy.release()
        self.queue.told.set()
