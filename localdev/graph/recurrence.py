"""From a patternedRecurrence to the moments it names. The wall clock of `recurrenceTimeZone` decides, so that a meeting at
nine stays at nine over a daylight-saving change (outlook-mcp issue 71: expanding from UTC shifts it by an hour)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from json import dumps, loads
from typing import Any

from dateutil import rrule  # type: ignore[import-untyped]

from localdev.graph.errors import JsonObject, unknown_member, wrong_value
from localdev.graph.state import Details
from localdev.graph.times import instant, zone

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)
_INDEX = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_FREQUENCY = {
    "daily": rrule.DAILY,
    "weekly": rrule.WEEKLY,
    "absoluteMonthly": rrule.MONTHLY,
    "relativeMonthly": rrule.MONTHLY,
    "absoluteYearly": rrule.YEARLY,
    "relativeYearly": rrule.YEARLY,
}
_PATTERN = ("type", "interval", "month", "dayOfMonth", "daysOfWeek", "firstDayOfWeek", "index")
_RANGE = ("type", "startDate", "endDate", "recurrenceTimeZone", "numberOfOccurrences")
# Microsoft docs, resources/recurrenceRange: a date that is not used is the first day of the calendar.
NO_DATE = "0001-01-01"


@dataclass(frozen=True)
class Slot:
    """One date of a pattern. `day` is the date in the zone of the series: the name of the occurrence for ever. `original` is its
    first minute there, also of an all-day series (microsoft-graph-docs issues 2804, 7163)."""

    day: date
    start: datetime
    end: datetime
    original: datetime


def read_recurrence(value: Any, start: datetime, zone_name: str) -> JsonObject | None:
    """Checked and completed. Members that a pattern type does not use are checked as well. Microsoft docs,
    resources/recurrencePattern and recurrenceRange."""
    if value is None:
        return None
    pattern = _members(value, "pattern", _PATTERN)
    span = _members(value, "range", _RANGE)
    read: JsonObject = {"pattern": _pattern(pattern), "range": _range(span, zone_name)}
    local = start.astimezone(zone(read["range"]["recurrenceTimeZone"])).date() if start.tzinfo else start.date()
    if read["range"]["startDate"] != local.isoformat():
        raise wrong_value("recurrence.range.startDate")
    try:
        next(iter(_rule(dumps(read), time())))
    except (ValueError, TypeError, KeyError, StopIteration):
        raise wrong_value("recurrence") from None
    return read


def _members(value: Any, name: str, known: tuple[str, ...]) -> JsonObject:
    if not isinstance(value, dict) or not isinstance(value.get(name), dict):
        raise wrong_value(f"recurrence.{name}")
    for member in value:
        if member not in ("pattern", "range", "@odata.type"):
            raise unknown_member(member, "microsoft.graph.patternedRecurrence")
    part: JsonObject = {key: item for key, item in value[name].items() if key != "@odata.type"}
    for member in part:
        if member not in known:
            raise unknown_member(member, f"microsoft.graph.recurrence{name.capitalize()}")
    return {key: item for key, item in part.items() if item is not None}


def _pattern(given: JsonObject) -> JsonObject:
    read: JsonObject = {
        "interval": 1,
        "month": 0,
        "dayOfMonth": 0,
        "daysOfWeek": [],
        "firstDayOfWeek": "sunday",
        "index": "first",
    }
    read.update(given)
    days_known = all(day in DAYS for day in (*read["daysOfWeek"], read["firstDayOfWeek"]))
    numbers = (read["interval"], read["month"], read["dayOfMonth"])
    if read.get("type") not in _FREQUENCY or not days_known or read["index"] not in _INDEX:
        raise wrong_value("recurrence.pattern")
    if any(type(number) is not int or number < 0 for number in numbers) or read["interval"] < 1:
        raise wrong_value("recurrence.pattern")
    needs_days = read["type"] == "weekly" or read["type"].startswith("relative")
    needs_date = read["type"].startswith("absolute")
    if (needs_days and not read["daysOfWeek"]) or (needs_date and not read["dayOfMonth"]):
        raise wrong_value("recurrence.pattern")
    if read["type"].endswith("Yearly") and not read["month"]:
        raise wrong_value("recurrence.pattern.month")
    return read


def _range(given: JsonObject, zone_name: str) -> JsonObject:
    read: JsonObject = {"endDate": NO_DATE, "recurrenceTimeZone": zone_name, "numberOfOccurrences": 0}
    read.update(given)
    read["recurrenceTimeZone"] = read["recurrenceTimeZone"] or zone_name
    zone(read["recurrenceTimeZone"])
    try:
        begin, end = date.fromisoformat(read["startDate"]), date.fromisoformat(read["endDate"].replace("0000-", "0001-"))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise wrong_value("recurrence.range") from None
    if read.get("type") not in ("endDate", "noEnd", "numbered"):
        raise wrong_value("recurrence.range.type")
    if (read["type"] == "endDate" and end < begin) or (read["type"] == "numbered" and not read["numberOfOccurrences"]):
        raise wrong_value("recurrence.range")
    return read


@lru_cache(maxsize=512)
def _rule(recurrence: str, at: time) -> Any:
    value = loads(recurrence)
    pattern, span = value["pattern"], value["range"]
    first_day = date.fromisoformat(span["startDate"])
    options: JsonObject = {
        "dtstart": datetime.combine(first_day, at),
        "interval": pattern["interval"],
        "wkst": _WEEKDAYS[DAYS.index(pattern["firstDayOfWeek"])],
        "cache": True,
    }
    if span["type"] == "endDate":
        options["until"] = datetime.combine(date.fromisoformat(span["endDate"]), time.max)
    if span["type"] == "numbered":
        options["count"] = span["numberOfOccurrences"]
    return rrule.rrule(_FREQUENCY[pattern["type"]], **options, **_days(pattern))


def _days(pattern: JsonObject) -> JsonObject:
    weekdays = [_WEEKDAYS[DAYS.index(day)] for day in pattern["daysOfWeek"]]
    month = {"bymonth": pattern["month"]} if pattern["type"].endswith("Yearly") else {}
    if pattern["type"] == "weekly":
        return {"byweekday": weekdays}
    if pattern["type"].startswith("relative"):
        return {**month, "byweekday": weekdays, "bysetpos": _INDEX[pattern["index"]]}
    if pattern["type"].startswith("absolute"):
        # The 31st of a shorter month is its last day: the latest of the days up to the one that was asked for.
        wanted = pattern["dayOfMonth"]
        return {**month, "bymonthday": range(min(wanted, 28), wanted + 1), "bysetpos": -1}
    return {}


def _wall(moment: datetime, zone_name: str) -> datetime:
    return moment.astimezone(zone(zone_name)).replace(tzinfo=None)


def slots(details: Details, since: datetime, until: datetime) -> Iterator[Slot]:
    """The dates of the pattern that overlap the window, cancelled and changed ones included."""
    assert details.recurrence is not None  # noqa: S101 - only masters are asked
    series_zone = details.recurrence["range"]["recurrenceTimeZone"]
    zone_name = "UTC" if details.all_day else series_zone
    wall_start = _wall(details.start, zone_name)
    length = _wall(details.end, zone_name) - wall_start
    rule = _rule(dumps(details.recurrence), wall_start.time())
    margin = length + timedelta(days=1)
    for wall in rule.xafter(_wall(since, zone_name) - margin, inc=True):
        slot = Slot(wall.date(), instant(wall, zone_name), instant(wall + length, zone_name), instant(wall, series_zone))
        if slot.start >= until:
            return
        if slot.end > since or slot.start >= since:
            yield slot


def slot_on(details: Details, day: date) -> Slot | None:
    noon = datetime.combine(day, time(12), UTC)
    around = slots(details, noon - timedelta(days=2), noon + timedelta(days=2))
    return next((slot for slot in around if slot.day == day), None)


def first_slot(details: Details) -> Slot:
    return next(slots(details, datetime(1601, 1, 2, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)))


def ends_after(details: Details, limit: datetime) -> bool:
    return next(slots(details, limit, datetime(9000, 1, 1, tzinfo=UTC)), None) is not None
