"""Series: the wall clock, exceptions, cancelled days, and what a room makes of them."""

from typing import Any

import pytest

from localdev import world
from localdev.graph.workbench import Workbench, at, attendee

ANA, BEN, OAK = world.ANA.address, world.BEN.address, world.OAK.mailbox or ""
MARCH = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z"
LONDON = "Europe/London"


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.simulator.seed(world.COLLEAGUES, world.ROOMS)
    return bench


def weekly(start: str = "2026-03-03", **span: Any) -> dict[str, Any]:
    chosen: dict[str, Any] = {"type": "endDate", "startDate": start, "endDate": "2026-03-24"} | span
    return {"pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]}, "range": chosen}


async def make(bench: Workbench, recurrence: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    start, end = at("2026-03-03T09:00:00", LONDON), at("2026-03-03T10:00:00", LONDON)
    made: dict[str, Any] = await bench.make(ANA, start, end, recurrence=recurrence or weekly(), **more)
    await bench.settle()
    return made


def starts(events: list[dict[str, Any]]) -> list[str]:
    return [event["start"]["dateTime"][5:16] for event in events]


async def instances(bench: Workbench, master: dict[str, Any], mailbox: str = ANA) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await bench.get(f"/users/{mailbox}/events/{master['id']}/instances?{MARCH}&$top=100"))["value"]
    return found


async def test_a_view_expands_a_series_and_a_list_does_not(bench: Workbench) -> None:
    made = await make(bench)
    shown = await bench.calendar(ANA)
    assert starts(shown) == ["03-03T09:00", "03-10T09:00", "03-17T09:00", "03-24T09:00"]
    assert {event["type"] for event in shown} == {"occurrence"}
    assert {event["seriesMasterId"] for event in shown} == {made["id"]}
    assert {event["iCalUId"] for event in shown} == {made["iCalUId"]}
    assert shown[1]["originalStart"] == "2026-03-10T09:00:00Z"
    assert shown[1]["occurrenceId"] == f"OID.{made['id']}.2026-03-10"
    listed = (await bench.get(f"/users/{ANA}/events"))["value"]
    assert [event["type"] for event in listed] == ["seriesMaster"]
    assert listed[0]["recurrence"]["range"]["recurrenceTimeZone"] == LONDON


async def test_a_series_keeps_its_wall_clock_over_a_daylight_saving_change(bench: Workbench) -> None:
    await make(bench, weekly(endDate="2026-04-07"))
    shown = await bench.calendar(ANA, until="2026-04-30T00:00:00Z")
    assert starts(shown)[-3:] == ["03-24T09:00", "03-31T08:00", "04-07T08:00"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"type": "daily", "interval": 10}, ["03-03", "03-13", "03-23"]),
        ({"type": "weekly", "interval": 2, "daysOfWeek": ["tuesday", "thursday"]}, ["03-03", "03-05", "03-17", "03-19", "03-31"]),
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}, ["03-31", "04-30", "05-31"]),
        ({"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "last"}, ["03-31", "04-28", "05-26"]),
        ({"type": "absoluteYearly", "interval": 1, "dayOfMonth": 3, "month": 3}, ["03-03"]),
        ({"type": "relativeYearly", "interval": 1, "daysOfWeek": ["friday"], "index": "first", "month": 4}, ["04-03"]),
    ],
)
async def test_patterns(bench: Workbench, pattern: dict[str, Any], expected: list[str]) -> None:
    made = await make(bench, {"pattern": pattern, "range": {"type": "noEnd", "startDate": "2026-03-03"}})
    shown = await bench.calendar(ANA, until="2026-06-01T00:00:00Z")
    assert [start[:5] for start in starts(shown)][: len(expected)] == expected
    assert made["start"]["dateTime"][5:10] == expected[0]


async def test_a_numbered_series_counts_its_occurrences(bench: Workbench) -> None:
    await make(bench, weekly(type="numbered", numberOfOccurrences=2))
    assert len(await bench.calendar(ANA)) == 2


@pytest.mark.parametrize(
    "recurrence",
    [
        weekly("2026-03-04"),
        weekly(endDate="2026-03-01"),
        weekly(type="sometimes"),
        {"pattern": {"type": "weekly", "interval": 1}, "range": weekly()["range"]},
        {"pattern": {"type": "daily", "interval": 0}, "range": weekly()["range"]},
        {"pattern": {"type": "daily", "colour": 1}, "range": weekly()["range"]},
        {"range": weekly()["range"]},
    ],
)
async def test_a_wrong_recurrence_is_refused(bench: Workbench, recurrence: dict[str, Any]) -> None:
    times = {"start": at("2026-03-03T09:00:00"), "end": at("2026-03-03T10:00:00")}
    assert (await bench.ask("POST", f"/users/{ANA}/events", times | {"recurrence": recurrence})).status_code == 400


async def test_a_changed_occurrence_is_an_exception_with_the_same_id(bench: Workbench) -> None:
    made = await make(bench, rooms=(OAK,), people=(BEN,))
    second = (await instances(bench, made))[1]
    body = {"start": at("2026-03-11T12:00:00"), "end": at("2026-03-11T13:00:00"), "subject": "Late"}
    changed = (await bench.ask("PATCH", f"/users/{ANA}/events/{second['id']}", body)).json()
    await bench.settle()
    assert (changed["id"], changed["type"], changed["originalStart"]) == (second["id"], "exception", "2026-03-10T09:00:00Z")
    for mailbox in (ANA, BEN, OAK):
        shown = await bench.calendar(mailbox)
        assert starts(shown) == ["03-03T09:00", "03-11T12:00", "03-17T09:00", "03-24T09:00"]
        assert [event["type"] for event in shown] == ["occurrence", "exception", "occurrence", "occurrence"]
    assert (await bench.calendar(BEN))[1]["subject"] == "Late"
    assert (await bench.calendar(OAK))[1]["responseStatus"]["response"] == "accepted"
    assert starts(await instances(bench, made))[0] == "03-11T12:00"


async def test_an_occurrence_cannot_be_moved_over_its_neighbour(bench: Workbench) -> None:
    made = await make(bench)
    second = (await instances(bench, made))[1]
    body = {"start": at("2026-03-18T12:00:00"), "end": at("2026-03-18T13:00:00")}
    answer = await bench.ask("PATCH", f"/users/{ANA}/events/{second['id']}", body)
    assert answer.json()["error"]["code"] == "ErrorOccurrenceCrossingBoundary"


@pytest.mark.parametrize("remove", [True, False])
async def test_one_occurrence_is_cancelled(bench: Workbench, *, remove: bool) -> None:
    await bench.side_door("PATCH", f"/rooms/{OAK}", {"RemoveCanceledMeetings": remove})
    made = await make(bench, rooms=(OAK,))
    second = (await instances(bench, made))[1]
    assert (await bench.ask("POST", f"/users/{ANA}/events/{second['id']}/cancel", {})).status_code == 202
    await bench.settle()
    assert len(await bench.calendar(ANA)) == 3
    assert (await bench.ask("GET", f"/users/{ANA}/events/{second['id']}")).status_code == 404
    cancelled = [event["originalStart"][:10] for event in await bench.calendar(OAK) if event["isCancelled"]]
    assert cancelled == ([] if remove else ["2026-03-10"])
    master = await bench.get(f"/users/{ANA}/events/{made['id']}?$select=cancelledOccurrences")
    assert master["cancelledOccurrences"] == [f"OID.{made['id']}.2026-03-10"]


async def test_a_new_pattern_does_away_with_exceptions(bench: Workbench) -> None:
    made = await make(bench, rooms=(OAK,))
    second = (await instances(bench, made))[1]
    await bench.ask("PATCH", f"/users/{ANA}/events/{second['id']}", {"subject": "Mine"})
    await bench.settle()
    fortnightly = weekly()
    fortnightly["pattern"]["interval"] = 2
    await bench.ask("PATCH", f"/users/{ANA}/events/{made['id']}", {"recurrence": fortnightly})
    await bench.settle()
    for mailbox in (ANA, OAK):
        shown = await bench.calendar(mailbox)
        assert starts(shown) == ["03-03T09:00", "03-17T09:00"]
        assert {event["type"] for event in shown} == {"occurrence"}


async def test_a_new_time_of_the_master_moves_every_occurrence(bench: Workbench) -> None:
    made = await make(bench, rooms=(OAK,))
    body = {"start": at("2026-03-03T14:00:00", LONDON), "end": at("2026-03-03T15:00:00", LONDON)}
    await bench.ask("PATCH", f"/users/{ANA}/events/{made['id']}", body)
    await bench.settle()
    for mailbox in (ANA, OAK):
        assert starts(await bench.calendar(mailbox)) == ["03-03T14:00", "03-10T14:00", "03-17T14:00", "03-24T14:00"]


async def test_a_subject_of_the_master_reaches_exceptions_without_one_of_their_own(bench: Workbench) -> None:
    made = await make(bench, people=(BEN,))
    found = await instances(bench, made)
    await bench.ask("PATCH", f"/users/{ANA}/events/{found[0]['id']}", {"subject": "Kick-off"})
    await bench.ask(
        "PATCH", f"/users/{ANA}/events/{found[1]['id']}", {"start": at("2026-03-10T11:00:00"), "end": at("2026-03-10T12:00:00")}
    )
    await bench.ask("PATCH", f"/users/{ANA}/events/{made['id']}", {"subject": "Weekly"})
    await bench.settle()
    for mailbox in (ANA, BEN):
        assert [event["subject"] for event in await bench.calendar(mailbox)] == ["Kick-off", "Weekly", "Weekly", "Weekly"]


async def test_one_clash_declines_the_whole_series(bench: Workbench) -> None:
    await bench.make(BEN, "2026-03-17T09:30:00", "2026-03-17T10:30:00", rooms=(OAK,))
    await bench.settle()
    made = await make(bench, rooms=(OAK,))
    assert (await bench.get(f"/users/{ANA}/events/{made['id']}"))["attendees"][0]["status"]["response"] == "declined"
    assert len(await bench.calendar(OAK)) == 1


async def test_a_room_that_bears_clashes_declines_only_those_days(bench: Workbench) -> None:
    await bench.side_door("PATCH", f"/rooms/{OAK}", {"MaximumConflictInstances": 1})
    await bench.make(BEN, "2026-03-17T09:30:00", "2026-03-17T10:30:00", rooms=(OAK,))
    await bench.settle()
    made = await make(bench, rooms=(OAK,))
    held = [event for event in await bench.calendar(OAK) if event["iCalUId"] == made["iCalUId"]]
    assert starts(held) == ["03-03T09:00", "03-10T09:00", "03-24T09:00"]
    answers = {
        event["start"]["dateTime"][:10]: event["attendees"][0]["status"]["response"] for event in await bench.calendar(ANA)
    }
    assert answers["2026-03-17"] == "declined"
    assert answers["2026-03-24"] == "accepted"


@pytest.mark.parametrize(
    ("settings", "recurrence"),
    [({}, weekly(type="noEnd")), ({}, weekly(endDate="2026-12-01")), ({"AllowRecurringMeetings": False}, weekly())],
)
async def test_a_series_past_the_horizon_is_declined(
    bench: Workbench, settings: dict[str, Any], recurrence: dict[str, Any]
) -> None:
    await bench.side_door("PATCH", f"/rooms/{OAK}", settings)
    await make(bench, recurrence, rooms=(OAK,))
    assert await bench.calendar(OAK) == []


async def test_a_room_declines_one_moved_occurrence(bench: Workbench) -> None:
    await bench.make(BEN, "2026-03-11T12:00:00", "2026-03-11T13:00:00", rooms=(OAK,))
    made = await make(bench, rooms=(OAK,))
    second = (await instances(bench, made))[1]
    body = {"start": at("2026-03-11T12:00:00"), "end": at("2026-03-11T13:00:00")}
    await bench.ask("PATCH", f"/users/{ANA}/events/{second['id']}", body)
    await bench.settle()
    read = await bench.get(f"/users/{ANA}/events/{second['id']}")
    assert read["attendees"][0]["status"]["response"] == "declined"
    held = [event for event in await bench.calendar(OAK) if event["iCalUId"] == made["iCalUId"]]
    assert starts(held) == ["03-03T09:00", "03-17T09:00", "03-24T09:00"]


async def test_a_room_invited_to_one_occurrence_gets_it_as_a_single_event(bench: Workbench) -> None:
    made = await make(bench)
    second = (await instances(bench, made))[1]
    await bench.ask("PATCH", f"/users/{ANA}/events/{second['id']}", {"attendees": [attendee(OAK, "resource")]})
    await bench.settle()
    held = await bench.calendar(OAK)
    assert [(event["type"], event["iCalUId"]) for event in held] == [("singleInstance", made["iCalUId"])]
    assert (await bench.get(f"/users/{ANA}/events/{second['id']}"))["attendees"][0]["status"]["response"] == "accepted"
    await bench.ask("DELETE", f"/users/{ANA}/events/{second['id']}")
    await bench.settle()
    assert [event["isCancelled"] for event in await bench.calendar(OAK)] == [True]


@pytest.mark.parametrize("end", ["DELETE", "PATCH"])
async def test_a_room_of_one_occurrence_is_let_go_with_the_series(bench: Workbench, end: str) -> None:
    made = await make(bench)
    second = (await instances(bench, made))[1]
    await bench.ask("PATCH", f"/users/{ANA}/events/{second['id']}", {"attendees": [attendee(OAK, "resource")]})
    await bench.settle()
    body = None if end == "DELETE" else {"recurrence": weekly(endDate="2026-03-17")}
    await bench.ask(end, f"/users/{ANA}/events/{made['id']}", body)
    await bench.settle()
    assert [event["isCancelled"] for event in await bench.calendar(OAK)] == [True]


async def test_delta_lists_the_master_and_bare_occurrences(bench: Workbench) -> None:
    made = await make(bench)
    second = (await instances(bench, made))[1]
    await bench.ask("PATCH", f"/users/{ANA}/events/{second['id']}", {"subject": "Mine"})
    items, link = await bench.round(f"/users/{ANA}/calendarView/delta?{MARCH}")
    kinds = {item["id"]: item for item in items}
    assert sorted(item["type"] for item in kinds.values()) == [
        "exception",
        "occurrence",
        "occurrence",
        "occurrence",
        "seriesMaster",
    ]
    bare = next(item for item in items if item["type"] == "occurrence")
    assert set(bare) == {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    assert kinds[second["id"]]["subject"] == "Mine"
    third = (await instances(bench, made))[2]
    await bench.ask("DELETE", f"/users/{ANA}/events/{third['id']}")
    changed, link = await bench.round(link)
    assert [item["id"] for item in changed if "@removed" in item] == [third["id"]]
    assert made["id"] in [item["id"] for item in changed]
    await bench.ask("DELETE", f"/users/{ANA}/events/{made['id']}")
    gone, _ = await bench.round(link)
    assert {item["@removed"]["reason"] for item in gone} == {"deleted"}
    assert {made["id"], second["id"]} <= {item["id"] for item in gone}


async def test_a_changed_series_may_show_as_its_master_alone(bench: Workbench) -> None:
    made = await make(bench)
    await bench.side_door("PATCH", "/delta", {"bare_master": True})
    items, _ = await bench.round(f"/users/{ANA}/calendarView/delta?{MARCH}")
    assert [item["id"] for item in items] == [made["id"]]


async def test_an_attendee_declines_one_occurrence(bench: Workbench) -> None:
    made = await make(bench, people=(BEN,))
    second = (await bench.calendar(BEN))[1]
    await bench.ask("POST", f"/users/{BEN}/events/{second['id']}/decline", {})
    assert starts(await bench.calendar(BEN)) == ["03-03T09:00", "03-17T09:00", "03-24T09:00"]
    answers = [event["attendees"][0]["status"]["response"] for event in await bench.calendar(ANA)]
    assert answers == ["none", "declined", "none", "none"]
    assert (await bench.get(f"/users/{ANA}/events/{made['id']}"))["attendees"][0]["status"]["response"] == "none"


async def test_who_declines_a_series_declines_its_exceptions(bench: Workbench) -> None:
    made = await make(bench, people=(BEN,))
    second = (await instances(bench, made))[1]
    await bench.ask("PATCH", f"/users/{ANA}/events/{second['id']}", {"subject": "Mine"})
    await bench.settle()
    master = (await bench.get(f"/users/{BEN}/events"))["value"][0]
    await bench.ask("POST", f"/users/{BEN}/events/{master['id']}/decline", {})
    assert await bench.calendar(BEN) == []
    assert {event["attendees"][0]["status"]["response"] for event in await bench.calendar(ANA)} == {"declined"}


async def test_the_whole_series_is_cancelled(bench: Workbench) -> None:
    made = await make(bench, rooms=(OAK,))
    await bench.ask("POST", f"/users/{ANA}/events/{made['id']}/cancel", {"comment": "Over"})
    await bench.settle()
    assert await bench.calendar(ANA) == []
    assert {event["isCancelled"] for event in await bench.calendar(OAK)} == {True}


async def test_an_all_day_series_stays_on_its_dates(bench: Workbench) -> None:
    start, end = at("2026-03-03T00:00:00", "India Standard Time"), at("2026-03-04T00:00:00", "India Standard Time")
    await bench.make(ANA, start, end, isAllDay=True, recurrence=weekly())
    assert starts(await bench.calendar(ANA)) == ["03-03T00:00", "03-10T00:00", "03-17T00:00", "03-24T00:00"]


async def test_an_occurrence_may_have_an_ical_uid_of_its_own(bench: Workbench) -> None:
    """With its date in it; the master's has none there, and is all that a list can be asked for."""
    await bench.side_door("PATCH", "/series", {"own_uids": True})
    made = await make(bench, people=(BEN,))
    shown = await bench.calendar(ANA)
    assert [event["iCalUId"][32:40] for event in shown] == ["07EA0303", "07EA030A", "07EA0311", "07EA0318"]
    assert {event["iCalUId"][40:] for event in shown} == {made["iCalUId"][40:]}
    assert [event["iCalUId"] for event in await bench.calendar(BEN)] == [event["iCalUId"] for event in shown]
    wanted = f"iCalUId eq '{shown[1]['iCalUId']}'"
    assert (await bench.get(f"/users/{ANA}/events?$filter={wanted}"))["value"] == []


async def test_a_changed_occurrence_may_not_say_where_it_was(bench: Workbench) -> None:
    await bench.side_door("PATCH", "/series", {"original_starts": False})
    second = (await instances(bench, await make(bench)))[1]
    await bench.ask("PATCH", f"/users/{ANA}/events/{second['id']}", {"subject": "Mine"})
    assert [event["originalStart"] for event in await bench.calendar(ANA)] == [None] * 4


@pytest.mark.parametrize("pattern", [False, True], ids=["cancelled", "by a new pattern"])
async def test_of_an_occurrence_that_goes_the_master_alone_may_tell(bench: Workbench, *, pattern: bool) -> None:
    await bench.side_door("PATCH", "/series", {"unnamed_removals": True})
    made = await make(bench)
    await bench.subscribe(ANA)
    _, link = await bench.round(f"/users/{ANA}/calendarView/delta?{MARCH}")
    if pattern:
        await bench.ask("PATCH", f"/users/{ANA}/events/{made['id']}", {"recurrence": weekly(endDate="2026-03-10")})
    else:
        await bench.ask("DELETE", f"/users/{ANA}/events/{(await instances(bench, made))[1]['id']}")
    await bench.settle()
    changed, _ = await bench.round(link)
    assert made["id"] in [item["id"] for item in changed]
    assert [item for item in changed if "@removed" in item] == []
    assert {item["resourceData"]["id"] for item in bench.listener.items} == {made["id"]}
