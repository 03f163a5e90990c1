"""Reads the body of a POST or PATCH of an event, strictly: what is not known, not writable or of the wrong form is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localdev.graph.errors import JsonObject, bad_request, read_only_member, unknown_member, wrong_value
from localdev.graph.state import Attendee
from localdev.graph.times import instant, wall_clock
from localdev.graph.vocabulary import READ_ONLY

MOST_ATTENDEES = 500
_SHOW_AS = ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown")
_SENSITIVITY = ("normal", "personal", "private", "confidential")
_LOCATION = (
    "displayName",
    "locationEmailAddress",
    "address",
    "coordinates",
    "locationUri",
    "locationType",
    "uniqueId",
    "uniqueIdType",
)


@dataclass
class Draft:
    """The members that were given: `details` travel to the other copies, `own` stay in this one."""

    details: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    start: tuple[datetime, str] | None = None
    end: tuple[datetime, str] | None = None
    recurrence: Any = None
    recurrence_given: bool = False
    attendees: list[Attendee] | None = None
    online: bool = False
    provider: str = "teamsForBusiness"


def _text(name: str) -> Callable[[Draft, Any], None]:
    def read(draft: Draft, value: Any) -> None:
        if value is not None and not isinstance(value, str):
            raise wrong_value(name)
        draft.details[name] = value or ""

    return read


def _flag(member: str, name: str, *, own: bool = False) -> Callable[[Draft, Any], None]:
    def read(draft: Draft, value: Any) -> None:
        if not isinstance(value, bool):
            raise wrong_value(member)
        (draft.own if own else draft.details)[name] = value

    return read


def _one_of(member: str, name: str, allowed: tuple[str, ...]) -> Callable[[Draft, Any], None]:
    def read(draft: Draft, value: Any) -> None:
        if value not in allowed:
            raise wrong_value(member)
        draft.details[name] = value

    return read


def _body(draft: Draft, value: Any) -> None:
    given = members(value, "body", ("contentType", "content"))
    if str(given.get("contentType", "text")).lower() not in ("text", "html"):
        raise wrong_value("body.contentType")
    draft.details["body"] = given.get("content") or ""
    draft.details["body_type"] = str(given.get("contentType", "text")).lower()


def _start(draft: Draft, value: Any) -> None:
    draft.start = wall_clock(value, "start")


def _end(draft: Draft, value: Any) -> None:
    draft.end = wall_clock(value, "end")


def _location(draft: Draft, value: Any) -> None:
    """Writing `location` wipes `locations`, unless both are sent. Microsoft docs, event-update."""
    draft.details["location"] = members(value or {}, "location", _LOCATION)
    draft.details.setdefault("locations", [])


def _locations(draft: Draft, value: Any) -> None:
    if not isinstance(value, list):
        raise wrong_value("locations")
    draft.details["locations"] = [members(item, "location", _LOCATION) for item in value]
    draft.details.setdefault("location", draft.details["locations"][0] if value else {})


def _recurrence(draft: Draft, value: Any) -> None:
    draft.recurrence, draft.recurrence_given = value, True


def _attendees(draft: Draft, value: Any) -> None:
    if not isinstance(value, list):
        raise wrong_value("attendees")
    if len(value) > MOST_ATTENDEES:  # Microsoft docs, resources/event: at most 500 attendees
        raise bad_request("ErrorInvalidParameter", f"An event takes at most {MOST_ATTENDEES} attendees.")
    by_address = {attendee.address.lower(): attendee for attendee in map(_attendee, value)}
    draft.attendees = list(by_address.values())


def _attendee(value: Any) -> Attendee:
    """`status` comes back in every read-modify-write of the collection; only the attendee's own answer changes it."""
    given = members(value, "attendee", ("type", "emailAddress", "status", "proposedNewTime"))
    recipient = email_address(given.get("emailAddress"))
    kind = given.get("type") or "required"
    if kind not in ("required", "optional", "resource"):
        raise wrong_value("attendees.type")
    return Attendee(recipient["address"], recipient["name"], kind)


def email_address(value: Any) -> dict[str, str]:
    """Not checked to be an e-mail address: an X.500 name is one as well. microsoft-graph-docs issue 13898."""
    given = members(value, "emailAddress", ("name", "address"))
    if not isinstance(given.get("address"), str) or not given["address"]:
        raise wrong_value("emailAddress.address")
    return {"address": given["address"], "name": given.get("name") or given["address"]}


def _online(draft: Draft, value: Any) -> None:
    """Never unset afterwards. Microsoft docs, outlook-calendar-online-meetings."""
    if not isinstance(value, bool):
        raise wrong_value("isOnlineMeeting")
    draft.online = value


def _provider(draft: Draft, value: Any) -> None:
    if value not in ("teamsForBusiness", "skypeForBusiness", "skypeForConsumer", "unknown"):
        raise wrong_value("onlineMeetingProvider")
    draft.provider = value if value != "unknown" else "teamsForBusiness"


def _categories(draft: Draft, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise wrong_value("categories")
    draft.own["categories"] = value


def _reminder(draft: Draft, value: Any) -> None:
    if type(value) is not int:
        raise wrong_value("reminderMinutesBeforeStart")
    draft.own["reminder_minutes"] = value


def _transaction(draft: Draft, value: Any) -> None:
    if value is not None:
        draft.own["transaction_id"] = str(value)


def _extended(draft: Draft, value: Any) -> None:
    if not isinstance(value, list):
        raise wrong_value("singleValueExtendedProperties")
    draft.own["extended"] = [members(item, "singleValueLegacyExtendedProperty", ("id", "value")) for item in value]


_READERS: dict[str, Callable[[Draft, Any], None]] = {
    "subject": _text("subject"),
    "body": _body,
    "start": _start,
    "end": _end,
    "isAllDay": _flag("isAllDay", "all_day"),
    "showAs": _one_of("showAs", "show_as", _SHOW_AS),
    "sensitivity": _one_of("sensitivity", "sensitivity", _SENSITIVITY),
    "importance": _one_of("importance", "importance", ("low", "normal", "high")),
    "location": _location,
    "locations": _locations,
    "attendees": _attendees,
    "recurrence": _recurrence,
    "responseRequested": _flag("responseRequested", "response_requested"),
    "allowNewTimeProposals": _flag("allowNewTimeProposals", "allow_new_time_proposals"),
    "hideAttendees": _flag("hideAttendees", "hide_attendees"),
    "isOnlineMeeting": _online,
    "onlineMeetingProvider": _provider,
    "categories": _categories,
    "isReminderOn": _flag("isReminderOn", "is_reminder_on", own=True),
    "reminderMinutesBeforeStart": _reminder,
    "transactionId": _transaction,
    "singleValueExtendedProperties": _extended,
}


def read_draft(value: Any) -> Draft:
    draft = Draft()
    for name, item in members(value, "event", (*_READERS, *READ_ONLY)).items():
        if name in READ_ONLY:
            raise read_only_member(name)
        _READERS[name](draft, item)
    return draft


def members(value: Any, kind: str, known: tuple[str, ...]) -> JsonObject:
    """The members of a JSON object without OData's annotations."""
    if not isinstance(value, dict):
        raise wrong_value(kind)
    given = {name: item for name, item in value.items() if not name.startswith("@odata.")}
    for name in given:
        if name not in known:
            raise unknown_member(name, f"microsoft.graph.{kind}")
    return given


def moments(start: tuple[datetime, str], end: tuple[datetime, str], *, all_day: bool) -> dict[str, Any]:
    """The times as Details keep them. All-day: midnight to midnight in one zone, kept as dates. Microsoft docs,
    resources/event, isAllDay."""
    if all_day:
        midnights = all(moment.time() == datetime.min.time() for moment, _ in (start, end))
        if not midnights or start[1] != end[1] or end[0] <= start[0]:
            raise bad_request(
                "ErrorInvalidRequest",
                "The start and end of an all-day event must be set to midnight and be in the same time zone.",
            )
        first, last = start[0].replace(tzinfo=UTC), end[0].replace(tzinfo=UTC)
        instant(start[0], start[1])
    else:
        first, last = instant(*start), instant(*end)
    if last < first:
        raise bad_request("ErrorCalendarEndDateIsEarlierThanStartDate", "End date is earlier than start date.")
    return {"start": first, "end": last, "start_zone": start[1], "end_zone": end[1]}
