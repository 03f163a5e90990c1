"""calendarView and its delta: windows, pages, tokens, and what Graph calls removed."""

from typing import Any
from urllib.parse import quote

import pytest

from localdev import world
from localdev.graph.workbench import Workbench, at

ANA, BEN, OAK = world.ANA.address, world.BEN.address, world.OAK.mailbox or ""
MARCH = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z"
NINE, TEN = "2026-03-03T09:00:00", "2026-03-03T10:00:00"


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.simulator.seed(world.COLLEAGUES, world.ROOMS)
    return bench


def first(mailbox: str, window: str = MARCH) -> str:
    return f"/users/{mailbox}/calendarView/delta?{window}"


def hours(day: int, count: int) -> list[tuple[str, str]]:
    return [(f"2026-03-{day:02}T{hour:02}:00:00", f"2026-03-{day:02}T{hour:02}:30:00") for hour in range(count)]


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_the_first_page_is_empty_and_not_the_last(bench: Workbench) -> None:
    await bench.make(ANA, NINE, TEN)
    page = await bench.get(first(ANA))
    assert page["value"] == []
    assert "@odata.deltaLink" not in page
    items, _ = await bench.round(page["@odata.nextLink"])
    assert len(items) == 1
    await bench.side_door("PATCH", "/delta", {"empty_first_page": False})
    assert len((await bench.get(first(ANA)))["value"]) == 1


async def test_the_delta_link_brings_only_what_changed_since(bench: Workbench) -> None:
    made = [await bench.make(ANA, start, end) for start, end in hours(3, 3)]
    _, link = await bench.round(first(ANA))
    assert (await bench.round(link))[0] == []
    await bench.ask("PATCH", f"/users/{ANA}/events/{made[1]['id']}", {"subject": "New"})
    await bench.ask("DELETE", f"/users/{ANA}/events/{made[2]['id']}")
    items, link = await bench.round(link)
    assert items[0]["subject"] == "New"
    assert items[1] == {"@odata.type": "#microsoft.graph.event", "id": made[2]["id"], "@removed": {"reason": "deleted"}}
    assert (await bench.round(link))[0] == []


async def test_pages_have_the_preferred_size(bench: Workbench) -> None:
    for start, end in hours(3, 5):
        await bench.make(ANA, start, end)
    prefer = "odata.maxpagesize=2"
    empty = await bench.get(first(ANA), Prefer=prefer)
    answer = await bench.ask("GET", empty["@odata.nextLink"], Prefer=prefer)
    assert len(answer.json()["value"]) == 2
    assert answer.headers["Preference-Applied"] == prefer
    assert len((await bench.round(first(ANA), Prefer=prefer))[0]) == 5


async def test_an_item_that_changes_between_two_pages_comes_again(bench: Workbench) -> None:
    made = [await bench.make(ANA, start, end) for start, end in hours(3, 4)]
    prefer = {"Prefer": "odata.maxpagesize=2"}
    empty = await bench.get(first(ANA), **prefer)
    page = await bench.get(empty["@odata.nextLink"], **prefer)
    await bench.ask("PATCH", f"/users/{ANA}/events/{made[0]['id']}", {"subject": "Late"})
    await bench.ask("DELETE", f"/users/{ANA}/events/{made[1]['id']}")
    rest, _ = await bench.round(page["@odata.nextLink"], **prefer)
    assert [item.get("subject", "removed") for item in rest] == ["Budget", "Budget", "Late", "removed"]


async def test_what_is_moved_out_of_the_window_is_called_removed(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN)
    _, link = await bench.round(first(ANA))
    body = {"start": at("2026-05-03T09:00:00"), "end": at("2026-05-03T10:00:00")}
    await bench.ask("PATCH", f"/users/{ANA}/events/{made['id']}", body)
    outside = await bench.make(ANA, "2026-06-03T09:00:00", "2026-06-03T10:00:00")
    items, _ = await bench.round(link)
    assert [(item["id"], item["@removed"]["reason"]) for item in items] == [(made["id"], "deleted"), (outside["id"], "deleted")]
    assert (await bench.ask("GET", f"/users/{ANA}/events/{made['id']}")).status_code == 200


async def test_an_etag_of_delta_is_not_that_of_a_get(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN)
    items, _ = await bench.round(first(ANA))
    assert items[0]["@odata.etag"].startswith('W/"DwAAABYAAAC')
    assert items[0]["@odata.etag"] != made["@odata.etag"]


async def test_delta_gives_immutable_ids_when_they_are_preferred(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN)
    items, _ = await bench.round(first(ANA), Prefer='IdType="ImmutableId"')
    assert items[0]["id"] != made["id"]


@pytest.mark.parametrize(
    "option", ["$select=subject", "$filter=subject eq 'x'", "$top=5", "$orderby=subject", "$expand=x", "$search=x"]
)
async def test_delta_takes_no_query_options(bench: Workbench, option: str) -> None:
    assert code(await bench.ask("GET", f"{first(ANA)}&{option}")) == (400, "ErrorInvalidUrlQuery")


async def test_a_link_is_to_be_used_as_it_is(bench: Workbench) -> None:
    _, link = await bench.round(first(ANA))
    answer = await bench.ask("GET", link + "&startDateTime=")
    assert code(answer) == (400, "ErrorInvalidParameter")
    assert answer.json()["error"]["message"] == "The value '' of parameter 'StartDateTime' is invalid."


async def test_an_expired_token_is_gone(bench: Workbench) -> None:
    _, link = await bench.round(first(ANA))
    _, other = await bench.round(first(BEN))
    await bench.side_door("POST", "/delta/expire", {"mailbox": ANA})
    assert code(await bench.ask("GET", link)) == (410, "SyncStateNotFound")
    assert (await bench.ask("GET", other)).status_code == 200
    assert (await bench.ask("GET", (await bench.round(first(ANA)))[1])).status_code == 200


async def test_delta_may_be_written_as_a_function(bench: Workbench) -> None:
    await bench.make(ANA, NINE, TEN)
    items, link = await bench.round(f"/users/{quote(ANA, safe='')}/calendarView/delta()?{MARCH}")
    assert len(items) == 1
    assert "/v1.0/users/" in link


async def test_delta_needs_a_window(bench: Workbench) -> None:
    assert code(await bench.ask("GET", f"/users/{ANA}/calendarView/delta")) == (400, "ErrorInvalidParameter")


async def test_a_view_shows_what_overlaps_its_window(bench: Workbench) -> None:
    await bench.make(ANA, NINE, TEN)
    for since, until, seen in (("09:59", "12:00", 1), ("10:00", "12:00", 0), ("08:00", "09:00", 0), ("08:00", "09:01", 1)):
        assert len(await bench.calendar(ANA, f"2026-03-03T{since}:00", f"2026-03-03T{until}:00Z")) == seen


async def test_a_view_has_pages_of_ten(bench: Workbench) -> None:
    for start, end in hours(3, 12):
        await bench.make(ANA, start, end)
    page = await bench.get(f"/users/{ANA}/calendarView?{MARCH}&$select=subject")
    assert len(page["value"]) == 10
    assert set(page["value"][0]) == {"@odata.etag", "id", "subject"}
    rest = await bench.get(page["@odata.nextLink"])
    assert len(rest["value"]) == 2
    assert "@odata.nextLink" not in rest


async def test_a_view_is_at_most_1825_days_long(bench: Workbench) -> None:
    window = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2031-06-01T00:00:00Z"
    assert code(await bench.ask("GET", f"/users/{ANA}/calendarView?{window}")) == (400, "ErrorInvalidRequest")


async def test_a_plus_sign_must_be_encoded(bench: Workbench) -> None:
    end = "endDateTime=2026-04-01T00:00:00Z"
    assert code(await bench.ask("GET", f"/users/{ANA}/calendarView?startDateTime=2026-03-01T00:00:00+01:00&{end}")) == (
        400,
        "ErrorInvalidParameter",
    )
    assert (
        await bench.ask("GET", f"/users/{ANA}/calendarView?startDateTime=2026-03-01T00:00:00%2B01:00&{end}")
    ).status_code == 200


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("subject eq 'Ana''s'", 1),
        ("start/dateTime ge '2026-03-03T09:00:00Z' and end/dateTime le '2026-03-03T10:00:00Z'", 1),
        ("start/dateTime ge '2026-03-03T09:00:01Z'", 1),
        ("startswith(subject,'Oth') and isCancelled eq false", 1),
        ("isAllDay eq true", 0),
    ],
)
async def test_events_are_filtered(bench: Workbench, condition: str, found: int) -> None:
    await bench.make(ANA, NINE, TEN, subject="Ana's")
    await bench.make(ANA, "2026-03-04T09:00:00", "2026-03-04T10:00:00", subject="Other")
    assert len((await bench.get(f"/users/{ANA}/events?$filter={quote(condition)}"))["value"]) == found


async def test_a_copy_is_found_by_its_ical_uid(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,))
    await bench.settle()
    found = (await bench.get(f"/users/{OAK}/events?$filter=iCalUId eq '{made['iCalUId']}'"))["value"]
    assert [event["isOrganizer"] for event in found] == [False]


async def test_an_extended_property_is_found_and_shown_when_expanded(bench: Workbench) -> None:
    name = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name IbssBookingId"
    await bench.make(ANA, NINE, TEN, singleValueExtendedProperties=[{"id": name, "value": "42"}])
    query = quote(f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '42')")
    plain = (await bench.get(f"/users/{ANA}/events?$filter={query}"))["value"]
    assert "singleValueExtendedProperties" not in plain[0]
    expand = quote(f"singleValueExtendedProperties($filter=id eq '{name}')")
    shown = (await bench.get(f"/users/{ANA}/events?$filter={query}&$expand={expand}"))["value"]
    assert shown[0]["singleValueExtendedProperties"] == [{"id": name, "value": "42"}]


@pytest.mark.parametrize("query", ["$filter=colour eq 'x'", "$select=colour", "$orderby=colour", "$top=0", "$apply=x", "top=3"])
async def test_a_query_that_is_not_understood_is_refused(bench: Workbench, query: str) -> None:
    assert (await bench.ask("GET", f"/users/{ANA}/events?{query}")).status_code == 400


async def test_pages_may_be_smaller_than_preferred(bench: Workbench) -> None:
    await bench.side_door("PATCH", "/delta", {"most_per_page": 2, "empty_first_page": False})
    for start, end in hours(3, 5):
        await bench.make(ANA, start, end)
    assert len((await bench.get(first(ANA), Prefer="odata.maxpagesize=100"))["value"]) == 2
    assert len((await bench.round(first(ANA)))[0]) == 5


async def test_somebody_else_may_come_between_two_requests(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN)
    ask = {"method": "PATCH", "path": f"/users/{ANA}/events/{made['id']}", "body": {"subject": "Late"}}
    await bench.side_door("POST", "/meanwhile", {"method": "GET", "path": "calendarView$", "ask": ask})
    await bench.side_door("POST", "/meanwhile", {"method": "GET", "path": "/delta", "ask": ask, "times": 2})
    empty = await bench.get(first(ANA))
    assert (await bench.get(f"/users/{ANA}/events/{made['id']}"))["subject"] == "Budget"
    page = await bench.get(empty["@odata.nextLink"])
    assert [item["subject"] for item in page["value"]] == ["Budget"]
    assert (await bench.get(f"/users/{ANA}/events/{made['id']}"))["subject"] == "Late"
