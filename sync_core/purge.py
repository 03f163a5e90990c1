"""What nobody will ask for any more is forgotten: links of meetings long over or long gone, with their journal."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sync_core.errors import Stale
from sync_core.model import Link, RoomId, State
from sync_core.rooms import Rooms
from sync_core.store import Store

KEPT = timedelta(days=30)
"""So long a person may ask why, and so long an old read is known to be old."""

log = logging.getLogger(__name__)


class Purge:
    def __init__(self, store: Store, rooms: Rooms, clock: Callable[[], datetime]) -> None:
        self._store, self._rooms, self._clock = store, rooms, clock

    async def purge(self) -> None:
        """Of every room that is synced."""
        for room in await self._rooms.all():
            await self._room(room)

    async def _room(self, room: RoomId) -> None:
        before, gone = self._clock() - KEPT, 0
        for link, touched in await self._store.links_with_age(room):
            if touched < before and _is_done_with(link, before):
                try:
                    await self._store.forget_link(link)
                except Stale:
                    log.info("a link of room %s came back to life", room)
                gone += 1
        if gone:
            log.info("room %s: %d links forgotten", room, gone)


def _is_done_with(link: Link, before: datetime) -> bool:
    agreed = link.base or link.intent or link.refused
    if agreed is not None:
        return agreed.slot.end < before
    start = link.instance.original_start if link.instance else None
    return link.state is State.CLOSED or start is None or start < before
