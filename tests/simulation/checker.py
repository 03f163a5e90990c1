"""An independent judge. It knows what people want of the two systems, and nothing of how the service works."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.scenarios.people import SERVICE, pages
from tests.simulation.history import History
from tests.simulation.network import Write
from tests.simulation.people import GONE, PREFER, ROOM, SECRET, SLOT, SUBJECT, People, token, utc
from tests.simulation.script import OUTLOOK, Script
from tests.simulation.town import BEGIN, Town

WINDOW = timedelta(days=30)
TOKEN = re.compile(r"m(\d+):")
PRIVATE = "Private meeting"
FIELDS = (SUBJECT, SLOT, ROOM)


@dataclass(frozen=True, order=True)
class Seen:
    """A meeting in a room, as somebody sees it who looks at one side."""

    room: str
    start: datetime
    end: datetime
    subject: str
    host: str
    people: tuple[str, ...]


@dataclass
class Checker:
    town: Town
    people: People
    history: History
    script: Script
    violations: list[str] = field(default_factory=list)
    writes: int = 0
    needless: int = 0
    _booked: set[int] = field(default_factory=set)
    _invited: set[int] = field(default_factory=set)

    def note(self, *told: object) -> None:
        violation = " ".join(map(str, told))
        if violation not in self.violations:
            self.violations.append(violation)

    # at every write

    def watch(self, write: Write) -> None:
        """Is there one of each, now that this was written?"""
        if write.who != "person" and write.worked and "/subscriptions" not in write.path and not write.path.endswith("$batch"):
            self.writes += 1
            self.needless += write.needless
            if write.needless and write.mailed:
                self.note("a mail for nothing:", write)
        if self.script.crowded:
            return
        events, bookings = self._living()
        for kind, before, living in (("booking", self._booked, bookings), ("event", self._invited, events)):
            for meeting, number in sorted(living.items()):
                if number > 1 and (kind == "event" or meeting not in self._series):
                    self.note(f"two {kind}s of one meeting:", meeting, "after", write)
            for meeting in sorted(before - set(living) - self._series):
                if (meeting, GONE) not in self.history.edits and write.who != "person":
                    self.note(f"no {kind} of a meeting that nobody has cancelled:", meeting, "after", write)
            before |= set(living)

    def _living(self) -> tuple[Counter[int], Counter[int]]:
        events, bookings = Counter[int](), Counter[int]()
        for mailbox in self.town.graph.tenant.mailboxes.values():
            for event in mailbox.events.values():
                known = TOKEN.match(event.details.subject)
                if known and event.is_organizer and not event.is_cancelled and event.series_master is None:
                    events[int(known[1])] += 1
        for booking in self.town.ibss.bookings.by_id.values():
            if booking.holds and (known := TOKEN.match(booking.name)):
                bookings[int(known[1])] += 1
        return events, bookings

    @property
    def _series(self) -> set[int]:
        return {step.meeting for step in self.script.steps if step.verb == "series"}

    # when all should be well

    async def agreement(self, when: str) -> None:
        outlook, ibss = await self._outlook(), await self._ibss()
        for seen in sorted((outlook - ibss).elements()):
            self.note(when, "only in Outlook:", _told(seen))
        for seen in sorted((ibss - outlook).elements()):
            self.note(when, "only in IBSS:", _told(seen))

    async def _outlook(self) -> Counter[Seen]:
        """A meeting is in a room when the room has accepted it; what it is, its host's own copy tells."""
        own: dict[tuple[str, datetime], Any] = {}
        calendars = {mailbox: await self._calendar(mailbox) for mailbox in sorted(self.town.graph.tenant.mailboxes)}
        for calendar in calendars.values():
            for event in calendar:
                if event["isOrganizer"]:
                    own[event["iCalUId"], utc(event["start"]["dateTime"])] = event
        found = Counter[Seen]()
        for room in self.town.rooms:
            for copy in calendars[room.mailbox or ""]:
                if copy["responseStatus"]["response"] == "accepted":
                    event = own.get((copy["iCalUId"], utc(copy["start"]["dateTime"])))
                    if event is None:
                        self.note("a room holds what its host does not:", room.name, copy["start"]["dateTime"])
                    else:
                        found[_seen_in_outlook(room.space, event)] += 1
        return found

    async def _calendar(self, mailbox: str) -> list[Any]:
        query = {"startDateTime": BEGIN.isoformat(), "endDateTime": (BEGIN + WINDOW).isoformat(), "$top": "100"}
        found = await pages(self.people.outlook.http, f"/users/{mailbox}/calendarView", query, PREFER)
        return [event for event in found if not event["isCancelled"]]

    async def _ibss(self) -> Counter[Seen]:
        found = Counter[Seen]()
        for node in sorted({room.node for room in self.town.rooms}):
            for booking in await pages(self.people.ibss.http, f"/v2/{node}/bookings", {"$top": "100"}, SERVICE):
                if not booking["Booking_IsCancelled"]:
                    found[_seen_in_ibss(booking)] += 1
        return found

    def standing(self) -> None:
        """What people were told is done stands, unless somebody who knew of it did otherwise."""
        events, bookings = self._living()
        for meeting in sorted({step.meeting for step in self.script.steps} - self._series):
            edits = self.history.edits.get((meeting, GONE), [])
            if any(edit.side == OUTLOOK for edit in edits) and (events[meeting] or bookings[meeting]):
                self.note("cancelled in Outlook, and there again:", meeting)
            if not edits and not self.script.crowded:
                if meeting in self._invited and not events[meeting]:
                    self.note("nobody has cancelled it, and it is not in Outlook:", meeting)
                if meeting in self._booked and not bookings[meeting]:
                    self.note("nobody has cancelled it, and it is not in IBSS:", meeting)
            if events[meeting]:
                self._fields(meeting)

    def _fields(self, meeting: int) -> None:
        event = next(
            event
            for mailbox in self.town.graph.tenant.mailboxes.values()
            for event in mailbox.events.values()
            if event.is_organizer and not event.is_cancelled and event.details.subject.startswith(token(meeting))
        )
        people = {attendee.address for attendee in event.attendees}
        rooms = {attendee.address for attendee in event.attendees if attendee.kind == "resource"}
        there: dict[str, Any] = {SUBJECT: event.details.subject, SLOT: event.details.start}
        for (edited, name), edits in sorted(self.history.edits.items()):
            if edited != meeting or name == GONE or not edits:
                continue
            value = there.get(name, name in people)
            if name == SLOT and self.script.crowded:  # the same few slots again and again: which edit it was cannot be told
                continue
            may = self.history.may_stand(meeting, name)
            if (meeting, GONE) in self.history.edits:  # cancelled in IBSS and kept in Outlook: nobody misses what IBSS had
                continue
            if name == ROOM:
                value = next(iter(rooms & may), sorted(rooms))  # type: ignore[arg-type]
            if value not in may:
                self.note("an edit is lost:", meeting, name, "is", value, "and not", *sorted(map(str, may)))

    def privacy(self) -> None:
        """Words of a private meeting are nowhere but in Graph."""
        for booking in self.town.ibss.bookings.by_id.values():
            if SECRET in booking.name:
                self.note("private words in IBSS")
        for name, table in self.town.tables.items():
            if any(SECRET in str(row) for row in table.rows):
                self.note("private words in the table", name)

    def links(self) -> None:
        """Nothing is left half done."""
        for row in self.town.tables["links"].rows:
            if row.get("state") in {"creating", "frozen"}:
                self.note("a link is left", row["state"], row.get("reason"), row.get("detail"))

    def requests(self) -> None:
        for mailbox, most in self.town.network.most_in_flight.items():
            if most > 4:
                self.note("more than four requests at once to", mailbox)


def _seen_in_outlook(space: str, event: Any) -> Seen:
    private = event["sensitivity"] in {"private", "confidential"}
    people = sorted(a["emailAddress"]["address"].lower() for a in event["attendees"] if a["type"] != "resource")
    host = event["organizer"]["emailAddress"]["address"].lower()
    return Seen(
        space,
        utc(event["start"]["dateTime"]),
        utc(event["end"]["dateTime"]),
        PRIVATE if private else event["subject"],
        host,
        () if private else tuple(one for one in people if one != host),
    )


def _seen_in_ibss(booking: Any) -> Seen:
    people = sorted(party["Email"].lower() for party in booking["Booking_Parties"])
    times = (datetime.fromisoformat(booking[name]) for name in ("Booking_Start", "Booking_End"))
    return Seen(booking["Space_Id"], *times, booking["Booking_Name"], booking["Booking_Owner_Email"].lower(), tuple(people))


def _told(seen: Seen) -> str:
    return json.dumps([seen.room, f"{seen.start:%d %H:%M}", seen.subject, seen.host, seen.people])
