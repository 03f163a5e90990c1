"""host.json, as far as this host obeys it, with the environment's `AzureFunctionsJobHost__a__b` on top.

Names, defaults and limits: azure-functions-host (JobHostOptions) and the queue extension's QueuesOptions.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from localdev.functions.errors import HostError

OVERRIDE = "azurefunctionsjobhost__"
DEFAULT_TIMEOUT = "00:30:00"  # Flex Consumption and Premium; Consumption has five minutes
TIME_SPAN = re.compile(r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2})(?::(?P<seconds>\d{1,2}(?:\.\d{1,7})?))?")


@dataclass(frozen=True)
class QueueRules:
    """How every queue trigger of the app receives, retries and gives up."""

    batch_size: int
    new_batch_threshold: int
    max_dequeue_count: int
    visibility_timeout: timedelta
    max_polling_interval: timedelta
    base64: bool


@dataclass(frozen=True)
class HostRules:
    route_prefix: str
    function_timeout: timedelta | None
    queues: QueueRules
    log_level: str


def read_host_json(folder: Path, environment: Mapping[str, str]) -> HostRules:
    section = _Section("host.json", _overridden(_parsed(folder / "host.json"), environment))
    if section.text("version", "") != "2.0":
        raise HostError('host.json: "version" must be "2.0"')
    extensions = section.inner("extensions")
    return HostRules(
        route_prefix=extensions.inner("http").text("routePrefix", "api").strip("/"),
        function_timeout=_timeout(section.text("functionTimeout", DEFAULT_TIMEOUT)),
        queues=_queue_rules(extensions.inner("queues")),
        log_level=section.inner("logging").inner("logLevel").text("default", "Information"),
    )


def parse_time_span(text: str) -> timedelta:
    """.NET's TimeSpan as host.json and schedules use it: `[d.]hh:mm[:ss[.fffffff]]`."""
    match = TIME_SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time span such as 00:00:30")
    parts = {name: float(value) for name, value in match.groupdict(default="0").items()}
    if parts["hours"] > 23 or parts["minutes"] > 59 or parts["seconds"] >= 60:
        raise ValueError(f"{text!r} has hours over 23, or minutes or seconds over 59")
    return timedelta(**parts)


def _timeout(text: str) -> timedelta | None:
    if text == "-1":
        return None
    try:
        return parse_time_span(text)
    except ValueError as error:
        raise HostError(f"host.json: functionTimeout: {error}") from None


def _queue_rules(queues: "_Section") -> QueueRules:
    batch_size = queues.number("batchSize", 16, range(1, 33))
    encoding = queues.text("messageEncoding", "base64").lower()
    if encoding not in {"base64", "none"}:
        raise HostError(f'host.json: extensions.queues.messageEncoding must be "base64" or "none", not {encoding!r}')
    return QueueRules(
        batch_size=batch_size,
        new_batch_threshold=queues.number("newBatchThreshold", batch_size // 2, range(1000)),
        max_dequeue_count=queues.number("maxDequeueCount", 5, range(1, 1_000_000)),
        visibility_timeout=queues.time_span("visibilityTimeout", timedelta()),
        max_polling_interval=queues.time_span("maxPollingInterval", timedelta(minutes=1)),
        base64=encoding == "base64",
    )


def _parsed(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise HostError(f"{file} is missing: start the host in the folder of the function app") from None
    except ValueError as error:
        raise HostError(f"host.json is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise HostError("host.json must hold an object")
    lowered: dict[str, Any] = _lowered(found)
    return lowered


def _overridden(found: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    for name, value in environment.items():
        if name.lower().startswith(OVERRIDE):
            *path, last = name.lower().removeprefix(OVERRIDE).split("__")
            place = found
            for step in path:
                inner = place.get(step)
                place[step] = place = inner if isinstance(inner, dict) else {}
            place[last] = value
    return found


def _lowered(value: Any) -> Any:
    """.NET's configuration does not tell upper from lower case in names."""
    if isinstance(value, dict):
        return {str(name).lower(): _lowered(inner) for name, inner in value.items()}
    return value


@dataclass(frozen=True)
class _Section:
    """One object of host.json that knows its path, so that an error can name the member."""

    path: str
    members: dict[str, Any]

    def inner(self, name: str) -> "_Section":
        found = self.members.get(name.lower(), {})
        if not isinstance(found, dict):
            raise HostError(f"{self._label(name)} must be an object")
        return _Section(self._label(name), found)

    def text(self, name: str, default: str) -> str:
        found = self.members.get(name.lower())
        return default if found is None else str(found)

    def number(self, name: str, default: int, allowed: range) -> int:
        found = self.members.get(name.lower(), default)
        try:
            number = int(found)
        except (TypeError, ValueError):
            raise HostError(f"{self._label(name)} must be a whole number, not {found!r}") from None
        if number not in allowed:
            raise HostError(f"{self._label(name)} must be from {allowed.start} to {allowed.stop - 1}, not {number}")
        return number

    def time_span(self, name: str, default: timedelta) -> timedelta:
        found = self.members.get(name.lower())
        try:
            return default if found is None else parse_time_span(str(found))
        except ValueError as error:
            raise HostError(f"{self._label(name)}: {error}") from None

    def _label(self, name: str) -> str:
        return f"{self.path}: {name}" if self.path == "host.json" else f"{self.path}.{name}"
