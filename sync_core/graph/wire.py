"""Graph's rules for what it answers, without I/O: the values that are read, what a failure means. Its names are known here, in
`events` and in `requests`, and nowhere else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sync_core.errors import Gone, Later, Malformed, Refused, Resync, Stale, SyncError, Unreadable
from sync_core.graph.events import Event, parse_event, parse_span, parse_time
from sync_core.http import Answer, Json, Request, identifier, optional, text
from sync_core.model import Address, Essence, EventId, Field, Room

SUBSCRIPTION_MINUTES = 4200
"""Under 4,230 minutes, the shortest life that any edition of Microsoft's lifetime page gives for events."""


@dataclass(frozen=True, slots=True)
class Change:
    """An item of a delta page: look at this one. A bare occurrence has only its id, its series' and its times (`span`), a removed
    item its id.
    """

    id: EventId
    removed: bool
    master: bool
    series: EventId | None
    span: tuple[datetime, datetime] | None
    event: Event | None


@dataclass(frozen=True, slots=True)
class DeltaPage:
    changes: tuple[Change, ...]
    next_link: str | None
    delta_link: str | None


@dataclass(frozen=True, slots=True)
class Subscription:
    id: str
    resource: str
    notification_url: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class EventChange:
    """What an event is to become: the fields of `target` that differ. It is in the room `left` and is to be in `taken` (the same,
    but for a move). `rooms` are all rooms' mailboxes, `names` those of people who are new to it; `joined` and `released` are
    linked rooms that come and go.
    """

    target: Essence
    fields: frozenset[Field]
    left: Room
    taken: Room
    rooms: frozenset[Address]
    names: Mapping[Address, str]
    joined: Sequence[Room] = ()
    released: Sequence[Room] = ()


# --- answers --------------------------------------------------------------------------------------------------------------


def parse_events(body: Json) -> tuple[Event, ...]:
    """A page of events. Raises Malformed when one of them does not keep to Graph's documentation."""
    return tuple(parse_event(item) for item in _value(body))


def parse_good_events(body: Json) -> tuple[Event, ...]:
    """Those of a page that keep to Graph's documentation."""
    return tuple(event for item in _value(body) if (event := _parsed(item)) is not None)


def parse_shape(body: Json) -> str | None:
    """The recurrence and the hour of the series master among these; the day of its start is in its recurrence."""
    for item in _value(body):
        if isinstance(item, dict) and item.get("type") == "seriesMaster" and not item.get("isCancelled"):
            start = (_object(item, "start") or {}).get("dateTime") or ""
            return json.dumps([_object(item, "recurrence"), start], sort_keys=True)
    return None


def parse_delta_page(body: Json) -> DeltaPage:
    changes = tuple(_parse_change(item) for item in _value(body))
    return DeltaPage(changes, next_link(body), _link(body, "@odata.deltaLink"))


def _parse_change(item: Json) -> Change:
    """A bare occurrence carries id, master, start and end only (microsoft-graph-docs issue 22197)."""
    try:
        event, kind, series = EventId(identifier(item, "id")), optional(item, "type"), optional(item, "seriesMasterId")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("delta", f"an item without id: {type(error).__name__} at {error}") from error
    removed = "@removed" in item
    whole = not removed and kind in {"singleInstance", "exception"} and "iCalUId" in item and "organizer" in item
    span = parse_span(item) if series and not removed else None
    master = EventId(series) if series else None
    return Change(event, removed, kind == "seriesMaster", master, span, _parsed(item) if whole else None)


def _parsed(item: Json) -> Event | None:
    """One bad event must not hold up its room; whoever looks at it by its id will meet what is wrong with it."""
    try:
        return parse_event(item)
    except Malformed:
        return None


def _value(body: Json) -> Json:
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        raise Malformed("page", "an answer without a list of values")
    return body["value"]


def next_link(body: Json) -> str | None:
    """Of a page; an answer that is none has no next."""
    return _link(body, "@odata.nextLink") if isinstance(body, dict) else None


def _link(body: Json, name: str) -> str | None:
    try:
        return optional(body, name)
    except TypeError as error:
        raise Malformed("page", f"{name} is no text") from error


def _object(body: Json, name: str) -> Json:
    if not isinstance(body.get(name) or {}, dict):
        raise Malformed("event", f"{name} is no object")
    return body.get(name)


def parse_subscription(body: Json) -> Subscription:
    try:
        expires = parse_time(body["expirationDateTime"])
        return Subscription(text(body, "id"), text(body, "resource"), optional(body, "notificationUrl") or "", expires)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("subscription", f"{type(error).__name__} at {error}") from error


def subscription_end(now: datetime) -> datetime:
    return now + timedelta(minutes=SUBSCRIPTION_MINUTES)


# --- failures -------------------------------------------------------------------------------------------------------------

_MAILBOX_CODES = frozenset(
    {
        "MailboxNotEnabledForRESTAPI",
        "MailboxNotSupportedForRESTAPI",
        "ResourceNotFound",
        "Request_ResourceNotFound",
        "ErrorNonExistentMailbox",
        "ErrorInvalidUser",  # microsoft-graph-docs issue 7909
    }
)
_DELTA_CODES = frozenset({"syncstatenotfound", "resyncrequired", "syncstateinvalid"})
_CONFLICTS = frozenset({"ErrorIrresolvableConflict", "ConcurrentItemSave", "PreconditionFailed"})


def failure(answer: Answer, request: Request) -> SyncError | None:
    """What a status and code mean (Microsoft docs, errors and throttling). None when all is well.

    "ResourceNotFound" says of a mailbox that it is not there, but of a subscription only that it has ended.
    """
    status = answer.status
    if status < 300:
        return None
    code = answer.error_code or f"http-{status}"
    if status < 400:
        return Later(code)
    if status == 410 or code.lower() in _DELTA_CODES:
        return Resync(code)
    if status == 412 or code in _CONFLICTS:
        return Stale(code)
    if status in {401, 408, 409, 429} or status >= 500:
        return Later(code, after=answer.retry_after)
    if status == 403 or (request.mailbox and code in _MAILBOX_CODES):
        return Unreadable(code)
    if status == 404:
        return Gone(code)
    return Refused(code)
