"""Where the keys travel: to the two vendors and nowhere else, whatever a link or a redirect says; and to no other path there."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import pytest

from localdev.world import ANA, OAK
from sync_core.errors import Later, Malformed, Unreadable
from sync_core.graph import requests as graph_requests
from sync_core.ibss import requests as ibss_requests
from sync_core.model import Address, BookingId, EventId, NodeId, RoomId
from tests.scenarios.in_process import World
from tests.scenarios.people import checked
from tests.security.impostor import KEY, TOKEN, Impostor, clients, listening
from tests.unit.graph_answers import event

DAY = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
ROOM = Address("oak@contoso.example")


@pytest.fixture
async def vendor_and_thief() -> AsyncIterator[tuple[Impostor, Impostor]]:
    vendor, thief = Impostor(), Impostor()
    async with listening(vendor, thief):
        yield vendor, thief


def links(vendor: str, thief: str) -> dict[str, object]:
    """In the places of both addresses' hosts and ports."""
    return {
        "another host": f"http://{thief}/v2/bookings",
        "without a scheme": f"//{thief}/v2/bookings",
        "another scheme": f"https://{vendor}/v2/bookings",
        "our host as a name": f"http://{vendor}@{thief}/v2/bookings",
        "a name before our host": f"http://{thief}@{vendor}/v2/bookings",
        "our host and a backslash": f"http://{vendor}\\@{thief}/v2/bookings",
        "our host with more to it": f"http://{vendor}.{thief}/v2/bookings",
        "a tab in the host": f"http://{vendor}\t@{thief}/v2/bookings",
        "a line end in the path": f"http://{vendor}/v2/bookings\r\nHost: {thief}",
        "a host that is none": "http://[::1/v2/bookings",
        "no link": "bookings",
        "a number": 7,
        "a list": [f"http://{thief}/v2/bookings"],
        "without end": f"http://{vendor}/{'x' * 70_000}",
    }


@pytest.mark.parametrize("side", ["Graph", "IBSS"])
@pytest.mark.parametrize("kind", links("", ""))
async def test_a_link_to_anywhere_else_is_not_followed(vendor_and_thief: tuple[Impostor, Impostor], side: str, kind: str) -> None:
    vendor, thief = vendor_and_thief
    link = links(urlsplit(vendor.url).netloc, urlsplit(thief.url).netloc)[kind]
    vendor.answers(json.dumps({"value": [], "@odata.nextLink": link}).encode())
    async with clients(vendor.url) as (graph, ibss):
        with pytest.raises((Malformed, Later)) as refusal:
            await (graph.window(ROOM, *DAY) if side == "Graph" else ibss.bookings(NodeId("11"), *DAY))
    assert isinstance(refusal.value, Malformed) or kind == "without a scheme"
    assert str(refusal.value).isprintable()
    assert thief.asked == []
    assert {headers["host"] for _, _, headers in vendor.asked} == {urlsplit(vendor.url).netloc}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_is_no_success(vendor_and_thief: tuple[Impostor, Impostor], status: int) -> None:
    """Not even of a write whose answer nobody reads, or of a list that may be empty."""
    vendor, thief = vendor_and_thief
    vendor.answers(b"", status, location=f"{thief.url}/v2/nodes")
    async with clients(vendor.url) as (graph, ibss):
        for asked in (
            graph.end_event(ROOM, event()),
            graph.decline_event(ROOM, EventId("AAMk1")),
            graph.delete_subscription("s-1"),
            graph.window(ROOM, *DAY),
            ibss.spaces(NodeId("1")),
            ibss.bookings(NodeId("1"), *DAY),
            ibss.knows(NodeId("1"), ROOM),
        ):
            with pytest.raises(Later, match=f"http-{status}"):
                await asked
    assert thief.asked == []
    assert {headers["authorization"] for _, _, headers in vendor.asked} == {f"Bearer {TOKEN}", f"apikey {KEY}"}


async def test_a_page_to_sign_in_at_takes_no_room_and_no_meeting_away(world: World) -> None:
    slot = world.slot()
    made = await world.outlook.book(ANA, slot, "Review", (OAK,))
    await world.settle()
    rooms = await world.store.rooms()
    doors = ((f"{world.outlook.side_door}/faults", world.outlook.http), ("/_sim/faults", world.ibss.http))
    for door, http in doors:
        checked(await http.post(door, json={"method": ".*", "status": 302, "path": "^/(v2|users|subscriptions)", "times": 10**6}))
    for timer in (world.service.subscriptions.renew_all, world.service.pull.sweep_bookings):
        with pytest.raises(Later, match="http-302"):
            await timer()
    await world.service.pull.sweep_rooms()
    await world.settle()
    for door, http in doors:
        checked(await http.delete(door))
    assert await world.store.rooms() == rooms
    assert (await world.outlook.event(ANA.address, made["id"]))["isCancelled"] is False
    assert await world.ibss.the_booking(OAK, slot)


IDS = ["a/../../b", "a/b", "x?y=1&$filter=z", "x#y", "%2e%2e", "%2F..%2F", "a\\..\\b", "a;b", "a b", "ü", "'", "a\r\nX: y"]
STEPS = ["", ".", ".."]


@pytest.mark.parametrize("hostile", IDS)
async def test_an_id_is_one_part_of_the_path_whatever_is_in_it(vendor_and_thief: tuple[Impostor, Impostor], hostile: str) -> None:
    vendor, _ = vendor_and_thief
    vendor.answers(b'{"error": {"code": "NotFound"}}', 404)
    async with clients(vendor.url) as (graph, ibss):
        assert await graph.event(ROOM, EventId(hostile)) is None
        await graph.decline_event(ROOM, EventId(hostile))
        await graph.delete_subscription(hostile)
        assert await ibss.booking(NodeId("11"), BookingId(hostile)) is None
        assert await ibss.booking(NodeId(hostile), BookingId("B")) is None
    mailbox, one = "oak%40contoso.example", ["v1.0", "users"]
    paths = [urlsplit(path).path.split("/")[1:] for _, path, _ in vendor.asked]
    assert [[unquote(part) for part in path] for path in paths] == [
        [*one, unquote(mailbox), "events", hostile],
        [*one, unquote(mailbox), "events", hostile, "decline"],
        ["v1.0", "subscriptions", hostile],
        ["v2", "11", "bookings", hostile],
        ["v2", hostile, "bookings", "B"],
    ]


@pytest.mark.parametrize("step", STEPS)
async def test_an_id_that_is_a_step_in_a_path_is_asked_for_nowhere(
    vendor_and_thief: tuple[Impostor, Impostor], step: str
) -> None:
    vendor, _ = vendor_and_thief
    async with clients(vendor.url) as (graph, ibss):
        for asked in (
            graph.event(ROOM, EventId(step)),
            graph.decline_event(ROOM, EventId(step)),
            graph.delete_subscription(step),
            ibss.booking(NodeId("11"), BookingId(step)),
            ibss.booking(NodeId(step), BookingId("B")),
        ):
            with pytest.raises(Malformed, match="bad-id"):
                await asked
    assert vendor.asked == []


NO_MAILBOXES = [
    "boss@contoso.example/messages?x=@evil.example",
    "a#b@evil.example",
    "../x@evil.example",
    "%2e@evil.example",
    "a b@c",
]


@pytest.mark.parametrize("address", NO_MAILBOXES)
async def test_an_address_that_could_be_a_path_is_asked_for_nowhere(
    vendor_and_thief: tuple[Impostor, Impostor], address: str
) -> None:
    """Neither in a path nor as the resource of a subscription."""
    vendor, _ = vendor_and_thief
    async with clients(vendor.url) as (graph, _ibss):
        for asked in (
            graph.event(Address(address), EventId("AAMk1")),
            graph.window(Address(address), *DAY),
            graph.create_subscription(Address(address), ("", ""), "state", DAY[0]),
        ):
            with pytest.raises(Unreadable, match="no-mail-address"):
                await asked
    assert vendor.asked == []


def test_a_quote_in_a_room_an_address_or_an_event_s_name_stays_inside_its_text() -> None:
    for request in (
        ibss_requests.list_bookings(NodeId("1"), *DAY, RoomId("x' or Space_Id ne 'x")),
        ibss_requests.find_person(NodeId("1"), Address("x' or Email ne 'x@y")),
        graph_requests.find_event(ROOM, "x' or iCalUId ne 'x"),
    ):
        wanted = request.query["$filter"]
        assert wanted.count("'") == 6
        assert "x'' or " in wanted
