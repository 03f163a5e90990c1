"""What is meant as a text stays one: in a table's filter and keys, in a header, and on a page."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from localdev.world import ANA, BEN, OAK
from sync_core import pages
from sync_core.errors import Later, Malformed
from sync_core.graph.events import parse_event
from sync_core.ibss.wire import parse_booking
from sync_core.model import EventId, Instance, RoomId
from sync_core.rows import Subscribed
from sync_core.situation import idempotency_key
from sync_core.store import Store
from tests.scenarios.in_process import World
from tests.scenarios.test_operations import at
from tests.unit.examples import ANA as ANA_S
from tests.unit.examples import ELM as ELM_ID
from tests.unit.examples import NOW, linked
from tests.unit.examples import OAK as OAK_ID
from tests.unit.graph_answers import event_json
from tests.unit.ibss_answers import booking_json

# tables, over the twin and over Azurite

FILTERS = ["' or room_event_id ne '", "x' or PartitionKey ne 'x", "@event", "x') or true or ('", "''", "\N{PILE OF POO}'"]


@pytest.mark.parametrize("hostile", FILTERS)
async def test_an_id_in_a_filter_finds_itself_and_nothing_else(store: Store, hostile: str) -> None:
    await store.save_link(linked(room=OAK_ID, key="other", instance=Instance("other"), room_event_id="AAMkR"))
    await store.save_link(linked(room=ELM_ID, key="there", instance=Instance("there"), room_event_id="AAMkE"))
    assert await store.link_of_room_event(OAK_ID, EventId(hostile)) is None
    assert await store.links(RoomId(hostile)) == []
    its = await store.save_link(linked(room=OAK_ID, key="its", instance=Instance("its"), room_event_id=hostile))
    assert await store.link_of_room_event(OAK_ID, EventId(hostile)) == its


@pytest.mark.parametrize("uid", ["x" * 600, "x" * 30_000, "\N{PILE OF POO}" * 100, "/" * 200, "a\r\nb\x1b[31m", "_" * 24 + "x"])
@pytest.mark.parametrize("day", [None, NOW], ids=["single", "of a series"])
async def test_a_meeting_may_have_any_name_that_its_organiser_thinks_of(store: Store, uid: str, day: datetime | None) -> None:
    """iCalUId comes from the invitation, and whoever sends one may write it (RFC 5545, UID)."""
    instance = Instance(uid, day)
    link = await store.save_link(linked(key=instance.key, instance=instance))
    await store.remember_room(link.key, link.room)
    await store.raise_alarm(link, NOW)
    await store.note(link.room, link.key, NOW, link.reason, "nothing", "done")
    assert await store.link(OAK_ID, instance.key) == link
    assert await store.rooms_of(link.key) == [OAK_ID]
    assert len(await store.journal(OAK_ID, link.key)) == 1


def test_two_long_names_are_two_meetings_and_a_usual_one_is_its_own_key() -> None:
    assert len({Instance("x" * length).key for length in range(290, 320)}) == 30
    exchange = "040000008200E00074C5B7101A82E008" + "0" * 80
    assert (Instance(exchange).key, Instance("7b9f-1@google.com").key) == (exchange, "7b9f-1@google.com")


async def test_a_key_that_is_too_long_for_a_table_is_refused(store: Store) -> None:
    with pytest.raises(Later):
        await store.save_subscription(Subscribed("x" * 513, ANA_S, None, "", NOW))
    await store.save_subscription(Subscribed("x" * 512, ANA_S, None, "", NOW))


# headers

NO_HEADERS = ['W/"1"\r\nX-Evil: 1', 'W/"1"\n', "\x00", 'W/"ü"', 7, ["W"], {"a": 1}]


@pytest.mark.parametrize("etag", NO_HEADERS)
@pytest.mark.parametrize(
    "parse",
    [
        lambda etag: parse_event(event_json(**{"@odata.etag": etag})),
        lambda etag: parse_booking(booking_json(**{"@odata.etag": etag})),
    ],
)
def test_an_etag_that_no_header_can_hold_is_refused(parse: Callable[[Any], Any], etag: Any) -> None:
    with pytest.raises(Malformed):
        parse(etag)


def test_a_name_for_a_create_is_plain_whatever_the_meeting_is_called() -> None:
    key = idempotency_key(linked(room=RoomId("a\r\nX: y"), key="b\r\nX: y\0"))
    assert len(key) == 36
    assert key.replace("-", "").isalnum()


# pages

SCRIPT = """"><script>alert(1)</script><img src=x onerror=alert(1)>' onmouseover='alert(1)"""
KNOWN_TAGS = """html head meta title style body header main section h1 h2 h3 div p b small span time ul li dl dt dd
    table thead tbody tr th td form label input button a code br"""
KNOWN_ATTRIBUTES = "lang charset name content http-equiv class action type value required href datetime title"


class Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.links = set[str](), set[str](), set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name in {"href", "action"}}


def spoilt(told: Any, *left: str) -> Any:
    """Every text in it but those under these names."""
    if isinstance(told, dict):
        return {name: value if name in left else spoilt(value, *left) for name, value in told.items()}
    if isinstance(told, list):
        return [spoilt(each, *left) for each in told]
    return f"{told}{SCRIPT}" if isinstance(told, str) else told


def leaves(told: Any) -> Iterator[str]:
    for each in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from leaves(each)
    if isinstance(told, str):
        yield told


async def test_no_text_becomes_markup_on_any_page(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Review", (OAK,), (BEN,))
    await world.settle()
    await world.store.keep("sync-instance", "m", json.dumps({"room": OAK.space, "last_error": "Later x"}), datetime.now(UTC))
    asked: dict[str, dict[str, str]] = {"status": {}, "explain": {"room": OAK.space, "at": at(slot)}, "plan": {"room": OAK.space}}
    query = dict.fromkeys(("code", "booking", "event", "mailbox", "room", "at"), SCRIPT)
    for what, parameters in asked.items():
        _, body = await world.ask(what, **parameters)
        told = json.loads(body)
        for room in told["rooms"] if what == "plan" else ():
            room["ambiguous"] = [{"start": None, "bookings": ["B"], "events": ["E"]}]
            room["trouble"] = "x"
        told = spoilt(told, "time_zone")
        shown = pages.status(told, SCRIPT) if what == "status" else getattr(pages, what)(told, query)
        page = Page(shown)
        assert len([text for text in leaves(told) if SCRIPT in text]) >= 10
        assert "&lt;script&gt;" in shown
        assert page.tags <= set(KNOWN_TAGS.split())
        assert page.attributes <= set(KNOWN_ATTRIBUTES.split())
        assert all(link.partition("?")[0] in {"status", "explain", "plan", "check"} for link in page.links)


async def test_pages_may_load_and_run_nothing(world: World) -> None:
    _, page = await world.ask("status", "text/html")
    assert "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'" in page
    assert "<meta name=referrer content=no-referrer>" in page
    assert "<script" not in page
