"""How the people of an event are written to a booking: by name, and as visitors at the door or not (VISITORS)."""

from collections.abc import Mapping

from sync_core.graph.events import Event
from sync_core.ibss.client import Ibss
from sync_core.ibss.wire import Guest
from sync_core.model import Address, Room
from sync_core.settings import Visitors


class Guests:
    def __init__(self, ibss: Ibss, visitors: Visitors, tenant_domains: frozenset[str]) -> None:
        self._ibss, self._visitors, self._tenant_domains = ibss, visitors, tenant_domains

    async def of(self, event: Event | None, room: Room, people: frozenset[Address]) -> Mapping[Address, Guest]:
        names = {a.address: a.name for a in event.attendees} if event else {}
        return {person: Guest(names.get(person, ""), await self._is_visitor(room, person)) for person in people}

    async def _is_visitor(self, room: Room, person: Address) -> bool:
        """An address of the tenant that IBSS does not know may be a distribution list, which Graph shows like a person: it is
        never a visitor.
        """
        match self._visitors, person.rpartition("@")[2] in self._tenant_domains:
            case (Visitors.NONE, _) | (Visitors.EXTERNAL, True):
                return False
            case Visitors.EXTERNAL, False:
                return not await self._ibss.knows(room.building, person)
            case Visitors.ALL, True:
                return await self._ibss.knows(room.building, person)
        return True
