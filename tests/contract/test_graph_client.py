"""The shell that sends requests to Graph, over the simulator: how many at once, and where it never goes."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from localdev import world
from localdev.graph.app import create_app
from localdev.graph.simulator import GraphSimulator
from sync_core.errors import Malformed
from sync_core.graph.client import Graph, StaticToken
from sync_core.model import Address
from tests.scenarios.in_process import MONDAY

BASE = "http://127.0.0.1:7081/v1.0"
OAK = Address("oak@contoso.example")


async def unreachable(_url: str, _content_type: str, _body: bytes) -> tuple[int, str, str]:
    raise OSError


@pytest.fixture
def simulator() -> GraphSimulator:
    simulator = GraphSimulator(lambda: MONDAY, unreachable)
    simulator.seed(world.COLLEAGUES, world.ROOMS)
    return simulator


@pytest.fixture
def graph(simulator: GraphSimulator) -> Graph:
    transport = httpx.ASGITransport(create_app(simulator, ticking=False))
    return Graph(BASE, StaticToken("local"), httpx.AsyncClient(transport=transport))


async def test_a_mailbox_never_sees_more_than_four_requests_at_once(graph: Graph, simulator: GraphSimulator) -> None:
    simulator.tenant.delays.answer = 0.01
    looks = [graph.window(OAK, MONDAY, MONDAY + timedelta(days=1)) for _ in range(12)]
    assert await asyncio.gather(*looks) == [[]] * 12
    assert [request.status for request in simulator.tenant.requests] == [200] * 12


async def test_a_link_to_another_host_is_never_followed(graph: Graph, simulator: GraphSimulator) -> None:
    with pytest.raises(Malformed, match="foreign-link"):
        [page async for page in graph.delta_since(OAK, "https://graph.evil.example/v1.0/users/oak/calendarView/delta")]
    assert simulator.tenant.requests == []
