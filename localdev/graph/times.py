"""Moments as Graph writes them: a wall clock with a zone name, or an instant."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tzlocal.windows_tz import tz_win, win_tz

from localdev.graph.errors import JsonObject, bad_request, unknown_member, wrong_parameter, wrong_value

# Microsoft docs, event-list: a time that is not known is shown as the first moment of the calendar.
NEVER = "0001-01-01T00:00:00Z"
_FRACTION = re.compile(r"(\.\d{6})\d+")


def zone(name: str) -> ZoneInfo:
    """Windows names, and the IANA names that have one. Microsoft docs, resources/dateTimeTimeZone."""
    if name in win_tz:
        return ZoneInfo(win_tz[name])
    if name == "UTC" or name in tz_win:
        return ZoneInfo(name)
    raise bad_request("TimeZoneNotSupportedException", f"A valid TimeZone value must be specified: '{name}' is not supported.")


def wall_clock(value: Any, member: str) -> tuple[datetime, str]:
    """The wall clock time and the zone name of a dateTimeTimeZone."""
    if not isinstance(value, dict):
        raise wrong_value(member)
    for name in value:
        if name not in ("dateTime", "timeZone", "@odata.type"):
            raise unknown_member(name, "microsoft.graph.dateTimeTimeZone")
    zone_name = value.get("timeZone") or "UTC"
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", value["dateTime"]))
    except (KeyError, TypeError, ValueError):
        raise wrong_value(member) from None
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone(zone_name)).replace(tzinfo=None)
    return moment, zone_name


def instant(wall: datetime, zone_name: str) -> datetime:
    return wall.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def query_instant(name: str, text: str | None) -> datetime:
    """A value without an offset counts as UTC. Microsoft docs, user-list-calendarview."""
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text or ""))
    except ValueError:
        raise wrong_parameter(name[:1].upper() + name[1:], text or "") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def show_wall_clock(moment: datetime, zone_name: str) -> JsonObject:
    local = moment.astimezone(zone(zone_name))
    return {"dateTime": _digits(local), "timeZone": zone_name}


def show_instant(moment: datetime | None) -> str:
    return NEVER if moment is None else f"{_digits(moment)}Z"


def _digits(moment: datetime) -> str:
    """Seven of a second's fraction."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "0"
