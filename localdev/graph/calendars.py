"""The one door through which items change, so that a change never misses its version, its trace for delta, or its notice."""

from dataclasses import replace
from datetime import date, datetime

from localdev.graph.agenda import Agenda
from localdev.graph.errors import mailbox_not_enabled, no_such_mailbox
from localdev.graph.identity import etag, object_id, occurrence_id
from localdev.graph.notices import Notices
from localdev.graph.series import FAR_AHEAD, bare_occurrences, exceptions
from localdev.graph.state import Event, Mailbox, Tenant, Tombstone


class Calendars:
    def __init__(self, tenant: Tenant, agenda: Agenda, notices: Notices) -> None:
        self.tenant = tenant
        self._agenda = agenda
        self._notices = notices

    def known(self, address: str) -> Mailbox | None:
        return self.tenant.mailboxes.get(address.lower())

    def hosted(self, identifier: str) -> Mailbox:
        """By address, case-insensitively, or by object id."""
        for mailbox in self._candidates(identifier):
            if mailbox.hosted:
                return mailbox
        raise no_such_mailbox(identifier)

    def _candidates(self, identifier: str) -> list[Mailbox]:
        by_address = self.known(identifier)
        if by_address:
            return [by_address]
        return [mailbox for mailbox in self.tenant.mailboxes.values() if object_id(mailbox.address) == identifier.lower()]

    def mailbox_of(self, event: Event) -> Mailbox:
        mailbox = self.known(event.mailbox)
        if mailbox is None:
            raise mailbox_not_enabled()
        return mailbox

    def add(self, event: Event) -> None:
        self.mailbox_of(event).events[event.id] = event
        self._stamp(event)
        self._notices.changed(event.mailbox, "created", event.id, etag(event))

    def touch(self, event: Event) -> None:
        """Called after every change to a stored item. An occurrence that was only worked out becomes an exception."""
        if event.bare:
            event.bare = False
            self.mailbox_of(event).events[event.id] = event
        self._stamp(event)
        self._notices.changed(event.mailbox, "updated", event.id, etag(event))

    def _stamp(self, event: Event) -> None:
        self.tenant.version += 1
        event.version = self.tenant.version
        event.modified = self._agenda.moment()

    def remove(self, event: Event) -> None:
        """Out of the calendar; of a series the exceptions and all occurrences go along."""
        mailbox = self.mailbox_of(event)
        if event.details.recurrence is not None:
            self.forget_occurrences(event)
        mailbox.events.pop(event.id, None)
        self._bury(mailbox, Tombstone(event.id, 0))
        self._notices.changed(event.mailbox, "deleted", event.id, None)

    def remove_day(self, master: Event, day: date) -> None:
        """One occurrence leaves: the master changes, and the occurrence's id is gone."""
        mailbox = self.mailbox_of(master)
        gone = occurrence_id(master.id, day)
        mailbox.events.pop(gone, None)
        if day.isoformat() not in master.removed_days:
            master.removed_days.append(day.isoformat())
        if not master.habits.unnamed_removals:
            self._bury(mailbox, Tombstone(gone, 0))
            self._notices.changed(master.mailbox, "deleted", gone, None)
        self.touch(master)

    def forget_occurrences(self, master: Event) -> None:
        """Before a pattern changes or a series goes: every occurrence it had may be gone."""
        mailbox = self.mailbox_of(master)
        gone = exceptions(mailbox, master.id)
        for exception in gone:
            mailbox.events.pop(exception.id)
        if not master.habits.unnamed_removals:
            self._bury_occurrences(mailbox, master, gone)
        master.removed_days.clear()

    def _bury_occurrences(self, mailbox: Mailbox, master: Event, changed: list[Event]) -> None:
        for exception in changed:
            self._bury(mailbox, Tombstone(exception.id, 0, exception.details.start, exception.details.end))
            self._notices.changed(mailbox.address, "deleted", exception.id, None)
        since = master.details.start
        for occurrence in bare_occurrences(mailbox, master, since, self._far(since)):
            self._bury(mailbox, Tombstone(occurrence.id, 0, occurrence.details.start, occurrence.details.end))

    def _far(self, since: datetime) -> datetime:
        return max(since, self._agenda.moment()) + FAR_AHEAD

    def _bury(self, mailbox: Mailbox, tombstone: Tombstone) -> None:
        self.tenant.version += 1
        mailbox.tombstones.append(replace(tombstone, version=self.tenant.version))

    def copy_of(self, mailbox: Mailbox, ical_uid: str, original_start: datetime | None = None) -> Event | None:
        """This mailbox's copy of a meeting; with `original_start`, of one changed occurrence of it."""
        wanted = (ical_uid, original_start)
        return next((event for event in mailbox.events.values() if (event.ical_uid, event.original_start) == wanted), None)
