"""Which rooms are synced: read from IBSS, kept in the store, asked for by everybody."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self

from sync_core.abreast import each
from sync_core.errors import Malformed
from sync_core.graph.events import iana
from sync_core.ibss.client import Ibss
from sync_core.ibss.estate import Node, Space
from sync_core.model import Address, NodeId, Room, RoomId
from sync_core.store import Store

FRESH_FOR = timedelta(seconds=60)

log = logging.getLogger(__name__)


class Rooms:
    """A room counts when its building (Bkng_Ext_System) and it (Meta_Ext_Booking_System) are set to Microsoft 365, it has a
    mailbox and is active ("Microsoft 365 Calendar Integration", IBSS answers).
    """

    def __init__(
        self, ibss: Ibss, store: Store, horizon_days: int, clock: Callable[[], datetime], more: Sequence[Room] = ()
    ) -> None:
        self._ibss, self._store, self._horizon_days, self._clock, self._more = ibss, store, horizon_days, clock, more
        self._known: dict[RoomId, Room] = {}
        self._known_until: datetime | None = None

    async def all(self) -> dict[RoomId, Room]:
        if self._known_until is None or self._clock() >= self._known_until:
            self._remember(await self._store.rooms())
        return self._known

    async def get(self, room: RoomId) -> Room | None:
        return (await self.all()).get(room)

    async def of(self, ids: Iterable[RoomId]) -> list[Room]:
        """Those of these that are synced, in order of their ids."""
        known = await self.all()
        return [known[room] for room in sorted(ids) if room in known]

    async def mailboxes(self) -> frozenset[Address]:
        return frozenset(room.mailbox for room in (await self.all()).values())

    async def buildings(self) -> set[NodeId]:
        return {room.building for room in (await self.all()).values()}

    async def refresh(self) -> dict[RoomId, Room]:
        """Reads IBSS again and keeps what it says. A room that is no longer synced is forgotten; its links stay as they are. When
        no room is left, only those go of which IBSS says it, for a list that lacks them may be a broken one.
        """
        known = {room.id: room for room in await self._store.rooms()}
        found = {room.id: room for room in await self._read(known)}
        if known and not found:
            off = await self._switched_off(known.values())
            found = {room.id: room for room in known.values() if room.id not in off}
            if found:
                log.error("IBSS lists no room that is synced any more: the %d known ones are kept", len(found))
        for room in found.values():
            if known.get(room.id) != room:
                await self._store.save_room(room)
        for gone in known.keys() - found.keys():
            await self._store.forget_room(gone)
        self._remember(list(found.values()))
        return found

    async def candidates(self) -> list[Room]:
        """Every room that could be synced, switched on or not, as IBSS has it now."""
        nodes = {node.id: node for node in await self._ibss.nodes()}
        buildings = [node for node in nodes.values() if node.building]
        rooms = [
            self._room(s, building, nodes) for building in buildings for s in await self._ibss.spaces(building.id) if s.ready
        ]
        return [room for room in rooms if room is not None]

    def joined_by(self, more: Sequence[Room]) -> Self:
        """These rooms and more, for a look ahead."""
        return type(self)(self._ibss, self._store, self._horizon_days, self._clock, more)

    def _remember(self, rooms: list[Room]) -> None:
        self._known = {room.id: room for room in [*rooms, *self._more]}
        self._known_until = self._clock() + FRESH_FOR if rooms else None

    async def _read(self, known: Mapping[RoomId, Room]) -> list[Room]:
        nodes = {node.id: node for node in await self._ibss.nodes()}
        buildings = [node for node in nodes.values() if node.building and node.synced]
        listed = await each(lambda building: self._ibss.spaces(building.id), buildings)
        synced = [(s, building) for building, spaces in zip(buildings, listed, strict=True) for s in spaces if s.synced]
        rooms = [self._room(space, building, nodes) or known.get(space.id) for space, building in synced]
        found = [room for room in rooms if room is not None]
        taken = Counter(room.mailbox for room in found)
        for room in found:
            if taken[room.mailbox] > 1:
                log.error("space %s is not synced: its mailbox is tied to another space too", room.id)
        return [room for room in found if taken[room.mailbox] == 1]

    async def _switched_off(self, rooms: Iterable[Room]) -> set[RoomId]:
        """Also where the whole building is off: its spaces are asked for all the same."""
        buildings = {room.building for room in rooms} & {node.id for node in await self._ibss.nodes()}
        return {space.id for building in buildings for space in await self._ibss.spaces(building) if space.off}

    def _room(self, space: Space, building: Node, nodes: dict[NodeId, Node]) -> Room | None:
        """None where nobody knows the time zone: one building must not stop the others."""
        zone = nodes.get(space.node, building).time_zone or building.time_zone
        try:
            name = iana(zone)
        except Malformed:
            log.error("space %s: nobody knows the time zone %r of its building", space.id, zone)  # noqa: TRY400
            return None
        return Room(
            id=space.id,
            node=space.node,
            building=building.id,
            name=space.name,
            mailbox=space.mailbox or Address(""),
            time_zone=name,
            time_zone_windows=zone,
            horizon_days=building.horizon_days or self._horizon_days,
        )
