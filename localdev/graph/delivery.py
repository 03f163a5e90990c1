"""What arrives in an attendee's mailbox, and the copy it makes, changes or cancels there."""

import copy
import random
from dataclasses import replace
from datetime import datetime

from localdev.graph import series
from localdev.graph.agenda import Agenda
from localdev.graph.attendant import Attendant
from localdev.graph.calendars import Calendars
from localdev.graph.errors import GraphError
from localdev.graph.identity import new_event_id, occurrence_id
from localdev.graph.state import Attendee, Event, Mailbox

# Exchange writes this in the language of the mailbox, and more than once. microsoft-graph-docs issue 8692.
CANCELLED = "Canceled: "


class Delivery:
    def __init__(self, calendars: Calendars, attendant: Attendant, agenda: Agenda, rng: random.Random) -> None:
        self._calendars = calendars
        self._attendant = attendant
        self._agenda = agenda
        self._rng = rng

    def request(self, args: dict[str, str]) -> None:
        """The organiser's copy, as it is by now. When it or the invitation is gone, a cancellation is on its way."""
        sender, mailbox = self._calendars.known(args["sender"]), self._calendars.known(args["to"])
        source = sender.events.get(args["event"]) if sender else None
        if mailbox is None or sender is None or source is None or not _invites(source, mailbox):
            return
        if mailbox.room and not sender.hosted and not mailbox.room.ProcessExternalMeetingMessages:
            return  # Microsoft docs, Set-CalendarProcessing: meetings of external senders are not processed
        if source.series_master:
            self._one_occurrence(mailbox, source)
        else:
            self._whole_meeting(sender, mailbox, source)

    def _whole_meeting(self, sender: Mailbox, mailbox: Mailbox, source: Event) -> None:
        present = self._calendars.copy_of(mailbox, source.ical_uid)
        held = present or self._new_copy(mailbox, source)
        if present is None:
            self._remove_lone_occurrences(mailbox, source.ical_uid)
        self._bring(mailbox, held, source, new=present is None)
        if source.details.recurrence is None:
            return
        for day in source.removed_days:
            if day not in held.removed_days:
                self._calendars.remove_day(held, datetime.fromisoformat(day).date())
        for exception in series.exceptions(sender, source.id):
            if _invites(exception, mailbox):
                self._one_occurrence(mailbox, exception)
            elif series.day_of(exception).isoformat() not in held.removed_days:
                self._calendars.remove_day(held, series.day_of(exception))

    def _one_occurrence(self, mailbox: Mailbox, source: Event) -> None:
        """Whoever is invited to one occurrence alone gets it as a single event with the iCalUId of the series."""
        master = self._calendars.copy_of(mailbox, source.ical_uid)
        if master is None or master.details.recurrence is None:
            present = self._calendars.copy_of(mailbox, source.ical_uid, source.original_start)
            held = present or replace(self._new_copy(mailbox, source), original_start=source.original_start)
            self._bring(mailbox, held, source, new=present is None)
            return
        day = series.day_of(source)
        returns = day.isoformat() in master.removed_days
        if returns:
            master.removed_days.remove(day.isoformat())
            self._calendars.touch(master)
        try:
            held = series.find(mailbox, occurrence_id(master.id, day))
        except GraphError:
            return
        self._bring(mailbox, held, source, new=returns)

    def _remove_lone_occurrences(self, mailbox: Mailbox, ical_uid: str) -> None:
        for event in [event for event in mailbox.events.values() if event.ical_uid == ical_uid]:
            self._calendars.remove(event)

    def _new_copy(self, mailbox: Mailbox, source: Event) -> Event:
        now = self._agenda.moment()
        return Event(
            id=new_event_id(self._rng),
            mailbox=mailbox.address,
            ical_uid=source.ical_uid,
            organizer=source.organizer,
            organizer_name=source.organizer_name,
            is_organizer=False,
            details=copy.deepcopy(source.details),
            created=now,
            modified=now,
            habits=replace(source.habits),
        )

    def _bring(self, mailbox: Mailbox, held: Event, source: Event, *, new: bool) -> None:
        """Whatever was changed in this copy alone is overwritten. A new time, or a meeting that comes back, asks anew."""
        series_before = held.details.recurrence
        moved = _when(held) != _when(source) or series_before != source.details.recurrence
        asks = new or moved or held.is_cancelled
        if moved and series_before is not None:
            self._calendars.forget_occurrences(held)
        recurrence = source.details.recurrence
        held.details = replace(copy.deepcopy(source.details), recurrence=copy.deepcopy(recurrence))
        held.attendees = _attendees_seen_by(mailbox, source)
        held.is_cancelled = False
        if asks:
            held.response, held.answered, held.show_as = "notResponded", None, "tentative"
        if new and held.id not in mailbox.events and not held.bare:
            self._calendars.add(held)
        else:
            self._calendars.touch(held)
        self._attendant.receive(mailbox, held, asks=asks)

    def cancellation(self, args: dict[str, str]) -> None:
        mailbox = self._calendars.known(args["to"])
        original = datetime.fromisoformat(args["original"]) if args["original"] else None
        for held in self._held(mailbox, args["ical_uid"], original) if mailbox else []:
            if mailbox and not held.is_cancelled and (held.bare or held.id in mailbox.events):
                self._cancel(mailbox, held)

    def _held(self, mailbox: Mailbox, ical_uid: str, original: datetime | None) -> list[Event]:
        """Of a whole meeting everything goes, single occurrences too."""
        if original is None:
            return [event for event in mailbox.events.values() if event.ical_uid == ical_uid]
        present = self._calendars.copy_of(mailbox, ical_uid, original)
        master = self._calendars.copy_of(mailbox, ical_uid)
        if present is None and master is not None and master.details.recurrence is not None:
            present = series.bare_occurrence(mailbox, master, original)
        return [present] if present else []

    def _cancel(self, mailbox: Mailbox, held: Event) -> None:
        if mailbox.room and mailbox.room.RemoveCanceledMeetings:
            self._take_out(mailbox, held)
            return
        held.is_cancelled, held.show_as = True, "free"
        held.details.subject = CANCELLED + held.details.subject
        self._calendars.touch(held)

    def _take_out(self, mailbox: Mailbox, held: Event) -> None:
        master = mailbox.events.get(held.series_master or "")
        if master is None:
            self._calendars.remove(held)
        else:
            self._calendars.remove_day(master, series.day_of(held))


def _invites(source: Event, mailbox: Mailbox) -> bool:
    return any(attendee.address.lower() == mailbox.address for attendee in source.attendees)


def _when(event: Event) -> tuple[datetime, datetime, bool]:
    return event.details.start, event.details.end, event.details.all_day


def _attendees_seen_by(mailbox: Mailbox, source: Event) -> list[Attendee]:
    """Answers are tracked in the organiser's copy alone. With hideAttendees each sees only itself. Microsoft docs,
    resources/event."""
    seen = [
        attendee
        for attendee in source.attendees
        if not source.details.hide_attendees or attendee.address.lower() == mailbox.address
    ]
    return [Attendee(attendee.address, attendee.name, attendee.kind) for attendee in seen]
