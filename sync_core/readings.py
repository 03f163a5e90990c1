"""Reads both sides of one link. Absent is said only after a look where it must be; what could not be read is unknown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sync_core.errors import Unreadable
from sync_core.graph import events
from sync_core.graph.client import Graph
from sync_core.graph.events import Event
from sync_core.ibss import wire as ibss_wire
from sync_core.ibss.client import Ibss
from sync_core.ibss.wire import Booking
from sync_core.model import (
    Absent,
    Address,
    BookingId,
    Essence,
    EventId,
    Link,
    Present,
    Reading,
    Reason,
    Room,
    RoomId,
    State,
    Unknown,
)
from sync_core.rooms import Rooms
from sync_core.store import Store


@dataclass(frozen=True, slots=True)
class EventSide:
    """What was read in Outlook: `original` is the organiser's copy, `copy` the room's. Either may not have been needed."""

    reading: Reading
    original: Event | None = None
    copy: Event | None = None
    traceless: bool = False
    """Absent, and nothing tells of its end: neither a cancelled copy nor the room's calendar."""


@dataclass(frozen=True, slots=True)
class BookingSide:
    reading: Reading
    booking: Booking | None = None


@dataclass(frozen=True, slots=True)
class Foreign:
    """Instead of the organiser's copy: it is in a mailbox that cannot be read."""


NO_EVENT = EventSide(Absent(Reason.NOTHING_THERE))
NO_BOOKING = BookingSide(Absent(Reason.NOTHING_THERE))


class Readings:
    """`hold`: HOLD_PANEL_BOOKINGS, a panel's booking is mirrored by an event of the room's own. `inherit`: SERIES_CHANGES, the
    booking of an event that is gone goes on with the one that stands in its place.
    """

    def __init__(self, graph: Graph, ibss: Ibss, store: Store, rooms: Rooms, *, hold: bool, inherit: bool) -> None:
        self._graph, self._ibss, self._store, self._rooms = graph, ibss, store, rooms
        self._hold, self._inherit = hold, inherit

    # Outlook

    async def event(self, room: Room, link: Link | None, copy: Event | None, *, removed: bool = False) -> EventSide:
        """The organiser's copy is the truth: the room's has its subject replaced, its people cut and its private flag cleared
        (Microsoft docs, Set-CalendarProcessing). The room's copy is asked only when the organiser's does not settle it.
        `removed`: the room's calendar told that it is gone; without that and without a cancelled copy, what is nowhere is
        only believed to be gone where anything else can be seen.
        """
        if copy is None and (link is None or link.instance is None):
            return NO_EVENT
        try:
            original = await self._original(room, link, copy)
            if isinstance(original, Event) and not original.cancelled and _accepts(original, room):
                return EventSide(await self.present(original, room), original, copy)
            copy = await self._copy(room, link, copy)
            traceless = not (isinstance(original, Event) or copy is not None or removed)
            if traceless and link is not None and link.base is not None and await self._blank(room, link):
                return EventSide(Unknown(Reason.READS_EMPTY))
        except Unreadable:
            return EventSide(Unknown(Reason.EVENT_UNREADABLE))
        return replace(await self._settled_by_copy(room, link, original, copy), traceless=traceless)

    async def _settled_by_copy(
        self, room: Room, link: Link | None, original: Event | Foreign | None, copy: Event | None
    ) -> EventSide:
        standing = copy if copy is not None and not copy.cancelled and copy.response != "declined" else None
        match original, standing:
            case Foreign(), Event():
                return EventSide(await self._of_copy_alone(standing, room, link), None, copy)
            case Foreign(), None if copy is not None and not copy.cancelled:
                stands = await self._of_copy_alone(copy, room, link)
                return EventSide(Absent(Reason.ROOM_DECLINED, elsewhere=stands), None, copy)
            case Foreign(), None:
                return EventSide(Absent(Reason.EVENT_GONE), None, copy)
            case Event(cancelled=False), _ if _declined(original, room):
                stands = await self.present(original, room)
                return EventSide(Absent(Reason.ROOM_DECLINED, elsewhere=stands), original, copy)
            case Event(cancelled=False), Event() if link is None:
                return EventSide(await self.present(original, room), original, copy)
            case Event(cancelled=False), None:
                stands = await self.present(original, room)
                return EventSide(Absent(Reason.ROOM_REMOVED, elsewhere=stands), original, copy)
        cancelled = original if isinstance(original, Event) else None
        reading = Unknown(Reason.ONLY_THE_ROOM_HAS_IT) if standing else Absent(Reason.EVENT_GONE)
        return EventSide(reading, cancelled, copy)

    async def _blank(self, room: Room, link: Link) -> bool:
        """Whether neither mailbox has anything at all: then they are hardly the mailboxes that the meeting was in."""
        near = link.base.slot.start if link.base else None
        if near is None or not await self._graph.is_blank(room.mailbox, near):
            return False
        try:
            return link.organiser in {None, room.mailbox} or await self._graph.is_blank(link.organiser or room.mailbox, near)
        except Unreadable:
            return True

    async def present(self, original: Event, room: Room) -> Present:
        mailboxes = await self._rooms.mailboxes()
        rooms = {a.address for a in original.attendees if a.address in mailboxes or a.kind == "resource"}
        return Present(events.essence_of(original, room, mailboxes), others=frozenset(rooms - {room.mailbox}))

    async def _of_copy_alone(self, copy: Event, room: Room, link: Link | None) -> Present:
        """The organiser's mailbox is not ours to read. Of what the room does to its copy nothing is believed that was known
        better before.
        """
        essence = events.essence_of(copy, room, await self._rooms.mailboxes())
        if link is not None and link.base is not None:
            known = link.base
            essence = replace(essence, subject=known.subject, people=known.people, private=known.private)
        return Present(essence, writable=False)

    async def _original(self, room: Room, link: Link | None, copy: Event | None) -> Event | Foreign | None:
        """An organiser outside the tenant, or out of scope, has no copy for us; then the room's has to do. One whose copy was
        read before is only not to be read now.
        """
        try:
            if link is not None and link.organiser is not None and link.instance is not None:
                return await self._copy_in(link.organiser, link.event_id, link)
            return await self._graph.counterpart(copy.organiser, room.mailbox, copy) if copy is not None else None
        except Unreadable:
            if link is not None and link.event_id is not None:
                raise
            return Foreign()

    async def _copy(self, room: Room, link: Link | None, copy: Event | None) -> Event | None:
        if copy is not None or link is None or link.instance is None:
            return copy
        return await self._copy_in(room.mailbox, link.room_event_id, link)

    async def _copy_in(self, mailbox: Address, event: EventId | None, link: Link) -> Event | None:
        if link.instance is None:
            return await self._graph.event(mailbox, event) if event else None
        return await self._graph.copy_of(mailbox, link.instance, event, link.base.slot.start if link.base else None)

    async def event_made(self, room: Room, link: Link) -> EventSide:
        """What a create whose answer was lost may have made in the host's calendar."""
        if link.intent is None:
            return NO_EVENT
        slot = link.intent.slot
        made = [
            event
            for event in await self._graph.window(link.intent.host, slot.start, slot.end)
            if event.transaction_id == link.key
        ]
        if not made or made[0].cancelled:
            return NO_EVENT
        stands = await self.present(made[0], room)
        return EventSide(stands if made[0].is_in(room.mailbox) else Absent(Reason.ROOM_REMOVED, elsewhere=stands), made[0])

    async def successor(self, room: Room, booking: Booking) -> Event | None:
        """What stands in the place of an occurrence that is gone."""
        found = await self.unlinked_event(room, booking) if self._inherit else None
        return found if isinstance(found, Event) else None

    async def unlinked_event(self, room: Room, booking: Booking) -> Event | Reason | None:
        """The room's copy of the one meeting of this host in this very slot that no booking has yet."""
        if booking.unsynced and not self._hold:
            return None
        slot, host = booking.slot, _host(booking, await self._rooms.all())
        found = [
            event
            for event in await self._graph.window(room.mailbox, slot.start, slot.end)
            if not event.cancelled
            and event.organiser == host
            and events.essence_of(event, room, ()).slot.hours == slot.hours
            and _free(await self._store.link(room.id, event.instance.key))
        ]
        return _the_one(found)

    async def taken_back(self, room: Room, link: Link) -> bool:
        """Whether the event of a create that was begun has been cancelled already. Then it is no longer at its host's, and only
        the room's copy tells of it; that is of no other meeting that is known.
        """
        if link.state is not State.CREATING or link.intent is None:
            return False
        slot, host = link.intent.slot, link.intent.host
        there = await self._graph.window(room.mailbox, slot.start, slot.end)
        for event in (event for event in there if event.cancelled and event.organiser == host):
            if events.essence_of(event, room, ()).slot.hours == slot.hours:
                unknown = await self._store.link(room.id, event.instance.key) is None
                return unknown and await self._graph.counterpart(host, room.mailbox, event) is None
        return False

    async def vanished(self, link: Link) -> bool:
        """Whether the event of a create that was begun was seen, and is no longer at its host's."""
        if link.state is not State.CREATING or link.organiser is None or link.event_id is None:
            return False
        event = await self._graph.event(link.organiser, link.event_id)
        return event is None or event.cancelled

    # IBSS

    async def booking(self, room: Room, link: Link) -> BookingSide:
        if link.booking_id is None:
            return NO_BOOKING
        try:
            booking = await self._ibss.booking(link.node_id or room.node, link.booking_id)
            if booking is None:
                booking = await self._moved_booking(link, link.booking_id)
        except Unreadable:
            return BookingSide(Unknown(Reason.BOOKING_UNREADABLE))
        if booking is None:
            return BookingSide(Unknown(Reason.BOOKING_UNREADABLE))
        return await self.as_read(booking)

    async def _moved_booking(self, link: Link, booking: BookingId) -> Booking | None:
        """Where the link that owns it says: a worker that died while it moved a meeting to another floor has left this one."""
        owner = await self._store.link_of_booking(booking)
        return await self._ibss.booking(owner.node_id, booking) if owner and owner.node_id not in {None, link.node_id} else None

    async def as_read(self, booking: Booking) -> BookingSide:
        if booking.cancelled:
            return BookingSide(Absent(booking.cancelled_why), booking)
        if await self._rooms.get(booking.room) is None:
            return BookingSide(Absent(Reason.ROOM_NOT_SYNCED), booking)
        if self._hold and booking.unsynced and booking.completed:
            return BookingSide(Absent(Reason.ENDED_EARLY), booking)
        essence = ibss_wire.essence_of(booking, await self._rooms.all())
        remark = Reason.CHECKED_OUT if booking.completed else None
        return BookingSide(Present(essence, unsynced=None if self._hold else booking.unsynced, remark=remark), booking)

    async def unlinked_booking(self, room: Room, link: Link, wanted: Essence) -> Booking | Reason | None:
        """What a create whose answer was lost may have made, or what stood there before the room was switched on: a booking that
        names this instance, else the one booking of this host in this very slot that no event has yet.
        """
        slot, rooms = wanted.slot, await self._rooms.all()
        listed = await self._ibss.bookings(room.building, slot.start, slot.end, room.id)
        standing = [booking for booking in listed if not booking.cancelled]
        named = [booking for booking in standing if booking.mirrors in {link.key, link.asked}]
        if named:
            return named[0]
        alike = [booking for booking in standing if booking.slot.hours == slot.hours and _host(booking, rooms) == wanted.host]
        found = _the_one([booking for booking in alike if await self._is_free(room, booking)])
        return await self._if_no_other_event_could_have_it(room, found) if isinstance(found, Booking) else found

    async def _if_no_other_event_could_have_it(self, room: Room, booking: Booking) -> Booking | Reason:
        """Two events of one host may stand in one slot of a room that allows conflicts: which has the booking, a person says."""
        try:
            other = await self.unlinked_event(room, booking)
        except Unreadable:
            return Reason.EVENT_UNREADABLE
        return other if isinstance(other, Reason) else booking

    async def _is_free(self, room: Room, booking: Booking) -> bool:
        """No event has it; or the event that had it is gone, as when a series is split and its tail stands anew."""
        link = await self._store.link_of_booking(booking.id)
        if _free(link) or not self._inherit:
            return _free(link)
        return isinstance((await self.event(room, link, None)).reading, Absent)


def _accepts(event: Event, room: Room) -> bool:
    """A room that has not answered yet is on the meeting; only one that declined is not."""
    attendee = event.attendee(room.mailbox)
    return event.organiser == room.mailbox or (attendee is not None and attendee.response != "declined")


def _declined(event: Event, room: Room) -> bool:
    attendee = event.attendee(room.mailbox)
    return attendee is not None and attendee.response == "declined"


def _host(booking: Booking, rooms: Mapping[RoomId, Room]) -> Address:
    return ibss_wire.essence_of(booking, rooms).host


def _free(link: Link | None) -> bool:
    """Also what was never agreed on: then only one side is known."""
    return link is None or link.state is State.CLOSED or link.base is None or link.kept is None


def _the_one[Item](found: list[Item]) -> Item | Reason | None:
    if len(found) > 1:
        return Reason.AMBIGUOUS
    return found[0] if found else None
