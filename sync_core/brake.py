"""The brake: when too many of a room's meetings would be cancelled at once, something is wrong, and a person has to look.

Whole series count as one meeting, however many occurrences they have, on either side: to end a series is an everyday thing.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sync_core.model import Link, RoomId, State
from sync_core.settings import BrakeLimit
from sync_core.store import Store

AT_ONCE = timedelta(hours=1)

log = logging.getLogger(__name__)


class Brake:
    def __init__(self, store: Store, limit: BrakeLimit, clock: Callable[[], datetime]) -> None:
        self._store, self._limit, self._clock = store, limit, clock

    async def lets_go(self, link: Link, series: str | None) -> bool:
        """Whether this meeting, of that series in IBSS, may be cancelled now. Raises Stale when another worker cancels in this
        room at the same moment.
        """
        braking, now, meeting = await self._store.braking(link.room), self._clock(), series or _meeting(link)
        if braking.pulled:
            return False
        lost = {name: at for name, at in braking.lost.items() if now - at < AT_ONCE}
        if meeting in lost:
            return True
        lost[meeting] = now
        pulled = len(lost) > self._limit.count and await self._too_large_a_share(link.room, lost)
        await self._store.save_braking(replace(braking, lost=lost, pulled=pulled))
        if pulled:
            log.error("room %s: the brake is pulled, %d meetings would be cancelled within the hour", link.room, len(lost))
        return not pulled

    async def _too_large_a_share(self, room: RoomId, lost: dict[str, datetime]) -> bool:
        now = self._clock()
        ahead = {_meeting(link) for link in await self._store.links(room) if _stands(link, now)}
        return len(lost) > self._limit.share * len(ahead | set(lost))


def _meeting(link: Link) -> str:
    return link.instance.ical_uid if link.instance else link.key


def _stands(link: Link, now: datetime) -> bool:
    return link.state is not State.CLOSED and link.base is not None and link.base.slot.end > now
