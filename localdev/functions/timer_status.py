"""What is remembered of a timer between two runs of the host, and what follows from it at the next start.

azure-webjobs-sdk-extensions: StorageScheduleMonitor (blob `timers/<hostId>/<name>/status`), ScheduleMonitor.CheckPastDueAsync.
"""

import hashlib
import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from localdev.functions.schedule import Schedule

CONTAINER = "azure-webjobs-hosts"
NEVER = datetime(1, 1, 1, tzinfo=UTC)  # .NET's default(DateTime)


@dataclass(frozen=True)
class TimerStatus:
    last: datetime
    next: datetime
    last_updated: datetime

    def to_json(self) -> dict[str, str]:
        return {
            "Last": self.last.isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.last_updated.isoformat(),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "TimerStatus":
        return cls(*(datetime.fromisoformat(found[name]) for name in ("Last", "Next", "LastUpdated")))


def at_start(remembered: TimerStatus | None, schedule: Schedule, now: datetime) -> TimerStatus:
    """The status to go on with. It is past due if its `next` is before `now`.

    A schedule that was changed since is re-based on the new one, and never past due because of the change.
    """
    if remembered is None:
        return TimerStatus(NEVER, schedule.next_after(now), now)
    based_on = remembered.last if remembered.last > NEVER else remembered.last_updated
    expected = schedule.next_after(based_on)
    if remembered.next == expected:
        return remembered
    if now > expected:
        based_on, expected = now, schedule.next_after(now)
    return TimerStatus(NEVER, expected, based_on)


def after_run(status: TimerStatus, schedule: Schedule, invoked_at: datetime, *, scheduled: bool) -> TimerStatus:
    """A timer that fired a moment early counts as fired on time, or the same moment would come due twice."""
    at = max(invoked_at, status.next) if scheduled else invoked_at
    return replace(status, last=at, next=schedule.next_after(at), last_updated=at)


def host_id(folder: Path, environment: Mapping[str, str]) -> str:
    """One id for one app on one machine, in the letters a blob path may have."""
    given = environment.get("AzureFunctionsWebHost__hostid")
    if given:
        return given
    machine = re.sub("[^a-z0-9]", "", socket.gethostname().lower())[:23]
    return f"{machine}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


class TimerStatusStore:
    def __init__(self, service: BlobServiceClient, host: str) -> None:
        self._container: ContainerClient = service.get_container_client(CONTAINER)
        self._host = host

    async def read(self, timer: str) -> TimerStatus | None:
        try:
            download = await self._container.download_blob(self._path(timer))
        except ResourceNotFoundError:
            return None
        return TimerStatus.from_json(json.loads(await download.readall()))

    async def write(self, timer: str, status: TimerStatus) -> None:
        text = json.dumps(status.to_json())
        try:
            await self._container.upload_blob(self._path(timer), text, overwrite=True)
        except ResourceNotFoundError:
            await self._create_container()
            await self._container.upload_blob(self._path(timer), text, overwrite=True)

    async def _create_container(self) -> None:
        try:
            await self._container.create_container()
        except ResourceExistsError:
            return

    def _path(self, timer: str) -> str:
        return f"timers/{self._host}/{timer}/status"
