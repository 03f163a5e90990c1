"""An independent judge. It knows what people want of the two systems, and nothing of how the service works."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulation.history import History
from tests.simulation.least import Least
from tests.simulation.network import Write
from tests.simulation.people import GONE, ROOM, SECRET, SLOT, SUBJECT, People, token
from tests.simulation.script import IBSS, OUTLOOK, Script
from tests.simulation.sides import PRIVATE, TOKEN
from tests.simulation.town import Town
from tests.simulation.views import Views


def not_said(*_told: object) -> None:
    """Where it is not known what an edit earns."""


@dataclass
class Checker:
    town: Town
    people: People
    history: History
    script: Script
    violations: list[str] = field(default_factory=list)
    since: datetime | None = None
    """When it was first asked whether all agree. What had begun by then may have come too late to be mirrored."""
    _booked: set[int] = field(default_factory=set)
    _invited: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._private = any(step.verb == "private" for step in self.script.steps)
        self.least = Least(self.town, self.note if self.script.counted else not_said)

    def note(self, *told: object) -> None:
        violation = " ".join(map(str, told))
        if violation not in self.violations:
            self.violations.append(violation)

    # at every write

    def watch(self, write: Write) -> None:
        """Is there one of each, now that this was written?"""
        self.least.watch(write)
        if self._private:
            self.privacy()
        if self.script.crowded:
            return
        self._adoption(write)
        events, bookings = self._living()
        for kind, before, living in (("booking", self._booked, bookings), ("event", self._invited, events)):
            for meeting, number in sorted(living.items()):
                if number > 1 and (kind == "event" or meeting not in self._series) and meeting not in self._unjudged:
                    self.note(f"two {kind}s of one meeting:", meeting, "after", write)
            for meeting in sorted(before - set(living) - self._series - self._unjudged - self.history.released):
                if (meeting, GONE) not in self.history.edits and write.who != "person":
                    self.note(f"no {kind} of a meeting that nobody has cancelled:", meeting, "after", write)
            before |= set(living)

    def _adoption(self, write: Write) -> None:
        """Nobody is mailed because two halves of a meeting have become one."""
        if write.who == "person":
            return
        for mailbox in self.town.graph.tenant.mailboxes.values():
            for event in mailbox.events.values():
                known = TOKEN.match(event.details.subject)
                if known and event.is_organizer and event.ical_uid in write.mailed and self._only_adopted(int(known[1])):
                    self.note("a mail for a meeting that stood on both sides:", known[1], "after", write)

    def _only_adopted(self, meeting: int) -> bool:
        """It stood on both sides, and nobody has changed it in IBSS since."""
        edited = any(step.meeting == meeting and step.side == IBSS for step in self.people.taken)
        return meeting in self.history.twins and meeting not in self.history.apart and not edited

    def _living(self) -> tuple[Counter[int], Counter[int]]:
        events, bookings = Counter[int](), Counter[int]()
        for mailbox in self.town.graph.tenant.mailboxes.values():
            for event in mailbox.events.values():
                known = TOKEN.match(event.details.subject)
                if known and event.is_organizer and not event.is_cancelled and event.series_master is None:
                    events[int(known[1])] += 1
        held = Counter[tuple[int, str]]()
        for booking in self.town.ibss.bookings.by_id.values():
            if booking.holds and (known := TOKEN.match(booking.name)):
                meeting = int(known[1])
                for space in booking.spaces:  # one in each room, where there are several
                    held[meeting, space if meeting in self.history.several else ""] += 1
        for (meeting, _), number in held.items():
            bookings[meeting] = max(bookings[meeting], number)
        return events, bookings

    @property
    def _series(self) -> set[int]:
        return {step.meeting for step in self.script.steps if step.verb == "series"}

    @property
    def _unjudged(self) -> set[int]:
        """Alone: whether both sides agree on them is asked all the same."""
        outside = {step.meeting for step in self.script.steps if step.verb == "from_outside"}
        out_of_scope = {
            step.meeting for step in self.script.steps if self.town.beyond_reach(self.people.host(step.meeting).address)
        }
        return self.history.apart | outside | out_of_scope

    # when all should be well

    async def agreement(self, when: str) -> None:
        self.since = self.since or self.town.now()
        views = Views(self.town, self.people.outlook, self.people.ibss, self.note)
        outlook, ibss = await views.in_outlook(), await views.in_ibss()
        for side, missing in (("Outlook", outlook - ibss), ("IBSS", ibss - outlook)):
            for seen in sorted(missing.elements()):
                if seen.start > self.since:
                    self.note(when, f"only in {side}:", seen)

    def standing(self) -> None:
        """What people were told is done stands, unless somebody who knew of it did otherwise."""
        events, bookings = self._living()
        for meeting in sorted({step.meeting for step in self.script.steps} - self._unjudged - self._series - self._begun()):
            edits = self.history.edits.get((meeting, GONE), [])
            if any(edit.side == OUTLOOK for edit in edits) and (events[meeting] or bookings[meeting]):
                self.note("cancelled in Outlook, and there again:", meeting)
            if not edits and not self.script.crowded and meeting not in self.history.released:
                if meeting in self._invited and not events[meeting]:
                    self.note("nobody has cancelled it, and it is not in Outlook:", meeting)
                if meeting in self._booked and not bookings[meeting]:
                    self.note("nobody has cancelled it, and it is not in IBSS:", meeting)
            if events[meeting] and (bookings[meeting] or not self.script.crowded):  # a room that declines ends what IBSS had
                self._fields(meeting)

    def _begun(self) -> set[int]:
        """What is over is left as it is, and what has begun cannot be booked."""
        now = self.since or self.town.now()
        events = [event for mailbox in self.town.graph.tenant.mailboxes.values() for event in mailbox.events.values()]
        begun = [event.details.subject for event in events if event.is_organizer and event.details.start <= now]
        begun += [booking.name for booking in self.town.ibss.bookings.by_id.values() if booking.start <= now]
        return {int(known[1]) for name in begun if (known := TOKEN.match(name))}

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
            if meeting in self.history.released and any(edit.side == IBSS for edit in edits):  # of a booking that was released
                continue
            if (meeting, GONE) in self.history.edits:  # cancelled in IBSS and kept in Outlook: nobody misses what IBSS had
                continue
            if name == ROOM:
                value = next(iter(rooms & may), sorted(rooms))  # type: ignore[arg-type]
            if value not in may:
                self.note("an edit is lost:", meeting, name, "is", value, "and not", *sorted(map(str, may)))

    def privacy(self) -> None:
        """Words and people of a private meeting are nowhere but in Graph. What is said aloud, `ears.py` hears."""
        for booking in self.town.ibss.bookings.by_id.values():
            if SECRET in str(booking):
                self.note("private words in IBSS")
            if booking.name == PRIVATE and booking.parties:
                self.note("people of a private meeting in IBSS")
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
