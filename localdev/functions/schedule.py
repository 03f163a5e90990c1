"""When a timer fires: NCRONTAB with seconds, or a TimeSpan. All times are UTC, as on Linux plans.

croniter does the calendar: with `day_or=False` it demands day of month AND day of week, as NCrontab does and cron does not.
It also speaks dialects that NCrontab refuses (`?`, `L`, `#`, `@daily`, seven fields, Sunday as 7); those are refused
here, so that a schedule that runs on this machine also runs in Azure.
"""

import re
from datetime import datetime, timedelta
from typing import Protocol

from croniter import CroniterBadDateError, CroniterError, croniter  # type: ignore[import-untyped]

from localdev.functions.host_json import parse_time_span

FIELD_NAMES = ("second", "minute", "hour", "day of month", "month", "day of week")
NAME_OR_NUMBER = r"(?:\d+|[A-Za-z]{3,})"
ITEM = rf"(?:\*|{NAME_OR_NUMBER}(?:-{NAME_OR_NUMBER})?)(?:/\d+)?"
FIELD = re.compile(rf"{ITEM}(?:,{ITEM})*")


class Schedule(Protocol):
    def next_after(self, moment: datetime) -> datetime: ...


class Every:
    """A fixed interval; on the dedicated plans only, in Azure."""

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    def next_after(self, moment: datetime) -> datetime:
        return moment + self._interval


class Cron:
    def __init__(self, expression: str) -> None:
        self._expression = expression

    def next_after(self, moment: datetime) -> datetime:
        found: datetime = croniter(self._expression, moment, day_or=False, second_at_beginning=True).get_next(datetime)
        return found


def parse_schedule(text: str) -> Schedule:
    """ValueError says in one line what is wrong with it."""
    fields = text.split()
    if len(fields) == 1:
        return Every(_positive(parse_time_span(text)))
    if len(fields) == 5:
        fields = ["0", *fields]
    if len(fields) != 6:
        raise ValueError(f"{text!r} has {len(fields)} fields; NCRONTAB has six (second first), or five without seconds")
    return _checked(Cron(" ".join(_checked_field(name, field) for name, field in zip(FIELD_NAMES, fields, strict=True))))


def _checked_field(name: str, field: str) -> str:
    if FIELD.fullmatch(field) is None or (re.search("[A-Za-z]", field) and name not in FIELD_NAMES[4:]):
        raise ValueError(f"{field!r} is not an NCRONTAB {name}")
    if name == "day of week" and "7" in re.findall(r"\d+", field.partition("/")[0]):
        raise ValueError("NCRONTAB counts the days of the week from 0 (Sunday) to 6")
    short = re.sub("[A-Za-z]+", lambda word: word[0][:3].lower(), field)
    return re.sub(r"\b(\w+)-\1\b(/\d+)?", r"\1", short)  # croniter takes the range 0-0 for every day of the week


def _checked(cron: Cron) -> Cron:
    try:
        cron.next_after(datetime.fromisoformat("2024-01-01T00:00:00Z"))
    except CroniterBadDateError:
        raise ValueError("this schedule never comes due") from None
    except CroniterError as error:
        raise ValueError(str(error)) from None
    return cron


def _positive(interval: timedelta) -> timedelta:
    if interval <= timedelta():
        raise ValueError("the interval must be longer than nothing")
    return interval
