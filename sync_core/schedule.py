"""When a timer comes next. Pure. The Functions host alone decides it; this only tells people."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product

FIELDS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
"""NCRONTAB: seconds, minutes, hours, days, months, days of the week from Sunday (Microsoft docs, functions-bindings-timer)."""

DAYS_AHEAD = 366


def next_run(schedule: str, now: datetime) -> datetime | None:
    """The first moment after `now` (UTC) of an NCRONTAB expression; None for what this cannot read, such as names and spans."""
    try:
        seconds, minutes, hours, days, months, weekdays = _fields(schedule)
    except ValueError:
        return None
    for ahead in range(DAYS_AHEAD):
        day = (now + timedelta(days=ahead)).replace(microsecond=0)
        if day.day in days and day.month in months and day.isoweekday() % 7 in weekdays:
            moments = (day.replace(hour=h, minute=m, second=s) for h, m, s in product(hours, minutes, seconds))
            if found := next((moment for moment in moments if moment > now), None):
                return found
    return None


def _fields(schedule: str) -> Iterator[list[int]]:
    parts = schedule.split()
    return iter([_values(part, *bounds) for part, bounds in zip(parts, FIELDS, strict=True)])


def _values(part: str, least: int, most: int) -> list[int]:
    """Raises ValueError for anything but numbers, `*`, ranges, steps and lists of them."""
    found: set[int] = set()
    for item in part.split(","):
        span, _, step = item.partition("/")
        first, _, last = (f"{least}-{most}" if span == "*" else span).partition("-")
        end = int(last or (most if step else first))
        found.update(range(int(first), end + 1, int(step or 1)))
    if not found or min(found) < least or max(found) > most:
        raise ValueError(part)
    return sorted(found)
