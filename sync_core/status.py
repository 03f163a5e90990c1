"""How it stands: the whole in a few numbers, then a page of rooms, the troubled ones first.

Links are counted for the rooms on the page only: with 10,000 rooms, counting them all would take minutes.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync_core.errors import Malformed
from sync_core.model import Reason, Room, RoomId, State
from sync_core.queues import PULL_ROOM, SYNC_INSTANCE, read
from sync_core.rooms import Rooms
from sync_core.rows import Subscribed, Watch
from sync_core.store import Store

ROOMS_A_PAGE = 50
KEPT_SHOWN = 50
ABOUT = ("room", "series", "key", "event", "booking", "node")
"""What a message says of where to look."""
AT_ONCE = 8
HELD = frozenset({Reason.BRAKED, Reason.SERIES_CHANGED, Reason.ROOM_DECLINED, Reason.READS_EMPTY, Reason.ONLY_THE_ROOM_HAS_IT})
"""Why meetings that are linked are not in sync."""
GIVEN_UP = frozenset({Reason.ROOM_DECLINED, Reason.AUTO_CANCELLED, Reason.ROOM_NOT_SYNCED})
"""Why bookings ended in the last month, other than by somebody's cancellation."""
SOON = timedelta(hours=12)
"""A subscription is renewed at half its life of 70 h: one with less than this left has missed several renewals."""


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one room without looking at its links."""

    room: Room
    watch: Watch | None
    subscribed: Subscribed | None
    braked: bool
    frozen: tuple[str, ...]
    ibss_trouble: str
    now: datetime

    @property
    def problems(self) -> list[str]:
        found = []
        if self.braked:
            found.append("the brake is pulled: nothing is cancelled until a person has looked")
        if self.frozen:
            found.append(f"frozen, because something else keeps changing it back: {', '.join(self.frozen)}")
        if self.watch is not None and self.watch.trouble:
            found.append(f"Outlook could not be read: {self.watch.trouble}")
        if self.ibss_trouble:
            found.append(f"IBSS could not be read: {self.ibss_trouble}")
        if self.subscribed is None:
            found.append("no subscription")
        elif self.subscribed.expires <= self.now:
            found.append("the subscription has ended")
        elif self.subscribed.expires - self.now < SOON:
            found.append("the subscription ends soon")
        if self.watch is None or not (self.watch.delta_link or self.watch.trouble):
            found.append("never read")
        return found


class Status:
    def __init__(self, store: Store, rooms: Rooms, clock: Callable[[], datetime]) -> None:
        self._store, self._rooms, self._clock = store, rooms, clock

    async def told(self, page: int, wanted: str) -> dict[str, Any]:
        """`wanted` is a part of a room's name, id or mailbox; empty for all rooms. Pages count from 1."""
        now, subscriptions = self._clock(), await self._store.subscriptions()
        health = await self._health(subscriptions, now)
        chosen = [one for one in health if _matches(one.room, wanted)]
        kept = [row for queue in (PULL_ROOM, SYNC_INSTANCE) for row in await self._store.kept(queue)]
        return {
            "at": now.isoformat(),
            "summary": _summary(health, subscriptions, kept, now),
            "rooms": {
                "wanted": wanted,
                "page": page,
                "pages": max(1, -(-len(chosen) // ROOMS_A_PAGE)),
                "of": len(chosen),
                "items": await self._items(chosen[(page - 1) * ROOMS_A_PAGE : page * ROOMS_A_PAGE]),
            },
            "kept": [_kept(row) for row in kept[:KEPT_SHOWN]],
        }

    async def _health(self, subscriptions: list[Subscribed], now: datetime) -> list[Health]:
        """Every room: those with a problem first, then by name."""
        watches = {watch.room: watch for watch in await self._store.watches()}
        subscribed = {one.room: one for one in subscriptions if one.room is not None}
        pulled = {braking.room for braking in await self._store.brakes() if braking.pulled}
        frozen = defaultdict[RoomId, list[str]](list)
        for alarm in await self._store.alarms():
            frozen[alarm.room].append(f"booking {alarm.booking}" if alarm.booking else alarm.key)
        troubled = await self._store.troubled_buildings()
        health = [
            Health(
                room=room,
                watch=watches.get(room.id),
                subscribed=subscribed.get(room.id),
                braked=room.id in pulled,
                frozen=tuple(frozen.get(room.id, ())),
                ibss_trouble=troubled[room.building].code if room.building in troubled else "",
                now=now,
            )
            for room in (await self._rooms.all()).values()
        ]
        return sorted(health, key=lambda one: (not one.problems, one.room.name, one.room.id))

    async def _items(self, chosen: list[Health]) -> list[dict[str, Any]]:
        turns = asyncio.Semaphore(AT_ONCE)

        async def item(health: Health) -> dict[str, Any]:
            async with turns:
                return _item(health, await self._store.standings(health.room.id))

        return list(await asyncio.gather(*map(item, chosen)))


def _matches(room: Room, wanted: str) -> bool:
    return wanted.casefold() in f"{room.name}\n{room.id}\n{room.mailbox}".casefold()


def _summary(health: list[Health], subscriptions: list[Subscribed], kept: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    hosts = [one for one in subscriptions if one.room is None]
    queued = Counter(row["PartitionKey"] for row in kept)
    return {
        "rooms": len(health),
        "rooms_with_problems": sum(bool(one.problems) for one in health),
        "rooms_braked": sum(one.braked for one in health),
        "meetings_frozen": sum(len(one.frozen) for one in health),
        "rooms_unreadable": sum(bool(one.watch and one.watch.trouble) for one in health),
        "rooms_watched": sum(one.subscribed is not None and one.subscribed.expires > now for one in health),
        "hosts_watched": sum(one.expires > now for one in hosts),
        "subscriptions_ended": sum(one.expires <= now for one in subscriptions),
        "kept": {queue: queued[queue] for queue in (PULL_ROOM, SYNC_INSTANCE)},
    }


def _item(health: Health, standings: Counter[tuple[State, Reason]]) -> dict[str, Any]:
    room, watch, subscribed = health.room, health.watch, health.subscribed
    return {
        "id": room.id,
        "name": room.name,
        "mailbox": room.mailbox,
        "building": room.building,
        "problems": health.problems,
        "watched_until": subscribed.expires.isoformat() if subscribed else None,
        "read_until": watch.window_end.isoformat() if watch and watch.window_end else None,
        "links": {state: _counted(state, standings) for state in (State.LINKED, State.CREATING)}
        | {state: _reasons(state, standings) for state in (State.NOT_SYNCED, State.REJECTED, State.FROZEN)}
        | {"held back": {why: number for why, number in _reasons(State.LINKED, standings).items() if why in HELD}}
        | {"given up": {why: number for why, number in _reasons(State.CLOSED, standings).items() if why in GIVEN_UP}},
    }


def _counted(state: State, standings: Counter[tuple[State, Reason]]) -> int:
    return sum(number for (its, _), number in standings.items() if its is state)


def _reasons(state: State, standings: Counter[tuple[State, Reason]]) -> dict[str, int]:
    return {str(reason): number for (its, reason), number in sorted(standings.items()) if its is state}


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    """Ids and the last error. What is not a message of ours may hold anything: only what is wrong with it is shown."""
    told = {"queue": row["PartitionKey"], "row": row["RowKey"], "at": row["at"].isoformat()}
    try:
        work = read(row["PartitionKey"], row["message"])
    except Malformed as error:
        return told | {"about": {}, "reason": f"not a message of this service ({error})"}
    about = {name: value for name in ABOUT if (value := getattr(work, name, None))}
    return told | {"about": about, "reason": work.last_error or "not told: the log of that time has it"}
