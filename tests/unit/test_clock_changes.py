"""Every clock change of 2025 to 2028 in zones of every kind: what is written is read back as the same minute. No I/O."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from tzlocal.windows_tz import win_tz

from sync_core.graph import requests as graph_requests
from sync_core.graph.events import essence_of, iana
from sync_core.graph.wire import EventChange
from sync_core.ibss import requests as ibss_requests
from sync_core.model import Field, Room, Slot
from tests.clock_changes import DAY, ZONES, Change, all_changes, changes_of
from tests.unit.examples import ANA, OAK_ROOM, meeting, room
from tests.unit.graph_answers import event
from tests.unit.ibss_answers import booking

row = pytest.param
QUARTER = timedelta(minutes=15)
LENGTH = timedelta(hours=3, minutes=45)
"""Over midnight, over the change, or both, from many of the quarters."""

EVERY_CHANGE = pytest.mark.parametrize("change", [row(change, id=change.name) for change in all_changes()])
EVERY_WINDOWS_ID = pytest.mark.parametrize(
    ("windows", "zone"), [row(windows, zone, id=windows) for windows, zone in win_tz.items()]
)


def slots_around(change: Change) -> Iterator[Slot]:
    """Every quarter of an hour of the two days around a change."""
    start = change.at - DAY
    while start < change.at + DAY:
        yield Slot(start, start + LENGTH)
        start += QUARTER


def room_in(windows: str, zone: str) -> Room:
    return room(time_zone=zone, time_zone_windows=windows)


def through_graph(slot: Slot, place: Room) -> Slot:
    """As it is written in an event and read from it again."""
    body = graph_requests.create_event(meeting(slot=slot), place, "t-1", {}).body
    return essence_of(event(start=body["start"], end=body["end"], isAllDay=body["isAllDay"]), place, ()).slot


def moved_in_graph(slot: Slot, place: Room) -> Slot:
    """As an event is moved there."""
    to = EventChange(meeting(slot=slot), frozenset({Field.SLOT}), place, place, frozenset(), {})
    body = graph_requests.update_event(ANA, event(), to).body
    return essence_of(event(start=body["start"], end=body["end"], isAllDay=body["isAllDay"]), place, ()).slot


def through_ibss(slot: Slot) -> Slot:
    body = ibss_requests.create_booking(OAK_ROOM.node, meeting(slot=slot, people=frozenset()), {}, "040000", "key-1").body
    return booking(**{name: body[name] for name in ("Booking_Start", "Booking_End", "Booking_All_Day")}).slot


def moved_in_ibss(slot: Slot) -> Slot:
    """As a booking is moved there: what is not written stays as it was."""
    here = booking()
    body = ibss_requests.update_booking(here, meeting(slot=slot), {Field.SLOT}, {}, {}).body
    return booking(**body).slot


@EVERY_CHANGE
def test_every_quarter_around_a_change_is_written_and_read_as_the_same_minute(change: Change) -> None:
    place = room_in(change.windows, change.zone)
    for slot in slots_around(change):
        assert through_graph(slot, place) == moved_in_ibss(slot) == slot


@EVERY_CHANGE
@pytest.mark.parametrize("spelled", ["Windows id", "IANA name"])
def test_a_wall_clock_is_read_as_the_minute_that_it_shows_there(change: Change, spelled: str) -> None:
    """One that is shown twice is taken for the first time."""
    zone = change.windows if spelled == "Windows id" else change.zone
    for slot in slots_around(change):
        shown = change.local(slot.start)
        moment = {"dateTime": f"{shown:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": zone}
        told = event(start=moment, end=moment)
        assert told.start == slot.start - (abs(change.by) if shown.fold else timedelta())


def test_the_changes_are_found() -> None:
    """A search that finds nothing would let everything else here pass."""
    a_year = {zone: len(changes_of(windows, zone)) / 4 for windows, zone in ZONES.items()}
    assert {zone for zone, count in a_year.items() if count == 0} == {"Asia/Kolkata", "Asia/Kathmandu"}
    assert set(a_year.values()) == {0, 2}
    assert {change.at for change in changes_of("GMT Standard Time", "Europe/London")} >= {
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
    }
    assert {abs(change.by) for change in all_changes()} == {timedelta(), timedelta(minutes=30), timedelta(hours=1)}


# --- whole days -----------------------------------------------------------------------------------------------------------


def first_minute(day: date, zone: str) -> datetime:
    """Of a day, where midnight may be missing or be there twice: found by going through the quarters."""
    place, moment = ZoneInfo(zone), datetime.combine(day, time(), UTC) - timedelta(hours=15)
    while moment.astimezone(place).date() < day:
        moment += QUARTER
    return moment


def whole_days(windows: str, zone: str) -> Iterator[tuple[date, Slot]]:
    """The days around each change, or some of a zone without any: each by itself, and three in a row."""
    middles = [change.local(change.at).date() for change in changes_of(windows, zone)] or [date(2027, 1, 31)]
    for middle in middles:
        days = [(day, first_minute(day, zone)) for day in (middle + n * DAY for n in range(-2, 4))]
        for (day, begins), (_, ends) in [*pairwise(days), (days[1], days[4])]:
            yield day, Slot(begins, ends, all_day=True)


@EVERY_WINDOWS_ID
def test_whole_days_are_the_same_days_on_both_sides(windows: str, zone: str) -> None:
    place = room_in(windows, iana(windows))
    for _, slot in whole_days(windows, zone):
        assert through_graph(slot, place) == moved_in_graph(slot, place) == slot
        assert through_ibss(slot) == moved_in_ibss(slot) == slot


@EVERY_WINDOWS_ID
def test_a_whole_day_is_written_in_the_rooms_zone_and_read_as_its_date(windows: str, zone: str) -> None:
    place = room_in(windows, iana(windows))
    for day, slot in whole_days(windows, zone):
        body = graph_requests.create_event(meeting(slot=slot), place, "t-1", {}).body
        assert body["start"] == {"dateTime": f"{day}T00:00:00", "timeZone": windows}
        told = {"start": {"dateTime": f"{day}T00:00:00.0000000", "timeZone": "UTC"}, "isAllDay": True}
        assert essence_of(event(**told, end={**body["end"], "timeZone": "UTC"}), place, ()).slot == slot
