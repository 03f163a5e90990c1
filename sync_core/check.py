"""What the identity can and cannot do, room by room: what the sync needs is tried, as far as it can be without writing.

Rights to write cannot be tried so. Those that Entra grants stand in the token; those that Exchange grants are told by Exchange
alone, and there is a command for that with each room.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sync_core.errors import Later, SyncError
from sync_core.graph.client import Graph
from sync_core.graph.events import is_mail_address
from sync_core.graph.grants import WRITE, Grants
from sync_core.ibss.client import Ibss
from sync_core.model import Address, Room, State
from sync_core.obstacles import Obstacle, of_graph, of_ibss, who_can_tell
from sync_core.rows import Subscribed
from sync_core.store import Store

AT_ONCE = 4
HOSTS_TRIED = 20
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Need:
    """`can` is None where it cannot be told from here. `mend` is the command that mends it, or that tells more."""

    what: str
    can: bool | None
    why: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is the same for every room: read once for an answer. `alive` are the ids of the subscriptions that Graph has."""

    grants: Grants | SyncError | None
    alive: Collection[str] | SyncError
    held: Mapping[Address, Subscribed]

    @property
    def app(self) -> str:
        return (self.grants.app if isinstance(self.grants, Grants) else "") or "<client id>"


class Check:
    def __init__(
        self, graph: Graph, ibss: Ibss, store: Store, tenant_domains: Collection[str], clock: Callable[[], datetime]
    ) -> None:
        self._graph, self._ibss, self._store = graph, ibss, store
        self._tenant_domains, self._clock = tenant_domains, clock

    async def told(self, rooms: Sequence[Room], switched_on: Collection[str]) -> dict[str, Any]:
        known = Known(
            await _or_error(self._graph.grants()),
            await _or_error(self._alive()),
            {subscribed.mailbox: subscribed for subscribed in await self._store.subscriptions()},
        )
        told = [await self._room(room, known, switched_on=room.id in switched_on) for room in rooms]
        return {"identity": _identity(known.grants), "rooms": told}

    async def _alive(self) -> set[str]:
        return {subscription.id for subscription in await self._graph.subscriptions()}

    async def _room(self, room: Room, known: Known, *, switched_on: bool) -> dict[str, Any]:
        hosts, bookings = await self._hosts(room)
        needs = [
            await self._tried("read the room's calendar", self._graph.is_blank(room.mailbox, self._clock()), room.mailbox, known),
            await self._tried("follow what changes in it", self._followed(room.mailbox), room.mailbox, known),
            self._watched(room, known, switched_on=switched_on),
            await self._hosts_read(hosts, known),
            _write(room, known),
            bookings,
            await self._people(room),
        ]
        return {
            "id": room.id,
            "name": room.name,
            "mailbox": room.mailbox,
            "switched_on": switched_on,
            "not_switched_on_because": "" if switched_on else await self._why_off(room),
            "needs": [_as_json(need) for need in needs],
        }

    async def _tried(self, what: str, attempt: Awaitable[object], mailbox: Address, known: Known) -> Need:
        try:
            await attempt
        except SyncError as error:
            return _cannot(what, of_graph(error, mailbox, known.app), error)
        return Need(what, can=True)

    async def _followed(self, mailbox: Address) -> None:
        now = self._clock()
        async for _ in self._graph.delta(mailbox, now, now + DAY):
            pass

    def _watched(self, room: Room, known: Known, *, switched_on: bool) -> Need:
        what, held = "be told of changes", known.held.get(room.mailbox)
        if isinstance(known.alive, SyncError):
            return _cannot(what, of_graph(known.alive, room.mailbox, known.app), known.alive)
        if held is not None and held.id in known.alive and held.expires > self._clock():
            return Need(what, can=True, why=f"until {held.expires.isoformat()}")
        if not switched_on:
            return Need(what, None, "a subscription is made when the room is switched on")
        return Need(
            what,
            can=False,
            why="Graph has no subscription for it, and the timers read it meanwhile; renew_subscriptions logs why",
            mend="docs/operate.md: no subscription",
        )

    async def _hosts(self, room: Room) -> tuple[list[Address], Need]:
        """Of the meetings that lie ahead: those that are linked, and those that IBSS has."""
        what, now = "read its bookings in IBSS", self._clock()
        links = [link for link in await self._store.links(room.id) if link.state is not State.CLOSED]
        hosts = {link.organiser for link in links if link.organiser}
        try:
            booked = await self._ibss.bookings(room.building, now, now + timedelta(days=room.horizon_days), room.id)
        except SyncError as error:
            return self._ours(hosts, room), _cannot(what, of_ibss(error), error)
        hosts |= {booking.owner for booking in booked if booking.owner and not booking.cancelled}
        return self._ours(hosts, room), Need(what, can=True)

    def _ours(self, hosts: Collection[Address], room: Room) -> list[Address]:
        """People of other tenants cannot be read anywhere, and need not be."""
        ours = (host for host in hosts if is_mail_address(host) and host.rpartition("@")[2] in self._tenant_domains)
        return sorted(host for host in ours if host != room.mailbox)

    async def _hosts_read(self, hosts: Sequence[Address], known: Known) -> Need:
        what, turns = (
            f"read its hosts' calendars ({min(len(hosts), HOSTS_TRIED)} of {len(hosts)} tried)",
            asyncio.Semaphore(AT_ONCE),
        )

        async def tried(host: Address) -> tuple[Address, Need]:
            async with turns:
                return host, await self._tried(what, self._graph.is_blank(host, self._clock()), host, known)

        told = await asyncio.gather(*map(tried, hosts[:HOSTS_TRIED]))
        failed = [(host, need) for host, need in told if not need.can]
        if not failed:
            return Need(what, can=True)
        _, first = failed[0]
        return Need(what, first.can, f"{', '.join(host for host, _ in failed)}: {first.why}", first.mend)

    async def _people(self, room: Room) -> Need:
        what = "ask IBSS whom it knows"
        try:
            await self._ibss.knows(room.node, room.mailbox)
        except SyncError as error:
            return _cannot(what, of_ibss(error), error)
        return Need(what, can=True)

    async def _why_off(self, room: Room) -> str:
        on = {node.id: node for node in await self._ibss.nodes() if node.building and node.synced}
        if room.building not in on:
            return "its building's Bkng_Ext_System is not 1"
        synced = [space for building in on for space in await self._ibss.spaces(building) if space.synced]
        if not any(space.id == room.id for space in synced):
            return "its Meta_Ext_Booking_System is not 1"
        if others := [space.id for space in synced if space.mailbox == room.mailbox and space.id != room.id]:
            return f"another space has the same mailbox: {', '.join(others)}"
        return "it has just been switched on: renew_subscriptions will see it"


def _write(room: Room, known: Known) -> Need:
    what = "write to calendars"
    if isinstance(known.grants, SyncError):
        return _cannot(what, of_graph(known.grants, room.mailbox, known.app), known.grants)
    if isinstance(known.grants, Grants) and WRITE in known.grants.roles:
        return Need(what, can=True, why=f"Entra grants {WRITE} in every mailbox of the tenant")
    why = f"the token does not carry {WRITE}; what Exchange grants stands in no token, and this command tells it"
    return Need(what, None, why, who_can_tell(room.mailbox, known.app))


def _cannot(what: str, obstacle: Obstacle, error: SyncError) -> Need:
    """What is only busy or away says nothing about rights."""
    return Need(what, None if isinstance(error, Later) else False, obstacle.why, obstacle.mend)


async def _or_error[Told](answer: Awaitable[Told]) -> Told | SyncError:
    try:
        return await answer
    except SyncError as error:
        return error


def _identity(grants: Grants | SyncError | None) -> dict[str, Any]:
    if not isinstance(grants, Grants):
        note = f"there is no token: {grants.code}" if grants else "the token does not tell what Entra grants"
        return {"client_id": "", "object_id": "", "entra_grants": [], "notes": [note]}
    notes = []
    if WRITE in grants.roles:
        notes.append(
            f"Entra grants {WRITE} in every mailbox of the tenant. Grants add up: a scope set in Exchange narrows nothing"
        )
    else:
        notes.append("Entra grants no writing: only what Exchange grants in single mailboxes counts")
    if more := sorted(grants.roles - {WRITE}):
        notes.append(f"more is granted than this service uses: {', '.join(more)}")
    return {"client_id": grants.app, "object_id": grants.principal, "entra_grants": sorted(grants.roles), "notes": notes}


def _as_json(need: Need) -> dict[str, Any]:
    return {"need": need.what, "can": need.can, "why": need.why, "mend": need.mend}
