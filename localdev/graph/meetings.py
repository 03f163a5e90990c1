"""What a person, or the product, does to a copy of a meeting: make, change, cancel, answer, forward."""

import copy
import random
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from localdev.graph import online, series
from localdev.graph.agenda import Agenda
from localdev.graph.calendars import Calendars
from localdev.graph.draft import Draft, email_address, moments
from localdev.graph.errors import bad_request, wrong_value
from localdev.graph.identity import new_event_id, new_ical_uid
from localdev.graph.post_office import PostOffice
from localdev.graph.recurrence import first_slot, read_recurrence
from localdev.graph.state import Attendee, Details, Event, Mailbox
from localdev.graph.times import instant, show_wall_clock, wall_clock


class Meetings:
    def __init__(self, calendars: Calendars, post: PostOffice, agenda: Agenda, rng: random.Random) -> None:
        self._calendars = calendars
        self._post = post
        self._agenda = agenda
        self._rng = rng

    def create(self, mailbox: Mailbox, draft: Draft) -> Event:
        """A second POST with the same transactionId gets the first event and makes none. Microsoft docs, resources/event."""
        earlier = mailbox.events.get(mailbox.transactions.get(draft.own.get("transaction_id", ""), ""))
        if earlier:
            return earlier
        if draft.start is None or draft.end is None:
            raise wrong_value("start" if draft.start is None else "end")
        details = Details(**moments(draft.start, draft.end, all_day=draft.details.get("all_day", False)), **draft.details)
        details.locations = details.locations or ([details.location] if details.location else [])
        if draft.recurrence is not None:
            self._make_series(details, draft)
        now = self._agenda.moment()
        event = Event(
            id=new_event_id(self._rng),
            mailbox=mailbox.address,
            ical_uid=new_ical_uid(self._rng),
            organizer=mailbox.address,
            organizer_name=mailbox.name,
            is_organizer=True,
            details=details,
            created=now,
            modified=now,
            attendees=draft.attendees or [],
            show_as=details.show_as,
            habits=replace(self._calendars.tenant.series),
            **draft.own,
        )
        if draft.online:
            online.add_link(details, draft.provider, event.ical_uid)
        if event.transaction_id:
            mailbox.transactions[event.transaction_id] = event.id
        self._calendars.add(event)
        for attendee in event.attendees:
            self._post.request(event, attendee, "invite")
        return event

    def _make_series(self, details: Details, draft: Draft) -> None:
        """The first occurrence is the first date of the pattern, and the master's times are those of it."""
        wall, zone_name = draft.start or _as_written(details.start, details.start_zone, all_day=details.all_day)
        start = wall if details.all_day else instant(wall, zone_name)
        details.recurrence = read_recurrence(draft.recurrence, start, zone_name)
        if details.recurrence is not None:
            slot = first_slot(details)
            details.start, details.end = slot.start, slot.end

    def update(self, event: Event, draft: Draft) -> None:
        before = copy.deepcopy(event.details)
        if draft.own.get("transaction_id", event.transaction_id) != event.transaction_id:
            raise wrong_value("transactionId")  # it never changes: Microsoft docs, resources/event
        event.details = self._changed(event, draft)
        for name, value in draft.own.items():
            setattr(event, name, value)
        event.show_as = draft.details.get("show_as", event.show_as)
        if not event.is_organizer:
            # An attendee's copy is changed for this attendee alone. microsoft-graph-docs issues 5008, 6121.
            event.attendees = draft.attendees if draft.attendees is not None else event.attendees
            self._calendars.touch(event)
            return
        if draft.online:
            online.add_link(event.details, draft.provider, event.ical_uid)
        self._carry_through(event, draft, before)

    def _changed(self, event: Event, draft: Draft) -> Details:
        details = replace(copy.deepcopy(event.details), **draft.details)
        if draft.start or draft.end or "all_day" in draft.details:
            start = draft.start or _as_written(details.start, details.start_zone, all_day=event.details.all_day)
            end = draft.end or _as_written(details.end, details.end_zone, all_day=event.details.all_day)
            details = replace(details, **moments(start, end, all_day=details.all_day))
        if draft.recurrence_given and event.series_master:
            raise bad_request("ErrorInvalidRequest", "An occurrence has no recurrence of its own.")
        if draft.recurrence_given:
            details.recurrence = None
            self._make_series(details, draft)
        elif details.recurrence and (draft.start or draft.end):
            self._shift_range(details)
        self._refuse_crossing(event, details)
        if "body" in draft.details:
            online.drop_lost_link(details)
        return details

    def _shift_range(self, details: Details) -> None:
        """A series whose master is moved to another day starts on that day."""
        assert details.recurrence is not None  # noqa: S101
        span = details.recurrence["range"]
        wall, _ = _as_written(details.start, span["recurrenceTimeZone"], all_day=details.all_day)
        span["startDate"] = wall.date().isoformat()
        slot = first_slot(details)
        details.start, details.end = slot.start, slot.end

    def _refuse_crossing(self, event: Event, details: Details) -> None:
        """An occurrence may not be moved to or over the day of a neighbour. microsoft-graph-docs issue 2285."""
        moved = (details.start, details.end) != (event.details.start, event.details.end)
        if event.series_master is None or not moved:
            return
        mailbox = self._calendars.mailbox_of(event)
        master = mailbox.events.get(event.series_master)
        if master is None or event.original_start is None:
            return
        midnight = datetime.combine(series.day_of(event), time(), UTC)
        low, high = sorted((midnight if master.details.all_day else event.original_start, details.start))
        between = series.bare_occurrences(mailbox, master, low, max(high, details.end))
        if any(other.id != event.id for other in between):
            message = "Cannot move an occurrence to or over another occurrence of the series."
            raise bad_request("ErrorOccurrenceCrossingBoundary", message)

    def _carry_through(self, event: Event, draft: Draft, before: Details) -> None:
        moved = _times(event.details) != _times(before) or event.details.recurrence != before.recurrence
        added, removed = self._replace_attendees(event, draft.attendees)
        if moved:
            for attendee in event.attendees:
                attendee.response, attendee.answered = "none", None
        if event.series_master:
            event.overridden = sorted({*event.overridden, *_differences(event.details, before)})
        if before.recurrence is not None:
            self._carry_into_exceptions(event, before, added, removed, reset=moved)
        self._calendars.touch(event)
        for attendee in removed:
            self._post.cancellation(event, attendee)
        for attendee in added:
            self._post.request(event, attendee, "invite")
        # Only whoever is concerned is mailed when nothing but the attendees was written (Microsoft docs, event-update);
        # any other member mails everybody, also when its value is the old one.
        if draft.details or draft.start or draft.end or draft.recurrence_given or draft.online:
            for attendee in event.attendees:
                if attendee not in added:
                    self._post.request(event, attendee, "update")

    def _replace_attendees(self, event: Event, wanted: list[Attendee] | None) -> tuple[list[Attendee], list[Attendee]]:
        """The collection is replaced as a whole: who is left out is uninvited. msgraph-sdk-java issue 1898."""
        if wanted is None:
            return [], []
        present = {attendee.address.lower(): attendee for attendee in event.attendees}
        named = {attendee.address.lower() for attendee in wanted}
        added = [attendee for attendee in wanted if attendee.address.lower() not in present]
        removed = [attendee for address, attendee in present.items() if address not in named]
        for attendee in wanted:
            known = present.get(attendee.address.lower())
            if known:
                attendee.response, attendee.answered, attendee.proposed = known.response, known.answered, known.proposed
        event.attendees = wanted
        return added, removed

    def _carry_into_exceptions(
        self, master: Event, before: Details, added: list[Attendee], removed: list[Attendee], *, reset: bool
    ) -> None:
        """A new pattern or time does away with exceptions; anything else reaches them where they have no value of their own."""
        mailbox = self._calendars.mailbox_of(master)
        if reset:
            self._uninvite_from_exceptions(mailbox, master)
            self._calendars.forget_occurrences(replace(master, details=before))
            master.removed_days = []
            return
        gone = {attendee.address.lower() for attendee in removed}
        for exception in series.exceptions(mailbox, master.id):
            for name in _differences(master.details, before):
                if name not in exception.overridden:
                    setattr(exception.details, name, copy.deepcopy(getattr(master.details, name)))
            kept = [attendee for attendee in exception.attendees if attendee.address.lower() not in gone]
            exception.attendees = kept + [replace(attendee) for attendee in added]
            self._calendars.touch(exception)

    def _uninvite_from_exceptions(self, mailbox: Mailbox, master: Event) -> None:
        """Whoever was invited to single occurrences alone is told of their end; the others hear of the series as a whole."""
        invited = {attendee.address.lower() for attendee in master.attendees}
        for exception in series.exceptions(mailbox, master.id):
            for attendee in exception.attendees:
                if attendee.address.lower() not in invited:
                    self._post.cancellation(exception, attendee)

    def delete(self, event: Event) -> None:
        """On the organiser's copy this cancels the meeting; on any other nobody is told. Microsoft docs, event-delete."""
        if event.is_organizer and not event.is_cancelled:
            for attendee in event.attendees:
                self._post.cancellation(event, attendee)
            self._uninvite_from_exceptions(self._calendars.mailbox_of(event), event)
        self._take_out(event)

    def _take_out(self, event: Event) -> None:
        master = self._calendars.mailbox_of(event).events.get(event.series_master or "")
        if master is None:
            self._calendars.remove(event)
        else:
            self._calendars.remove_day(master, series.day_of(event))

    def cancel(self, event: Event) -> None:
        """Microsoft docs, event-cancel: an attendee gets this very message, with status 400."""
        if not event.is_organizer:
            raise bad_request("ErrorAccessDenied", "You need to be an organizer to cancel a meeting.")
        self.delete(event)

    def respond(self, event: Event, response: str, *, send: bool, proposed: Any = None) -> None:
        if event.is_organizer:
            message = "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer."
            raise bad_request("ErrorInvalidRequest", message)
        held = [event, *series.exceptions(self._calendars.mailbox_of(event), event.id)]
        for item in held:
            item.response, item.answered = response, self._agenda.moment()
            item.show_as = item.details.show_as if response == "accepted" else "tentative"
        if send:
            self.tell_organizer(event, proposed)
        if response == "declined":
            self._take_out(event)
            return
        for item in held:
            self._calendars.touch(item)

    def tell_organizer(self, event: Event, proposed: Any = None) -> None:
        """The answer of an attendee shows in the organiser's copy."""
        self._post.record("response", event.mailbox, event.organizer, event.ical_uid)
        original = self.organizers_copy(event)
        if original is None:
            return
        self._note_answer(original, event, proposed)
        for exception in series.exceptions(self._calendars.mailbox_of(original), original.id):
            # An answer to a series is one to its exceptions; those the attendee has declined before stay so.
            mine = self._calendars.copy_of(self._calendars.mailbox_of(event), event.ical_uid, exception.original_start)
            if mine or event.response == "declined":
                self._note_answer(exception, event, None)

    def _note_answer(self, original: Event, answered: Event, proposed: Any) -> None:
        for attendee in original.attendees:
            if attendee.address.lower() == answered.mailbox:
                attendee.response, attendee.answered = answered.response, answered.answered
                attendee.proposed = proposed
        self._calendars.touch(original)

    def organizers_copy(self, event: Event) -> Event | None:
        mailbox = self._calendars.known(event.organizer)
        if mailbox is None:
            return None
        whole = self._calendars.copy_of(mailbox, event.ical_uid)
        if event.original_start is None or whole is None:
            return whole
        exception = self._calendars.copy_of(mailbox, event.ical_uid, event.original_start)
        if exception is not None:
            return exception
        return series.bare_occurrence(mailbox, whole, event.original_start)

    def forward(self, event: Event, recipients: list[Any]) -> None:
        """Who gets it becomes an attendee of the organiser's copy, and the organiser is told. Microsoft docs, event-forward."""
        addresses = [email_address(item.get("emailAddress") if isinstance(item, dict) else None) for item in recipients]
        if not addresses:
            raise wrong_value("toRecipients")
        original = event if event.is_organizer else self.organizers_copy(event)
        if original is None:
            raise bad_request("ErrorInvalidRequest", "The organizer's copy of the meeting was not found.")
        invited = {attendee.address.lower() for attendee in original.attendees}
        for recipient in addresses:
            attendee = Attendee(recipient["address"], recipient["name"])
            if attendee.address.lower() not in invited:
                original.attendees.append(attendee)
            self._post.request(original, attendee, "forward", sender=event.mailbox)
        self._calendars.touch(original)
        if not event.is_organizer:
            self._post.record("forward_notice", event.mailbox, event.organizer, event.ical_uid)


def _as_written(moment: datetime, zone_name: str, *, all_day: bool) -> tuple[datetime, str]:
    return wall_clock(show_wall_clock(moment, "UTC" if all_day else zone_name), "start")[0], zone_name


def _times(details: Details) -> tuple[datetime, datetime, bool]:
    return details.start, details.end, details.all_day


def _differences(one: Details, other: Details) -> set[str]:
    """Which fields differ, but for times and pattern, which an exception always has of its own."""
    skipped = {"start", "end", "recurrence"}
    return {name for name, value in vars(one).items() if name not in skipped and value != getattr(other, name)}
