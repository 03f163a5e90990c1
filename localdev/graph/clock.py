"""A clock that can be put forward: the simulator never asks the machine for the time itself."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def machine_time() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Runs with `source` (the machine's time, or a fixed moment in tests) and ahead of it by what was advanced."""

    def __init__(self, source: Callable[[], datetime] = machine_time) -> None:
        self._source = source
        self._ahead = timedelta()

    @classmethod
    def standing_at(cls, moment: datetime) -> "Clock":
        """A clock that moves only when it is told to."""
        return cls(lambda: moment)

    def now(self) -> datetime:
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
