"""What a mailbox has, read in pages: then nobody has to ask for its occurrences one by one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sync_core.graph.events import Event
from sync_core.model import EventId, Instance

MOVED_AT_MOST = timedelta(days=62)
"""How far from its original start a moved occurrence is looked for."""


@dataclass(frozen=True, slots=True)
class Listing:
    """All occurrences that are between `since` and `until`; none when the mailbox has no such series. `names` are the iCalUIds
    under which it is known: occurrences may share their master's or have their own.
    """

    names: frozenset[str]
    since: datetime
    until: datetime
    events: tuple[Event, ...] = ()
    master: Event | None = None

    def by_id(self, event: EventId) -> Event | None:
        return next((one for one in self.events if one.id == event), None)

    def by_instance(self, instance: Instance) -> Event | None:
        if instance.ical_uid not in self.names:
            return None
        return next((one for one in self.events if one.original_start == instance.original_start), None)

    def would_have(self, instance: Instance) -> bool:
        """Whether an occurrence that is not listed is not there, however far it was moved."""
        if instance.ical_uid not in self.names or instance.original_start is None:
            return False
        if self.master is None:
            return True
        return self.since <= instance.original_start - MOVED_AT_MOST and instance.original_start + MOVED_AT_MOST <= self.until


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything that a mailbox has between two moments."""

    since: datetime
    until: datetime
    events: tuple[Event, ...]

    def covers(self, start: datetime, end: datetime) -> bool:
        return self.since <= start and end <= self.until

    def between(self, start: datetime, end: datetime) -> list[Event]:
        """Of an all-day event only the date is known here, so it counts from the day before to the day after."""
        return [one for one in self.events if one.start - _spread(one) < end and one.end + _spread(one) > start]


def _spread(event: Event) -> timedelta:
    return timedelta(days=event.all_day)
