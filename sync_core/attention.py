"""What of a room is worth a look: a meeting for itself, or occurrences of a series together. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sync_core.batches import Part, part_of, works
from sync_core.execution import SLOT_TAKEN
from sync_core.graph.events import Event
from sync_core.graph.wire import Change
from sync_core.ibss.wire import Booking
from sync_core.model import BookingId, EventId, Link, Reason, RoomId, State
from sync_core.queues import Occurrence, SyncInstance, SyncWork
from sync_core.situation import UNSETTLED, work_of

ONCE_LISTED = frozenset({Reason.BEYOND_HORIZON, Reason.NO_DIRECTORY_ACCOUNT})
"""Reasons that may end for a booking that is listed: it has come within the horizon, or panels are held now."""

HOPE = timedelta(hours=1)
"""So long a mailbox that cannot be read is thought to be away, and is tried with each sweep; then once a day."""

type Item = SyncInstance | Part
"""Something to look at: a meeting for itself, or an occurrence that may be looked at together with others of its series."""


def differing(aged: Collection[tuple[Link, datetime]], here: Mapping[BookingId, Booking], now: datetime) -> list[Item]:
    """Of a room's links, with when each was last written, and all its bookings ahead."""
    known = [link for link, _ in aged]
    links = {link.booking_id: link for link in known}
    waiting = [link for link in known if link.detail in SLOT_TAKEN or link.reason in UNSETTLED]
    waiting += [link for link in known if link.state is State.CREATING]
    waiting += [link for link, at in aged if now - at < HOPE and (_without_host(link, now) or _not_in_its_room(link, now))]
    waiting += [link for link in known if link.booking_id in here and link.reason in ONCE_LISTED]
    waiting += _twins(link for link in known if is_standing(link, now))
    unseen = [link for link in known if link.booking_id and is_live(link) and is_ahead(link, now) and link.booking_id not in here]
    changed = [booking for booking in here.values() if _differs(booking, links.get(booking.id))]
    return [*map(of_link, unseen), *map(of_link, waiting), *map(of_booking, changed)]


def superseded(links: Collection[Link]) -> list[Link]:
    """What was begun for bookings that have another link by now, by who was slower, and has died."""
    linked = {link.booking_id for link in links if is_live(link) and link.base is not None}
    return [link for link in links if link.state is State.CREATING and link.base is None and link.booking_id in linked - {None}]


def of_booking(booking: Booking) -> SyncInstance:
    return SyncInstance(booking=booking.id, node=booking.node)


def moved_series(listed: Iterable[Change], links: Iterable[Link], gone: Iterable[Link]) -> set[EventId]:
    """The masters of series whose occurrences may go on under other names: one is not when it was; or some are gone and others
    have come.
    """
    known = {link.room_event_id: link for link in links if link.instance and link.instance.original_start}
    lost = any(link.instance and link.instance.original_start for link in gone)
    moved = set()
    for change in listed:
        link = known.get(change.id)
        when = link.base.slot.start if link and link.base else None
        if change.series and ((link is None and lost) or (when and change.span and change.span[0] != when)):
            moved.add(change.series)
    return moved


def of_change(room: RoomId, change: Change) -> Item:
    key = change.event.instance.key if change.event else None
    gone = change.event is not None and change.event.cancelled
    if change.series is None or change.span is None:
        return SyncInstance(room, event=change.id, key=key, removed=gone)
    return Part(Occurrence(change.id, key, removed=gone), *change.span, series=change.series)


def of_listed(event: Event, master: EventId, was: str | None) -> Part:
    return Part(Occurrence(event.id, event.instance.key, was, removed=event.cancelled), event.start, event.end, series=master)


def of_link(link: Link) -> Item:
    return part_of(link) or work_of(link)


def gone_from(link: Link) -> Item:
    """A linked meeting that the room's calendar no longer has."""
    return part_of(link, removed=True) or replace(work_of(link), removed=True)


def work_for(room: RoomId, items: Iterable[Item]) -> list[SyncWork]:
    """Each once, and none for a link that goes on under another name."""
    once = list(dict.fromkeys(items))
    occurrences = {item: item.occurrence for item in once if isinstance(item, Part)}
    renamed_from = {occurrence.was for occurrence in occurrences.values() if occurrence.was}
    parts = [item for item, occurrence in occurrences.items() if occurrence.key not in renamed_from]
    singles = [item for item in once if isinstance(item, SyncInstance) and item.key not in renamed_from]
    return [*singles, *works(room, parts)]


def is_live(link: Link) -> bool:
    return link.state is not State.CLOSED


def _twins(links: Iterable[Link]) -> list[Link]:
    """Links of one and the same event: a series was moved, and an occurrence booked anew before its link could follow it."""
    of_event = defaultdict[EventId, list[Link]](list)
    for link in links:
        if link.room_event_id is not None:
            of_event[link.room_event_id].append(link)
    return [link for same in of_event.values() if len(same) > 1 for link in same]


def _without_host(link: Link, now: datetime) -> bool:
    """What could not be made in the host's calendar, or was never read there."""
    unread = link.event_id is None and link.instance is not None and is_standing(link, now)
    return unread or link.reason is Reason.HOST_WITHOUT_MAILBOX


def _not_in_its_room(link: Link, now: datetime) -> bool:
    """An event that is cancelled before the invitation reaches the room is gone, and the room never tells of it."""
    return link.room_event_id is None and link.event_id is not None and is_standing(link, now)


def is_standing(link: Link, now: datetime) -> bool:
    return link.state is State.LINKED and is_ahead(link, now)


def is_ahead(link: Link, now: datetime) -> bool:
    return link.base is None or link.base.slot.end > now


def _differs(booking: Booking, link: Link | None) -> bool:
    if link is None:
        return not booking.cancelled
    return link.booking_etag != booking.etag or link.state is State.CREATING
