"""A series inside one mailbox: its master is an item, its exceptions are items, its other occurrences are worked out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from localdev.graph import recurrence
from localdev.graph.errors import item_not_found
from localdev.graph.identity import occurrence_id, occurrence_parts
from localdev.graph.recurrence import Slot
from localdev.graph.state import Event, Mailbox

# How far ahead an endless series is looked at when its occurrences must be named one by one: the longest window that
# calendarView takes (microsoft-graph-docs issue 6284).
FAR_AHEAD = timedelta(days=1825)


def occurrence(master: Event, slot: Slot) -> Event:
    details = replace(master.details, start=slot.start, end=slot.end, recurrence=None)
    return replace(
        master,
        id=occurrence_id(master.id, slot.day),
        details=details,
        attendees=[replace(attendee) for attendee in master.attendees],
        series_master=master.id,
        original_start=slot.original,
        bare=True,
        overridden=[],
        removed_days=[],
        transaction_id=None,
    )


def bare_occurrences(mailbox: Mailbox, master: Event, since: datetime, until: datetime) -> Iterator[Event]:
    """The occurrences that are as the master says: neither cancelled nor changed."""
    for slot in recurrence.slots(master.details, since, until):
        changed = occurrence_id(master.id, slot.day) in mailbox.events
        if not changed and slot.day.isoformat() not in master.removed_days:
            yield occurrence(master, slot)


def bare_occurrence(mailbox: Mailbox, master: Event, original_start: datetime) -> Event | None:
    around = bare_occurrences(mailbox, master, original_start - timedelta(days=1), original_start + timedelta(days=1))
    return next((event for event in around if event.original_start == original_start), None)


def exceptions(mailbox: Mailbox, master_id: str) -> list[Event]:
    return [event for event in mailbox.events.values() if event.series_master == master_id]


def day_of(exception: Event) -> date:
    parts = occurrence_parts(exception.id)
    if parts is None:
        raise ValueError(f"{exception.id} is not an occurrence")
    return parts[1]


def find(mailbox: Mailbox, event_id: str) -> Event:
    """An item, or an occurrence worked out from its master."""
    if event_id in mailbox.events:
        return mailbox.events[event_id]
    parts = occurrence_parts(event_id)
    master = mailbox.events.get(parts[0]) if parts else None
    if parts is None or master is None or master.details.recurrence is None:
        raise item_not_found()
    slot = recurrence.slot_on(master.details, parts[1])
    if slot is None or parts[1].isoformat() in master.removed_days:
        raise item_not_found()
    return occurrence(master, slot)


def overlaps(event: Event, since: datetime, until: datetime) -> bool:
    """A meeting without length counts where it starts."""
    start, end = event.details.start, event.details.end
    return start < until and (end > since or start >= since)


def expanded(mailbox: Mailbox, since: datetime, until: datetime) -> Iterator[Event]:
    """What a calendar shows in a window: single events, exceptions and occurrences; no masters."""
    for event in list(mailbox.events.values()):
        if event.details.recurrence is not None:
            yield from bare_occurrences(mailbox, event, since, until)
        elif overlaps(event, since, until):
            yield event
