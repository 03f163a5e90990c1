"""What changed in a room's calendar becomes work: one message an instance. And the sweeps, which find what nobody told us."""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from sync_core.abreast import each
from sync_core.attention import (
    Item,
    differing,
    gone_from,
    is_ahead,
    is_live,
    is_standing,
    moved_series,
    of_booking,
    of_change,
    of_link,
    of_listed,
    superseded,
    work_for,
)
from sync_core.batches import part_of
from sync_core.errors import Resync, Stale, SyncError, Unreadable
from sync_core.graph.client import Graph
from sync_core.graph.wire import Change, DeltaPage
from sync_core.ibss.client import Ibss
from sync_core.ibss.wire import Booking
from sync_core.model import Address, BookingId, EventId, Link, NodeId, Room, RoomId
from sync_core.queues import PullRoom, Queues, SyncInstance, SyncWork, Work
from sync_core.rooms import Rooms
from sync_core.rows import Trouble, Watch
from sync_core.series import renamed
from sync_core.store import Store, buried
from sync_core.subscriptions import Subscriptions

PATIENCE = timedelta(minutes=30)
"""Work that fails for longer may be given up before it can be done (`queues.MOST_ATTEMPTS`)."""

READS_EMPTY = "nothing-there"
"""The trouble of a calendar that shows nothing at all, though meetings are linked."""

log = logging.getLogger(__name__)


class Pull:
    def __init__(
        self,
        graph: Graph,
        ibss: Ibss,
        store: Store,
        queues: Queues,
        rooms: Rooms,
        subscriptions: Subscriptions,
        clock: Callable[[], datetime],
    ) -> None:
        self._graph, self._ibss, self._store, self._queues, self._rooms = graph, ibss, store, queues, rooms
        self._subscriptions, self._clock = subscriptions, clock

    async def pull_room(self, work: PullRoom) -> None:
        """Reads the room's changes, queues them, and only then saves the delta link: a crash repeats, it never loses."""
        if work.host is not None:
            await self._pull_host(work.host, resubscribe=work.resubscribe)
            return
        room = await self._rooms.get(work.room) if work.room else None
        if room is None:
            log.info("room %s is not synced", work.room)
            return
        if work.resubscribe:
            await self._subscriptions.resubscribe(room.mailbox, room.id)
        watch = await self._store.watch(room.id)
        try:
            watch, messages = await self._changes(room, watch, fresh=work.fresh)
        except SyncError as error:
            log.error("room %s cannot be read: %s", room.id, error.code)  # noqa: TRY400 — Graph's code says it all
            await self._save(replace(watch, trouble=error.code))
            if isinstance(error, Unreadable):
                return
            raise
        await self._send(messages)
        await self._save(watch)

    async def _pull_host(self, host: Address, *, resubscribe: bool) -> None:
        """The meetings of a host that changed since their links last saw them. What is new is told by the rooms; of what this
        host is only invited to, the copy has an etag of its own that says nothing.
        """
        if resubscribe:
            await self._subscriptions.resubscribe(host, None)
        rooms = {room.mailbox: room for room in (await self._rooms.all()).values()}
        now = self._clock()
        horizon = now + timedelta(days=max((room.horizon_days for room in rooms.values()), default=1))
        try:
            meetings = await self._graph.window(host, now, horizon)
        except Unreadable as error:
            log.warning("a host's calendar cannot be read: %s", error.code)
            return
        changed = defaultdict[RoomId, list[Item]](list)
        for event in (event for event in meetings if event.organiser == host):
            for room in (rooms[a.address] for a in event.attendees if a.address in rooms):
                link = await self._store.link(room.id, event.instance.key)
                if link is not None and link.event_etag != event.etag:
                    changed[room.id].append(part_of(link) or SyncInstance(room.id, key=link.key))
        for room_id, items in changed.items():
            await self._send(work_for(room_id, items))

    async def _send(self, messages: Iterable[Work]) -> None:
        await each(self._queues.send, messages)

    async def _save(self, watch: Watch) -> None:
        try:
            await self._store.save_watch(watch)
        except Stale:
            log.info("room %s was pulled by another worker meanwhile", watch.room)

    async def _changes(self, room: Room, watch: Watch, *, fresh: bool) -> tuple[Watch, list[SyncWork]]:
        if watch.delta_link and not fresh:
            try:
                changes, delta_link = await _round(self._graph.delta_since(room.mailbox, watch.delta_link))
                return replace(watch, delta_link=delta_link, trouble=""), await self._touched(room, changes)
            except Resync:
                log.warning("room %s: the delta link is dead, the whole window is read", room.id)
        start, end = self._window(room)
        changes, delta_link = await _round(self._graph.delta(room.mailbox, start, end))
        works = await self._everything(room, changes)
        trouble = READS_EMPTY if works and not changes else ""
        return replace(watch, delta_link=delta_link, window_end=end, trouble=trouble), works

    def _window(self, room: Room) -> tuple[datetime, datetime]:
        now = self._clock()
        today = datetime.combine(now.date(), time(), now.tzinfo)
        return today - timedelta(days=1), today + timedelta(days=room.horizon_days + 1)

    async def _everything(self, room: Room, changes: Collection[Change]) -> list[SyncWork]:
        """A full round lists all there is, so a link that is not in it is worth a look: it may be gone."""
        listed = [change for change in changes if not change.master and not change.removed]
        seen, now = {change.id for change in listed}, self._clock()
        links = [link for link in await self._store.links(room.id) if is_live(link) and is_ahead(link, now)]
        gone = [link for link in links if link.room_event_id not in seen]
        moved = moved_series(listed, links, gone)
        moved |= {change.id for change in changes if change.master} - {change.series for change in listed}
        items = [of_change(room.id, change) for change in listed if change.series not in moved]
        for master in sorted(moved):
            items += await self._series(room, master)
        return work_for(room.id, [*items, *map(of_link, gone)])

    async def _touched(self, room: Room, changes: Collection[Change]) -> list[SyncWork]:
        items: list[Item] = []
        masters = {change.id for change in changes if change.master}
        for change in changes:
            if change.removed:
                items += await self._removed(room, change.id)
            elif change.master:
                items += await self._series(room, change.id)
            elif change.series not in masters:
                items.append(of_change(room.id, change))
        return work_for(room.id, items)

    async def _removed(self, room: Room, event: EventId) -> list[Item]:
        """Only an id is told, and it may be a master's: then every occurrence that is linked is worth a look."""
        links = await self._store.links(room.id)
        known = [link for link in links if link.room_event_id == event]
        if known:
            return [gone_from(link) for link in known if is_live(link)]
        return [part for link in links if is_live(link) and (part := part_of(link, removed=True)) is not None]

    async def _series(self, room: Room, master: EventId) -> list[Item]:
        """A changed series may show only as its master: Graph expands it again, never we. What is over stays as it is."""
        now, (start, end) = self._clock(), self._window(room)
        known = [link for link in await self._store.links(room.id) if is_ahead(link, now)]
        listed = await self._graph.occurrences(room.mailbox, master, start, end)
        if not listed:
            return await self._removed(room, master)
        series = {event.ical_uid for event in listed}
        links = [link for link in known if link.instance and link.instance.ical_uid in series]
        former = renamed(links, [event for event in listed if event.end > now])
        there = {event.instance.key for event in listed} | set(former.values())
        gone = [gone_from(link) for link in links if is_live(link) and link.key not in there]
        return [of_listed(event, master, former.get(event.id)) for event in listed] + gone

    # sweeps

    async def sweep_rooms(self) -> None:
        """And the hosts, of whose changes the rooms may not have been told."""
        rooms = [PullRoom(room) for room in await self._rooms.all()]
        hosts = [PullRoom(host=one.mailbox) for one in await self._store.subscriptions() if one.room is None]
        await self._send([*rooms, *hosts])

    async def roll_horizon(self) -> None:
        """A delta link's window is frozen: a new round each day brings in what the days brought nearer."""
        await self._send([PullRoom(room, fresh=True) for room in await self._rooms.all()])

    async def sweep_bookings(self) -> None:
        """Every booking that is not as its link last saw it, and every link whose booking is not listed, is worth a look. One
        building's failure does not stop the others; the status shows it as long as it lasts, and it is raised last. After a long
        one, work of its rooms has been given up: they are read whole.
        """
        now = self._clock()
        troubled = await self._store.troubled_buildings()
        hosts: set[Address] = set()
        failures: list[SyncError] = []

        async def sweep(building: NodeId) -> None:
            try:
                hosts.update(await self._sweep_building(building))
                if building in troubled:
                    await self._go_on(building, now - troubled[building].since)
            except SyncError as error:
                log.error("building %s cannot be swept: %s", building, error.code)  # noqa: TRY400 — IBSS's code says it all
                since = troubled[building].since if building in troubled else now
                await self._store.remember_trouble(building, Trouble(error.code, since))
                failures.append(error)

        await each(sweep, sorted(await self._rooms.buildings()))
        await self._subscriptions.watch_hosts(hosts)
        if failures:
            raise failures[0]

    async def _go_on(self, building: NodeId, after: timedelta) -> None:
        """What is new in Outlook stands in no list of IBSS, and the rooms have told of it already."""
        if after > PATIENCE:
            rooms = (await self._rooms.all()).values()
            await self._send([PullRoom(room.id, fresh=True) for room in rooms if room.building == building])
        await self._store.forget_trouble(building)

    async def _sweep_building(self, building: NodeId) -> set[Address]:
        """Whose meetings are linked there."""
        rooms = [room for room in (await self._rooms.all()).values() if room.building == building]
        now = self._clock()
        bookings = await self._ibss.bookings(building, now, now + timedelta(days=max(room.horizon_days for room in rooms)))
        here = defaultdict[RoomId, dict[BookingId, Booking]](dict)
        for booking in bookings:
            here[booking.room][booking.id] = booking
        messages: list[SyncWork] = []
        hosts: set[Address] = set()
        for room in rooms:
            aged = await self._store.links_with_age(room.id)
            for left in superseded([link for link, _ in aged]):
                await self._bury(left)
            hosts |= {link.organiser for link, _ in aged if link.organiser and is_standing(link, now)}
            messages += await self._differing(room.id, here[room.id], aged, now)
        await self._send(messages)
        log.info("building %s: %d bookings, %d to look at", building, len(bookings), len(messages))
        return hosts

    async def _bury(self, link: Link) -> None:
        try:
            await self._store.save_link(buried(link))
        except Stale:
            log.info("room %s: what was begun for booking %s is being worked on", link.room, link.booking_id)

    async def _differing(
        self, room: RoomId, here: Mapping[BookingId, Booking], aged: Collection[tuple[Link, datetime]], now: datetime
    ) -> list[SyncWork]:
        items = differing(aged, here, now)
        known = {link.booking_id for link, _ in aged}
        strange = [booking for booking in here.values() if booking.cancelled and booking.id not in known]
        items += [of_booking(booking) for booking in strange if await self._is_linked_elsewhere(booking)]
        return work_for(room, items)

    async def _is_linked_elsewhere(self, booking: Booking) -> bool:
        """It came from another building and was cancelled here."""
        link = await self._store.link_of_booking(booking.id)
        return link is not None and is_live(link)


async def _round(pages: AsyncIterator[DeltaPage]) -> tuple[list[Change], str]:
    """All changes of a round; of an item that comes twice the last stands. Only a delta link ends a round."""
    changes: dict[EventId, Change] = {}
    delta_link = ""
    async for page in pages:
        changes |= {change.id: change for change in page.changes}
        delta_link = page.delta_link or delta_link
    if not delta_link:
        raise Resync("no-delta-link")
    return list(changes.values()), delta_link
