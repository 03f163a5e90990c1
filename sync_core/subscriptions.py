"""Subscriptions: every room has one, each is renewed at half its life, and a lost one is made again and caught up with."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sync_core.errors import Gone, SyncError
from sync_core.graph.client import Graph
from sync_core.graph.wire import SUBSCRIPTION_MINUTES, subscription_end
from sync_core.intake import hash_of
from sync_core.model import Room, RoomId
from sync_core.queues import PullRoom, Queues
from sync_core.rooms import Rooms
from sync_core.rows import Subscribed
from sync_core.store import Store

RENEW_WITH_LEFT = timedelta(minutes=SUBSCRIPTION_MINUTES / 2)

log = logging.getLogger(__name__)


class Subscriptions:
    """`urls` are the addresses for change notifications and for lifecycle notifications; `secret` makes a new client state."""

    def __init__(
        self,
        graph: Graph,
        store: Store,
        queues: Queues,
        rooms: Rooms,
        urls: tuple[str, str],
        clock: Callable[[], datetime],
        secret: Callable[[], str],
    ) -> None:
        self._graph, self._store, self._queues, self._rooms = graph, store, queues, rooms
        self._urls, self._clock, self._secret = urls, clock, secret

    async def renew_all(self) -> None:
        """What Graph lists is compared with what is remembered. A room's failure does not stop the others; it is raised last."""
        rooms = await self._rooms.refresh()
        remembered = {subscribed.id: subscribed for subscribed in await self._store.subscriptions()}
        alive = await self._living(set(remembered))
        held: dict[RoomId, Subscribed] = {}
        for subscribed in remembered.values():
            if subscribed.id in alive and subscribed.room in rooms and subscribed.room not in held:
                held[subscribed.room] = subscribed
            else:
                await self._drop(subscribed.id)
        failure: SyncError | None = None
        for room in rooms.values():
            try:
                await self._keep_alive(room, held.get(room.id))
            except SyncError as error:
                log.error("room %s has no live subscription: %s", room.id, error.code)  # noqa: TRY400 — told once, below
                failure = error
        if failure:
            raise failure

    async def resubscribe(self, room: Room) -> None:
        """After a lifecycle notification: a renewal also re-authorises, and one that Graph removed is made again."""
        held = [subscribed for subscribed in await self._store.subscriptions() if subscribed.room == room.id]
        for subscribed in held:
            try:
                await self._renew(subscribed)
            except Gone:
                await self._drop(subscribed.id)
            else:
                return
        await self._create(room)

    async def _living(self, remembered: set[str]) -> set[str]:
        """Ours that Graph still has. One that delivers to us but is not remembered is of no use: its client state is lost."""
        alive = set()
        for subscription in await self._graph.subscriptions():
            if subscription.id in remembered:
                alive.add(subscription.id)
            elif subscription.notification_url == self._urls[0]:
                await self._graph.delete_subscription(subscription.id)
        return alive

    async def _keep_alive(self, room: Room, held: Subscribed | None) -> None:
        if held is not None and held.expires - self._clock() > RENEW_WITH_LEFT:
            return
        if held is not None:
            try:
                await self._renew(held)
            except Gone:
                await self._drop(held.id)
            else:
                return
        await self._create(room)

    async def _renew(self, subscribed: Subscribed) -> None:
        renewed = await self._graph.renew_subscription(subscribed.id, subscription_end(self._clock()))
        await self._store.save_subscription(
            Subscribed(subscribed.id, subscribed.room, subscribed.client_state_hash, renewed.expires)
        )
        log.info("subscription of room %s renewed until %s", subscribed.room, renewed.expires)

    async def _create(self, room: Room) -> None:
        """Then a pull: what changed while nobody was told, and what was told before the row was saved, is caught up with."""
        client_state = self._secret()
        made = await self._graph.create_subscription(room.mailbox, self._urls, client_state, subscription_end(self._clock()))
        await self._store.save_subscription(Subscribed(made.id, room.id, hash_of(client_state), made.expires))
        await self._queues.send(PullRoom(room.id))
        log.info("subscription of room %s made, until %s", room.id, made.expires)

    async def _drop(self, subscription: str) -> None:
        await self._graph.delete_subscription(subscription)
        await self._store.forget_subscription(subscription)
