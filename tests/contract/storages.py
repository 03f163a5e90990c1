"""Fixture `store`: what the product remembers with, over the in-memory twin and over Azurite.

Used by name: `pytest_plugins = ("tests.contract.storages",)`.
"""

import uuid
from collections.abc import AsyncIterator

import pytest
from azure.data.tables.aio import TableServiceClient

from sync_core.store import TABLES, Store
from tests.storage_twin import TableTwin


@pytest.fixture(params=["twin", "azurite"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """Over tables of its own, which are not there yet."""
    if request.param == "twin":
        yield Store(*(TableTwin() for _ in TABLES))
        return
    storage, mark = request.getfixturevalue("azurite"), uuid.uuid4().hex
    async with TableServiceClient.from_connection_string(storage.connection_string) as service:
        yield Store(*(service.get_table_client(f"{name}{mark}") for name in TABLES))
