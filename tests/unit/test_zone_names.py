"""What time zones are called: by Windows, by IANA, and by Exchange when neither will do."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tzlocal.windows_tz import tz_win, win_tz

from sync_core.errors import Malformed
from sync_core.graph.events import essence_of, iana, parse_event
from sync_core.graph.wire import parse_good_events
from sync_core.model import Slot
from tests.unit.examples import OAK_ROOM
from tests.unit.graph_answers import event, event_json, moment

row = pytest.param
TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
CUSTOM, EXCHANGE_UTC = "tzone://Microsoft/Custom", "tzone://Microsoft/Utc"
"""Microsoft docs, resources/event: a custom time zone was set in Outlook. OutlookGoogleCalendarSync issues 2148 and 2197."""


@pytest.mark.parametrize(("windows", "zone"), [row(windows, zone, id=windows) for windows, zone in win_tz.items()])
def test_every_windows_id_that_cldr_has_is_understood(windows: str, zone: str) -> None:
    assert iana(windows) == ZoneInfo(zone).key


def test_every_iana_name_that_has_a_windows_id_is_understood() -> None:
    """UTC is a Windows id too, and by it another name of the same zone."""
    assert [zone for zone in tz_win if zone and iana(zone) != zone] == ["UTC"]


@pytest.mark.parametrize("told", ["2026-03-02T10:00:00.0000000", "2026-03-02T10:00:00.0000000Z"])
def test_utc_under_exchanges_own_name_is_utc(told: str) -> None:
    assert event(start=moment(told, EXCHANGE_UTC)).start == TEN


@pytest.mark.parametrize("zone", [CUSTOM, EXCHANGE_UTC, "Customized Time Zone"])
def test_the_zone_that_an_event_was_made_in_does_not_matter(zone: str) -> None:
    assert event(originalStartTimeZone=zone, originalEndTimeZone=zone, originalStart=None).start == TEN


@pytest.mark.parametrize("zone", [CUSTOM, EXCHANGE_UTC])
def test_a_whole_day_is_its_date_whatever_the_zone_beside_it_is_called(zone: str) -> None:
    days = {"start": moment("2026-03-02T00:00:00.0000000", zone), "end": moment("2026-03-03T00:00:00.0000000", zone)}
    here = essence_of(event(isAllDay=True, **days), OAK_ROOM, ()).slot
    assert here == Slot(TEN.replace(hour=0), TEN.replace(day=3, hour=0), all_day=True)


@pytest.mark.parametrize("zone", [CUSTOM, "Customized Time Zone"])
def test_a_wall_clock_in_a_custom_zone_is_not_guessed_at_and_holds_up_no_other_event(zone: str) -> None:
    unclear = event_json(start=moment("2026-03-02T10:00:00.0000000", zone))
    with pytest.raises(Malformed, match="time-zone"):
        parse_event(unclear)
    assert [read.start for read in parse_good_events({"value": [unclear, event_json()]})] == [TEN]
