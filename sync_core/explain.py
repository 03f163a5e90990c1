"""Why a meeting is, or is not, on the other side: both copies now, what was last agreed, every decision, and the next look.

Subjects and people are read at the moment of asking and shown with the copy they stand in; nothing of them is kept for this. Of a
private meeting nothing is told but its slot.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sync_core.attention import ONCE_LISTED
from sync_core.errors import SyncError
from sync_core.finding import Clue, Finding, Question
from sync_core.forecast import forecast
from sync_core.graph.events import Event
from sync_core.ibss import wire as ibss_wire
from sync_core.ibss.client import Ibss
from sync_core.ibss.wire import Booking
from sync_core.look import Look
from sync_core.model import Absent, Essence, Link, Present, Reason, Room, Slot, State, Unknown, differences
from sync_core.planner import Plan, Policy
from sync_core.queues import PULL_ROOM, SYNC_INSTANCE
from sync_core.rehearsal import audience_of
from sync_core.rooms import Rooms
from sync_core.schedule import next_run
from sync_core.situation import UNSETTLED, Situation, decided, transaction_id
from sync_core.store import Store

type Told = dict[str, Any]


class Explain:
    """`schedules` are the timers' NCRONTAB expressions by the timers' names."""

    def __init__(
        self,
        finding: Finding,
        ibss: Ibss,
        store: Store,
        rooms: Rooms,
        look: Look,
        policy: Policy,
        schedules: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        self._finding, self._ibss, self._store, self._rooms, self._look = finding, ibss, store, rooms, look
        self._policy, self._schedules, self._clock = policy, schedules, clock

    async def told(self, question: Question) -> Told:
        trail = await self._finding.of(question)
        meetings: dict[tuple[str, str], Told] = {}
        for clue in trail.clues:
            meeting = await self._meeting(clue)
            meetings.setdefault((str(meeting["room"]["id"]), str(meeting["link"]["key"])), meeting)
        return {"at": self._clock().isoformat(), "looked": trail.looked, "meetings": list(meetings.values())}

    async def _meeting(self, clue: Clue) -> Told:
        try:
            situation, trouble = await self._look.at(clue.work), ""
        except SyncError as error:
            situation, trouble = None, error.code
        link = situation.link if situation else clue.link
        stored = situation.stored if situation else clue.link
        booking = await self._booking(situation, clue, stored)
        plan = decided(situation, self._policy, self._clock()) if situation else None
        private = _is_private(situation, stored)
        room = await self._room(situation, clue, booking)
        return {
            "room": room,
            "standing": _standing(stored, plan, trouble, synced="name" in room),
            "link": _link(stored, link, booking),
            "outlook": _outlook(situation, trouble, private=private),
            "ibss": _ibss(situation, booking, trouble, private=private),
            "agreed": _agreed(stored, situation),
            "now": _now(plan, situation, trouble),
            "journal": await self._journal(stored),
            "next_look": await self._kept(stored, booking) + self._next_looks(stored, plan, trouble),
        }

    async def _booking(self, situation: Situation | None, clue: Clue, stored: Link | None) -> Booking | None:
        """As just read; and of a link that is closed, what became of its booking."""
        read = (situation.booking.booking if situation else None) or clue.booking
        if read is not None or stored is None or stored.booking_id is None or stored.node_id is None:
            return read
        try:
            return await self._ibss.booking(stored.node_id, stored.booking_id)
        except SyncError:
            return None

    async def _room(self, situation: Situation | None, clue: Clue, booking: Booking | None) -> Told:
        named = clue.link.room if clue.link else clue.work.room or (booking.room if booking else None)
        room = situation.room if situation else (await self._rooms.get(named) if named else None)
        return _about(room) if room else {"id": named or "unknown"}

    async def _journal(self, link: Link | None) -> list[Told]:
        """Newest first: under the link's name, under those that it had before there was an event, and in its former rooms."""
        if link is None:
            return []
        keys = [link.key]
        if link.booking_id is not None:
            keys += [transaction_id(link.booking_id, generation) for generation in range(link.generation + 1)]
        places = {(link.room, key) for key in keys} | {(room, link.key) for room in await self._store.rooms_of(link.key)}
        entries = [(entry, room) for room, key in places for entry in await self._store.journal(room, key)]
        entries.sort(key=lambda found: found[0]["RowKey"])
        return [
            {
                "at": e["at"].isoformat(),
                "room": room,
                "rule": e["reason"],
                "done": e["done"],
                "result": e["result"],
                "overruled": e["overruled"],
            }
            for e, room in entries
        ]

    def _next_looks(self, link: Link | None, plan: Plan | None, trouble: str) -> list[Told]:
        if plan is not None and plan.reason is Reason.OVER:
            return [{"by": "nobody", "at": None, "why": "it is over; the past is left as it is"}]
        looks = [self._timer("roll_horizon", "in any case: the room's whole window is read again")]
        if trouble or (plan and plan.actions) or _waits(plan, link) or (link and link.state is State.CREATING):
            return [self._timer("sweep_bookings", "it is not settled: each sweep looks again, and queued repeats do"), *looks]
        return [
            self._timer("sweep_bookings", "if its booking has changed and was not posted"),
            self._timer("sweep_rooms", "if its calendar has changed and no notification has come"),
            *looks,
        ]

    def _timer(self, name: str, why: str) -> Told:
        comes = next_run(self._schedules.get(name, ""), self._clock())
        return {"by": name, "at": comes.isoformat() if comes else self._schedules.get(name), "why": why}

    async def _kept(self, link: Link | None, booking: Booking | None) -> list[Told]:
        """The messages that were given up and name this meeting."""
        ids = {booking.id} if booking else set()
        names = ids | {name for name in (link.booking_id, link.room_event_id, link.key) if name} if link else ids
        rows = [row for queue in (PULL_ROOM, SYNC_INSTANCE) for row in await self._store.kept(queue)]
        ours = [row for row in rows if any(json.dumps(name) in row["message"] for name in names)]
        why = "a message about it was given up: it is not tried again until it is replayed"
        return [{"by": "replay", "at": None, "why": f"{why} (kept since {row['at'].isoformat()})"} for row in ours]


def _waits(plan: Plan | None, link: Link | None) -> bool:
    return bool({plan and plan.reason, link and link.reason} & (UNSETTLED | ONCE_LISTED))


def _is_private(situation: Situation | None, link: Link | None) -> bool:
    """By the organiser's copy, for the room's may have lost the mark; by what was agreed, where that copy is not to be read."""
    copies = [situation.event.original, situation.event.copy] if situation else []
    known = [link.base, link.intent, link.kept] if link else []
    return any(one is not None and one.private for one in [*copies, *known])


def _about(room: Room) -> Told:
    return {"id": room.id, "name": room.name, "mailbox": room.mailbox, "time_zone": room.time_zone}


def _standing(stored: Link | None, plan: Plan | None, trouble: str, *, synced: bool) -> str:
    if stored is not None:
        return f"{stored.state}: {stored.reason}" + (f" ({stored.detail})" if stored.detail else "")
    if not synced:
        return "not synced: its room is not switched on"
    if plan is None:
        return f"not known: {trouble}" if trouble else "not known"
    return f"not looked at yet: {plan.reason}"


def _link(stored: Link | None, link: Link | None, booking: Booking | None) -> Told:
    key = link.key if link else (booking.id if booking else "")
    if stored is None:
        return {"key": key, "state": None, "reason": None}
    return {
        "key": key,
        "state": stored.state,
        "reason": stored.reason,
        "detail": stored.detail,
        "born": stored.born,
        "booking": stored.booking_id,
        "event": stored.event_id,
        "room_event": stored.room_event_id,
        "times_made": stored.generation + 1,
    }


def _times(slot: Slot) -> Told:
    return {"start": slot.start.isoformat(), "end": slot.end.isoformat(), "all_day": slot.all_day}


def _content(essence: Essence, *, private: bool) -> Told:
    if private:
        return _times(essence.slot) | {"private": True}
    return _times(essence.slot) | {"subject": essence.subject, "host": essence.host, "people": sorted(essence.people)}


def _outlook(situation: Situation | None, trouble: str, *, private: bool) -> Told:
    if situation is None:
        return {"state": "could not be read", "reason": trouble} if trouble else {"state": "not there"}
    side = situation.event
    match side.reading:
        case Present(essence) as present:
            whose = "organiser's" if present.writable else "room's"
            answer = _answer(side.original, situation.room)
            return {"state": "stands", "copy": whose, "room_answered": answer} | _content(essence, private=private)
        case Absent(reason):
            return {"state": "not there", "reason": reason, "room_answered": _answer(side.original, situation.room)}
        case Unknown(reason):
            return {"state": "could not be read", "reason": reason}


def _answer(original: Event | None, room: Room) -> str | None:
    attendee = original.attendee(room.mailbox) if original else None
    return attendee.response if attendee else None


def _ibss(situation: Situation | None, booking: Booking | None, trouble: str, *, private: bool) -> Told:
    if booking is not None:
        state = "cancelled" if booking.cancelled else "stands"
        told = {"state": state, "id": booking.id, "room": booking.room, "status": booking.status}
        return told | _content(ibss_wire.essence_of(booking, {}), private=private)
    if situation is None:
        return {"state": "could not be read", "reason": trouble} if trouble else {"state": "not there"}
    match situation.booking.reading:
        case Unknown(reason):
            return {"state": "could not be read", "reason": reason}
        case Absent(reason):
            return {"state": "not there", "reason": reason}
        case Present(essence):
            return {"state": "stands"} | _content(essence, private=private)


def _agreed(stored: Link | None, situation: Situation | None) -> Told | None:
    """When it was to be, and what has changed since: names of fields, not what is in them."""
    if stored is None or stored.base is None:
        return None
    told = _times(stored.base.slot) | {"room": stored.base.room}
    if situation is not None:
        event, booking, kept = situation.event.reading, situation.booking.reading, stored.kept or stored.base
        told["changed_in_outlook"] = sorted(differences(stored.base, event.essence)) if isinstance(event, Present) else []
        told["changed_in_ibss"] = sorted(differences(kept, booking.essence)) if isinstance(booking, Present) else []
    return told


def _now(plan: Plan | None, situation: Situation | None, trouble: str) -> Told:
    """What a look at this moment would decide."""
    if plan is None or situation is None:
        return {"rule": trouble or "nothing to decide", "actions": []}
    cast = forecast(plan, audience_of(situation))
    return {"rule": cast.reason, "actions": list(cast.actions)}
