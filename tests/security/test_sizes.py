"""What is too large, too deep or without end is refused before it fills the memory; waits have a longest."""

import gzip
import json
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

import httpx
import pytest

from sync_core.connection import LARGEST_ANSWER
from sync_core.errors import Later, Malformed
from sync_core.graph.client import MOST_PAGES, Graph, StaticToken
from sync_core.http import Answer
from sync_core.ibss.client import Ibss
from sync_core.model import Address, EventId, NodeId
from tests.security.impostor import Impostor, clients, listening
from tests.unit.doors import Doors, notification
from tests.unit.ibss_answers import booking_json

MIB = 1024 * 1024
DAY = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
OAK = Address("oak@contoso.example")

type Read = Callable[[Graph, Ibss], Awaitable[Any]]

READS: dict[str, Read] = {
    "Graph's list": lambda graph, _: graph.window(OAK, *DAY),
    "Graph's event": lambda graph, _: graph.event(OAK, EventId("AAMk1")),
    "IBSS's list": lambda _, ibss: ibss.bookings(NodeId("11"), *DAY),
    "IBSS's answer to a write": lambda _, ibss: ibss.booking(NodeId("11"), "B"),  # type: ignore[arg-type]
}


@pytest.fixture
async def impostor() -> AsyncIterator[Impostor]:
    told = Impostor()
    async with listening(told):
        yield told


HUGE = gzip.compress(b" " * (LARGEST_ANSWER + 1))
"""A few KiB."""
OF_ALL_SIZES = {
    "a little that unpacks to more than any answer": ({"content-encoding": "gzip"}, lambda: (HUGE,)),
    "100 MiB": ({}, lambda: repeat(b" " * MIB, 100)),
    "packed twice": ({"content-encoding": "gzip, gzip"}, lambda: (gzip.compress(HUGE),)),
    "packed as nobody asked": ({"content-encoding": "br"}, lambda: (b"\x0b\x02\x80{}\x03",)),
    "not packed as it says": ({"content-encoding": "gzip"}, lambda: (b'{"value": []}',)),
}


@pytest.mark.parametrize("how", OF_ALL_SIZES)
@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_an_answer_that_is_too_large_is_given_up(impostor: Impostor, how: str, read: Read) -> None:
    impostor.headers, impostor.pieces = OF_ALL_SIZES[how]
    async with clients(impostor.url) as (graph, ibss):
        with pytest.raises(Later, match="DecodingError"):
            await read(graph, ibss)
    assert len(impostor.asked) == 1


async def test_a_small_answer_that_unpacks_to_a_large_one_fills_no_memory(impostor: Impostor) -> None:
    bomb = gzip.compress(b" " * 8 * LARGEST_ANSWER, compresslevel=9)
    impostor.answers(bomb, content_encoding="gzip")
    async with clients(impostor.url) as (graph, _):
        tracemalloc.start()
        with pytest.raises(Later):
            await graph.window(OAK, *DAY)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 3 * LARGEST_ANSWER


@pytest.mark.parametrize("encoding", ["gzip", "identity", None])
async def test_a_large_but_honest_answer_is_read_packed_or_not(impostor: Impostor, encoding: str | None) -> None:
    body = json.dumps({"value": [booking_json(Booking_Id=f"B|{number}") for number in range(5000)]}).encode()
    headers = {"content_encoding": encoding} if encoding else {}
    impostor.answers(gzip.compress(body) if encoding == "gzip" else body, **headers)
    async with clients(impostor.url) as (_, ibss):
        assert len(await ibss.bookings(NodeId("11"), *DAY)) == 5000
    assert impostor.asked[0][2]["accept-encoding"] == "gzip"


DEEP = b'{"value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
DIGITS = b'{"value": ' + b"9" * 250_000 + b"}"


@pytest.mark.parametrize("body", [DEEP, DIGITS], ids=["100,000 brackets", "250,000 digits"])
def test_an_answer_that_takes_too_long_to_parse_is_no_json(body: bytes) -> None:
    with pytest.raises(Malformed, match="not-json"):
        Answer(200, {}, body).json()
    assert Answer(500, {}, body).error_code == ""


@pytest.mark.parametrize("body", [DEEP, DIGITS], ids=["100,000 brackets", "250,000 digits"])
@pytest.mark.parametrize("door", ["graph_notifications", "graph_lifecycle", "ibss_bookings"])
async def test_a_body_that_takes_too_long_to_parse_is_a_bad_request(door: str, body: bytes) -> None:
    doors = await Doors().open()
    reply = await getattr(doors.intake, door)(*([] if door == "ibss_bookings" else [{}]), body)
    assert (reply.status, doors.queued()) == (400, [])


async def test_what_is_nested_as_deep_as_json_allows_is_still_answered() -> None:
    doors, deep = await Doors().open(), json.loads("[" * 9_000 + "]" * 9_000)
    told = json.dumps({"value": [notification(lifecycleEvent="deep")]}).replace('"deep"', json.dumps(deep)).encode()
    assert (await doors.intake.graph_lifecycle({}, told)).status == 202


@pytest.mark.parametrize("read", [READS["Graph's list"], READS["IBSS's list"]], ids=["Graph", "IBSS"])
async def test_a_page_that_is_its_own_next_page_ends_the_reading(impostor: Impostor, read: Read) -> None:
    impostor.answers(json.dumps({"value": [], "@odata.nextLink": f"{impostor.url}/v2/again"}).encode())
    async with clients(impostor.url) as (graph, ibss):
        with pytest.raises(Later, match="endless-pages"):
            await read(graph, ibss)
    assert len(impostor.asked) == 2


async def test_pages_without_end_end_the_reading() -> None:
    impostor = Impostor(url="http://127.0.0.1")

    def next_page() -> Iterator[bytes]:
        yield json.dumps({"value": [], "@odata.nextLink": f"{impostor.url}/v1.0/{len(impostor.asked)}"}).encode()

    impostor.pieces = next_page
    http = httpx.AsyncClient(transport=httpx.ASGITransport(impostor))
    with pytest.raises(Later, match="endless-pages"):
        await Graph(f"{impostor.url}/v1.0", StaticToken("any"), http).window(OAK, *DAY)
    assert len(impostor.asked) == MOST_PAGES
