"""The doors with storage behind them, and what comes to them."""

import json
from datetime import datetime
from typing import Any

from azure.core.exceptions import ServiceRequestError

from sync_core.intake import Intake, hash_of
from sync_core.model import Address, RoomId
from sync_core.queues import PullRoom, Queues, Work, decode, decode_sync
from sync_core.rows import Subscribed
from sync_core.store import TABLES, Store
from tests.storage_twin import QueueTwin, TableTwin
from tests.unit.examples import ANA, ELM, ELM_ROOM, NOW, OAK, OAK_ROOM

SECRET = "only Graph was told"
DEEP = b"[" * 100_000


def clock() -> datetime:
    return NOW


def notification(**members: Any) -> dict[str, Any]:
    return {"subscriptionId": "s-oak", "clientState": SECRET, "changeType": "updated"} | members


def notifications(*items: Any) -> bytes:
    return json.dumps({"value": items}).encode()


class Away:
    """Storage that does not answer, whatever it is asked."""

    def __getattr__(self, name: str) -> Any:
        async def refuse(*_arguments: Any, **_options: Any) -> Any:
            raise ServiceRequestError("no route")

        return refuse


class Doors:
    """`away`: nothing of the storage answers."""

    def __init__(self, *, away: bool = False) -> None:
        self.tables = {name: TableTwin() for name in TABLES}
        self.pull, self.sync = QueueTwin(clock), QueueTwin(clock)
        self.store, self.queues = Store(**self.tables), Queues(self.pull, self.sync)
        self.intake = Intake(*self.with_away("tables", "queues")) if away else Intake(self.store, self.queues)

    async def open(self) -> "Doors":
        """Two rooms and a host are subscribed to."""
        for subscription, mailbox, room in (
            ("s-oak", OAK_ROOM.mailbox, OAK),
            ("s-elm", ELM_ROOM.mailbox, ELM),
            ("s-ana", ANA, None),
        ):
            await self._subscribe(subscription, mailbox, room)
        return self

    async def _subscribe(self, subscription: str, mailbox: Address, room: RoomId | None) -> None:
        await self.store.save_subscription(Subscribed(subscription, mailbox, room, hash_of(SECRET), NOW))

    def with_away(self, *parts: str) -> tuple[Store, Queues]:
        store = Store(*[Away()] * len(TABLES)) if "tables" in parts else self.store
        return store, Queues(Away(), Away()) if "queues" in parts else self.queues

    def queued(self) -> list[Work]:
        """All that was queued, pulls first."""
        pulls = [decode(PullRoom, text) for text in self.pull.sent]
        return [*pulls, *(decode_sync(text) for text in self.sync.sent)]
