"""S14, S15: what a timer asks of many, it asks of several at the same time, so that it ends before its next run."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from localdev import world as company
from localdev.graph.app import create_app as graph_app
from localdev.ibss.app import create_app as ibss_app
from localdev.world import ANA, BEN, CLEO, IVY, OAK, Node, Room
from sync_core.abreast import AT_ONCE
from sync_core.app import compose
from sync_core.errors import SyncError
from sync_core.graph.client import Graph, StaticToken
from sync_core.ibss.client import Ibss
from sync_core.rooms import Rooms
from sync_core.settings import Settings
from sync_core.subscriptions import Subscriptions
from tests.scenarios.in_process import ENVIRONMENT, GRAPH, IBSS, World
from tests.scenarios.operator_desk import status_of
from tests.scenarios.people import checked

BUILDINGS = 20
PEOPLE = {person.address for person in company.COLLEAGUES}
LONG = 25
"""Turns of everybody else, until an answer comes."""


class Slow(httpx.AsyncBaseTransport):
    """Answers come late, so that it can be seen how many are waited for at the same time, by what is asked."""

    def __init__(self, app: Any) -> None:
        self._way, self._waiting, self.most = httpx.ASGITransport(app), Counter[str](), Counter[str]()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        what = f"{request.method} {request.url.path.rsplit('/', 1)[-1]}"
        self._waiting[what] += 1
        self.most[what] = max(self.most[what], self._waiting[what])
        for _ in range(LONG):
            await asyncio.sleep(0)
        self._waiting[what] -= 1
        return await self._way.handle_async_request(request)


class Estate(World):
    """As many buildings more as were said, with a room each, and a service whose answers come late."""

    def __init__(self, buildings: int = BUILDINGS) -> None:
        super().__init__()
        self.more = [Room(f"B{n}-R", f"b{n}", f"Room {n}", 4, f"room{n}@contoso.example") for n in range(buildings)]
        nodes = [Node(room.node, room.node, "Building", None, "UTC") for room in self.more]
        self.graph.seed((), self.more)
        self.ibss_simulator.seed(SimpleNamespace(NODES=nodes, ROOMS=self.more, COLLEAGUES=(), meetings=lambda _now: ()))
        self.to_graph, self.to_ibss = (
            Slow(graph_app(self.graph, ticking=False)),
            Slow(ibss_app(self.ibss_simulator, ticking=False)),
        )
        self._to_both = (
            Graph(GRAPH, StaticToken("local"), httpx.AsyncClient(transport=self.to_graph, base_url=GRAPH)),
            Ibss(IBSS, "sync", httpx.AsyncClient(transport=self.to_ibss, base_url=IBSS)),
        )
        self.restart()

    def restart(self) -> None:
        """What only the process knew is forgotten."""
        settings = Settings.from_environment(ENVIRONMENT)
        self.service = compose(settings, *self._to_both, self.store, self.queues, self.clock.now)

    def subscriptions_of(self, most: int) -> Subscriptions:
        """As the service has them, but for how many of them one run makes or renews."""
        graph, ibss = self._to_both
        rooms = Rooms(ibss, self.store, 180, self.clock.now)
        urls = tuple(f"{ENVIRONMENT['PUBLIC_URL']}/api/graph/{door}" for door in ("notifications", "lifecycle"))
        secret = iter(map(str, count(10**9))).__next__
        return Subscriptions(graph, self.store, self.queues, rooms, (urls[0], urls[1]), self.clock.now, secret, most)

    async def watched(self) -> Counter[str]:
        told = checked(await self.outlook.http.get("/subscriptions"))["value"]
        return Counter(one["resource"].split("/")[1] for one in told)


@pytest.fixture
async def estate() -> AsyncIterator[Estate]:
    world = Estate()
    await world.start()
    yield world
    await world.close()


def booked(world: Estate) -> set[str]:
    """The rooms in which something is booked in IBSS."""
    return {booking.space for booking in world.ibss_simulator.bookings.by_id.values()}


async def test_S14_the_buildings_are_read_several_at_the_same_time_and_all_of_them(estate: Estate) -> None:
    assert estate.to_ibss.most["GET spaces"] == AT_ONCE
    checked(await estate.ibss.http.patch("/_sim/posting", json={"lost": True}))
    slot = estate.slot()
    for room in estate.more:
        await estate.ibss.book(ANA, room, slot.later(days=int(room.node[1:])), "Untold", (BEN,))
    estate.to_ibss.most.clear()
    await estate.service.pull.sweep_bookings()
    assert estate.to_ibss.most["GET bookings"] == AT_ONCE
    await estate.settle()
    for room in estate.more:
        assert (await estate.outlook.the_event(room.mailbox or "", slot.later(days=int(room.node[1:]))))["subject"].strip()


async def test_S14_buildings_that_cannot_be_read_do_not_stop_the_others_and_are_shown(estate: Estate) -> None:
    fault = {"method": "GET", "path": "/v2/b1[0-9]?/bookings", "status": 403, "code": "Forbidden", "times": 10_000}
    checked(await estate.ibss.http.post("/_sim/faults", json=fault))
    checked(await estate.ibss.http.patch("/_sim/posting", json={"lost": True}))
    slot, room = estate.slot(), estate.more[-1]
    await estate.ibss.book(ANA, IVY, slot, "Untold", (BEN,))
    with pytest.raises(SyncError, match="Forbidden"):
        await estate.service.pull.sweep_bookings()
    await estate.settle()
    assert (await estate.outlook.the_event(ANA.address, slot))["subject"] == "Untold"
    troubled = {item["building"] for item in (await status_of(estate))["rooms"]["items"] if item["problems"]}
    assert troubled == {"b1", *(f"b{n}" for n in range(10, BUILDINGS))}
    assert room.node in troubled


async def test_S15_subscriptions_are_made_and_renewed_several_at_the_same_time(estate: Estate) -> None:
    mailboxes = {room.mailbox for room in (*company.ROOMS, *estate.more) if room.mailbox}
    assert estate.to_graph.most["POST subscriptions"] == AT_ONCE
    assert await estate.watched() >= Counter(mailboxes)
    await estate.pass_time(hours=40)
    before = {one.mailbox: one.expires for one in await estate.store.subscriptions()}
    await estate.service.subscriptions.renew_all()
    after = {one.mailbox: one.expires for one in await estate.store.subscriptions()}
    assert [mailbox for mailbox in before if after[mailbox] <= before[mailbox]] == []


async def test_S15_one_room_that_cannot_be_watched_does_not_stop_the_others(estate: Estate) -> None:
    for subscribed in await estate.store.subscriptions():
        await estate.store.forget_subscription(subscribed.id)
    refusal = {"unreadable": {"status": 403, "code": "ErrorAccessDenied"}}
    checked(await estate.outlook.http.patch(f"{estate.outlook.side_door}/mailboxes/{OAK.mailbox}", json=refusal))
    with pytest.raises(SyncError, match="ErrorAccessDenied"):
        await estate.service.subscriptions.renew_all()
    assert {room.mailbox for room in estate.more} <= set(await estate.watched())
    assert OAK.mailbox not in await estate.watched()


async def test_S15_what_is_too_much_for_one_run_is_left_to_the_next_and_what_ends_first_goes_first(estate: Estate) -> None:
    for hours, one in enumerate(await estate.store.subscriptions()):
        await estate.store.save_subscription(replace(one, expires=estate.now() + timedelta(hours=1 + hours % 7, minutes=hours)))
    rows = sorted(await estate.store.subscriptions(), key=lambda one: one.expires)
    few, renewed, runs = estate.subscriptions_of(most=5), 0, 0
    while renewed < len(rows):
        await few.renew_all()
        runs += 1
        now = {one.id for one in await estate.store.subscriptions() if one.expires - estate.now() > timedelta(hours=60)}
        assert min(5, len(rows) - renewed) <= len(now) - renewed < 5 + AT_ONCE  # those that were under way are ended
        assert now == {one.id for one in rows[: len(now)]}
        renewed = len(now)
    assert runs > 2


async def test_S15_what_fails_takes_nobody_s_place(estate: Estate) -> None:
    for subscribed in await estate.store.subscriptions():
        await estate.store.forget_subscription(subscribed.id)
    fault = {"method": "POST", "path": "/subscriptions", "status": 403, "code": "Forbidden", "times": 15}
    checked(await estate.outlook.http.post(f"{estate.outlook.side_door}/faults", json=fault))
    with pytest.raises(SyncError, match="Forbidden"):
        await estate.subscriptions_of(most=5).renew_all()
    assert 5 <= len(await estate.store.subscriptions()) < 5 + AT_ONCE


async def test_S15_a_host_of_meetings_in_many_buildings_is_watched_once(estate: Estate) -> None:
    """Though the workers that linked them died before they could see to it."""
    for room in estate.more:
        await estate.outlook.book(BEN, estate.slot(), "Everywhere", (room,))
    await estate.settle()
    assert len(booked(estate) & {room.space for room in estate.more}) == BUILDINGS
    for subscribed in [one for one in await estate.store.subscriptions() if one.room is None]:
        checked(await estate.outlook.http.delete(f"/subscriptions/{subscribed.id}"))
        await estate.store.forget_subscription(subscribed.id)
    estate.restart()
    await estate.service.pull.sweep_bookings()
    hosts = {mailbox: number for mailbox, number in (await estate.watched()).items() if mailbox in PEOPLE}
    assert hosts == {ANA.address: 1, BEN.address: 1, CLEO.address: 1}
