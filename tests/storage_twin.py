"""Azure Tables and Queues in memory: the outside world's stand-in for tests that run the whole service in one process.

Held to its word by tests/contract/test_store.py and test_queues.py, which run on this and on Azurite.
"""

import copy
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceRequestError,
)
from azure.data.tables import TableEntity, TableTransactionError

type Key = tuple[str, str]

LONGEST_TEXT = 32 * 1024
"""Characters in one property (Microsoft docs, Table service data model)."""

LONGEST_KEY = 512
"""Characters, which take two bytes each of a key's 1 KiB (the same page)."""


class TableTwin:
    """The part of azure.data.tables.aio.TableClient that the product uses. `operations` counts what Azure would bill."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._rows: dict[Key, tuple[dict[str, Any], str, datetime]] = {}
        self._versions = count(1)
        self.operations = 0

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for row, *_ in self._rows.values()]

    def lose(self) -> None:
        """Every row."""
        self._rows.clear()

    async def get_entity(self, partition: str, row: str) -> TableEntity:
        self.operations += 1
        return self._entity(self._found((partition, row)))

    async def query_entities(
        self, wanted: str, *, select: Iterable[str] | None = None, parameters: dict[str, Any]
    ) -> AsyncIterator[TableEntity]:
        self.operations += 1
        conditions = [part.split(" eq @") for part in wanted.split(" and ")]
        wanted_values = [(name, parameters[parameter]) for name, parameter in conditions]
        for key in sorted(key for key, (row, *_) in self._rows.items() if all(row.get(n) == v for n, v in wanted_values)):
            entity = self._entity(key)
            for name in set(entity) - set(select or entity):
                del entity[name]
            yield entity

    async def create_entity(self, row: dict[str, Any]) -> dict[str, Any]:
        self.operations += 1
        return self._created(row)

    async def update_entity(self, row: dict[str, Any], *, mode: Any, etag: str, match_condition: Any) -> dict[str, Any]:
        self.operations += 1
        self._checked(_key(row), etag)
        return self._put(row)

    async def upsert_entity(self, row: dict[str, Any], *, mode: Any) -> dict[str, Any]:
        self.operations += 1
        return self._put(row)

    async def delete_entity(self, partition: str, row: str, *, etag: str = "", match_condition: Any = None) -> None:
        self.operations += 1
        if etag:
            self._checked((partition, row), etag)
        self._rows.pop((partition, row), None)

    async def submit_transaction(self, operations: Iterable[Any]) -> list[dict[str, Any]]:
        self.operations += 1
        before = copy.copy(self._rows)
        try:
            return [self._operate(*operation) for operation in operations]
        except (ResourceExistsError, ResourceModifiedError, ResourceNotFoundError) as error:
            self._rows = before
            raise TableTransactionError(message=str(error)) from error

    def _operate(self, kind: str, row: dict[str, Any], options: dict[str, Any] | None = None) -> dict[str, Any]:
        if kind == "delete":
            self._checked(_key(row), (options or {})["etag"])
            del self._rows[_key(row)]
            return {}
        if kind == "update":
            self._checked(_key(row), (options or {})["etag"])
            return self._put(row)
        return self._created(row)

    async def create_table(self) -> None:
        return

    def _created(self, row: dict[str, Any]) -> dict[str, Any]:
        if _key(row) in self._rows:
            raise ResourceExistsError("EntityAlreadyExists")
        return self._put(row)

    def _found(self, key: Key) -> Key:
        if key not in self._rows:
            raise ResourceNotFoundError("ResourceNotFound")
        return key

    def _checked(self, key: Key, etag: str) -> None:
        if self._rows[self._found(key)][1] != etag:
            raise ResourceModifiedError("UpdateConditionNotSatisfied")

    def _put(self, row: dict[str, Any]) -> dict[str, Any]:
        if any(len(value) > LONGEST_TEXT for value in row.values() if isinstance(value, str)):
            raise HttpResponseError("PropertyValueTooLarge")
        if any(len(part) > LONGEST_KEY for part in _key(row)):
            raise HttpResponseError("KeyValueTooLarge")
        etag = f'W/"{next(self._versions)}"'
        self._rows[_key(row)] = ({name: value for name, value in row.items() if value is not None}, etag, self._now())
        return {"etag": etag}

    def _entity(self, key: Key) -> TableEntity:
        row, etag, written = self._rows[key]
        entity = TableEntity(**row)
        entity._metadata = {"etag": etag, "timestamp": written}
        return entity


def _key(row: dict[str, Any]) -> Key:
    return row["PartitionKey"], row["RowKey"]


@dataclass
class QueueTwin:
    """The part of azure.storage.queue.aio.QueueClient that the product uses, and what the host does with the other end."""

    now: Any
    away: int = 0
    """How many sends from now on find the queue away."""

    waiting: list[tuple[datetime, int, str]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    _numbers: Any = field(default_factory=count)

    async def send_message(self, text: str, *, visibility_timeout: int = 0) -> None:
        if self.away:
            self.away -= 1
            raise ServiceRequestError("the queue is away")
        self.sent.append(text)
        self.waiting.append((self.now() + timedelta(seconds=visibility_timeout), next(self._numbers), text))

    def take(self) -> str | None:
        """The oldest message that is visible now."""
        visible = sorted(message for message in self.waiting if message[0] <= self.now())
        if not visible:
            return None
        self.waiting.remove(visible[0])
        return visible[0][2]

    def next_due(self) -> datetime | None:
        return min((due for due, _, _ in self.waiting), default=None)
