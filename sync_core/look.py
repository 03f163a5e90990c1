"""Which meeting a piece of work is about: its link, and both sides as they stand. Nothing is decided and nothing is written here.

| the work names         | the link is found by                                                                                  |
|------------------------|-------------------------------------------------------------------------------------------------------|
| a copy in a room       | its key; the key it had (series); its id in the room; the organiser's instance; the transaction id    |
| a booking              | the pointer; the event that the booking says it mirrors; its own first transaction id                 |
| neither has one        | the other half that nobody has: the same host in the same slot                                        |
| the room lost it       | the room that came instead: then the meeting has moved, and its link with it                          |
"""

from collections.abc import Mapping
from dataclasses import replace

from sync_core.errors import Later, Stale, Unreadable
from sync_core.graph.client import Graph
from sync_core.graph.events import Event
from sync_core.ibss.client import Ibss
from sync_core.ibss.wire import Booking
from sync_core.model import (
    Absent,
    Address,
    BookingId,
    EventId,
    Instance,
    Link,
    NodeId,
    Present,
    Reading,
    Reason,
    Room,
    RoomId,
    Side,
    State,
    Unknown,
)
from sync_core.queues import SyncInstance
from sync_core.readings import NO_BOOKING, NO_EVENT, BookingSide, EventSide, Readings
from sync_core.rooms import Rooms
from sync_core.situation import UNSETTLED, Situation, before, linked_in, of_booking, of_instance, reopened, seen, without_event
from sync_core.store import Store

PATIENCE = 4
"""How often what reads doubtful is read again, half a minute in all: mailboxes lag behind each other."""


NO_LONGER = EventSide(Absent(Reason.EVENT_GONE))


class Look:
    def __init__(self, graph: Graph, ibss: Ibss, store: Store, rooms: Rooms, readings: Readings) -> None:
        self._graph, self._ibss, self._store, self._rooms, self._readings = graph, ibss, store, rooms, readings

    async def at(self, work: SyncInstance) -> Situation | None:
        """None when there is nothing to decide: not a synced room, or nothing known and nothing there."""
        if work.room is not None:
            room = await self._rooms.get(work.room)
            return await self._from_room(room, work) if room else None
        if work.booking is not None and work.node is not None:
            return await self._from_booking(work.node, work.booking, work.posted)
        return None

    # from the room's side

    async def _from_room(self, room: Room, work: SyncInstance) -> Situation | None:
        stored = await self._store.link(room.id, work.key) if work.key else None
        copy = None
        if stored is None and work.event is not None:
            copy = await self._graph.event(room.mailbox, work.event)
            former = await self._store.link(room.id, work.was) if work.was else None
            if former is not None and copy is not None:
                return await self._renamed(room, former, copy)
            stored = await self._link_of_copy(room, work, copy)
        if stored is None and copy is None and work.event is not None and not work.removed and work.attempt < PATIENCE:
            raise Later("not-there-yet")
        if stored is None and (copy is None or copy.kind == "seriesMaster"):
            return None
        return await self._of_meeting(room, stored, copy, work.event, removed=work.removed)

    async def _link_of_copy(self, room: Room, work: SyncInstance, copy: Event | None) -> Link | None:
        """An exception may not say where it was before; then only its id tells which link it has."""
        if copy is not None and copy.instance.key != work.key:
            link = await self._store.link(room.id, copy.instance.key)
            if link is not None:
                return link
        if work.event is None or (copy is not None and copy.kind != "exception"):
            return None
        return await self._store.link_of_room_event(room.id, work.event)

    async def _of_meeting(
        self, room: Room, stored: Link | None, copy: Event | None, event: EventId | None, *, removed: bool = False
    ) -> Situation | None:
        side = await self._readings.event(room, stored, copy, removed=removed)
        halfway = stored is None or (stored.base is None and stored.booking_id is None)
        if halfway and (made := await self._made_for_a_booking(room, side)) is not None:
            return made
        if stored is None and side.original is not None and (copy is None or copy.instance != side.original.instance):
            stored = await self._store.link(room.id, side.original.instance.key)
        if (stored is None or stored.base is None) and (left := await self._left_behind(room, stored, side)) is not None:
            return left
        if stored is None and isinstance(side.reading, Absent):
            return await self._known_by_its_id(room, copy, event)
        side = await self._in_its_room(stored, side) if stored else side
        link = reopened(stored) if stored else _new(room, side)
        booking = await self._booking_side(room, link, side)
        if stored is not None and (successor := await self._successor(room, stored, side, booking)) is not None:
            return await self._renamed(room, stored, successor)
        return await self._situation(room, stored, seen(link, side, booking, event), side, booking)

    async def _known_by_its_id(self, room: Room, copy: Event | None, event: EventId | None) -> Situation | None:
        """A room invited to one occurrence alone has it as a single event, whose name does not lead to the link once the
        organiser's is gone or stands elsewhere.
        """
        link = await self._store.link_of_room_event(room.id, event) if event else None
        return await self._of_meeting(room, link, copy, event) if link else None

    async def _in_its_room(self, stored: Link, side: EventSide) -> EventSide:
        """Two corrections that only the link allows: a read that is older than our own cancellation must not bring the meeting
        back, and a meeting that left this room for another has moved and is not gone.
        """
        original = side.original
        if original is None or original.cancelled:
            return side
        if stored.state is State.CLOSED:
            return replace(side, reading=Absent(Reason.EVENT_GONE)) if original.etag == stored.event_etag else side
        room = await self._rooms.get(stored.room)
        if (stored.base or stored.intent) is None or room is None or original.is_in(room.mailbox):
            return side
        if (taken := await self._room_that_came(stored, original)) is None:
            return side
        return EventSide(await self._readings.present(original, taken), original, side.copy)

    async def _room_that_came(self, stored: Link, original: Event) -> Room | None:
        """A room on the event that has no booking of it yet, and has not declined."""
        for room in (await self._rooms.all()).values():
            attendee = original.attendee(room.mailbox)
            if attendee is not None and attendee.response != "declined":
                link = await self._store.link(room.id, stored.key)
                if link is None or link.base is None:
                    return room
        return None

    async def _left_behind(self, room: Room, stored: Link | None, side: EventSide) -> Situation | None:
        """The meeting came from another room, where its booking still is; or that booking holds this room as well."""
        original = side.original
        if original is None or not isinstance(side.reading, Present):
            return None
        for former in await self._store.rooms_of(original.instance.key):
            other = await self._rooms.get(former)
            link = await self._store.link(former, original.instance.key) if former != room.id else None
            if link is not None and link.event_id == original.id and before(original.modified, link.event_at):
                raise Later("lags-behind")
            if other is None or link is None or not await self._has_booking(other, link):
                continue
            if link.base is None:
                return None if original.is_in(other.mailbox) else await self._of_meeting(other, link, None, None)
            if room.id in link.base.linked and stored is not None and stored.state is not State.CLOSED:
                return Situation(room, stored, stored, NO_EVENT, NO_BOOKING)
            if room.id in link.base.linked or not original.is_in(other.mailbox):
                return await self._of_meeting(other, link, None, None)
        return None

    async def _has_booking(self, room: Room, link: Link) -> bool:
        """Also one that was made a moment ago, by a worker that has not noted it."""
        if link.base is not None or link.intent is None or link.born is Side.IBSS:
            return link.base is not None
        return isinstance((await self._booking_side(room, link, NO_EVENT)).reading, Present)

    async def _made_for_a_booking(self, room: Room, side: EventSide) -> Situation | None:
        """An event made for a booking, whose maker has not saved the link; or never will, for the booking was cancelled."""
        transaction = side.original.transaction_id if side.original else None
        stored = await self._store.link(room.id, transaction) if transaction else None
        if transaction is not None and (stored is None or stored.reason is Reason.GOES_ON):
            return await self._made_elsewhere(room, side, transaction)
        if stored is None:
            return None
        if stored.state is State.CLOSED and isinstance(side.reading, Present):
            link = replace(seen(stored, side, NO_BOOKING, None), intent=side.reading.essence)
            return await self._situation(room, stored, link, side, BookingSide(Absent(Reason.BOOKING_GONE)))
        side, booking = await self._in_its_room(stored, side), await self._readings.booking(room, stored)
        return await self._situation(room, stored, seen(stored, side, booking, None), side, booking)

    async def _made_elsewhere(self, room: Room, side: EventSide, transaction: str) -> Situation | None:
        """The same, seen from a room that the booking holds beside its own; or that came instead, before the link was saved."""
        for former in await self._store.rooms_of(transaction):
            other, link = await self._rooms.get(former), await self._store.link(former, transaction)
            if other is None or link is None or link.intent is None:
                continue
            booking = await self._readings.booking(other, link)
            if room.id in link.intent.linked:
                side = replace(await self._readings.event(other, None, side.copy), copy=None)  # it is this room's
            elif side.original is None or side.original.is_in(other.mailbox):
                continue
            return await self._situation(other, link, seen(link, side, booking, None), side, booking)
        return None

    async def _renamed(self, room: Room, stored: Link, copy: Event) -> Situation:
        """An occurrence of a series that was moved or split, under the name that it has now."""
        link = replace(without_event(stored, copy.instance.key), instance=copy.instance)
        side = await self._readings.event(room, None, copy)
        booking = await self._readings.booking(room, link)
        return await self._situation(room, stored, seen(link, side, booking, None), side, booking)

    async def _successor(self, room: Room, link: Link, event: EventSide, booking: BookingSide) -> Event | None:
        """A series that is split leaves its tail to a new series: the same host in the same slot, under another name."""
        occurrence = link.instance is not None and link.instance.original_start is not None
        if not (occurrence and isinstance(event.reading, Absent) and isinstance(booking.reading, Present) and booking.booking):
            return None
        return await self._readings.successor(room, booking.booking)

    async def _booking_side(self, room: Room, link: Link, event: EventSide) -> BookingSide:
        """A create whose answer was lost may have made the booking, also when its event is gone by now."""
        asked = link.intent if link.state is not State.CLOSED else None
        wanted = asked or (event.reading.essence if isinstance(event.reading, Present) else None)
        if link.booking_id is not None or wanted is None:
            return await self._readings.booking(room, link)
        found = await self._readings.unlinked_booking(room, link, wanted)
        if isinstance(found, Reason):
            return BookingSide(Unknown(found))
        return await self._readings.as_read(found) if found else NO_BOOKING

    async def _situation(self, room: Room, stored: Link | None, link: Link, event: EventSide, booking: BookingSide) -> Situation:
        """Of the other rooms on the event, those that the booking holds, or held when both agreed, belong to this link."""
        if stored is not None and await self._is_anothers(stored, link):
            event, link = NO_LONGER, seen(stored, NO_LONGER, booking, None)
        known = linked_in(link, booking.reading)
        if known:
            rooms = {each.mailbox: each.id for each in (await self._rooms.all()).values() if each.id in known}
            event = replace(event, reading=_with_linked(event.reading, rooms, event.original))
        return Situation(room, stored, link, event, booking)

    async def _is_anothers(self, stored: Link, link: Link) -> bool:
        """A series was moved, and before its link could follow, an occurrence was booked anew under the name that it has now."""
        has_half = stored.base is None and stored.state is not State.CLOSED and stored.booking_id is not None
        if has_half or (stored.room, stored.key) == (link.room, link.key):
            return False
        other = await self._store.link(link.room, link.key)
        return other is not None and other.base is not None and other.booking_id not in {None, link.booking_id}

    # from IBSS's side

    async def _from_booking(self, node: NodeId, booking_id: BookingId, posted: str | None) -> Situation | None:
        stored = await self._store.link_of_booking(booking_id)
        settled = stored is not None and stored.state in {State.LINKED, State.CLOSED} and stored.reason not in UNSETTLED
        if stored is not None and settled and stored.booking_etag == posted:
            return None  # our own write that comes back
        booking = await self._ibss.booking(node, booking_id)
        if booking is None:
            return None
        if booking.cancelled and stored is None and await self._store.had_a_link(booking.id):
            return None  # its event is being booked again, or has another booking by now
        stored = stored or await self._named_by(booking)
        if booking.cancelled and (stored is None or stored.state is State.CLOSED):
            return None
        room = await self._rooms.get(stored.room if stored else booking.room)
        if room is None:
            return None
        event = await self._event_of(room, _with_event_made(stored, booking), booking)
        if event.copy is not None and (stored is None or stored.instance is None):
            named = await self._store.link(room.id, event.copy.instance.key)
            if named is not None:  # it has come since, and knows better than the room's copy
                stored, event = named, await self._event_of(room, named, booking)
        link = reopened(stored) if stored else (_new(room, event) if event.copy else of_booking(booking))
        side = await self._readings.as_read(booking)
        return await self._situation(room, stored, seen(link, event, side, None), event, side)

    async def _named_by(self, booking: Booking) -> Link | None:
        """A booking that was made for an event, whose maker has not saved the link yet, or never has; or one of a lost table."""
        rooms = await self._store.rooms_of(booking.mirrors) if booking.mirrors else ()
        for room in (booking.room, *rooms):
            link = await self._store.link(room, booking.mirrors) if booking.mirrors else None
            if link is not None and link.booking_id in {None, booking.id} and (link.state is not State.CLOSED or link.intent):
                return link
        return await self._store.link(booking.room, of_booking(booking).key)

    async def _event_of(self, room: Room, stored: Link | None, booking: Booking) -> EventSide:
        if stored is not None and stored.instance is not None:
            return await self._in_its_room(stored, await self._readings.event(room, stored, None))
        try:
            if booking.cancelled:
                return await self._readings.event_made(room, stored) if stored else NO_EVENT
            found = await self._readings.unlinked_event(room, booking)
            if found is None and stored is not None and await self._readings.taken_back(room, stored):
                return EventSide(Absent(Reason.EVENT_GONE))
            if found is None and stored is not None and await self._readings.vanished(stored):
                return EventSide(Absent(Reason.EVENT_GONE), traceless=True)
        except Unreadable:
            return EventSide(Unknown(Reason.EVENT_UNREADABLE))
        if isinstance(found, Reason):
            return EventSide(Unknown(found))
        side = await self._readings.event(room, None, found) if found else NO_EVENT
        return NO_EVENT if await self._made_for_another(room, side, booking) else side

    async def _made_for_another(self, room: Room, side: EventSide, booking: Booking) -> bool:
        """It was moved to this booking's slot before its maker has saved the link to its own."""
        transaction = side.original.transaction_id if side.original else None
        link = await self._store.link(room.id, transaction) if transaction else None
        return link is not None and link.state is State.CREATING and link.booking_id not in {None, booking.id}


def _with_event_made(stored: Link | None, booking: Booking) -> Link | None:
    """A booking names its event before the link does. One that is made again names the former event until it has another."""
    if stored is None or stored.intent is None or stored.instance is not None or stored.generation or not booking.mirrors:
        return stored
    return replace(stored, instance=Instance(booking.mirrors), organiser=stored.intent.host)


def _with_linked(reading: Reading, rooms: Mapping[Address, RoomId], original: Event | None) -> Reading:
    """A linked room that has declined is not in the meeting, as the booking's own room would not be."""
    match reading:
        case Present():
            there = {a.address for a in original.attendees if a.response != "declined"} if original else set()
            linked = frozenset(room for mailbox, room in rooms.items() if mailbox in reading.others & there)
            return replace(reading, essence=replace(reading.essence, linked=linked), others=reading.others - frozenset(rooms))
        case Absent(elsewhere=Present() as elsewhere):
            stands = _with_linked(elsewhere, rooms, original)
            return replace(reading, elsewhere=stands if isinstance(stands, Present) else None)
    return reading


def _new(room: Room, side: EventSide) -> Link:
    event = side.original or side.copy
    if event is None:
        raise Stale("event-vanished")
    return of_instance(room.id, event.instance)
