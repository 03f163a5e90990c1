"""What nobody will ask for any more is forgotten: links of meetings long over or long gone, with their journal."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sync_core.abreast import each
from sync_core.errors import Stale
from sync_core.model import Address, Link, RoomId, State
from sync_core.rooms import Rooms
from sync_core.store import Store
from sync_core.subscriptions import Subscriptions

KEPT = timedelta(days=30)
"""So long a person may ask why, and so long an old read is known to be old."""

log = logging.getLogger(__name__)


class Purge:
    def __init__(self, store: Store, rooms: Rooms, subscriptions: Subscriptions, clock: Callable[[], datetime]) -> None:
        self._store, self._rooms, self._subscriptions, self._clock = store, rooms, subscriptions, clock

    async def purge(self) -> None:
        """Of every room that is synced; and then no host is watched any more of whose meetings none is left."""
        hosts = await each(self._room, await self._rooms.all())
        await self._subscriptions.release_hosts(set().union(*hosts))

    async def _room(self, room: RoomId) -> set[Address]:
        """Who hosts what is left."""
        before, gone, hosts = self._clock() - KEPT, 0, set[Address]()
        for link, touched in await self._store.links_with_age(room):
            if touched >= before or not _is_done_with(link, before):
                hosts |= {link.organiser} if link.organiser else set()
                continue
            try:
                await self._store.forget_link(link)
                gone += 1
            except Stale:
                log.info("a link of room %s came back to life", room)
        if gone:
            log.info("room %s: %d links forgotten", room, gone)
        return hosts


def _is_done_with(link: Link, before: datetime) -> bool:
    agreed = link.base or link.intent or link.refused
    if agreed is not None:
        return agreed.slot.end < before
    start = link.instance.original_start if link.instance else None
    return link.state is State.CLOSED or start is None or start < before
