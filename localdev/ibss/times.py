"""Times as IBSS takes and gives them, and the clock that the side door can set forward."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from localdev.ibss.errors import invalid

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def parse_time(text: str, member: str) -> datetime:
    """RFC 3339, with Z or an offset; without either it could mean any hour, so it is refused."""
    if not RFC_3339.fullmatch(text):
        raise invalid(f"{member} is not an RFC 3339 time with Z or an offset: {text}")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise invalid(f"{member} is not a time of the calendar: {text}") from None


def utc_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class AdjustableClock:
    """A clock that runs as another one does, and can be put forward."""

    def __init__(self, base: Callable[[], datetime]) -> None:
        self._base = base
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return self._base() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
