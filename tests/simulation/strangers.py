"""B18: hosts of other tenants, and hosts whose mailbox the service may not reach. The one are not in Graph at all; the other do
what everybody does.
"""

from typing import Any

from localdev import world as company
from localdev.graph.draft import read_draft
from localdev.graph.state import Event
from localdev.ibss.records import Booking
from tests.scenarios.people import SERVICE, checked
from tests.simulation.people import People, first, slot_of, token
from tests.simulation.script import Step

OUT_OF_SCOPE = company.CLEO


class Strangers(People):
    async def _outlook_from_outside(self, step: Step) -> None:
        graph = self._town.graph
        vera = graph.calendars.known(company.VERA.address) or graph.add_person(
            company.VERA.address, company.VERA.name, hosted=False
        )
        room = self._room(step.meeting)
        settings = graph.tenant.mailboxes[room.mailbox or ""].room
        assert settings is not None
        settings.ProcessExternalMeetingMessages = True
        event = {"subject": f"{token(step.meeting)} new", "attendees": [self.outlook.room(room), self.outlook.guest(company.BEN)]}
        graph.meetings.create(vera, read_draft(event | self.outlook.times(slot_of(step.value))))
        self._town.stir()

    async def _outlook_vera_moves(self, step: Step) -> None:
        await self._by_vera(step, **self.outlook.times(slot_of(step.value)))

    async def _outlook_vera_renames(self, step: Step) -> None:
        await self._by_vera(step, subject=f"{token(step.meeting)} o{step.value}")

    async def _outlook_vera_cancels(self, step: Step) -> None:
        self._town.graph.meetings.cancel(self._hers(step.meeting))
        self._town.stir()

    async def _by_vera(self, step: Step, **members: Any) -> None:
        self._town.graph.meetings.update(self._hers(step.meeting), read_draft(members))
        self._town.stir()

    def _hers(self, meeting: int) -> Event:
        mailbox = self._town.graph.calendars.known(company.VERA.address)
        events = mailbox.events.values() if mailbox else ()
        return first(one for one in events if not one.is_cancelled and one.details.subject.startswith(token(meeting)))

    # in IBSS somebody who may changes it: of its words nothing is known there

    async def _ibss_their_move(self, step: Step) -> None:
        await self._of_theirs(step, **self.ibss.times(slot_of(step.value)))

    async def _ibss_their_rename(self, step: Step) -> None:
        await self._of_theirs(step, Booking_Name=f"i{step.value}")

    async def _ibss_their_cancel(self, step: Step) -> None:
        await self._of_theirs(step, Booking_IsCancelled=1)

    async def _of_theirs(self, step: Step, **members: Any) -> None:
        booking = self._theirs(step.meeting)
        path = f"/v2/{booking.node}/bookings/{booking.id}"
        checked(await self.ibss.http.patch(path, json=members, headers=SERVICE))

    def _theirs(self, meeting: int) -> Booking:
        """One of those that a host of whom nothing more is known has in this room."""
        hosts = {company.VERA.address, OUT_OF_SCOPE.address}
        found = [one for one in self._town.ibss.bookings.by_id.values() if one.holds and one.owner_email in hosts]
        return first(sorted(found, key=lambda one: one.id)[meeting % max(1, len(found)) :])
