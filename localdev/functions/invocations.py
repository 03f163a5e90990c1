"""Calling a function the way the host does: a line in the log, a time limit, the function's retry policy."""

import asyncio
import logging
import re
import secrets
import time
import uuid
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from typing import Any

from localdev.functions import worker
from localdev.functions.backoff import Backoff, pause
from localdev.functions.worker import Function, Outcome, Payload

log = logging.getLogger("host")


FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)')


def _where(traceback: str) -> str:
    """The last place in the app's own code: what fails every day, such as a server that is away, is told in one line. The whole
    traceback is told when host.json's default log level is Debug.
    """
    own = [
        frame
        for frame in FRAME.finditer(traceback)
        if "site-packages" not in frame["file"] and "/lib/python" not in frame["file"]
    ]
    return f", at {own[-1]['file']}:{own[-1]['line']} in {own[-1]['function']}" if own else ""


def new_trace_parent() -> str:
    """A W3C trace context for work that nobody's trace started."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


class Invocations:
    def __init__(self, timeout: timedelta | None, stopping: asyncio.Event) -> None:
        self._timeout = timeout
        self._stopping = stopping
        self._background: set[asyncio.Task[Any]] = set()
        self._running: set[asyncio.Task[Any] | None] = set()

    @property
    def outstanding(self) -> int:
        """How many have been asked for and are not finished."""
        return len(self._running | self._background)

    async def run(self, function: Function, payload: Payload) -> Outcome:
        task = asyncio.current_task()
        self._running.add(task)
        try:
            return await self._with_retries(function, payload)
        finally:
            self._running.discard(task)

    async def _with_retries(self, function: Function, payload: Payload) -> Outcome:
        """Call it, and again as `@app.retry` says. Retries live in this process only, as in the real host."""
        outcome = await self._once(function, payload, 0)
        for count, delay in enumerate(_retry_delays(function), start=1):
            if outcome.succeeded or self._stopping.is_set():
                break
            await pause(delay, self._stopping)
            outcome = await self._once(function, payload, count)
        return outcome

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run something that nobody waits for until the host stops."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def drain(self) -> None:
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _once(self, function: Function, payload: Payload, retry_count: int) -> Outcome:
        invocation = str(uuid.uuid4())
        started = time.perf_counter()
        outcome = await self._within_time(function, invocation, payload, retry_count)
        milliseconds = round((time.perf_counter() - started) * 1000)
        told = "Executed 'Functions.%s' (%s, Id=%s, Duration=%sms)"
        if outcome.succeeded:
            log.info(told, function.name, "Succeeded", invocation, milliseconds)
        else:
            log.error(f"{told} %s%s", function.name, "Failed", invocation, milliseconds, outcome.error, _where(outcome.traceback))  # noqa: G004
            log.debug("%s", outcome.traceback)
        return outcome

    async def _within_time(self, function: Function, invocation: str, payload: Payload, retry_count: int) -> Outcome:
        """The real host ends the whole worker process on a timeout; here only the invocation that was too slow ends."""
        limit = self._timeout.total_seconds() if self._timeout else None
        try:
            async with asyncio.timeout(limit):
                return await worker.invoke(function, invocation, payload, retry_count)
        except TimeoutError:
            return Outcome(succeeded=False, error=f"Timeout value of {self._timeout} was exceeded")


def _retry_delays(function: Function) -> Iterator[float]:
    """Retry policies exist for timers only (of the triggers here): queues have host.json, HTTP has its caller."""
    options: Any = function.retry
    if options is None or function.kind != "timerTrigger":
        return
    fixed = options.retry_strategy == "fixed_delay"
    waits = None if fixed else Backoff(options.minimum_interval.total_seconds(), options.maximum_interval.total_seconds())
    done = 0
    while options.max_retry_count < 0 or done < options.max_retry_count:
        done += 1
        yield waits.next() if waits else options.delay_interval.total_seconds()
