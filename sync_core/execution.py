"""Carries a plan out, in the order that survives a crash between any two steps.

Intent, then create, then link. Remote write, then base. Whatever is left undone, the next look finds enough to finish it, and
nothing is made twice: a create is asked for under a name that both systems remember.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from sync_core.dispute import remembering
from sync_core.errors import Refused, Stale, Unreadable
from sync_core.graph import events
from sync_core.graph.client import Graph
from sync_core.graph.events import Event
from sync_core.graph.wire import EventChange
from sync_core.guests import Guests
from sync_core.ibss import wire as ibss_wire
from sync_core.ibss.client import Ibss
from sync_core.ibss.wire import Booking
from sync_core.model import Absent, Essence, Field, Link, Present, Reason, Room, RoomId, Side, State, Unknown
from sync_core.own_writes import CANCELLING, asking_for, writing
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
from sync_core.situation import Situation, idempotency_key, seen, transaction_id, without_booking, without_event
from sync_core.store import Store

DONE = "done"
NOT_THE_ORGANIZER = "ErrorAccessDenied"
ROOM_TAKEN = "RoomTaken"
"""Our own refusal, in the words of the others'."""
SLOT_TAKEN = frozenset({"SpaceConflict", ROOM_TAKEN})
"""Refusals that end when somebody else's meeting does."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The link as saved; whether both sides now agree, or nothing can be done about it; and what is to be said of it."""

    link: Link
    settled: bool = True
    result: str = DONE


class Execution:
    def __init__(self, graph: Graph, ibss: Ibss, store: Store, rooms: Rooms, guests: Guests) -> None:
        self._graph, self._ibss, self._store, self._rooms, self._guests = graph, ibss, store, rooms, guests

    async def carry_out(self, situation: Situation, plan: Plan, now: datetime) -> Outcome:
        """Raises Later, Stale and Gone: then nothing is remembered but what was done. A refusal is remembered, and what one side
        refuses does not keep the other from being put right.
        """
        match plan.actions:
            case ():
                return Outcome(await self._remember(situation, plan))
            case (CreateBooking(target),):
                return await self._create_booking(situation, plan, target)
            case (CreateEvent(target),):
                return await self._create_event(situation, plan, target)
        situation = await self._announce(situation, plan)
        link, refusal, done = _as_read(situation), None, list[Action]()
        for action in plan.actions:
            try:
                link = await self._write(situation, link, action)
                done.append(action)
            except Refused as error:
                refusal = error
        link = replace(link, trail=remembering(situation.link, replace(plan, actions=tuple(done)), now))
        if refusal is not None:
            agreed = situation.link
            link = replace(link, base=agreed.base, kept=agreed.kept, writing=link.writing - {CANCELLING})
            return await self._refused(situation.stored, link, refusal)
        return Outcome(await self._save(situation.stored, _standing(link, plan)))

    async def _announce(self, situation: Situation, plan: Plan) -> Situation:
        """What is about to be written is noted first, and which event was seen. Raises Stale when another worker was faster: then
        nothing is written.
        """
        stored, begun = situation.stored, writing(situation.link, plan)
        if not begun or (stored is not None and begun == stored.writing):
            return situation
        seen_there, was = situation.link, stored or situation.link
        known = replace(was, organiser=seen_there.organiser, event_id=seen_there.event_id, event_at=seen_there.event_at)
        noted = await self._save(stored, replace(known, writing=begun))
        return replace(situation, stored=noted, link=replace(situation.link, writing=begun))

    async def hold(self, situation: Situation, reason: Reason, state: State | None = None) -> Outcome:
        """What was planned is not done, and the link says why."""
        link, stored = situation.link, situation.stored
        held = replace(link, state=state or (stored.state if stored else link.state), reason=reason)
        return Outcome(await self._save(stored, held), result=reason)

    async def _save(self, stored: Link | None, link: Link) -> Link:
        """New, changed, or under another name. Whom a booking belongs to is written first: a link that is found by nobody would
        never follow its booking. Raises Stale when another worker was faster.
        """
        if stored == link:
            return link
        renamed = stored is None or (stored.room, stored.key) != (link.room, link.key)
        if link.booking_id is not None and (renamed or stored is None or stored.booking_id != link.booking_id):
            await self._store.point(link.booking_id, link, stored)
        if renamed:
            await self._store.remember_room(link.key, link.room)
        if stored is None:
            return await self._store.save_link(replace(link, row_etag=None))
        return await (
            self._store.rename_link(stored, link) if renamed else self._store.save_link(replace(link, row_etag=stored.row_etag))
        )

    async def _remember(self, situation: Situation, plan: Plan) -> Link:
        """Nothing to write remotely. Where nothing is there, a tombstone stays as it is and nothing new is kept; of a frozen
        meeting, and of one that is over and may be held again, stays what was last agreed.
        """
        stored = situation.stored
        if stored is None and plan.reason in {Reason.OVER, Reason.NOTHING_THERE}:
            return situation.link
        if stored is not None and stored.state is State.CLOSED and plan.state is State.CLOSED:
            return stored
        left = plan.state is State.FROZEN or plan.reason is Reason.OVER
        link = situation.link if left else _as_read(situation)
        return await self._save(stored, _standing(link, plan))

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
        link = replace(link, intent=None, refused=refused).standing(state, reason, refusal.code)
        return Outcome(await self._save(stored, link), result=f"{reason} ({refusal.code})")

    # creates

    async def _create_booking(self, situation: Situation, plan: Plan, target: Essence) -> Outcome:
        guests = await self._guests.of(_known_event(situation), situation.room, target.people)
        begun = _begun(situation)
        link = await self._intend(situation, without_booking(situation.link), target, Side.IBSS)
        try:
            booking = await self._ibss.create_booking(situation.room.node, target, guests, link.key, idempotency_key(link))
        except Refused as refusal:
            return await self._refused(link, link, refusal)
        kept = begun or ibss_wire.essence_of(booking, await self._rooms.all())
        done = replace(
            link, booking_id=booking.id, node_id=booking.node, booking_etag=booking.etag, base=begun or target, kept=kept
        )
        done = replace(done, booking_at=booking.modified)
        return await self._made(link, _standing(done, plan), begun)

    async def _create_event(self, situation: Situation, plan: Plan, target: Essence) -> Outcome:
        """In the room where the booking is by now."""
        booking, begun, room = _booking(situation), _begun(situation), await self._rooms.get(target.room)
        if room is None:
            raise Stale("room-not-synced")
        named = without_event(situation.link, transaction_id(booking.id, _generation(situation)))
        link = await self._intend(situation, replace(named, room=room.id), target, Side.OUTLOOK)
        try:
            await self._refuse_taken(target, room, link.key)
            names, linked = ibss_wire.names_of(booking), await self._rooms.of(target.linked)
            event = await self._graph.create_event(target, room, link.key, names, linked)
        except (Refused, Unreadable) as refusal:
            return await self._refused(link, link, refusal)
        booking = await self._mark(booking, event.instance.key)
        base = replace(events.essence_of(event, room, await self._rooms.mailboxes()), linked=target.linked)
        done = seen(link, EventSide(situation.event.reading, event), BookingSide(situation.booking.reading, booking), None)
        done = replace(done, base=begun or base, kept=begun or target)
        return await self._made(link, _standing(done, plan), begun)

    async def _made(self, intended: Link, link: Link, begun: Essence | None) -> Outcome:
        """What was asked for more than once may not be as it was asked for last: then another round looks."""
        if begun is not None:
            link = replace(link, writing=intended.writing)
        return Outcome(await self._save(intended, link), settled=begun is None)

    async def _refuse_taken(self, target: Essence, room: Room, transaction: str) -> None:
        """Exchange checks a room that is invited; what is written into its own calendar it does not (msgraph-sdk-dotnet 243)."""
        if target.host != room.mailbox:
            return
        there = await self._graph.window(room.mailbox, target.slot.start, target.slot.end)
        if any(not event.cancelled and event.transaction_id != transaction for event in there):
            raise Refused(ROOM_TAKEN)

    async def _intend(self, situation: Situation, link: Link, target: Essence, side: Side) -> Link:
        """Written before the create: a crash after it leaves the name under which the create is asked for again. A repeat may be
        answered with what the first attempt made, as people have changed it since; so what that one asked for stays as the base
        of both, from which another round writes what has changed.
        """
        begun = _begun(situation)
        asked = link.asked if begun and link.asked else link.key
        intended = replace(link, base=None, kept=None, refused=None, intent=begun or target, asked=asked)
        intended = replace(intended, generation=_generation(situation), writing=asking_for(situation.link, target, side))
        return await self._save(situation.stored, intended.standing(State.CREATING, Reason.NOTHING_THERE))

    async def _mark(self, booking: Booking, mirrors: str) -> Booking:
        """So that the booking itself says which event it mirrors. Where it cannot be marked, the link still knows."""
        try:
            return await self._ibss.mark_booking(booking, mirrors)
        except (Stale, Refused, Unreadable):
            return booking

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
                await self._end_event(situation)
                return link
            case ReleaseRoom():
                await self._release_room(situation)
                return link
            case CreateBooking() | CreateEvent():
                raise AssertionError("a create stands alone in its plan")
            case _:
                assert_never(action)

    async def _end_event(self, situation: Situation) -> None:
        """Where Graph lets nobody but somebody else cancel it, the room declines (Microsoft docs, event-cancel)."""
        original, copy = _original(situation), situation.link.room_event_id
        try:
            await self._graph.end_event(original.organiser, original)
        except Refused as refusal:
            if refusal.code != NOT_THE_ORGANIZER or copy is None:
                raise
            await self._graph.decline_event(situation.room.mailbox, copy)

    async def _cancel_booking(self, situation: Situation, link: Link) -> Link:
        """Unless another link has taken the booking over meanwhile."""
        owner, stored = await self._store.link_of_booking(_booking(situation).id), situation.stored
        if owner is not None and stored is not None and (owner.room, owner.key) != (stored.room, stored.key):
            return link
        booking = await self._ibss.cancel_booking(_booking(situation))
        return replace(link, booking_etag=booking.etag, booking_at=booking.modified)

    async def _update_booking(self, situation: Situation, link: Link, target: Essence, fields: frozenset[Field]) -> Link:
        """What the answer says is what IBSS keeps, which may be less than was asked for."""
        booking, rooms = _booking(situation), await self._rooms.all()
        new = target.people - ibss_wire.people_of(booking)
        guests = await self._guests.of(_known_event(situation), situation.room, new)
        written = await self._ibss.update_booking(booking, target, fields, guests, rooms)
        kept = ibss_wire.essence_of(written, rooms)
        link = replace(link, booking_etag=written.etag, booking_at=written.modified, node_id=written.node)
        return replace(link, kept=kept, room=kept.room)

    async def _update_event(self, situation: Situation, link: Link, target: Essence, fields: frozenset[Field]) -> Link:
        original, mailboxes = _original(situation), await self._rooms.mailboxes()
        taken = await self._rooms.get(target.room)
        if taken is None:
            raise Stale("room-not-synced")
        if original.organiser == situation.room.mailbox and taken != situation.room:
            return await self._hold_in(taken, situation, link, target)
        now = _linked_now(situation)
        joined, released = await self._rooms.of(target.linked - now), await self._rooms.of(now - target.linked)
        names = ibss_wire.names_of(_booking(situation))
        change = EventChange(target, fields, situation.room, taken, mailboxes, names, joined, released)
        written = await self._graph.update_event(original.organiser, original, change)
        base = replace(events.essence_of(written, taken, mailboxes), linked=target.linked)
        return replace(link, event_etag=written.etag, event_at=written.modified, base=base, room=taken.id)

    async def _hold_in(self, taken: Room, situation: Situation, link: Link, target: Essence) -> Link:
        """An event of the room's own cannot leave its calendar. The new one is made before the old one is released."""
        booking, original, generation = _booking(situation), _original(situation), link.generation + 1
        target, transaction = replace(target, host=taken.mailbox), transaction_id(booking.id, generation)
        await self._refuse_taken(target, taken, transaction)
        made = await self._graph.create_event(target, taken, transaction, {}, await self._rooms.of(target.linked))
        await self._graph.end_event(original.organiser, original)
        base = replace(events.essence_of(made, taken, await self._rooms.mailboxes()), linked=target.linked)
        moved = replace(link, room=taken.id, generation=generation, base=base, room_event_id=made.id, organiser=made.organiser)
        return seen(moved, EventSide(situation.event.reading, made), situation.booking, None)

    async def _release_room(self, situation: Situation) -> None:
        """Of an event that only the room has, nothing is left without it."""
        original = situation.event.original
        if original is not None and original.organiser == situation.room.mailbox:
            await self._graph.end_event(original.organiser, original)
        elif original is not None:
            rooms = [situation.room, *await self._rooms.of(_linked_now(situation))]
            await self._graph.release_rooms(original.organiser, original, rooms)
        elif situation.event.copy is not None:
            await self._graph.decline_event(situation.room.mailbox, situation.event.copy.id)


def _begun(situation: Situation) -> Essence | None:
    """What a create asked for that was begun and not finished."""
    stored = situation.stored
    return stored.intent if stored is not None and stored.state is State.CREATING else None


def _linked_now(situation: Situation) -> frozenset[RoomId]:
    """The linked rooms that are on the event."""
    reading = situation.event.reading
    stands = reading if isinstance(reading, Present) else reading.elsewhere if isinstance(reading, Absent) else None
    return stands.essence.linked if stands else frozenset()


def _generation(situation: Situation) -> int:
    """A create that was begun goes on under its name; every other has a new one."""
    fresh = situation.stored is None or _begun(situation) is not None
    return situation.link.generation if fresh else situation.link.generation + 1


def _as_read(situation: Situation) -> Link:
    """The link with each side that was just read for its base."""
    event, booking, link = situation.event.reading, situation.booking.reading, situation.link
    if isinstance(event, Unknown) or isinstance(booking, Unknown):
        return link
    stands = event if isinstance(event, Present) else event.elsewhere
    base = stands.essence if stands is not None else link.base
    if stands is not None and not stands.writable and link.base is None and isinstance(booking, Present):
        base = _believed(stands.essence, booking.essence)
    if isinstance(event, Present) and isinstance(booking, Present) and event.essence.room == booking.essence.room:
        link = replace(link, room=booking.essence.room)  # who moved them both may have died before it moved the link
    return replace(link, base=base, kept=booking.essence if isinstance(booking, Present) else link.kept)


def _believed(copy: Essence, booking: Essence) -> Essence:
    """Of a room's copy alone nothing was believed but the slot: what its host's says, once it can be read, is then a change."""
    return copy if copy.private else replace(copy, subject=booking.subject, people=booking.people)


def _standing(link: Link, plan: Plan) -> Link:
    """As the plan leaves it: a link that is closed or was never agreed on has no base, and one that is made has no intent. What
    was asked for and never answered may turn up yet.
    """
    if plan.state is State.LINKED:
        link = replace(link, intent=None, refused=None, asked="", writing=frozenset())
    elif plan.state is State.CLOSED or plan.state is not link.state:
        unanswered = link.intent if plan.state is State.CLOSED and link.booking_id is None else None
        link = replace(link, base=None, kept=None, intent=unanswered, asked="", writing=frozenset())
    return link.standing(plan.state, plan.reason)


def _booking(situation: Situation) -> Booking:
    if situation.booking.booking is None:
        raise Stale("booking-vanished")
    return situation.booking.booking


def _known_event(situation: Situation) -> Event | None:
    return situation.event.original or situation.event.copy


def _original(situation: Situation) -> Event:
    if situation.event.original is None:
        raise Stale("event-vanished")
    return situation.event.original
