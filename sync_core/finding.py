"""Which meetings a question names: by a booking, by an event in somebody's mailbox, or by a room and a moment.

Each place that was looked at is told, so that "nobody knows it" says what was looked for and where.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sync_core.errors import SyncError
from sync_core.graph.client import Graph
from sync_core.graph.events import Event
from sync_core.ibss.client import Ibss
from sync_core.ibss.estate import Node
from sync_core.ibss.wire import Booking
from sync_core.model import Address, BookingId, Essence, EventId, Link, Room, RoomId
from sync_core.queues import SyncInstance
from sync_core.rooms import Rooms
from sync_core.situation import work_of
from sync_core.store import Store


@dataclass(frozen=True, slots=True)
class ByBooking:
    booking: BookingId


@dataclass(frozen=True, slots=True)
class ByEvent:
    mailbox: Address
    event: EventId


@dataclass(frozen=True, slots=True)
class ByMoment:
    """`room` is a space id or a mailbox."""

    room: str
    at: datetime


type Question = ByBooking | ByEvent | ByMoment


@dataclass(frozen=True, slots=True)
class Clue:
    """Where to look at a meeting, and what was found on the way to it."""

    work: SyncInstance
    link: Link | None = None
    booking: Booking | None = None


@dataclass(slots=True)
class Trail:
    clues: list[Clue] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)


class Finding:
    def __init__(self, graph: Graph, ibss: Ibss, store: Store, rooms: Rooms) -> None:
        self._graph, self._ibss, self._store, self._rooms = graph, ibss, store, rooms

    async def of(self, question: Question) -> Trail:
        trail = Trail()
        match question:
            case ByBooking(booking):
                await self._booking(booking, trail)
            case ByEvent(mailbox, event):
                await self._event(mailbox, event, trail)
            case ByMoment(room, at):
                await self._moment(room, at, trail)
        return trail

    async def room(self, named: str) -> Room | None:
        """By its space id or by its mailbox."""
        rooms = await self._rooms.all()
        mailbox = named.strip().lower()
        return rooms.get(RoomId(named)) or next((room for room in rooms.values() if room.mailbox == mailbox), None)

    # by a booking

    async def _booking(self, booking: BookingId, trail: Trail) -> None:
        link = await self._store.link_of_booking(booking)
        trail.looked.append(f"links: {'one' if link else 'none'} of booking {booking}")
        if link is not None:
            trail.clues.append(Clue(work_of(link), link))
            return
        try:
            for building in await self._buildings():
                if await self._booking_in(building, booking, trail):
                    return
        except SyncError as error:
            trail.looked.append(f"IBSS: could not be asked ({error.code})")

    async def _booking_in(self, building: Node, booking: BookingId, trail: Trail) -> bool:
        found = await self._ibss.booking(building.id, booking)
        trail.looked.append(f"IBSS, {building.name}: {'found' if found else 'no such booking'}")
        if found is not None:
            trail.clues.append(Clue(SyncInstance(booking=found.id, node=found.node), booking=found))
        return found is not None

    async def _buildings(self) -> list[Node]:
        return [node for node in await self._ibss.nodes() if node.building]

    # by an event

    async def _event(self, mailbox: Address, event_id: EventId, trail: Trail) -> None:
        room = await self.room(mailbox)
        try:
            event = await self._graph.event(mailbox, event_id)
        except SyncError as error:
            trail.looked.append(f"Outlook, {mailbox}: could not be read ({error.code})")
            event = None
        else:
            trail.looked.append(f"Outlook, {mailbox}: {'found' if event else 'no such event'}")
        if event is not None and event.kind == "seriesMaster":
            trail.looked.append("it is a series as a whole: ask for one of its occurrences, or by room and time")
        elif room is not None:
            await self._room_event(room, event_id, event, trail)
        elif event is not None:
            await self._host_event(mailbox, event, trail)

    async def _room_event(self, room: Room, event_id: EventId, event: Event | None, trail: Trail) -> None:
        link = await self._store.link_of_room_event(room.id, event_id)
        trail.looked.append(f"links of {room.name}: {'one' if link else 'none'} of this event")
        if link is not None:
            trail.clues.append(Clue(work_of(link), link))
        elif event is not None:
            trail.clues.append(Clue(_of_copy(room, event)))

    async def _host_event(self, host: Address, event: Event, trail: Trail) -> None:
        """In each room that it is in, and in each that it ever was in."""
        rooms = await self._rooms.all()
        named = [room for room in rooms.values() if event.attendee(room.mailbox) is not None]
        former = [rooms[room] for room in await self._store.rooms_of(event.instance.key) if room in rooms]
        others = [a.address for a in event.attendees if a.kind == "resource" and a.address not in {r.mailbox for r in named}]
        trail.looked += [f"{other}: not a room that is synced" for other in others]
        if not named and not former:
            trail.looked.append("no room that is synced is on this event")
        for room in dict.fromkeys([*named, *former]):
            await self._in_room(host, event, room, trail)

    async def _in_room(self, host: Address, event: Event, room: Room, trail: Trail) -> None:
        link = await self._store.link(room.id, event.instance.key)
        if link is not None:
            trail.clues.append(Clue(work_of(link), link))
            return
        try:
            copy = await self._graph.counterpart(room.mailbox, host, event)
        except SyncError as error:
            trail.looked.append(f"Outlook, {room.mailbox}: could not be read ({error.code})")
            return
        trail.looked.append(f"Outlook, {room.mailbox}: {'has a copy' if copy else 'has no copy (yet)'}; links: none")
        if copy is not None:
            trail.clues.append(Clue(_of_copy(room, copy)))

    # by a room and a moment

    async def _moment(self, named: str, at: datetime, trail: Trail) -> None:
        room = await self.room(named)
        if room is None:
            trail.looked.append(f"rooms: {len(await self._rooms.all())} are synced, and {named} is none of them")
            return
        links = [link for link in await self._store.links(room.id) if _covers(link, at)]
        trail.looked.append(f"links of {room.name}: {len(links)} at that time")
        trail.clues += [Clue(work_of(link), link) for link in links]
        until = at + timedelta(minutes=1)
        try:
            there = await self._graph.window(room.mailbox, at, until)
            trail.looked.append(f"Outlook, {room.mailbox}: {len(there)} at that time")
            trail.clues += [Clue(_of_copy(room, event)) for event in there]
        except SyncError as error:
            trail.looked.append(f"Outlook, {room.mailbox}: could not be read ({error.code})")
        try:
            booked = [one for one in await self._ibss.bookings(room.building, at, until, room.id) if not one.cancelled]
            trail.looked.append(f"IBSS, {room.id}: {len(booked)} at that time")
            trail.clues += [Clue(SyncInstance(booking=one.id, node=one.node), booking=one) for one in booked]
        except SyncError as error:
            trail.looked.append(f"IBSS, {room.id}: could not be asked ({error.code})")


def _of_copy(room: Room, copy: Event) -> SyncInstance:
    return SyncInstance(room.id, event=copy.id, key=copy.instance.key)


def _covers(link: Link, at: datetime) -> bool:
    known: list[Essence] = [essence for essence in (link.base, link.kept, link.intent, link.refused) if essence is not None]
    return any(essence.slot.start <= at < essence.slot.end for essence in known)
