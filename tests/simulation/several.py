"""B08: meetings that have several rooms. S11: bookings of a series, each a meeting of its own."""

from localdev import world as company
from localdev.ibss.records import Booking
from tests.simulation.people import PEOPLE, People, first, slot_of, token
from tests.simulation.script import Step


class Several(People):
    async def _outlook_two(self, step: Step) -> None:
        self.history.several.add(step.meeting)
        room, other = self._pair(step.meeting)
        guest = PEOPLE[(step.meeting + 1) % len(company.COLLEAGUES)]
        subject = f"{token(step.meeting)} new"
        await self.outlook.book(self.host(step.meeting), slot_of(step.value), subject, (room, other), (guest,))

    async def _ibss_linked(self, step: Step) -> None:
        self.history.several.add(step.meeting)
        room, other = self._pair(step.meeting)
        guest = PEOPLE[(step.meeting + 2) % len(company.COLLEAGUES)]
        subject, linked = f"{token(step.meeting)} new", [other.space]
        slot = slot_of(step.value)
        await self.ibss.book(self.host(step.meeting), room, slot, subject, (guest,), Linked_Space_Ids=linked)

    def _pair(self, meeting: int) -> tuple[company.Room, company.Room]:
        """Two of one floor: only such can be linked."""
        return (company.OAK, company.ELM) if meeting % 2 else (company.ELM, company.OAK)

    # one room more, or one less

    async def _outlook_add_room(self, step: Step) -> None:
        event, room = self._event(step.meeting), self._town.rooms[step.value % len(self._town.rooms)]
        if any(attendee.address == room.mailbox for attendee in event.attendees):
            raise LookupError
        await self._change(event, attendees=[*map(self.written, event.attendees), self.outlook.room(room)])
        self._note_room(step, room, there=True)

    async def _outlook_drop_room(self, step: Step) -> None:
        """Not the last one."""
        event = self._event(step.meeting)
        rooms = [room for room in self._town.rooms if any(one.address == room.mailbox for one in event.attendees)]
        if len(rooms) < 2:
            raise LookupError
        dropped = rooms[step.value % len(rooms)]
        left = [self.written(attendee) for attendee in event.attendees if attendee.address != dropped.mailbox]
        await self._change(event, attendees=left)
        self._note_room(step, dropped, there=False)

    async def _ibss_link(self, step: Step) -> None:
        """Where one booking is all there is: what another holds is not linked to it."""
        booking, *others = self._bookings(step.meeting) or [first(())]
        if others:
            raise LookupError
        room = first(one for one in self._town.rooms if one.node == booking.node and one.space not in booking.spaces)
        await self._alter(booking, Linked_Space_Ids=[*booking.linked_spaces, room.space])
        self._note_room(step, room, there=True)

    async def _ibss_unlink(self, step: Step) -> None:
        booking = first(one for one in self._bookings(step.meeting) if one.linked_spaces)
        await self._alter(booking, Linked_Space_Ids=[])
        for room in self._in(booking):
            if room.space != booking.space:
                self._note_room(step, room, there=False)

    async def _ibss_release(self, step: Step) -> None:
        """One booking of several: its room is free, and the meeting goes on."""
        if len(self._bookings(step.meeting)) < 2:
            raise LookupError
        booking = self._one_of(step)
        await self._alter(booking, Booking_IsCancelled=1)
        for room in self._in(booking):
            self._note_room(step, room, there=False)

    async def _ibss_cancel(self, step: Step) -> None:
        """All of it."""
        others = self._bookings(step.meeting)[1:] if step.meeting in self.history.several else []
        await super()._ibss_cancel(step)
        for booking in others:
            await self._alter(booking, Booking_IsCancelled=1)

    def _in(self, booking: Booking) -> list[company.Room]:
        return [room for room in self._town.rooms if room.space in booking.spaces]

    def _note_room(self, step: Step, room: company.Room, *, there: bool) -> None:
        self.history.note(step.meeting, room.mailbox or "", step.side, there, not there)
        if not there:
            self.history.released.add(step.meeting)

    # a series that was booked in IBSS

    async def _ibss_in_series(self, step: Step) -> None:
        await self._ibss_book(step, Booking_Series_Id=f"S-{step.meeting % 6}")
