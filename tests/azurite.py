"""Fixture `azurite`: one real Azurite for the whole test session, on free ports, in memory.

Used by name: `pytest_plugins = ("tests.azurite",)`, or through the conftest.py beside this file.
"""

from collections.abc import Iterator

import pytest

from localdev.azurite import Azurite, StoragePorts
from localdev.serving import free_ports


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    with Azurite(StoragePorts(*free_ports(3))) as running:
        yield running
