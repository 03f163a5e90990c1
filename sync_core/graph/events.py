"""An event as one mailbox has it: parsed from Graph's JSON, and reduced to the essence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tzlocal.windows_tz import win_tz

from sync_core.errors import Malformed
from sync_core.http import Json, for_header, identifier, in_order, modified_at, optional, text
from sync_core.http import moment as told_moment
from sync_core.model import PRIVATE_SUBJECT, Address, Essence, EventId, Instance, Room, Slot, address, subject

UTC_NAMES = frozenset({"UTC", "tzone://Microsoft/Utc"})
"""Exchange has a second name for it (OutlookGoogleCalendarSync issue 2197; closeio/sync-engine, events/microsoft/parse.py)."""


EXCHANGE_UID, DATED = "040000008200E00074C5B7101A82E008", slice(32, 40)


@dataclass(frozen=True, slots=True)
class Attendee:
    address: Address
    name: str
    kind: str
    response: str
    spelled: str
    """The address as Graph gave it: it goes back unchanged."""


@dataclass(frozen=True, slots=True)
class Event:
    """One copy of an event, as its mailbox has it. A private one is redacted here: its subject and its people's names are
    dropped, and their addresses serve only to write the same people back.

    `start` and `end` are UTC; of an all-day event only their dates count.
    """

    id: EventId
    etag: str
    ical_uid: str
    kind: str
    series_master: EventId | None
    original_start: datetime | None
    start: datetime
    end: datetime
    all_day: bool
    subject: str
    private: bool
    organiser: Address
    attendees: tuple[Attendee, ...]
    location: Address | None
    cancelled: bool
    transaction_id: str | None
    response: str
    modified: datetime | None = None

    @property
    def instance(self) -> Instance:
        return Instance(self.ical_uid, self.original_start)

    def attendee(self, mailbox: Address) -> Attendee | None:
        return next((a for a in self.attendees if a.address == mailbox), None)

    def is_in(self, room: Address) -> bool:
        """Also when the room has declined. Of an event of its own a room is no attendee."""
        return self.organiser == room or self.attendee(room) is not None


def parse_event(body: Json) -> Event:
    """Raises Malformed, naming the member, when the event does not keep to Graph's documentation."""
    try:
        private = body.get("sensitivity") in {"private", "confidential"}
        all_day, master = bool(body.get("isAllDay")), optional(body, "seriesMasterId")
        start, end = in_order(*(_moment(_member(body, name), all_day=all_day) for name in ("start", "end")))
        return Event(
            id=EventId(identifier(body, "id")),
            etag=for_header(optional(body, "@odata.etag") or ""),
            ical_uid=_of_series(text(body, "iCalUId")),
            kind=optional(body, "type") or "singleInstance",
            series_master=EventId(master) if master else None,
            original_start=_original_start(body),
            start=start,
            end=end,
            all_day=all_day,
            subject=PRIVATE_SUBJECT if private else subject(body.get("subject")),
            private=private,
            organiser=address(_member(_member(body, "organizer"), "emailAddress")["address"]),
            attendees=tuple(_parse_attendee(a, private=private) for a in body.get("attendees") or ()),
            location=_room_of(body.get("location")),
            cancelled=bool(body.get("isCancelled")),
            transaction_id=optional(body, "transactionId"),
            response=optional(body.get("responseStatus") or {}, "response") or "none",
            modified=modified_at(body.get("lastModifiedDateTime")),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("event", f"{type(error).__name__} at {error}") from error


def _of_series(ical_uid: str) -> str:
    """The name that all occurrences of a series share. In some tenants each has the date of its occurrence in it (Microsoft docs,
    resources/event, and issue 17479); the master and single events have zeros there (MS-OXOCAL 2.2.1.27).
    """
    dated = ical_uid.startswith(EXCHANGE_UID) and len(ical_uid) > DATED.stop
    return f"{ical_uid[: DATED.start]}00000000{ical_uid[DATED.stop :]}" if dated else ical_uid


def _member(body: Json, name: str) -> Json:
    if not isinstance(body[name], dict):
        raise TypeError(name)
    return body[name]


def parse_span(body: Json) -> tuple[datetime, datetime] | None:
    """When a bare occurrence is, in UTC; None when it does not say."""
    try:
        start, end = (_moment(_member(body, name), all_day=False) for name in ("start", "end"))
    except (KeyError, TypeError, ValueError, Malformed):
        return None
    return start, end


def _parse_attendee(body: Json, *, private: bool) -> Attendee:
    mail = body.get("emailAddress") or {}
    spelled = optional(mail, "address") or ""
    return Attendee(
        address=_address_in(spelled),
        name="" if private else optional(mail, "name") or "",
        kind=optional(body, "type") or "required",
        response=optional(body.get("status") or {}, "response") or "none",
        spelled=spelled,
    )


def _address_in(spelled: str) -> Address:
    """Graph may give a name with its address in brackets (microsoft-graph-docs issue 7872)."""
    bracketed = re.search(r"<([^<>\s]+@[^<>\s]+)>", spelled)
    return address(bracketed[1] if bracketed else spelled)


def _original_start(body: Json) -> datetime | None:
    """Only occurrences and exceptions have one. An occurrence that does not say it is where it always was."""
    if body.get("type") not in {"occurrence", "exception"}:
        return None
    return parse_time(body["originalStart"]) if body.get("originalStart") else _moment(body["start"], all_day=False)


def _room_of(location: Json) -> Address | None:
    uri = optional(location or {}, "locationUri") or optional(location or {}, "uniqueId") or ""
    return address(uri) if "@" in uri else None


def _moment(body: Json, *, all_day: bool) -> datetime:
    """UTC. Of an all-day event the date as Graph tells it is the date, whatever the zone beside it."""
    moment, zone = told_moment(body["dateTime"]), body.get("timeZone") or "UTC"
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC if all_day or zone in UTC_NAMES else ZoneInfo(iana(zone)))
    return moment.astimezone(UTC)


def parse_time(text: str) -> datetime:
    """Graph writes seven digits of a second."""
    moment = told_moment(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def invited(event: Event, rooms: Iterable[Address]) -> set[Address]:
    """The people of an event: no rooms, not the organiser, nobody without a mail address."""
    return {
        a.address
        for a in event.attendees
        if a.kind != "resource" and is_mail_address(a.address) and a.address != event.organiser and a.address not in rooms
    }


def is_mail_address(text: str) -> bool:
    """X.500 names come in place of addresses (microsoft-graph-docs issue 13898), and made to look like them (MS-OXCMAIL, IMCEA
    encapsulation).
    """
    return "@" in text and not text.startswith(("/", "imceaex-"))


def may_have_mailbox(text: str) -> bool:
    """Whether to ask Graph for it. Whoever invites us may call themselves anything, and some of it could be taken for a path."""
    return is_mail_address(text) and re.search(r"[\s/\\?#%]", text) is None


def essence_of(event: Event, room: Room, rooms: Iterable[Address]) -> Essence:
    people = frozenset[Address]() if event.private else frozenset(invited(event, rooms))
    return Essence(room.id, _slot(event, room), event.subject, event.organiser, people, event.private)


def _slot(event: Event, room: Room) -> Slot:
    if not event.all_day:
        return Slot(event.start, event.end)
    return Slot(_midnight(event.start.date(), room), _midnight(event.end.date(), room), all_day=True)


def whole_days(slot: Slot, room: Room) -> bool:
    """Whether it runs from midnight to midnight where the room is. IBSS may mark other hours as all-day."""
    days = (moment.astimezone(ZoneInfo(room.time_zone)).date() for moment in slot.hours)
    return slot.all_day and tuple(_midnight(day, room) for day in days) == slot.hours


def _midnight(day: date, room: Room) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(room.time_zone)).astimezone(UTC)


def iana(windows: str) -> str:
    """The IANA name of a Windows time zone, or of an IANA one. Raises Malformed for a name that neither list has."""
    name = win_tz.get(windows, windows)
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Malformed("time-zone", windows) from error
