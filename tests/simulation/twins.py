"""B11: meetings that people entered on both sides by hand, and rooms that are switched on."""

from localdev import world as company
from tests.scenarios.people import checked
from tests.simulation.people import PEOPLE, ROOM, SLOT, SUBJECT, People, slot_of, token
from tests.simulation.script import OUTLOOK, Step

OF_WHERE_AND_WHEN = frozenset({"move", "room", "cancel"})


class Twins(People):
    async def take(self, step: Step) -> None:
        history, taken = self.history, len(self.taken)
        history.unheard = {one for one in history.twins if not self._town.is_linked(self._booking_id(one))}
        await super().take(step)
        if step.meeting in history.unheard and len(self.taken) > taken and step.verb in OF_WHERE_AND_WHEN:
            history.apart.add(step.meeting)

    def _booking_id(self, meeting: int) -> str:
        return next((booking.id for booking in self._bookings(meeting)), "")

    async def _outlook_forward(self, step: Step) -> None:
        await super()._outlook_forward(step)
        if step.meeting in self.history.twins:
            self.history.note(step.meeting, PEOPLE[step.value % len(PEOPLE)].address, OUTLOOK, value=True, shown=False)

    # a room before it is synced, and after

    async def _ibss_switch_on(self, step: Step) -> None:
        room = self._town.rooms[step.value]
        checked(await self.ibss.http.patch(f"/_sim/spaces/{room.space}", json={"Meta_Ext_Booking_System": 1}))

    async def _outlook_twin(self, step: Step) -> None:
        await self._enter_twice(step, f"{token(step.meeting)} new", 1)

    async def _outlook_twin_differing(self, step: Step) -> None:
        await self._enter_twice(step, f"{token(step.meeting)} by hand", 2)

    async def _enter_twice(self, step: Step, words: str, guest: int) -> None:
        """In IBSS with these words and this guest, and as ever in Outlook."""
        host, room, slot = self.host(step.meeting), self._room(step.meeting), slot_of(step.value)
        here = PEOPLE[(step.meeting + guest) % len(company.COLLEAGUES)]
        there = PEOPLE[(step.meeting + 1) % len(company.COLLEAGUES)]
        await self.ibss.book(host, room, slot, words, (here,))
        await self._outlook_book(step)
        self.history.twins.add(step.meeting)
        entered = {SUBJECT: f"{token(step.meeting)} new", SLOT: slot.start, ROOM: room.mailbox}
        entered |= {one.address: one == there for one in PEOPLE if one != host}
        for name, value in entered.items():
            self.history.note(step.meeting, name, OUTLOOK, value, None)
