"""Schedules of timers: NCRONTAB as NCrontab reads it, and what a remembered status says at the next start."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localdev.functions.backoff import Backoff
from localdev.functions.schedule import parse_schedule
from localdev.functions.timer_status import NEVER, TimerStatus, after_run, at_start

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)  # a Sunday
HOURLY = parse_schedule("0 0 * * * *")


@pytest.mark.parametrize(
    ("schedule", "following"),
    [
        ("0 */5 * * * *", "2026-11-22T12:05:00"),
        ("*/5 * * * *", "2026-11-22T12:05:00"),  # five fields: no seconds
        ("30 15 2 * * *", "2026-11-23T02:15:30"),
        ("0 0 9 * * MON-FRI", "2026-11-23T09:00:00"),
        ("0 0 9 * * 1-5", "2026-11-23T09:00:00"),
        ("0 0 9 1 January *", "2027-01-01T09:00:00"),
        ("0 0 9 13 * 5", "2027-08-13T09:00:00"),  # a 13th AND a Friday, where cron would say OR
        ("0 0 0 29 2 *", "2028-02-29T00:00:00"),
        ("5,10 0 12 * * *", "2026-11-22T12:00:05"),
        ("00:05:00", "2026-11-22T12:05:00"),
        ("1.00:00:00", "2026-11-23T12:00:00"),
    ],
)
def test_next_occurrence(schedule: str, following: str) -> None:
    assert parse_schedule(schedule).next_after(NOON) == datetime.fromisoformat(following).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule",
    [
        "", "0 0 0 * * * *", "* * *", "@daily", "0 0 0 ? * *", "0 0 0 L * *", "0 0 0 * * 5#2", "0 0 0 * * 7", "0 60 * * * *",
        "0 0 0 31 2 *", "H 0 0 * * *", "mon 0 0 * * *", "00:00:00", "25:00:00", "soon",
    ],
)  # fmt: skip
def test_what_ncrontab_does_not_read_is_refused(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_schedule(schedule)


numbers = {"second": (0, 59), "minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 6)}


def field(low: int, high: int) -> st.SearchStrategy[tuple[str, Callable[[int], bool]]]:
    """One field, and what it says of a number."""
    number = st.integers(low, high)
    return st.one_of(
        st.just(("*", lambda _: True)),
        number.map(lambda only: (str(only), lambda value: value == only)),
        st.integers(2, 9).map(lambda step: (f"*/{step}", lambda value: (value - low) % step == 0)),
        st.tuples(number, number)
        .map(sorted)
        .map(lambda ends: (f"{ends[0]}-{ends[1]}", lambda value: ends[0] <= value <= ends[1])),
    )


@given(
    st.tuples(*(field(low, high) for low, high in numbers.values())),
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
)
def test_all_six_fields_match_and_nothing_between_does(
    fields: tuple[tuple[str, Callable[[int], bool]], ...], moment: datetime
) -> None:
    """An oracle that knows no calendar arithmetic: it asks each of the six fields, day by day."""
    try:
        schedule = parse_schedule(" ".join(text for text, _ in fields))
    except ValueError:  # it never comes due
        return
    following = schedule.next_after(moment)
    matches = [matcher for _, matcher in fields]
    assert following > moment
    assert _agrees(following, matches)
    assert not any(_day_agrees(day, matches) for day in _days_between(moment, min(following, moment + timedelta(days=800))))


def _agrees(when: datetime, matches: list[Callable[[int], bool]]) -> bool:
    second, minute, hour = matches[:3]
    return second(when.second) and minute(when.minute) and hour(when.hour) and _day_agrees(when, matches)


def _day_agrees(when: datetime, matches: list[Callable[[int], bool]]) -> bool:
    day, month, weekday = matches[3:]
    return day(when.day) and month(when.month) and weekday(when.isoweekday() % 7)


def _days_between(first: datetime, last: datetime) -> list[datetime]:
    """Whole days strictly between the days of both."""
    return [first + timedelta(days=count) for count in range(1, (last.date() - first.date()).days)]


def test_a_new_timer_waits_for_its_next_occurrence() -> None:
    assert at_start(None, HOURLY, NOON) == TimerStatus(NEVER, NOON + timedelta(hours=1), NOON)


def test_an_occurrence_missed_while_the_host_was_down_is_past_due() -> None:
    remembered = after_run(at_start(None, HOURLY, NOON), HOURLY, NOON + timedelta(hours=1), scheduled=True)
    assert at_start(remembered, HOURLY, NOON + timedelta(hours=5)) == remembered
    assert remembered.next < NOON + timedelta(hours=5)


def test_a_timer_that_never_ran_is_past_due_too() -> None:
    remembered = at_start(None, HOURLY, NOON)
    assert at_start(remembered, HOURLY, NOON + timedelta(hours=5)).next == remembered.next


def test_a_changed_schedule_is_rebased_and_not_past_due() -> None:
    remembered = after_run(at_start(None, HOURLY, NOON), HOURLY, NOON + timedelta(hours=1), scheduled=True)
    often = parse_schedule("0 */10 * * * *")
    later = NOON + timedelta(hours=5, minutes=1)
    assert at_start(remembered, often, later) == TimerStatus(NEVER, later + timedelta(minutes=9), later)


def test_a_timer_that_fired_a_moment_early_does_not_fire_twice() -> None:
    status = at_start(None, HOURLY, NOON)
    early = status.next - timedelta(milliseconds=3)
    assert after_run(status, HOURLY, early, scheduled=True).next == NOON + timedelta(hours=2)


def test_back_off_doubles_up_to_its_maximum_and_starts_again() -> None:
    backoff = Backoff(0.1, 1.0, uniform=lambda low, high: (low + high) / 2)
    assert [round(backoff.next(), 3) for _ in range(6)] == [0.1, 0.2, 0.3, 0.5, 0.9, 1.0]
    backoff.reset()
    assert backoff.next() == 0.1


@given(st.integers(0, 8))
def test_back_off_varies_by_a_fifth(exponent: int) -> None:
    backoff = Backoff(0.1, 1000)
    for _ in range(exponent + 1):
        backoff.next()
    step = 0.1 * 2**exponent
    assert 0.1 + 0.8 * step - 1e-9 <= backoff.next() <= 0.1 + 1.2 * step + 1e-9
