"""Every daylight-saving change of some years, found in the time zone database itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZONES = {
    "India Standard Time": "Asia/Kolkata",
    "Nepal Standard Time": "Asia/Kathmandu",
    "GMT Standard Time": "Europe/London",
    "Eastern Standard Time": "America/New_York",
    "Newfoundland Standard Time": "America/St_Johns",
    "Pacific SA Standard Time": "America/Santiago",
    "Azores Standard Time": "Atlantic/Azores",
    "Morocco Standard Time": "Africa/Casablanca",
    "Cen. Australia Standard Time": "Australia/Adelaide",
    "Lord Howe Standard Time": "Australia/Lord_Howe",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "New Zealand Standard Time": "Pacific/Auckland",
    "Chatham Islands Standard Time": "Pacific/Chatham",
}
"""By Windows id: none and four changes a year, by an hour and by half of one; offsets of half and three quarters of an hour; both
hemispheres; days that have no midnight (Santiago, Azores), and one that has two (Azores).
"""

FIRST, LAST = 2025, 2028
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Change:
    """The clock is set at this instant, by so much."""

    windows: str
    zone: str
    at: datetime
    by: timedelta

    @property
    def forward(self) -> bool:
        return self.by > timedelta()

    @property
    def name(self) -> str:
        return f"{self.zone} {self.at:%Y-%m-%d} {('forward' if self.forward else 'back') if self.by else 'unchanged'}"

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone))


@cache
def changes_of(windows: str, zone: str) -> tuple[Change, ...]:
    place, end = ZoneInfo(zone), datetime(LAST + 1, 1, 1, tzinfo=UTC)
    found, day = [], datetime(FIRST, 1, 1, tzinfo=UTC)
    while day < end:
        if by := _offset(day + DAY, place) - _offset(day, place):
            found.append(Change(windows, zone, _minute_of_change(day, place), by))
        day += DAY
    return tuple(found)


def changes_or_a_day(windows: str, zone: str) -> tuple[Change, ...]:
    """Where the clock is never set, some day on which it is not."""
    return changes_of(windows, zone) or (Change(windows, zone, datetime(2027, 1, 31, tzinfo=UTC), timedelta()),)


def all_changes() -> Iterator[Change]:
    for windows, zone in ZONES.items():
        yield from changes_or_a_day(windows, zone)


def _offset(moment: datetime, place: ZoneInfo) -> timedelta:
    offset = moment.astimezone(place).utcoffset()
    assert offset is not None
    return offset


def _minute_of_change(day: datetime, place: ZoneInfo) -> datetime:
    """The first minute of the new offset, by halving."""
    before, after = 0, DAY // MINUTE
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(day + middle * MINUTE, place) == _offset(day, place):
            before = middle
        else:
            after = middle
    return day + after * MINUTE
