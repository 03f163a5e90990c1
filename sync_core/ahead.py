"""Reads ahead for a series: its occurrences on both sides and its bookings in a few pages, instead of one by one."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sync_core.errors import Unreadable
from sync_core.graph.client import Graph
from sync_core.graph.listing import MOVED_AT_MOST, Calendar, Listing
from sync_core.ibss.client import Ibss
from sync_core.look import Look
from sync_core.model import Address, Room
from sync_core.queues import Occurrence, SyncSeries
from sync_core.store import Store

DAY = timedelta(days=1)
"""An hour's shift of a series must not bring its first booking out of sight."""


class ReadAhead:
    """`look_over` makes a look over gateways that have read ahead."""

    def __init__(self, graph: Graph, ibss: Ibss, store: Store, look_over: Callable[[Graph, Ibss], Look]) -> None:
        self._graph, self._ibss, self._store, self._look_over = graph, ibss, store, look_over

    async def look(self, room: Room, work: SyncSeries) -> Look:
        """Good for this work and no longer. What the pages do not tell is asked for as ever. Where an occurrence is gone, it
        is looked for as far as one is ever moved, and what may have come in its place is read as well.
        """
        since, until = (datetime.fromisoformat(moment) for moment in (work.since, work.until))
        span, calendars = (since - DAY, until + DAY), {}
        copies = await self._graph.listing(room.mailbox, work.series, work.uid or "", *span)
        gone = _gone(work, copies)
        if gone:
            calendars[room.mailbox] = Calendar(*span, tuple(await self._graph.window(room.mailbox, *span)))
            span = since - MOVED_AT_MOST - DAY, until + MOVED_AT_MOST + DAY
            copies = await self._graph.listing(room.mailbox, work.series, work.uid or "", *span)
        listings = {room.mailbox: copies}
        organiser, uid = await self._series_of(room, work, copies)
        if organiser is not None and organiser != room.mailbox:
            listings[organiser] = await self._graph.listing(organiser, None, uid, *span)
        listings = {mailbox: told for mailbox, told in listings.items() if await self._is_whole(room, mailbox, told, gone)}
        return self._look_over(self._graph.having_read(listings, calendars), await self._bookings(room, since - DAY, until + DAY))

    async def _is_whole(self, room: Room, mailbox: Address, told: Listing | Unreadable, gone: Sequence[Occurrence]) -> bool:
        """A list may come short. One that lacks an occurrence that stands there by its id tells nothing at all."""
        link = await self._store.link(room.id, gone[0].key) if gone and gone[0].key else None
        if link is None or link.instance is None or isinstance(told, Unreadable) or told.by_instance(link.instance):
            return True
        event = link.room_event_id if mailbox == room.mailbox else link.event_id
        found = await self._graph.event(mailbox, event) if event else None
        return found is None or found.cancelled

    async def _series_of(self, room: Room, work: SyncSeries, copies: Listing | Unreadable) -> tuple[Address | None, str]:
        """Whose series it is, and its name in every mailbox: as the room's copy says, or else a link."""
        if isinstance(copies, Listing) and copies.master is not None:
            return copies.master.organiser, copies.master.ical_uid
        for occurrence in work.occurrences:
            link = await self._store.link(room.id, occurrence.key) if occurrence.key else None
            if link is not None and link.instance is not None:
                return link.organiser, link.instance.ical_uid
        return None, ""

    async def _bookings(self, room: Room, since: datetime, until: datetime) -> Ibss:
        try:
            found = await self._ibss.bookings(room.building, since, until, room.id)
        except Unreadable:
            return self._ibss
        return self._ibss.having_read(found, room.id, since, until)


def _gone(work: SyncSeries, copies: Listing | Unreadable) -> list[Occurrence]:
    """Those that the room's mailbox does not list any more."""
    if isinstance(copies, Unreadable):
        return []
    standing = {event.id for event in copies.events if not event.cancelled}
    return [occurrence for occurrence in work.occurrences if occurrence.event not in standing]
