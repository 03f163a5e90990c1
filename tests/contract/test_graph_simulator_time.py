"""The simulated Graph and the clock: what an all-day series calls its occurrences."""

import pytest

from localdev.graph.workbench import Workbench, at

ANA, OAK = "ana@contoso.example", "oak@contoso.example"

ZONES = [
    pytest.param("UTC", "2026-03-05T00:00:00Z", id="UTC"),
    pytest.param("Pacific Standard Time", "2026-03-05T08:00:00Z", id="west of it"),
    pytest.param("Line Islands Standard Time", "2026-03-04T10:00:00Z", id="east of it"),
]


@pytest.fixture
async def bench() -> Workbench:
    bench = Workbench()
    await bench.side_door("POST", "/people", {"address": ANA})
    await bench.side_door("POST", "/rooms", {"mailbox": OAK})
    return bench


@pytest.mark.parametrize(("zone", "original"), ZONES)
async def test_an_all_day_occurrence_was_at_midnight_in_the_zone_of_its_series_in_every_copy(
    bench: Workbench, zone: str, original: str
) -> None:
    """microsoft-graph-docs issues 2804 and 7163: originalStart is that midnight, told in UTC, while start is told as a date."""
    pattern = {"type": "daily", "interval": 1}
    ends = {"type": "numbered", "numberOfOccurrences": 3, "startDate": "2026-03-04", "recurrenceTimeZone": zone}
    days = at("2026-03-04T00:00:00", zone), at("2026-03-05T00:00:00", zone)
    await bench.make(ANA, *days, rooms=(OAK,), isAllDay=True, recurrence={"pattern": pattern, "range": ends})
    await bench.settle()
    for mailbox in (ANA, OAK):
        thursday = (await bench.calendar(mailbox))[1]
        assert (thursday["start"]["dateTime"][:16], thursday["originalStart"]) == ("2026-03-05T00:00", original)


async def test_an_all_day_exception_keeps_its_original_start_and_reaches_the_room(bench: Workbench) -> None:
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["wednesday"], "firstDayOfWeek": "monday"}
    zone = "Line Islands Standard Time"
    ends = {"type": "numbered", "numberOfOccurrences": 3, "startDate": "2026-03-04", "recurrenceTimeZone": zone}
    days = at("2026-03-04T00:00:00", zone), at("2026-03-05T00:00:00", zone)
    await bench.make(ANA, *days, rooms=(OAK,), isAllDay=True, recurrence={"pattern": pattern, "range": ends})
    await bench.settle()
    second = (await bench.calendar(ANA))[1]
    moved = {"start": at("2026-03-13T00:00:00"), "end": at("2026-03-14T00:00:00")}
    (await bench.ask("PATCH", f"/users/{ANA}/events/{second['id']}", moved)).raise_for_status()
    await bench.settle()
    for mailbox in (ANA, OAK):
        there = {event["originalStart"]: event["start"]["dateTime"][:10] for event in await bench.calendar(mailbox)}
        assert there["2026-03-10T10:00:00Z"] == "2026-03-13"
        assert len(there) == 3
