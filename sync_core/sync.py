"""One meeting is brought together: look at both sides, plan, do it, remember."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sync_core import planner
from sync_core.errors import Gone, Later, Stale, Unreadable
from sync_core.execution import Execution, Outcome
from sync_core.graph.client import Graph
from sync_core.graph.events import Event
from sync_core.ibss.client import Ibss
from sync_core.ibss.wire import Booking
from sync_core.model import Absent, Address, BookingId, EventId, Link, NodeId, Present, Reason, Room, State, Unknown
from sync_core.planner import Plan, Policy
from sync_core.queues import SyncInstance
from sync_core.readings import NO_BOOKING, NO_EVENT, BookingSide, EventSide, Readings
from sync_core.rooms import Rooms
from sync_core.situation import Situation, of_booking, of_instance, reopened, seen, without_event
from sync_core.store import Store

ROUNDS = 4
"""How often one piece of work reads and plans anew, because somebody was faster, before it is queued again."""

QUIET = frozenset({Reason.IN_SYNC, Reason.OVER, Reason.NOTHING_THERE})

log = logging.getLogger(__name__)


class Sync:
    def __init__(
        self,
        graph: Graph,
        ibss: Ibss,
        store: Store,
        rooms: Rooms,
        readings: Readings,
        execution: Execution,
        policy: Policy,
        watch_host: Callable[[Address], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._graph, self._ibss, self._store, self._rooms = graph, ibss, store, rooms
        self._readings, self._execution, self._policy = readings, execution, policy
        self._watch_host, self._clock = watch_host, clock

    async def sync_instance(self, work: SyncInstance) -> None:
        """Raises Later when it could not be settled now."""
        if work.host is not None and work.event is not None:
            await self._each_room(work.host, work.event)
            return
        for _ in range(ROUNDS):
            try:
                situation = await self._look(work)
                if situation is None or await self._settle(situation):
                    return
            except (Stale, Gone) as error:
                log.info("somebody was faster (%s): looking again", error.code)
        raise Later("contended")

    async def _each_room(self, host: Address, event_id: EventId) -> None:
        """A host's event changed: in each of its rooms that is linked, the meeting is looked at."""
        event = await self._graph.event(host, event_id)
        rooms = {room.mailbox: room for room in (await self._rooms.all()).values()}
        for room in (rooms[a.address] for a in (event.attendees if event else ()) if a.address in rooms):
            await self.sync_instance(SyncInstance(room.id, key=event.instance.key if event else None))

    # look

    async def _look(self, work: SyncInstance) -> Situation | None:
        """None when there is nothing to decide: not a synced room, or nothing known and nothing there."""
        if work.room is not None:
            room = await self._rooms.get(work.room)
            return await self._from_event(room, work.event, work.key, work.was) if room else None
        if work.booking is not None and work.node is not None:
            return await self._from_booking(work.node, work.booking)
        return None

    async def _from_event(self, room: Room, event: EventId | None, key: str | None, was: str | None) -> Situation | None:
        stored = await self._store.link(room.id, key) if key else None
        copy = None
        if stored is None and was is not None and event is not None:
            stored, copy = await self._store.link(room.id, was), await self._graph.event(room.mailbox, event)
            return await self._renamed(room, stored, copy) if stored and copy else None
        if stored is None and event is not None:
            copy = await self._graph.event(room.mailbox, event)
            if copy is None:
                stored = await self._store.link_of_room_event(room.id, event)
            elif copy.kind != "seriesMaster":
                stored = await self._store.link(room.id, copy.instance.key)
        if stored is None and (copy is None or copy.kind == "seriesMaster"):
            return None
        side = await self._event_side(room, stored, copy)
        if stored is None:
            stored = await self._made_by_us(room, side.original)
        if stored is None and isinstance(side.reading, Absent):
            return None
        link = reopened(stored) if stored else _new(room, side)
        booking = await self._booking_side(room, link, side)
        if stored is not None and (successor := await self._successor(room, stored, side, booking)) is not None:
            return await self._renamed(room, stored, successor)
        return Situation(room, stored, seen(link, side, booking, event), side, booking)

    async def _renamed(self, room: Room, stored: Link, copy: Event) -> Situation:
        """An occurrence of a series that was moved or split, under the name that it has now."""
        link = replace(without_event(stored, copy.instance.key), instance=copy.instance)
        side = await self._event_side(room, None, copy)
        booking = await self._readings.booking(room, link)
        return Situation(room, stored, seen(link, side, booking, None), side, booking)

    async def _successor(self, room: Room, link: Link, event: EventSide, booking: BookingSide) -> Event | None:
        """A series that is split leaves its tail to a new series: the same host in the same slot, under another name."""
        occurrence = link.instance is not None and link.instance.original_start is not None
        if not (occurrence and isinstance(event.reading, Absent) and isinstance(booking.reading, Present) and booking.booking):
            return None
        found = await self._readings.unlinked_event(room, booking.booking)
        return found if isinstance(found, Event) else None

    async def _event_side(self, room: Room, stored: Link | None, copy: Event | None) -> EventSide:
        side = await self._readings.event(room, stored, copy)
        if stored is not None and stored.state is State.CLOSED and side.original and side.original.etag == stored.event_etag:
            # A read that is older than our own cancellation must not bring the meeting back.
            return replace(side, reading=Absent(Reason.EVENT_GONE))
        return side

    async def _made_by_us(self, room: Room, original: Event | None) -> Link | None:
        """An event that was made for a booking a moment ago, whose maker has not saved the link yet."""
        if original is None or original.transaction_id is None:
            return None
        return await self._store.link(room.id, original.transaction_id)

    async def _booking_side(self, room: Room, link: Link, event: EventSide) -> BookingSide:
        if link.booking_id is not None or not isinstance(event.reading, Present):
            return await self._readings.booking(room, link)
        found = await self._readings.unlinked_booking(room, link, event.reading)
        if isinstance(found, Reason):
            return BookingSide(Unknown(found))
        return await self._readings.as_read(found) if found else NO_BOOKING

    async def _from_booking(self, node: NodeId, booking_id: BookingId) -> Situation | None:
        stored = await self._store.link_of_booking(booking_id)
        booking = await self._ibss.booking(node, booking_id)
        if booking is None or (booking.cancelled and (stored is None or stored.state is State.CLOSED)):
            return None
        if stored is None:
            stored = await self._named_by(booking)
        room = await self._rooms.get(stored.room if stored else booking.room)
        if room is None:
            return None
        event = await self._event_of(room, stored, booking)
        if event.copy is not None and (stored is None or stored.instance is None):
            stored = await self._store.link(room.id, event.copy.instance.key) or stored
        link = reopened(stored) if stored else (_new(room, event) if event.copy else of_booking(booking))
        side = await self._readings.as_read(booking)
        return Situation(room, stored, seen(link, event, side, None), event, side)

    async def _named_by(self, booking: Booking) -> Link | None:
        """A booking that was made for an event a moment ago, whose maker has not saved the link yet; or one of a lost table."""
        link = await self._store.link(booking.room, booking.mirrors) if booking.mirrors else None
        if link is not None and (link.state is State.CLOSED or link.booking_id not in {None, booking.id}):
            link = None
        return link or await self._store.link(booking.room, of_booking(booking).key)

    async def _event_of(self, room: Room, stored: Link | None, booking: Booking) -> EventSide:
        if stored is not None and stored.instance is not None:
            return await self._event_side(room, stored, None)
        if booking.unsynced or booking.cancelled:
            return NO_EVENT
        try:
            found = await self._readings.unlinked_event(room, booking)
        except Unreadable:
            return EventSide(Unknown(Reason.EVENT_UNREADABLE))
        if isinstance(found, Reason):
            return EventSide(Unknown(found))
        return await self._readings.event(room, None, found) if found else NO_EVENT

    # settle

    async def _settle(self, situation: Situation) -> bool:
        """True when both sides agree, or nothing can be done about it now."""
        policy = replace(self._policy, horizon=timedelta(days=situation.room.horizon_days))
        plan = planner.plan(situation.link, situation.event.reading, situation.booking.reading, policy, self._clock())
        outcome = await self._execution.carry_out(situation, plan)
        await self._note(situation, outcome, plan)
        if outcome.link.organiser is not None and outcome.link.state is State.LINKED:
            await self._watch_host(outcome.link.organiser)
        return outcome.settled

    async def _note(self, situation: Situation, outcome: Outcome, plan: Plan) -> None:
        """The journal tells what was decided and done; a look that finds all as it was leaves no entry."""
        before, link = situation.stored, outcome.link
        unchanged = before is not None and (before.state, before.reason) == (link.state, link.reason)
        if not plan.actions and (unchanged or plan.reason in QUIET):
            return
        done = " ".join(type(action).__name__ for action in plan.actions) or "nothing"
        log.info("room %s, booking %s: %s: %s, %s", link.room, link.booking_id, plan.reason, done, outcome.result)
        await self._store.note(link.room, link.key, self._clock(), plan.reason, done, outcome.result)


def _new(room: Room, side: EventSide) -> Link:
    event = side.copy or side.original
    if event is None:
        raise Stale("event-vanished")
    return of_instance(room.id, event.instance)
