"""The dry run: what a sync of a room would do, meeting by meeting. Both sides are read, and nothing is written anywhere.

It asks the same `Look` and the same planner as the sync does, about everything that a full round and a sweep would name.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync_core.errors import SyncError
from sync_core.forecast import Audience, Forecast, forecast
from sync_core.graph import events
from sync_core.graph.client import Graph
from sync_core.graph.events import Event
from sync_core.ibss.client import Ibss
from sync_core.ibss.wire import Booking
from sync_core.look import Look
from sync_core.model import BookingId, Link, Present, Reason, Room, RoomId, Slot, State
from sync_core.planner import Policy
from sync_core.queues import SyncInstance
from sync_core.rooms import Rooms
from sync_core.situation import Situation, decided, work_of
from sync_core.store import Store

AT_ONCE = 4
"""Meetings looked at at the same time: what Graph bears of one mailbox."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One meeting and what would be done about it; or, with a `trouble`, that this could not be found out."""

    room: RoomId
    key: str
    booking: BookingId | None
    slot: Slot | None
    forecast: Forecast | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Halves in one slot of one host, of which nobody but a person can say which belong together."""

    slot: Slot
    events: tuple[str, ...]
    bookings: tuple[BookingId, ...]


@dataclass(frozen=True, slots=True)
class RoomPlan:
    room: Room
    meetings: tuple[Planned, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a room has on both sides, and what is known of it."""

    events: Sequence[Event]
    bookings: Sequence[Booking]
    links: Sequence[Link]


class Rehearsal:
    """`look_over` makes a look over rooms that may not be switched on yet."""

    def __init__(
        self,
        graph: Graph,
        ibss: Ibss,
        store: Store,
        look_over: Callable[[Rooms], Look],
        policy: Policy,
        clock: Callable[[], datetime],
    ) -> None:
        self._graph, self._ibss, self._store, self._look_over = graph, ibss, store, look_over
        self._policy, self._clock = policy, clock

    async def of_room(self, room: Room, rooms: Rooms) -> RoomPlan:
        try:
            standing = await self._read(room)
        except SyncError as error:
            return RoomPlan(room, trouble=error.code)
        look, turns = self._look_over(rooms), asyncio.Semaphore(AT_ONCE)
        looks = [self._planned(look, turns, work) for work in _works(room, standing)]
        found = [planned for planned in await asyncio.gather(*looks) if planned is not None]
        meetings = list({(planned.room, planned.key): planned for planned in reversed(found)}.values())
        meetings.sort(key=lambda planned: (planned.slot is None, planned.slot and planned.slot.start, planned.key))
        return RoomPlan(room, tuple(meetings), _ambiguous(room, meetings, standing))

    async def _read(self, room: Room) -> Standing:
        """From the day before, as a full round does; of the bookings, those that are not over."""
        now = self._clock()
        today, horizon = now.replace(hour=0, minute=0, second=0, microsecond=0), timedelta(days=room.horizon_days)
        return Standing(
            await self._graph.window(room.mailbox, today - timedelta(days=1), today + horizon + timedelta(days=1)),
            await self._ibss.bookings(room.building, now, now + horizon, room.id),
            await self._store.links(room.id),
        )

    async def _planned(self, look: Look, turns: asyncio.Semaphore, work: SyncInstance) -> Planned | None:
        async with turns:
            try:
                situation = await look.at(work)
            except SyncError as error:
                key = work.key or work.event or work.booking or ""
                return Planned(work.room or RoomId(""), key, work.booking, None, None, error.code)
        if situation is None:
            return None
        plan = decided(situation, self._policy, self._clock())
        link = situation.link
        return Planned(situation.room.id, link.key, link.booking_id, slot_of(situation), forecast(plan, audience_of(situation)))


def slot_of(situation: Situation) -> Slot | None:
    for reading in (situation.event.reading, situation.booking.reading):
        if isinstance(reading, Present):
            return reading.essence.slot
    base = situation.link.base or situation.link.intent
    return base.slot if base else None


def audience_of(situation: Situation) -> Audience:
    original, room = situation.event.original, situation.room
    if original is None:
        return Audience(writable=False)
    return Audience(frozenset(events.invited(original, {room.mailbox})), named_by_room=original.location == room.mailbox)


def _works(room: Room, standing: Standing) -> list[SyncInstance]:
    """What stands in Outlook, what stands in IBSS, and what is linked and in neither list."""
    listed = [SyncInstance(room.id, event=event.id, key=event.instance.key) for event in standing.events]
    booked = [SyncInstance(booking=booking.id, node=booking.node) for booking in standing.bookings]
    seen = {work.key for work in listed} | {work.booking for work in booked}
    return listed + booked + [work_of(link) for link in standing.links if _open(link) and not {link.key, link.booking_id} & seen]


def _open(link: Link) -> bool:
    return link.state is not State.CLOSED


def _ambiguous(room: Room, meetings: Sequence[Planned], standing: Standing) -> tuple[Ambiguous, ...]:
    unclear = {m.slot for m in meetings if m.slot and m.forecast and m.forecast.reason is Reason.AMBIGUOUS}
    return tuple(_halves(room, slot, standing) for slot in sorted(unclear, key=lambda slot: slot.start))


def _halves(room: Room, slot: Slot, standing: Standing) -> Ambiguous:
    here = [
        e.instance.key for e in standing.events if not e.cancelled and events.essence_of(e, room, ()).slot.hours == slot.hours
    ]
    booked = [booking.id for booking in standing.bookings if not booking.cancelled and booking.slot.hours == slot.hours]
    return Ambiguous(slot, tuple(here), tuple(booked))


def told(plan: RoomPlan, *, switched_on: bool) -> dict[str, Any]:
    """For people and programs: times, ids and rules, and nothing of what a meeting is about."""
    cast = [planned.forecast for planned in plan.meetings if planned.forecast]
    return {
        "room": {"id": plan.room.id, "name": plan.room.name, "mailbox": plan.room.mailbox, "time_zone": plan.room.time_zone},
        "switched_on": switched_on,
        "trouble": plan.trouble,
        "mails": sum(one.mails for one in cast),
        "requests": sum(one.requests for one in cast),
        "reasons": dict(Counter(str(one.reason) for one in cast).most_common()),
        "ambiguous": [_times(one.slot) | {"events": one.events, "bookings": one.bookings} for one in plan.ambiguous],
        "meetings": [_meeting(planned) for planned in plan.meetings],
    }


def _meeting(planned: Planned) -> dict[str, Any]:
    about = (_times(planned.slot) if planned.slot else {}) | {"key": planned.key, "booking": planned.booking}
    if planned.forecast is None:
        return about | {"trouble": planned.trouble}
    cast = planned.forecast
    doing = {"actions": list(cast.actions), "mails": cast.mails, "requests": cast.requests}
    return about | {"reason": cast.reason, "state": cast.state} | doing


def _times(slot: Slot) -> dict[str, Any]:
    return {"start": slot.start.isoformat(), "end": slot.end.isoformat()}
