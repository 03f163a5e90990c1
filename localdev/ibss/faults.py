"""What the side door can make go wrong, and the log of what was asked."""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Fault:
    """Strikes `times` requests: with an error of `status` and `code`; with `body`, as text or JSON, as it is given; or, with
    `spoil`, with the true answer spoiled (localdev/spoiling.py). `after`: the write is done, and only its answer is lost.
    """

    method: str = ".*"
    path: str = ".*"
    status: int = 503
    code: str = "ServiceUnavailable"
    times: int = 1
    retry_after: int | None = None
    after: bool = False
    body: Any = None
    spoil: str = ""

    def meets(self, method: str, path: str) -> bool:
        return self.times > 0 and bool(re.fullmatch(self.method, method) and re.search(self.path, path))


@dataclass
class Faults:
    waiting: list[Fault] = field(default_factory=list)

    def strike(self, method: str, path: str) -> Fault | None:
        for fault in self.waiting:
            if fault.meets(method, path):
                fault.times -= 1
                return fault
        return None


@dataclass(frozen=True)
class LoggedRequest:
    method: str
    path: str
    status: int
    who: str | None
    body: str


@dataclass
class RequestLog:
    """The newest requests; bounded, for the simulator may run for days."""

    entries: deque[LoggedRequest] = field(default_factory=lambda: deque(maxlen=10_000))
