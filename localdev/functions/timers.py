"""Fires one timer function on its schedule (azure-webjobs-sdk-extensions, TimerListener)."""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError
from azure.functions.meta import Datum

from localdev.functions.backoff import pause
from localdev.functions.invocations import Invocations, new_trace_parent
from localdev.functions.schedule import Schedule
from localdev.functions.storage import Storage
from localdev.functions.timer_status import TimerStatus, TimerStatusStore, after_run, at_start
from localdev.functions.worker import Function, Payload

log = logging.getLogger("host")

LONGEST_NAP = 30.0  # seconds; the clock is read again after each, so that a machine that slept is not late for hours
STATUS_PATIENCE = 60.0  # seconds to insist on reading or writing a status
SHORTEST_MONITORED = timedelta(minutes=1)  # a schedule of several runs a minute is not monitored


def utc_now() -> datetime:
    return datetime.now(UTC)


class TimerListener:
    def __init__(
        self,
        function: Function,
        schedule: Schedule,
        store: TimerStatusStore,
        invocations: Invocations,
        storage: Storage,
        stopping: asyncio.Event,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._function = function
        self._schedule = schedule
        self._store = store if _is_monitored(function, schedule, now()) else None
        self._invocations = invocations
        self._storage = storage
        self._stopping = stopping
        self._now = now

    async def run(self) -> None:
        """Until the host stops. Runs never overlap, and a failed one does not end the series."""
        status = await self._status_at_start()
        log.info("The next run of '%s' is at %s", self._function.name, status.next.isoformat(" ", "seconds"))
        if self._now() > status.next:
            status = await self._fire(status, past_due=True)
        elif self._function.trigger.get("runOnStartup"):
            status = await self._fire(status, on_startup=True)
        while not self._stopping.is_set():
            remaining = (status.next - self._now()).total_seconds()
            if remaining > 0:
                await pause(min(remaining, LONGEST_NAP), self._stopping)
            else:
                status = await self._fire(status)

    async def _status_at_start(self) -> TimerStatus:
        if self._store is None:
            return at_start(None, self._schedule, self._now())
        store, name = self._store, self._function.name
        remembered = await self._storage.insist(lambda: store.read(name), STATUS_PATIENCE)
        status = at_start(remembered, self._schedule, self._now())
        if status != remembered:
            await self._remember(status)
        return status

    async def _fire(self, status: TimerStatus, *, past_due: bool = False, on_startup: bool = False) -> TimerStatus:
        invoked_at = self._now()
        shown = status if self._store else None
        await self._invocations.run(self._function, timer_payload(shown, past_due=past_due))
        following = after_run(status, self._schedule, invoked_at, scheduled=not (past_due or on_startup))
        await self._remember(following)
        return following

    async def _remember(self, status: TimerStatus) -> None:
        if self._store is None:
            return
        store, name = self._store, self._function.name
        try:
            await self._storage.insist(lambda: store.write(name, status), STATUS_PATIENCE)
        except AzureError as error:
            log.error("The status of timer '%s' could not be kept: %s", name, error.message)  # noqa: TRY400 - one line


def timer_payload(status: TimerStatus | None, *, past_due: bool) -> Payload:
    info = {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": status.to_json() if status else None,
        "IsPastDue": past_due,
    }
    return Payload(Datum(json.dumps(info), "json"), {}, new_trace_parent())


def _is_monitored(function: Function, schedule: Schedule, now: datetime) -> bool:
    first = schedule.next_after(now)
    often = schedule.next_after(first) - first < SHORTEST_MONITORED
    return function.trigger.get("useMonitor") is not False and not often
