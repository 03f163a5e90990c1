"""The IBSS simulator keeps the contract: what is read, what is booked, and what is refused."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from localdev import world
from localdev.ibss.app import create_app
from localdev.ibss.simulator import IbssSimulator
from localdev.ibss.times import AdjustableClock

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = "2026-03-05"
SYNC = {"Authorization": "apikey sync"}
BEN = {"Authorization": "apikey user:ben@contoso.example"}

type Json = dict[str, Any]
type Book = Callable[..., Awaitable[Json]]


async def nobody_listens(_url: str, _headers: dict[str, str], _body: bytes) -> int:
    return 202


@pytest.fixture
def simulator() -> IbssSimulator:
    simulator = IbssSimulator(AdjustableClock(lambda: MORNING), nobody_listens)
    simulator.seed(world)
    return simulator


@pytest.fixture
async def ibss(simulator: IbssSimulator) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(simulator, ticking=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://ibss.example.com", headers=SYNC) as client:
        yield client


@pytest.fixture
def book(ibss: httpx.AsyncClient) -> Book:
    async def book(**members: Any) -> Json:
        answer = await ibss.post("/v2/11/bookings", json=draft(**members))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return book


def draft(**members: Any) -> Json:
    return {
        "Space_Id": "HH-1-OAK",
        "Booking_Start": f"{DAY}T09:00:00Z",
        "Booking_End": f"{DAY}T10:00:00Z",
        "Booking_Owner_Email": "ana@contoso.example",
    } | members


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


class TestReading:
    async def test_without_a_key_nothing_is_answered(self, ibss: httpx.AsyncClient) -> None:
        for header in ("", "apikey", "apikey wrong", "apikey user:nobody@example.com", "Bearer sync"):
            assert refusal(await ibss.get("/v2/nodes", headers={"Authorization": header})) == (401, "Unauthorized")

    async def test_nodes_are_listed_with_their_sync_settings(self, ibss: httpx.AsyncClient) -> None:
        nodes = (await ibss.get("/v2/nodes")).json()["value"]
        assert [node["Node_Id"] for node in nodes] == ["1", "11", "12", "2", "21"]
        assert nodes[0]["Bkng_Ext_System"] == 1
        assert nodes[0]["Forward_Sync_Period"] is None

    async def test_a_building_has_the_spaces_of_its_floors(self, ibss: httpx.AsyncClient) -> None:
        below = (await ibss.get("/v2/1/spaces")).json()["value"]
        alone = (await ibss.get("/v2/1/spaces", params={"recursive": "false"})).json()["value"]
        assert [space["Space_Name"] for space in below] == ["Den", "Elm", "Oak", "Fir", "Ash"]
        assert alone == []

    async def test_spaces_that_are_not_synced_can_be_left_out(self, ibss: httpx.AsyncClient) -> None:
        synced = (await ibss.get("/v2/11/spaces", params={"$filter": "Meta_Ext_Booking_System eq 1"})).json()["value"]
        assert [space["Meta_Ext_Booking_SpaceId"] for space in synced] == ["elm@contoso.example", "oak@contoso.example"]

    async def test_a_known_person_is_found_and_an_unknown_one_is_not(self, ibss: httpx.AsyncClient) -> None:
        found = await ibss.get("/v2/1/persons", params={"$filter": "Email eq 'Ana@contoso.example'"})
        missed = await ibss.get("/v2/1/persons", params={"$filter": "Email eq 'vera@fabrikam.example'"})
        assert found.json()["value"] == [{"Email": "ana@contoso.example", "First_Name": "Ana", "Last_Name": "Diaz"}]
        assert missed.json()["value"] == []

    async def test_meetings_of_the_seed_stand_as_bookings_of_their_hosts(self, ibss: httpx.AsyncClient) -> None:
        bookings = (await ibss.get("/v2/2/bookings")).json()["value"]
        assert [(it["Booking_Name"], it["Booking_Owner_Email"]) for it in bookings] == [("Supplier day", "cleo@contoso.example")]
        assert [(it["Email"], it["IsVisitor"]) for it in bookings[0]["Booking_Parties"]] == [
            ("ana@contoso.example", 0),
            ("vera@fabrikam.example", 1),
        ]

    @pytest.mark.parametrize(
        ("expression", "names"),
        [
            ("Space_Id eq 'HH-1-ELM'", ["One to one"]),
            ("Booking_Owner_Email eq 'ANA@contoso.example'", ["Design review"]),
            ("Booking_End gt 2026-03-03T10:00:00Z", ["One to one"]),
            ("Booking_Start lt 2026-03-03T13:00:00Z", ["Design review"]),
            ("Booking_End gt 2026-03-03T09:59:00Z and Booking_Start lt 2026-03-03T13:00:00Z", ["Design review"]),
            ("Booking_Modified_Time ge 2026-03-02T00:00:00Z", []),
            ("Booking_Series_Id eq 'it''s and that'", []),
        ],
    )
    async def test_bookings_are_filtered_as_the_contract_says(
        self, ibss: httpx.AsyncClient, expression: str, names: list[str]
    ) -> None:
        listed = await ibss.get("/v2/1/bookings", params={"$filter": expression})
        assert [booking["Booking_Name"] for booking in listed.json()["value"]] == names

    @pytest.mark.parametrize(
        "query",
        [
            {"$filter": "Booking_Name eq 'Design review'"},
            {"$filter": "Space_Id eq HH-1-ELM"},
            {"$filter": "Space_Id eq 'A' or Space_Id eq 'B'"},
            {"$filter": "Space_Id eq 'A' and "},
            {"$filter": "Booking_End gt 2026-03-03T10:00:00"},
            {"$orderby": "Booking_End"},
            {"$top": "0"},
            {"$top": "101"},
            {"$skiptoken": "made-up"},
            {"$select": "Booking_Id"},
        ],
    )
    async def test_any_other_query_is_refused(self, ibss: httpx.AsyncClient, query: dict[str, str]) -> None:
        assert refusal(await ibss.get("/v2/1/bookings", params=query)) == (400, "Invalid")

    async def test_pages_hold_25_and_lead_to_the_next(self, ibss: httpx.AsyncClient, book: Book) -> None:
        for minute in range(30):
            await book(Booking_Start=f"{DAY}T09:{minute:02}:00Z", Booking_End=f"{DAY}T09:{minute + 1:02}:00Z")
        query = {"$filter": f"Booking_Start lt {DAY}T23:00:00Z", "$orderby": "Booking_Start"}
        first = (await ibss.get("/v2/11/bookings", params=query)).json()
        await book(Booking_Start=f"{DAY}T08:00:00Z", Booking_End=f"{DAY}T08:30:00Z")  # must not shift the second page
        second = (await ibss.get(first["@odata.nextLink"])).json()
        starts = [booking["Booking_Start"] for booking in first["value"] + second["value"]]
        assert len(first["value"]) == 25
        assert len(starts) == 32
        assert starts == sorted(starts)
        assert "@odata.nextLink" not in second


class TestBooking:
    async def test_a_booking_is_given_back_as_it_was_stored(self, ibss: httpx.AsyncClient) -> None:
        wanted = draft(Booking_Name="Planning", Booking_Start=f"{DAY}T14:30:00+05:30", Meta_Ext_Booking_EventId="E-1")
        made = await ibss.post("/v2/1/bookings", json=wanted)
        booking = made.json()
        assert (made.status_code, booking["Booking_Start"], booking["Node_Id"]) == (201, f"{DAY}T09:00:00Z", "11")
        assert (booking["Booking_Source"], booking["Booking_Status"]) == ("Sync", "New")
        assert booking["Booking_Owner_Name"] == "Ana Diaz"
        assert made.headers["ETag"] == booking["@odata.etag"]
        assert (await ibss.get(f"/v2/11/bookings/{booking['Booking_Id']}")).json() == booking

    async def test_the_same_idempotency_key_gives_the_first_booking(self, ibss: httpx.AsyncClient) -> None:
        first = await ibss.post("/v2/11/bookings", json=draft(), headers={"Idempotency-Key": "k1"})
        again = await ibss.post("/v2/11/bookings", json=draft(), headers={"Idempotency-Key": "k1"})
        assert (first.status_code, again.status_code) == (201, 200)
        assert again.json() == first.json()

    @pytest.mark.parametrize(
        ("members", "expected"),
        [
            ({"Booking_Start": "2026-03-02T07:59:00Z"}, (400, "BookingInPast")),
            ({"Booking_End": f"{DAY}T09:00:00Z"}, (400, "InvalidTime")),
            ({"Booking_End": "2026-03-05T10:00:00"}, (400, "Invalid")),
            ({"Booking_End": "2026-13-05T10:00:00Z"}, (400, "Invalid")),
            ({"Booking_Status": "New"}, (400, "Invalid")),
            ({"Booking_All_Day": True}, (400, "Invalid")),
            ({"Booking_Source": "Outlook"}, (400, "Invalid")),
            ({"Booking_Owner_Email": " "}, (400, "Invalid")),
            ({"Booking_Parties": [{"Email": "a@example.com"}]}, (400, "Invalid")),
            ({"Booking_Parties": [{"Email": "a@example.com", "IsVisitor": 1}] * 2}, (400, "Invalid")),
            ({"Node_Id": "12"}, (400, "Invalid")),
            ({"Space_Id": "NOWHERE"}, (404, "NotFound")),
            ({"Space_Id": "HH/2|ASH+1"}, (404, "NotFound")),  # stands, but not under the node of the path
            ({"Linked_Space_Ids": ["HH-1-OAK"]}, (400, "Invalid")),
            ({"Linked_Space_Ids": ["HH-2-FIR"]}, (400, "PolicyViolation")),
        ],
    )
    async def test_what_breaks_a_rule_is_refused_by_name(
        self, ibss: httpx.AsyncClient, members: Json, expected: tuple[int, str]
    ) -> None:
        assert refusal(await ibss.post("/v2/11/bookings", json=draft(**members))) == expected

    @pytest.mark.parametrize("missing", ["Space_Id", "Booking_Start", "Booking_End", "Booking_Owner_Email"])
    async def test_a_draft_must_be_complete(self, ibss: httpx.AsyncClient, missing: str) -> None:
        wanted = draft()
        del wanted[missing]
        assert refusal(await ibss.post("/v2/11/bookings", json=wanted)) == (400, "Invalid")

    async def test_bookings_may_touch_but_not_overlap(self, ibss: httpx.AsyncClient, book: Book) -> None:
        await book()
        await book(Booking_Start=f"{DAY}T10:00:00Z", Booking_End=f"{DAY}T11:00:00Z")
        overlapping = draft(Booking_Start=f"{DAY}T08:30:00Z", Booking_End=f"{DAY}T09:01:00Z")
        assert refusal(await ibss.post("/v2/11/bookings", json=overlapping)) == (409, "SpaceConflict")

    async def test_a_linked_booking_holds_all_its_spaces(self, ibss: httpx.AsyncClient, book: Book) -> None:
        await book(Linked_Space_Ids=["HH-1-ELM"])
        assert refusal(await ibss.post("/v2/11/bookings", json=draft(Space_Id="HH-1-ELM"))) == (409, "SpaceConflict")

    async def test_a_cancelled_booking_frees_its_space(self, ibss: httpx.AsyncClient, book: Book) -> None:
        made = await book()
        await ibss.patch(f"/v2/11/bookings/{made['Booking_Id']}", json={"Booking_IsCancelled": 1})
        await book()

    async def test_an_inactive_space_is_refused(self, ibss: httpx.AsyncClient) -> None:
        await ibss.patch("/_sim/spaces/HH%2F2%7CASH%2B1", json={"Space_IsActive": 0})
        answer = await ibss.post("/v2/12/bookings", json=draft(Space_Id="HH/2|ASH+1"))
        assert refusal(answer) == (409, "SpaceInactive")

    async def test_the_longest_duration_of_a_space_is_policy(self, ibss: httpx.AsyncClient) -> None:
        await ibss.patch("/_sim/spaces/HH-1-OAK", json={"Longest_Minutes": 30})
        assert refusal(await ibss.post("/v2/11/bookings", json=draft())) == (400, "PolicyViolation")

    async def test_a_blank_name_is_stored_as_booking(self, book: Book) -> None:
        assert (await book(Booking_Name="  "))["Booking_Name"] == "Booking"

    async def test_visitors_get_a_visit_and_colleagues_do_not(self, book: Book) -> None:
        made = await book(Booking_Parties=[visitor("vera@fabrikam.example"), {"IsVisitor": 0, "Email": "ben@contoso.example"}])
        assert [party["Visit_Id"] is not None for party in made["Booking_Parties"]] == [True, False]
        assert made["Booking_Party_Count"] == 2


class TestPeople:
    async def test_a_person_books_for_themselves_in_flex(self, ibss: httpx.AsyncClient) -> None:
        wanted = draft()
        del wanted["Booking_Owner_Email"]
        made = (await ibss.post("/v2/11/bookings", json=wanted, headers=BEN)).json()
        assert (made["Booking_Owner_Email"], made["Booking_Source"]) == ("ben@contoso.example", "Flex")

    async def test_a_person_may_not_book_for_another_nor_touch_their_booking(self, ibss: httpx.AsyncClient, book: Book) -> None:
        assert refusal(await ibss.post("/v2/11/bookings", json=draft(), headers=BEN)) == (403, "Forbidden")
        anas = await book()
        moved = await ibss.patch(f"/v2/11/bookings/{anas['Booking_Id']}", json={"Booking_Name": "Mine"}, headers=BEN)
        assert refusal(moved) == (403, "Forbidden")

    async def test_a_person_does_not_book_as_a_panel(self, ibss: httpx.AsyncClient) -> None:
        wanted = draft(Booking_Owner_Email="ben@contoso.example", Booking_Source="Unity")
        assert refusal(await ibss.post("/v2/11/bookings", json=wanted, headers=BEN)) == (403, "Forbidden")


class TestChanging:
    async def test_only_the_members_sent_change_and_the_etag_with_them(self, ibss: httpx.AsyncClient, book: Book) -> None:
        made = await book(Booking_Name="Planning")
        await ibss.post("/_sim/clock", json={"advance_seconds": 60})
        patched = (await ibss.patch(f"/v2/11/bookings/{made['Booking_Id']}", json={"Booking_End": f"{DAY}T11:00:00Z"})).json()
        changed = {member for member in made if made[member] != patched[member]}
        assert changed == {"Booking_End", "Booking_Status", "Booking_Modified_Time", "@odata.etag"}
        assert patched["Booking_Status"] == "Amended"

    async def test_a_stale_etag_is_refused(self, ibss: httpx.AsyncClient, book: Book) -> None:
        made = await book()
        path, fresh = f"/v2/11/bookings/{made['Booking_Id']}", {"If-Match": made["@odata.etag"]}
        assert (await ibss.patch(path, json={"Booking_Name": "One"}, headers=fresh)).status_code == 200
        assert refusal(await ibss.patch(path, json={"Booking_Name": "Two"}, headers=fresh)) == (412, "PreconditionFailed")

    async def test_a_move_to_another_node_keeps_the_id(self, ibss: httpx.AsyncClient, book: Book) -> None:
        made = await book()
        moved = (await ibss.patch(f"/v2/11/bookings/{made['Booking_Id']}", json={"Space_Id": "MP-0-IVY"})).json()
        assert (moved["Booking_Id"], moved["Node_Id"]) == (made["Booking_Id"], "21")
        assert refusal(await ibss.get(f"/v2/11/bookings/{made['Booking_Id']}")) == (404, "NotFound")
        assert (await ibss.get(f"/v2/2/bookings/{made['Booking_Id']}")).status_code == 200

    async def test_parties_are_replaced_and_a_kept_visitor_keeps_the_visit(self, ibss: httpx.AsyncClient, book: Book) -> None:
        made = await book(Booking_Parties=[visitor("vera@fabrikam.example"), visitor("max@fabrikam.example")])
        wanted = [visitor("pia@fabrikam.example"), visitor("VERA@fabrikam.example")]
        patched = (await ibss.patch(f"/v2/11/bookings/{made['Booking_Id']}", json={"Booking_Parties": wanted})).json()
        before, after = ({it["Email"].lower(): it["Visit_Id"] for it in record["Booking_Parties"]} for record in (made, patched))
        assert set(after) == {"pia@fabrikam.example", "vera@fabrikam.example"}
        assert after["vera@fabrikam.example"] == before["vera@fabrikam.example"]
        assert after["pia@fabrikam.example"] not in before.values()

    @pytest.mark.parametrize(
        ("patch", "expected"),
        [
            ({"Booking_Start": "2026-03-01T09:00:00Z"}, (400, "BookingInPast")),
            ({"Booking_Start": f"{DAY}T10:00:00Z"}, (400, "InvalidTime")),
            ({"Space_Id": "HH-1-ELM"}, (409, "SpaceConflict")),
            ({"Space_Id": "HH-1-ELM", "Node_Id": "12"}, (400, "Invalid")),
            ({"Booking_IsCancelled": 1, "Node_Id": "nowhere"}, (400, "Invalid")),
            ({"Booking_IsCancelled": 0}, (400, "Invalid")),
            ({"Booking_Name": None}, (400, "Invalid")),
            ({}, (400, "Invalid")),
        ],
    )
    async def test_a_change_keeps_the_rules_of_a_booking(
        self, ibss: httpx.AsyncClient, book: Book, patch: Json, expected: tuple[int, str]
    ) -> None:
        made = await book()
        await book(Space_Id="HH-1-ELM")
        assert refusal(await ibss.patch(f"/v2/11/bookings/{made['Booking_Id']}", json=patch)) == expected

    async def test_a_meeting_that_has_begun_can_be_renamed_but_not_moved_back(self, ibss: httpx.AsyncClient, book: Book) -> None:
        made = await book(Booking_Start="2026-03-02T08:30:00Z", Booking_End="2026-03-02T09:30:00Z")
        await ibss.post("/_sim/clock", json={"advance_seconds": 3600})
        path = f"/v2/11/bookings/{made['Booking_Id']}"
        assert (await ibss.patch(path, json={"Booking_Name": "Late idea"})).status_code == 200
        moved = await ibss.patch(path, json={"Booking_Start": "2026-03-02T08:45:00Z"})
        assert refusal(moved) == (400, "BookingInPast")

    async def test_a_cancelled_booking_is_read_and_listed_but_not_changed(self, ibss: httpx.AsyncClient, book: Book) -> None:
        made = await book()
        path = f"/v2/11/bookings/{made['Booking_Id']}"
        cancelled = await ibss.patch(path, json={"Booking_IsCancelled": 1})
        again = await ibss.patch(path, json={"Booking_IsCancelled": 1})
        listed = (await ibss.get("/v2/11/bookings")).json()["value"]
        assert cancelled.json()["Booking_Status"] == "Cancelled"
        assert (again.status_code, again.json()) == (200, cancelled.json())
        assert cancelled.json() in listed
        assert refusal(await ibss.patch(path, json={"Booking_Name": "Back"})) == (400, "Invalid")

    async def test_an_archived_booking_is_gone(self, ibss: httpx.AsyncClient, book: Book) -> None:
        made = await book()
        await ibss.post(f"/_sim/bookings/{made['Booking_Id']}/archive")
        assert refusal(await ibss.get(f"/v2/11/bookings/{made['Booking_Id']}")) == (404, "NotFound")

    async def test_a_patch_that_alters_nothing_is_no_change(self, ibss: httpx.AsyncClient, book: Book) -> None:
        made = await book(Booking_Name="Planning")
        assert (await ibss.patch(f"/v2/11/bookings/{made['Booking_Id']}", json={"Booking_Name": "Planning"})).json() == made


class TestState:
    async def test_the_state_survives_a_dump_and_a_load(self, ibss: httpx.AsyncClient, simulator: IbssSimulator) -> None:
        await ibss.patch("/_sim/settings", json={"auto_cancel_minutes": 10})
        await ibss.patch("/_sim/posting", json={"url": "http://service.example.com"})
        await ibss.post(
            "/v2/11/bookings", json=draft(Booking_Parties=[visitor("v@example.com")]), headers={"Idempotency-Key": "k"}
        )
        later = IbssSimulator(lambda: MORNING + timedelta(1), nobody_listens)
        later.load(simulator.dump())
        assert later.dump() == simulator.dump()
        assert later.next_due() == simulator.next_due() == MORNING


def visitor(email: str) -> Json:
    return {"IsVisitor": 1, "Email": email}
