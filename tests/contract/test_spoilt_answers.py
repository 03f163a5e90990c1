"""The side doors of both simulators can make an answer lie: the same faults, asked for in the same words."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from localdev import world
from localdev.graph.app import create_app as graph_app
from localdev.graph.simulator import GraphSimulator
from localdev.graph.workbench import BEGIN
from localdev.ibss.app import create_app as ibss_app
from localdev.ibss.simulator import IbssSimulator

WINDOW = {"startDateTime": "2026-03-02T00:00:00Z", "endDateTime": "2026-03-09T00:00:00Z"}


@dataclass
class Side:
    http: httpx.AsyncClient
    listing: str
    """The address of a list that has a next link."""


def graph() -> Side:
    simulator = GraphSimulator(lambda: BEGIN, None)
    simulator.seed(world.COLLEAGUES, world.ROOMS, world.meetings(BEGIN))
    http = httpx.AsyncClient(transport=httpx.ASGITransport(graph_app(simulator, ticking=False)), base_url="http://side.test")
    http.headers["Authorization"] = "Bearer any"
    return Side(http, f"/v1.0/users/{world.ANA.address}/calendarView?startDateTime={BEGIN:%F}&endDateTime=2026-03-09&$top=2")


def ibss() -> Side:
    simulator = IbssSimulator(lambda: BEGIN, None, service_url="http://127.0.0.1:7071")
    simulator.seed(world)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(ibss_app(simulator, ticking=False)), base_url="http://side.test")
    http.headers["Authorization"] = "apikey sync"
    return Side(http, "/v2/nodes?$top=2")


@pytest.fixture(params=[graph, ibss])
async def side(request: pytest.FixtureRequest) -> AsyncIterator[Side]:
    made: Side = request.param()
    async with made.http:
        yield made


async def struck(side: Side, **fault: Any) -> httpx.Response:
    assert (await side.http.post("/_sim/faults", json={"method": "GET", "path": ".*", **fault})).is_success
    return await side.http.get(side.listing)


@pytest.mark.parametrize(
    ("spoil", "items", "link"),
    [
        ("no items", 0, "true"),
        ("half the items", 1, "true"),
        ("no links", 2, None),
        ("no items, no links", 0, None),
        ("half the items, no links", 1, None),
        ("a link to itself", 2, "itself"),
        ("links without end", 2, "new"),
        ("a link to another host", 2, "elsewhere"),
    ],
)
async def test_a_list_can_be_made_to_lie(side: Side, spoil: str, items: int, link: str | None) -> None:
    true = (await side.http.get(side.listing)).json()
    assert len(true["value"]) == 2
    answer = await struck(side, spoil=spoil, times=2)
    page = answer.json()
    assert (answer.status_code, page["value"]) == (200, true["value"][:items])
    told = page.get("@odata.nextLink")
    if link == "true":
        assert told == true["@odata.nextLink"]
    elif link == "elsewhere":
        assert httpx.URL(told).host == "elsewhere.example"
    elif link is None:
        assert told is None
    else:
        again = (await side.http.get(told)).json()
        assert again["value"] == true["value"]
        assert (again["@odata.nextLink"] == told) is (link == "itself")


@pytest.mark.parametrize(("spoil", "kind"), [("cut short", "application/json"), ("HTML", "text/html; charset=utf-8")])
async def test_a_body_can_be_no_json(side: Side, spoil: str, kind: str) -> None:
    answer = await struck(side, spoil=spoil)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        answer.json()


@pytest.mark.parametrize(
    ("body", "text"),
    [({"value": []}, '{"value": []}'), ("<p>Proxy</p>", "<p>Proxy</p>"), (None, "")],
    ids=["JSON", "text", "none"],
)
async def test_an_answer_can_be_written_out(side: Side, body: Any, text: str) -> None:
    answer = await struck(side, status=202, body=body)
    assert (answer.status_code, answer.text) == (202, text)


async def test_the_faults_that_wait_are_told_with_how_often_they_will_strike(side: Side) -> None:
    await struck(side, spoil="no items", times=3)
    [waiting] = (await side.http.get("/_sim/faults")).json()["value"]
    assert (waiting["spoil"], waiting["times"]) == ("no items", 2)


async def test_an_unknown_way_to_lie_is_refused(side: Side) -> None:
    answer = await side.http.post("/_sim/faults", json={"method": "GET", "path": ".*", "spoil": "somehow"})
    assert answer.status_code == 400
