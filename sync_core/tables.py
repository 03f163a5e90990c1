"""One Azure table: made when it is first missed, written optimistically, and its failures told in our words."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from itertools import count, takewhile
from typing import Any
from urllib.parse import quote, unquote

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import TableTransactionError, UpdateMode
from azure.data.tables.aio import TableClient

from sync_core.errors import Later, Stale

type Row = dict[str, Any]

PART = 30_000
"""Characters: a table takes 32 K in one property (Microsoft docs, Table service data model)."""


def encode(key: str) -> str:
    r"""Keys may not hold / \ # ? or controls, and % is trouble in addresses: every such character becomes = and its hex."""
    return quote(key, safe="").replace("%", "=")


def decode(key: str) -> str:
    return unquote(key.replace("=", "%"))


def in_parts(name: str, text: str) -> Row:
    """A text of any length: a short one under its name alone, a longer one goes on under the name and a number."""
    return {f"{name}{n or ''}": text[start : start + PART] for n, start in enumerate(range(0, max(len(text), 1), PART))}


def whole(row: Row, name: str) -> str:
    parts = takewhile(row.__contains__, (f"{name}{n or ''}" for n in count()))
    return "".join(row[part] for part in parts)


class Table:
    """Every method raises Stale when the row is not as the caller knew it, Later when storage is away, and nothing else."""

    def __init__(self, client: TableClient) -> None:
        self._client = client

    async def get(self, partition: str, row: str) -> Any:
        try:
            return await self._client.get_entity(partition, row)
        except ResourceNotFoundError:
            return None
        except AzureError as error:
            raise _away(error) from error

    async def query(self, wanted: str, members: list[str] | None = None, **parameters: Any) -> AsyncIterator[Any]:
        """Rows with all their members, or with those named only."""
        try:
            async for row in self._client.query_entities(wanted, select=members, parameters=parameters):
                yield row
        except ResourceNotFoundError:
            return
        except AzureError as error:
            raise _away(error) from error

    async def insert(self, row: Row) -> str:
        return await self._written(lambda: self._client.create_entity(row))

    async def put(self, row: Row) -> str:
        return await self._written(lambda: self._client.upsert_entity(row, mode=UpdateMode.REPLACE))

    async def replace(self, row: Row, etag: str) -> str:
        unchanged = MatchConditions.IfNotModified
        try:
            answer = await self._client.update_entity(row, mode=UpdateMode.REPLACE, etag=etag, match_condition=unchanged)
        except (ResourceModifiedError, ResourceNotFoundError) as error:
            raise Stale("row") from error
        except AzureError as error:
            raise _away(error) from error
        return str(answer["etag"])

    async def delete(self, partition: str, row: str) -> None:
        try:
            await self._client.delete_entity(partition, row)
        except ResourceNotFoundError:
            return
        except AzureError as error:
            raise _away(error) from error

    async def drop(self, row: Row, etag: str) -> None:
        """Raises Stale when it has been written since, or is gone."""
        unchanged = MatchConditions.IfNotModified
        try:
            await self._client.delete_entity(row["PartitionKey"], row["RowKey"], etag=etag, match_condition=unchanged)
        except (ResourceModifiedError, ResourceNotFoundError) as error:
            raise Stale("row") from error
        except AzureError as error:
            raise _away(error) from error

    async def swap(self, old: Row, etag: str, new: Row, left: Row | None = None) -> str:
        """A new row instead of an old one, both or neither; `left` is what stays in the old one's place."""
        unchanged = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        gone = ("update", left, {"mode": UpdateMode.REPLACE, **unchanged}) if left else ("delete", old, unchanged)
        try:
            answers = await self._client.submit_transaction([gone, ("create", new)])
        except TableTransactionError as error:
            raise Stale("link-row") from error
        except AzureError as error:
            raise _away(error) from error
        return str(list(answers)[1]["etag"])

    async def _written(self, write: Callable[[], Awaitable[Mapping[str, Any]]]) -> str:
        """A row that is new cannot be missing: what is not found is the table."""
        try:
            try:
                answer = await write()
            except ResourceNotFoundError:
                await self._create()
                answer = await write()
        except ResourceExistsError as error:
            raise Stale("row") from error
        except AzureError as error:
            raise _away(error) from error
        return str(answer["etag"])

    async def _create(self) -> None:
        try:
            await self._client.create_table()
        except ResourceExistsError:
            return


def _away(error: AzureError) -> Later:
    status = error.status_code if isinstance(error, HttpResponseError) else None
    return Later("table-unreachable", f"{type(error).__name__} {status or ''}".strip())
