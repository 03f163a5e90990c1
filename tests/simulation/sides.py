"""What stands on each side of each meeting, seen behind the counters of both servers at one moment."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from localdev.graph import series
from localdev.graph.state import Event
from localdev.ibss.records import Booking
from tests.simulation.script import IBSS, OUTLOOK
from tests.simulation.town import BEGIN, Town

WINDOW = timedelta(days=30)
TOKEN = re.compile(r"m(\d+):")
PRIVATE = "Private meeting"
HIDDEN = frozenset({"private", "confidential"})


@dataclass(frozen=True, order=True)
class Shown:
    """A meeting in one room, as far as the other side is to show the same. Of a private one, where and when it is."""

    room: str
    start: datetime
    end: datetime
    subject: str
    people: tuple[str, ...]
    declined: bool = False
    """By the room: then it is not in it."""


type Standing = Mapping[str, Mapping[int, Counter[Shown]]]
"""By side and meeting."""

type Changes = dict[int, list[tuple[Shown | None, Shown | None]]]
"""What became of what, by meeting. None: it was not there, or is not any more."""


@dataclass
class Sides:
    town: Town
    names: Counter[tuple[int, str]] = field(default_factory=Counter)
    """Which event each living booking is said to mirror, by meeting."""
    meeting_of: dict[str, int] = field(default_factory=dict)
    """By iCalUId, and by booking: a private meeting's booking does not tell by its name."""
    _private: dict[tuple[str, datetime], int] = field(default_factory=dict)
    """By room and start."""

    def look(self) -> Standing:
        outlook, ibss = defaultdict[int, Counter[Shown]](Counter), defaultdict[int, Counter[Shown]](Counter)
        for meeting, shown in self._events():
            outlook[meeting][shown] += 1
            if shown.subject == PRIVATE:
                self._private[shown.room, shown.start] = meeting
        self.names = Counter()
        for booking in self.town.ibss.bookings.by_id.values():
            for shown in self._in_each_room(booking) if booking.holds else ():
                meeting = self._meeting_of(booking, shown)
                if meeting is not None:
                    self.meeting_of[booking.id] = meeting
                    self.names[meeting, booking.event_id or ""] += 1
                    ibss[meeting][shown] += 1
        return {OUTLOOK: outlook, IBSS: ibss}

    def _events(self) -> Iterator[tuple[int, Shown]]:
        for mailbox in self.town.graph.tenant.mailboxes.values():
            for event in series.expanded(mailbox, BEGIN, BEGIN + WINDOW):
                known = TOKEN.match(event.details.subject)
                if known and event.is_organizer and not event.is_cancelled:
                    self.meeting_of[event.ical_uid] = int(known[1])
                    yield from ((int(known[1]), shown) for shown in _in_its_rooms(event))

    def _meeting_of(self, booking: Booking, shown: Shown) -> int | None:
        if known := TOKEN.match(booking.name):
            return int(known[1])
        mirrored = self.meeting_of.get((booking.event_id or "").partition("@")[0])
        there = self._private.get((shown.room, shown.start))
        return next((one for one in (mirrored, there, self.meeting_of.get(booking.id)) if one is not None), None)

    def _in_each_room(self, booking: Booking) -> Iterator[Shown]:
        people = tuple(sorted(party.email.lower() for party in booking.parties))
        for room in self.town.rooms:
            if room.space in booking.spaces:
                yield Shown(room.mailbox or "", booking.start, booking.end, booking.name, people)


def _in_its_rooms(event: Event) -> Iterator[Shown]:
    details, hidden = event.details, event.details.sensitivity in HIDDEN
    people = sorted(one.address.lower() for one in event.attendees if one.kind != "resource")
    seen = () if hidden else tuple(one for one in people if one != event.organizer)
    for one in event.attendees:
        if one.kind == "resource":
            subject = PRIVATE if hidden else details.subject
            yield Shown(one.address.lower(), details.start, details.end, subject, seen, one.response == "declined")


def agreed(standing: Standing, meeting: int) -> bool:
    """Both sides show the same of it."""
    events = (shown for shown in standing[OUTLOOK].get(meeting, Counter()).elements() if not shown.declined)
    return Counter(events) == standing[IBSS].get(meeting, Counter())


def changes(before: Standing, now: Standing, side: str) -> Changes:
    found: Changes = {}
    for meeting in sorted(before[side].keys() | now[side].keys()):
        was, became = (standing[side].get(meeting, Counter[Shown]()) for standing in (before, now))
        if was != became:
            found[meeting] = list(_paired(sorted((was - became).elements()), sorted((became - was).elements())))
    return found


def _paired(gone: list[Shown], come: list[Shown]) -> Iterator[tuple[Shown | None, Shown | None]]:
    for number in range(max(len(gone), len(come))):
        yield gone[number] if number < len(gone) else None, come[number] if number < len(come) else None


def without_the_write(before: Standing, now: Standing, side: str) -> Standing:
    """As it would stand now if nobody had written to this side: the other as it is, and what rooms have answered meanwhile, which
    they do by themselves.
    """
    if side == IBSS:
        return {OUTLOOK: now[OUTLOOK], IBSS: before[IBSS]}
    outlook = {meeting: Counter(_answered(was, now[OUTLOOK].get(meeting, {}))) for meeting, was in before[OUTLOOK].items()}
    return {OUTLOOK: outlook, IBSS: now[IBSS]}


def _answered(was: Counter[Shown], now: Mapping[Shown, int]) -> Iterator[Shown]:
    for one in was.elements():
        other = replace(one, declined=not one.declined)
        yield other if other in now and one not in now else one
