"""When a timer comes next, as people are told."""

from datetime import UTC, datetime

import pytest

from sync_core.schedule import next_run

NOW = datetime(2026, 3, 2, 8, 7, 30, tzinfo=UTC)  # a Monday
row = pytest.param


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        row("0 */10 * * * *", datetime(2026, 3, 2, 8, 10, tzinfo=UTC), id="every ten minutes"),
        row("30 */5 * * * *", datetime(2026, 3, 2, 8, 10, 30, tzinfo=UTC), id="with seconds"),
        row("30 7 8 * * *", datetime(2026, 3, 3, 8, 7, 30, tzinfo=UTC), id="now is not next"),
        row("0 20 2 * * *", datetime(2026, 3, 3, 2, 20, tzinfo=UTC), id="tomorrow"),
        row("0 0 9-17 * * 1-5", datetime(2026, 3, 2, 9, 0, tzinfo=UTC), id="a range"),
        row("0 0 0 * * 0", datetime(2026, 3, 8, tzinfo=UTC), id="Sunday"),
        row("0 0 0 1,15 1/6 *", datetime(2026, 7, 1, tzinfo=UTC), id="a list, and a step from a start"),
        row("0 0 0 31 2 *", None, id="never"),
        row("", None, id="none"),
        row("00:30:00", None, id="a span of time"),
        row("0 0 0 * JAN *", None, id="a name"),
        row("0 99 * * * *", None, id="no such minute"),
        row("0 */0 * * * *", None, id="no step"),
    ],
)
def test_the_next_run(schedule: str, expected: datetime | None) -> None:
    assert next_run(schedule, NOW) == expected
