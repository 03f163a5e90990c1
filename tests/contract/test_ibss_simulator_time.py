"""What time does in the IBSS simulator: statuses, auto-cancel, posts to the service; and its side door."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from localdev import world
from localdev.ibss.app import create_app
from localdev.ibss.simulator import IbssSimulator

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
SERVICE = "http://service.example.com"
SYNC = {"Authorization": "apikey sync"}
NINE_TO_TEN = {
    "Space_Id": "HH-1-OAK",
    "Booking_Start": "2026-03-02T09:00:00Z",
    "Booking_End": "2026-03-02T10:00:00Z",
    "Booking_Owner_Email": "ana@contoso.example",
}
MINUTE, HOUR = 60, 3600


@dataclass
class Service:
    """The service's end of the posts: it notes them and answers what it is told to."""

    answers: list[int] = field(default_factory=list)
    posts: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        self.posts.append((url, headers, json.loads(body)))
        return self.answers.pop(0) if self.answers else 202

    @property
    def statuses(self) -> list[str]:
        return [record["Booking_Status"] for _, _, record in self.posts]


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def simulator(service: Service) -> IbssSimulator:
    simulator = IbssSimulator(lambda: MORNING, service.post, service_url=SERVICE, key="local")
    simulator.seed(world)
    return simulator


@pytest.fixture
async def ibss(simulator: IbssSimulator) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(simulator, ticking=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://ibss.example.com", headers=SYNC) as client:
        yield client


async def advance(ibss: httpx.AsyncClient, seconds: float) -> None:
    assert (await ibss.post("/_sim/clock", json={"advance_seconds": seconds})).status_code == 200


async def booked(ibss: httpx.AsyncClient, **members: Any) -> str:
    answer = await ibss.post("/v2/11/bookings", json=NINE_TO_TEN | members)
    assert answer.status_code == 201, answer.text
    return f"/v2/11/bookings/{answer.json()['Booking_Id']}"


async def read(ibss: httpx.AsyncClient, path: str) -> dict[str, Any]:
    return dict((await ibss.get(path)).json())


def at_door(path: str, verb: str) -> str:
    return f"/_sim/bookings/{path.rsplit('/', 1)[1]}/{verb}"


class TestStatus:
    async def test_nobody_comes(self, ibss: httpx.AsyncClient) -> None:
        path = await booked(ibss)
        seen = []
        for seconds in (0, 45 * MINUTE, 15 * MINUTE, HOUR):
            await advance(ibss, seconds)
            seen.append((await read(ibss, path))["Booking_Status"])
        assert seen == ["New", "Early CheckIn", "Late CheckIn", "No Show"]

    async def test_somebody_checks_in(self, ibss: httpx.AsyncClient) -> None:
        path = await booked(ibss)
        assert (await ibss.post(at_door(path, "checkin"))).status_code == 400  # too early
        await advance(ibss, 50 * MINUTE)
        assert (await ibss.post(at_door(path, "checkin"))).json()["Booking_IsCheckedIn"] == 1
        await advance(ibss, 20 * MINUTE)
        assert (await read(ibss, path))["Booking_Status"] == "In Progress"
        await advance(ibss, HOUR)
        assert (await read(ibss, path))["Booking_Status"] == "Completed"

    async def test_nobody_checks_in_to_a_cancelled_booking(self, ibss: httpx.AsyncClient) -> None:
        path = await booked(ibss)
        await ibss.patch(path, json={"Booking_IsCancelled": 1})
        await advance(ibss, HOUR)
        assert (await ibss.post(at_door(path, "checkin"))).status_code == 400

    async def test_time_alone_is_no_change(self, ibss: httpx.AsyncClient) -> None:
        path = await booked(ibss)
        before = await read(ibss, path)
        await advance(ibss, 70 * MINUTE)
        after = await read(ibss, path)
        assert {member for member in before if before[member] != after[member]} == {"Booking_Status"}

    async def test_check_out_frees_the_space_and_leaves_the_planned_end(self, ibss: httpx.AsyncClient) -> None:
        path = await booked(ibss)
        await advance(ibss, HOUR)
        await ibss.post(at_door(path, "checkin"))
        await advance(ibss, 20 * MINUTE)
        left = (await ibss.post(at_door(path, "checkout"))).json()
        assert (left["Booking_End"], left["Booking_Completed_Time"]) == ("2026-03-02T10:00:00Z", "2026-03-02T09:20:00Z")
        await booked(ibss, Booking_Start="2026-03-02T09:30:00Z")


class TestAutoCancel:
    async def test_a_booking_nobody_checked_in_to_is_cancelled(self, ibss: httpx.AsyncClient, service: Service) -> None:
        await ibss.patch("/_sim/settings", json={"auto_cancel_minutes": 10})
        path = await booked(ibss)
        await advance(ibss, HOUR + 10 * MINUTE)
        await advance(ibss, 0)
        cancelled = await read(ibss, path)
        assert (cancelled["Booking_Status"], cancelled["Booking_IsCancelled"]) == ("Auto Cancelled", 1)
        assert service.statuses[-1] == "Auto Cancelled"

    async def test_a_booking_somebody_checked_in_to_stands(self, ibss: httpx.AsyncClient) -> None:
        path = await booked(ibss)
        await ibss.patch("/_sim/settings", json={"auto_cancel_minutes": 10})
        await advance(ibss, HOUR)
        await ibss.post(at_door(path, "checkin"))
        await advance(ibss, 30 * MINUTE)
        assert (await read(ibss, path))["Booking_Status"] == "In Progress"

    async def test_without_a_threshold_nothing_is_cancelled(self, ibss: httpx.AsyncClient, simulator: IbssSimulator) -> None:
        await booked(ibss)
        await simulator.run_due()
        assert simulator.next_due() is None


class TestPosting:
    async def test_every_change_is_posted_once_with_the_key(
        self, ibss: httpx.AsyncClient, simulator: IbssSimulator, service: Service
    ) -> None:
        path = await booked(ibss)
        await ibss.patch(path, json={"Booking_Name": "Planning"})
        await ibss.patch(path, json={"Booking_IsCancelled": 1})
        assert await simulator.run_due() == 3
        url, headers, _ = service.posts[0]
        assert url == f"{SERVICE}/api/ibss/bookings"
        assert headers["x-functions-key"] == "local"
        assert service.statuses == ["New", "Amended", "Cancelled"]
        assert service.posts[2][2] == await read(ibss, path)

    async def test_a_refused_post_is_repeated_later_and_later(
        self, ibss: httpx.AsyncClient, simulator: IbssSimulator, service: Service
    ) -> None:
        service.answers = [503, 0]
        await booked(ibss)
        waits = []
        while due := simulator.next_due():
            waits.append((due - simulator.clock()).total_seconds())
            await advance(ibss, waits[-1])
        assert waits == [0, 1, 2]
        assert len(service.posts) == 3

    async def test_posts_can_be_lost_doubled_and_late(
        self, ibss: httpx.AsyncClient, simulator: IbssSimulator, service: Service
    ) -> None:
        await ibss.patch("/_sim/posting", json={"lost": True})
        path = await booked(ibss)
        assert simulator.next_due() is None
        await ibss.patch("/_sim/posting", json={"lost": False, "copies": 2, "delay_seconds": 5})
        await ibss.patch(path, json={"Booking_Name": "Planning"})
        await advance(ibss, 4)
        assert service.posts == []
        await advance(ibss, 1)
        assert len(service.posts) == 2

    async def test_without_an_address_nothing_is_posted(self, ibss: httpx.AsyncClient, simulator: IbssSimulator) -> None:
        await ibss.patch("/_sim/posting", json={"url": None})
        await booked(ibss)
        assert simulator.next_due() is None

    async def test_a_ticking_server_posts_by_itself(self, simulator: IbssSimulator, service: Service) -> None:
        app = create_app(simulator)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url=SERVICE, headers=SYNC) as ibss,
        ):
            await booked(ibss)
            while not service.posts:
                await simulator.run_due()
        assert service.statuses == ["New"]


class TestSideDoor:
    async def test_a_panel_books_the_running_hour_without_a_host(self, ibss: httpx.AsyncClient) -> None:
        panel = {"Space_Id": "HH-1-DEN", "Booking_Start": "2026-03-02T07:55:00Z", "Booking_End": "2026-03-02T08:30:00Z"}
        made = await ibss.post("/_sim/bookings", json=panel | {"Booking_Source": "Unity"})
        assert made.status_code == 201
        assert (made.json()["Booking_Owner_Email"], made.json()["Booking_Source"]) == (None, "Unity")
        again = await ibss.post("/_sim/bookings", json=panel | {"Booking_Source": "Inspire"})
        assert again.json()["error"]["code"] == "SpaceConflict"

    async def test_a_fault_strikes_instead_of_the_write(self, ibss: httpx.AsyncClient) -> None:
        await ibss.post("/_sim/faults", json={"method": "POST", "status": 429, "code": "TooManyRequests", "retry_after": 7})
        struck = await ibss.post("/v2/11/bookings", json=NINE_TO_TEN)
        assert (struck.status_code, struck.headers["Retry-After"]) == (429, "7")
        await booked(ibss)

    async def test_a_fault_after_the_write_loses_only_the_answer(self, ibss: httpx.AsyncClient) -> None:
        await ibss.post("/_sim/faults", json={"path": "/bookings$", "status": 504, "after": True})
        assert (await ibss.post("/v2/11/bookings", json=NINE_TO_TEN)).status_code == 504
        assert (await ibss.post("/v2/11/bookings", json=NINE_TO_TEN)).json()["error"]["code"] == "SpaceConflict"

    async def test_faults_can_be_taken_back(self, ibss: httpx.AsyncClient) -> None:
        await ibss.post("/_sim/faults", json={"times": 3})
        await ibss.delete("/_sim/faults")
        assert (await ibss.get("/v2/nodes")).status_code == 200

    async def test_requests_are_logged_with_who_asked(self, ibss: httpx.AsyncClient) -> None:
        await ibss.get("/v2/1/persons", params={"$filter": "Email eq 'a b'"})
        await ibss.get("/v2/nodes", headers={"Authorization": "apikey user:cleo@contoso.example"})
        await ibss.get("/v2/nodes", headers={"Authorization": ""})
        assert (await ibss.get("/_sim/requests")).json()["value"] == [
            {"method": "GET", "path": "/v2/1/persons?$filter=Email eq 'a b'", "status": 200, "who": "sync", "body": ""},
            {"method": "GET", "path": "/v2/nodes", "status": 200, "who": "user:cleo@contoso.example", "body": ""},
            {"method": "GET", "path": "/v2/nodes", "status": 401, "who": None, "body": ""},
        ]
        await ibss.delete("/_sim/requests")
        assert (await ibss.get("/_sim/requests")).json()["value"] == []

    async def test_spaces_people_and_buildings_can_be_changed(self, ibss: httpx.AsyncClient) -> None:
        space = {"Space_Id": "HH/9|YEW+2", "Node_Id": "12", "Space_Name": "Rowan"}
        assert (await ibss.post("/_sim/spaces", json=space)).status_code == 201
        assert (await ibss.post("/_sim/spaces", json=space)).status_code == 400
        switched = await ibss.patch("/_sim/spaces/HH%2F9%7CYEW%2B2", json={"Meta_Ext_Booking_System": 1})
        assert switched.json()["Meta_Ext_Booking_System"] == 1
        assert (await ibss.patch("/_sim/nodes/2", json={"Bkng_Ext_System": 0})).json()["Bkng_Ext_System"] == 0
        person = {"Email": "dora@contoso.example", "First_Name": "Dora", "Last_Name": "Falk"}
        assert (await ibss.post("/_sim/persons", json=person)).status_code == 201
        assert (await ibss.get("/v2/nodes", headers={"Authorization": "apikey user:dora@contoso.example"})).status_code == 200

    async def test_the_side_door_is_strict_too(self, ibss: httpx.AsyncClient) -> None:
        assert (await ibss.post("/_sim/clock", json={"advance_seconds": -1})).status_code == 400
        assert (await ibss.post("/_sim/faults", json={"path": "("})).status_code == 400
        assert (await ibss.patch("/_sim/posting", json={"colour": "red"})).status_code == 400
