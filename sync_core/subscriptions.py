"""Subscriptions: every room's calendar has one, and every host's of a linked meeting. Each is renewed at half its life; a lost
one is made again, and what was missed meanwhile is caught up with.

Hosts are watched because a room is not told everything: when only the other attendees change, its copy stays as it was
(Microsoft docs, event-update: only the attendees that were added or removed are mailed).
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sync_core.abreast import each
from sync_core.errors import Gone, Later, SyncError
from sync_core.graph.client import Graph
from sync_core.graph.wire import SUBSCRIPTION_MINUTES, subscription_end
from sync_core.intake import hash_of
from sync_core.model import Address, RoomId
from sync_core.queues import PullRoom, Queues
from sync_core.rooms import Rooms
from sync_core.rows import Subscribed
from sync_core.store import Store

RENEW_WITH_LEFT = timedelta(minutes=SUBSCRIPTION_MINUTES / 2)

MOST_A_RUN = 4_000
"""A second each, several at the same time: within the ten minutes that host.json gives a run."""

log = logging.getLogger(__name__)


class Subscriptions:
    """`urls` are the addresses for change notifications and for lifecycle notifications; `secret` makes a new client state. One
    run makes or renews `most`.
    """

    def __init__(
        self,
        graph: Graph,
        store: Store,
        queues: Queues,
        rooms: Rooms,
        urls: tuple[str, str],
        clock: Callable[[], datetime],
        secret: Callable[[], str],
        most: int = MOST_A_RUN,
    ) -> None:
        self._graph, self._store, self._queues, self._rooms = graph, store, queues, rooms
        self._urls, self._clock, self._secret, self._most = urls, clock, secret, most
        self._watched_hosts: set[Address] = set()

    async def renew_all(self) -> None:
        """What Graph lists is compared with what is remembered. What ends first goes first, and what is too much for one run is
        left to the next. One failure does not stop the others; it is raised last.
        """
        rooms = {room.mailbox: room.id for room in (await self._rooms.refresh()).values()}
        held = await self._held(rooms)
        wanted: dict[Address, RoomId | None] = {**dict.fromkeys(held), **rooms}
        alive: list[Address] = []
        failures: list[SyncError] = []

        async def keep_alive(mailbox: Address) -> None:
            if len(alive) >= self._most:
                return
            room = wanted[mailbox]
            try:
                await self._renew_or_make(mailbox, room, held.get(mailbox))
                alive.append(mailbox)
            except SyncError as error:
                log.error("the calendar of %s has no live subscription: %s", room or "a host", error.code)  # noqa: TRY400
                failures.append(error)

        now = self._clock()
        ends = {mailbox: held[mailbox].expires if mailbox in held else now for mailbox in wanted}
        due = sorted((mailbox for mailbox in wanted if ends[mailbox] - now <= RENEW_WITH_LEFT), key=ends.__getitem__)
        await each(keep_alive, due)
        if left := len(due) - len(alive) - len(failures):
            log.info("%d subscriptions are left to the next run", left)
        if failures:
            raise failures[0]

    async def resubscribe(self, mailbox: Address, room: RoomId | None) -> None:
        """After a lifecycle notification: a renewal also re-authorises, and one that Graph removed is made again."""
        held = [subscribed for subscribed in await self._store.subscriptions() if subscribed.mailbox == mailbox]
        await self._renew_or_make(mailbox, room, held[0] if held else None)

    async def watch_host(self, host: Address) -> None:
        """For the host of a meeting that was linked just now. No meeting is held up by it: the timers find what it would tell."""
        await self._watch({host})

    async def _watch(self, hosts: Collection[Address]) -> list[Address]:
        """Begins with those that nobody watches. Which of them cannot be watched at all."""
        if set(hosts) - self._watched_hosts:
            self._watched_hosts = {subscribed.mailbox for subscribed in await self._store.subscriptions()}
        new = sorted(set(hosts) - self._watched_hosts)[: self._most]
        return [host for host, able in zip(new, await each(self._begin, new), strict=True) if not able]

    async def _begin(self, host: Address) -> bool:
        able = True
        try:
            await self._make(host, None)
        except Later as error:
            log.info("a host's calendar cannot be watched yet: %s", error)
            return True
        except SyncError as error:
            log.warning("a host's calendar cannot be watched: %s", error)
            able = False
        self._watched_hosts.add(host)
        return able

    async def watch_hosts(self, hosts: Collection[Address]) -> None:
        """Those of meetings that are linked: one of them may have been linked by a worker that died before it watched the host.
        What changed until now is looked at once, also of those that cannot be watched.
        """
        for host in await self._watch(hosts):
            await self._queues.send(PullRoom(host=host))

    async def release_hosts(self, wanted: Collection[Address]) -> None:
        """Hosts of whose meetings none is left are not watched any more."""
        for subscribed in await self._store.subscriptions():
            if subscribed.room is None and subscribed.mailbox not in wanted:
                await self._drop(subscribed.id)
                self._watched_hosts.discard(subscribed.mailbox)
                log.info("a host without meetings is watched no longer")

    async def _held(self, rooms: dict[Address, RoomId]) -> dict[Address, Subscribed]:
        """Remembered, alive at Graph and still wanted: one a calendar. All others of ours are dropped, those too that deliver to
        us but are not remembered, for their client state is lost.
        """
        alive = {subscription.id: subscription for subscription in await self._graph.subscriptions()}
        held: dict[Address, Subscribed] = {}
        for subscribed in await self._store.subscriptions():
            known = alive.pop(subscribed.id, None) is not None
            wanted = subscribed.room is None or rooms.get(subscribed.mailbox) == subscribed.room
            if wanted and subscribed.mailbox not in held:
                held[subscribed.mailbox] = subscribed if known else replace(subscribed, expires=self._clock())
            else:
                await self._drop(subscribed.id)
        for stray in alive.values():
            if stray.notification_url == self._urls[0]:
                await self._graph.delete_subscription(stray.id)
        return held

    async def _renew_or_make(self, mailbox: Address, room: RoomId | None, held: Subscribed | None) -> None:
        if held is not None:
            try:
                renewed = await self._graph.renew_subscription(held.id, subscription_end(self._clock()))
            except Gone:
                await self._store.forget_subscription(held.id)
            else:
                await self._store.save_subscription(replace(held, expires=renewed.expires))
                return
        await self._make(mailbox, room)

    async def _make(self, mailbox: Address, room: RoomId | None) -> None:
        """Then a pull: what changed while nobody was told, and what was told before the row was saved, is caught up with."""
        client_state = self._secret()
        made = await self._graph.create_subscription(mailbox, self._urls, client_state, subscription_end(self._clock()))
        await self._store.save_subscription(Subscribed(made.id, mailbox, room, hash_of(client_state), made.expires))
        await self._queues.send(PullRoom(room, None if room else mailbox))
        log.info("the calendar of %s is watched until %s", room or "a host", made.expires)

    async def _drop(self, subscription: str) -> None:
        await self._graph.delete_subscription(subscription)
        await self._store.forget_subscription(subscription)
