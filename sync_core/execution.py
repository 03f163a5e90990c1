"""Carries a plan out, in the order that survives a crash between any two steps.

Intent, then create, then link. Remote write, then base. Whatever is left undone, the next look finds enough to finish it, and
nothing is made twice: a create is asked for under a name that both systems remember.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from sync_core.errors import Refused, Stale, Unreadable
from sync_core.graph import events
from sync_core.graph.client import Graph
from sync_core.graph.events import Event
from sync_core.ibss import wire as ibss_wire
from sync_core.ibss.client import Ibss
from sync_core.ibss.wire import Booking, Guest
from sync_core.model import Address, Essence, Field, Link, Reason, Room, State, differences
from sync_core.planner import (
    Action,
    CancelBooking,
    CancelEvent,
    CreateBooking,
    CreateEvent,
    Plan,
    ReleaseRoom,
    UpdateBooking,
    UpdateEvent,
)
from sync_core.readings import BookingSide, EventSide
from sync_core.rooms import Rooms
from sync_core.settings import Visitors
from sync_core.situation import Situation, idempotency_key, seen, transaction_id, without_event
from sync_core.store import Store


@dataclass(frozen=True, slots=True)
class VisitorPolicy:
    """Who of the people of a meeting IBSS expects at the door."""

    visitors: Visitors
    tenant_domains: frozenset[str]

    def may_be(self, person: Address) -> bool:
        """None, all, or those whose domain is not the tenant's; of these IBSS may still say that it knows them."""
        if self.visitors is Visitors.EXTERNAL:
            return person.rpartition("@")[2] not in self.tenant_domains
        return self.visitors is Visitors.ALL


@dataclass(frozen=True, slots=True)
class Outcome:
    """The link as saved; whether both sides now agree, or nothing can be done about it; and what is to be said of it."""

    link: Link
    settled: bool = True
    result: str = "done"


class Execution:
    def __init__(self, graph: Graph, ibss: Ibss, store: Store, rooms: Rooms, visitors: VisitorPolicy) -> None:
        self._graph, self._ibss, self._store, self._rooms, self._visitors = graph, ibss, store, rooms, visitors

    async def carry_out(self, situation: Situation, plan: Plan) -> Outcome:
        """Raises Later, Stale and Gone: then nothing is remembered but what was done. A refusal is remembered."""
        match plan.actions:
            case ():
                return Outcome(await self._remember(situation, plan))
            case (CreateBooking(target),):
                return await self._create_booking(situation, plan, target)
            case (CreateEvent(target),):
                return await self._create_event(situation, plan, target)
        link = situation.link
        try:
            for action in plan.actions:
                link = await self._write(situation, link, action)
        except Refused as refusal:
            return await self._refused(situation.stored, link, refusal)
        base = plan.base if plan.state is State.LINKED else None
        link = replace(link, base=base, intent=None).standing(plan.state, plan.reason)
        return Outcome(await self._save(situation.stored, link))

    async def _save(self, stored: Link | None, link: Link) -> Link:
        """New, changed, or under another key. Raises Stale when another worker was faster."""
        if stored is None:
            # A booking that is taken over belongs to the new link first: else the old one would still cancel it.
            if link.booking_id is not None:
                await self._store.point(link.booking_id, link)
            return await self._store.save_link(replace(link, row_etag=None))
        if stored == link:
            return stored
        saved = await self._store.rename_link(stored, link)
        moved = (stored.room, stored.key, stored.booking_id) != (link.room, link.key, link.booking_id)
        if link.booking_id is not None and moved:
            await self._store.point(link.booking_id, link)
        return saved

    async def _remember(self, situation: Situation, plan: Plan) -> Link:
        """Nothing to write remotely. Where nothing is there, a tombstone stays as it is and nothing new is kept."""
        stored = situation.stored
        if stored is None and plan.reason in {Reason.OVER, Reason.NOTHING_THERE}:
            return situation.link
        if stored is not None and stored.state is State.CLOSED and plan.state is State.CLOSED:
            return stored
        link = replace(situation.link, base=plan.base, intent=None if plan.base else situation.link.intent)
        return await self._save(stored, link.standing(plan.state, plan.reason))

    async def _refused(self, stored: Link | None, link: Link, refusal: Refused | Unreadable) -> Outcome:
        """The other half stands as it was. Nothing is deleted for it, and nothing is tried again until something changes."""
        match refusal:
            case Unreadable():
                state, reason = State.NOT_SYNCED, Reason.HOST_WITHOUT_MAILBOX
            case Refused(code="BookingInPast"):
                state, reason = State.REJECTED, Reason.STARTS_IN_PAST
            case _:
                state, reason = State.REJECTED, Reason.REFUSED
        refused = link.intent if reason is Reason.STARTS_IN_PAST else None
        link = replace(link, intent=refused).standing(state, reason, refusal.code)
        return Outcome(await self._save(stored, link), result=f"{reason} ({refusal.code})")

    # creates

    async def _create_booking(self, situation: Situation, plan: Plan, target: Essence) -> Outcome:
        guests = await self._guests(situation, target.people)
        link = await self._intend(situation.stored, situation.link, target, _generation(situation))
        try:
            booking = await self._ibss.create_booking(situation.room.node, target, guests, link.key, idempotency_key(link))
        except Refused as refusal:
            return await self._refused(link, link, refusal)
        made = ibss_wire.essence_of(booking, await self._rooms.mailboxes())
        done = replace(link, booking_id=booking.id, node_id=booking.node, booking_etag=booking.etag)
        return await self._finish(link, done, plan, made, target)

    async def _create_event(self, situation: Situation, plan: Plan, target: Essence) -> Outcome:
        booking, generation = _booking(situation), _generation(situation)
        link = without_event(situation.link, transaction_id(booking.id, generation))
        link = await self._intend(situation.stored, link, target, generation)
        try:
            event = await self._graph.create_event(target, situation.room, link.key, ibss_wire.names_of(booking))
        except (Refused, Unreadable) as refusal:
            return await self._refused(link, link, refusal)
        booking = await self._mark(booking, event.instance.key)
        made = events.essence_of(event, situation.room, await self._rooms.mailboxes())
        side = BookingSide(situation.booking.reading, booking)
        return await self._finish(link, seen(link, EventSide(situation.event.reading, event), side, None), plan, made, target)

    async def _intend(self, stored: Link | None, link: Link, target: Essence, generation: int) -> Link:
        """Written before the create: a crash after it leaves the name under which the create is asked for again."""
        intended = replace(link, base=None, intent=target, generation=generation)
        return await self._save(stored, intended.standing(State.CREATING, Reason.NOTHING_THERE))

    async def _finish(self, intended: Link, done: Link, plan: Plan, made: Essence, target: Essence) -> Outcome:
        """A repeat may have been answered with what the first attempt made, which by now is not what is wanted: then the base is
        what was made, and another round writes the difference.
        """
        done = replace(done, base=made, intent=None).standing(plan.state, plan.reason)
        return Outcome(await self._save(intended, done), settled=not differences(made, target))

    async def _mark(self, booking: Booking, mirrors: str) -> Booking:
        """So that the booking itself says which event it mirrors. Where it cannot be marked, the link still knows."""
        try:
            return await self._ibss.mark_booking(booking, mirrors)
        except (Stale, Refused, Unreadable):
            return booking

    async def _guests(self, situation: Situation, people: frozenset[Address]) -> Mapping[Address, Guest]:
        event = situation.event.original or situation.event.copy
        names = {a.address: a.name for a in event.attendees} if event else {}
        return {person: Guest(names.get(person, ""), await self._is_visitor(situation.room, person)) for person in people}

    async def _is_visitor(self, room: Room, person: Address) -> bool:
        if not self._visitors.may_be(person):
            return False
        return self._visitors.visitors is Visitors.ALL or not await self._ibss.knows(room.building, person)

    # writes in place

    async def _write(self, situation: Situation, link: Link, action: Action) -> Link:
        match action:
            case UpdateBooking(target, fields):
                return await self._update_booking(situation, link, target, fields)
            case CancelBooking():
                return await self._cancel_booking(situation, link)
            case UpdateEvent(target, fields):
                return await self._update_event(situation, link, target, fields)
            case CancelEvent():
                original = _original(situation)
                await self._graph.cancel_event(original.organiser, original.id)
                return link
            case ReleaseRoom():
                await self._release_room(situation)
                return link
            case CreateBooking() | CreateEvent():
                raise AssertionError("a create stands alone in its plan")
            case _:
                assert_never(action)

    async def _cancel_booking(self, situation: Situation, link: Link) -> Link:
        """Unless another event has taken the booking over meanwhile."""
        owner = await self._store.link_of_booking(_booking(situation).id)
        if situation.stored is None or owner is None or owner.key != situation.stored.key:
            return link
        booking = await self._ibss.cancel_booking(_booking(situation))
        return replace(link, booking_etag=booking.etag)

    async def _update_booking(self, situation: Situation, link: Link, target: Essence, fields: frozenset[Field]) -> Link:
        booking = _booking(situation)
        guests = await self._guests(situation, target.people - ibss_wire.people_of(booking))
        written = await self._ibss.update_booking(booking, target, fields, guests)
        return replace(link, booking_etag=written.etag, node_id=written.node)

    async def _update_event(self, situation: Situation, link: Link, target: Essence, fields: frozenset[Field]) -> Link:
        original = _original(situation)
        taken = await self._rooms.get(target.room)
        if taken is None:
            raise Stale("room-not-synced")
        names = ibss_wire.names_of(_booking(situation))
        rooms = (situation.room, taken)
        written = await self._graph.update_event(original.organiser, original, target, fields, rooms, names)
        return replace(link, event_etag=written.etag, room=taken.id)

    async def _release_room(self, situation: Situation) -> None:
        if situation.event.original is not None:
            original = situation.event.original
            await self._graph.release_room(original.organiser, original, situation.room)
        elif situation.event.copy is not None:
            await self._graph.decline_event(situation.room.mailbox, situation.event.copy.id)


def _generation(situation: Situation) -> int:
    """A create that was begun and not finished goes on under its name; every other begins a new one."""
    begun = situation.stored is None or situation.stored.state is State.CREATING
    return situation.link.generation if begun else situation.link.generation + 1


def _booking(situation: Situation) -> Booking:
    if situation.booking.booking is None:
        raise Stale("booking-vanished")
    return situation.booking.booking


def _original(situation: Situation) -> Event:
    if situation.event.original is None:
        raise Stale("event-vanished")
    return situation.event.original
