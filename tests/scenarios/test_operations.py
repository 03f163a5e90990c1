"""B14: how it stands, look again, send again; and questions that cannot be answered."""

import json
from dataclasses import replace
from typing import Any

import pytest

from localdev.world import ANA, BEN, ELM, OAK
from sync_core.queues import PULL_ROOM, SYNC_INSTANCE
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import at, from_panel, status_of, the_meeting
from tests.scenarios.people import Slot, checked

# status


async def test_B14_the_status_counts_links_by_state_and_reason(world: World) -> None:
    await world.outlook.book(ANA, world.slot(), "Plan", (OAK,))
    await from_panel(world, OAK, world.slot())
    await world.settle()
    await world.sweep()
    told = await status_of(world)
    assert (told["summary"]["rooms"], told["summary"]["rooms_watched"], told["summary"]["rooms_with_problems"]) == (6, 6, 0)
    oak = next(item for item in told["rooms"]["items"] if item["id"] == OAK.space)
    assert oak["links"] == {
        "linked": 2,
        "creating": 0,
        "not synced": {"made without a directory account": 1},
        "rejected": {},
        "frozen": {},
        "held back": {},
        "given up": {},
    }
    assert oak["watched_until"] > world.clock.now().isoformat()
    assert oak["problems"] == []


async def test_B14_a_pulled_brake_is_a_problem_of_its_room(world: World) -> None:
    await world.store.save_braking(replace(await world.store.braking(ELM.space), pulled=True))
    told = await status_of(world)
    assert told["rooms"]["items"][0]["problems"] == ["the brake is pulled: nothing is cancelled until a person has looked"]


async def test_B14_troubled_rooms_come_first_with_their_trouble(world: World) -> None:
    refusal = {"status": 403, "code": "ErrorAccessDenied"}
    door = f"{world.outlook.side_door}/mailboxes/{OAK.mailbox}"
    checked(await world.outlook.http.patch(door, json={"unreadable": refusal}))
    await world.sweep()
    told = await status_of(world)
    first = told["rooms"]["items"][0]
    assert (first["id"], first["problems"]) == (OAK.space, ["Outlook could not be read: ErrorAccessDenied"])
    assert told["summary"]["rooms_unreadable"] == 1
    await world.pass_time(hours=80)  # Graph asks for the others to be renewed, and they are
    told = await status_of(world)
    assert told["rooms"]["items"][0]["problems"][1:] == ["no subscription"]
    assert (told["summary"]["rooms_watched"], told["summary"]["rooms_with_problems"]) == (5, 1)


async def test_B14_at_ten_thousand_rooms_the_status_is_a_page_that_can_be_searched(world: World) -> None:
    [model] = [room for room in await world.store.rooms() if room.id == ELM.space]
    for number in range(10_000):
        room, mailbox = f"T-{number:05d}", f"t{number}@contoso.example"
        await world.store.save_room(replace(model, id=room, name=f"Room {number:05d}", mailbox=mailbox))
    await world.pass_time(minutes=2)
    operations = world.tables["links"].operations
    status, page = await world.ask("status", accept="text/html", page="3")
    assert (status, page.count("<tr>")) == (200, 51)
    assert len(page) < 100_000
    assert world.tables["links"].operations - operations == 50
    told = await status_of(world, room="t-0123")
    assert (told["rooms"]["of"], told["rooms"]["items"][0]["name"]) == (10, "Room 01230")


# resync and replay


@pytest.mark.parametrize(("order", "queued"), [({"room": OAK.space}, 1), ({"room": OAK.mailbox}, 1), ({"building": "1"}, 4)])
async def test_B14_a_resync_reads_the_whole_window_of_a_room_or_a_building(world: World, order: Any, queued: int) -> None:
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/notifications", json={"lost": True}))
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Missed", (OAK,))
    await world.settle()
    status, told = await world.order("resync", order)
    assert (status, told["queued"]) == (202, queued)
    assert all(json.loads(text)["fresh"] for text in world.pull_queue.sent[-queued:])
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Missed"


async def kept_work(world: World) -> Slot:
    """A meeting whose message could not be worked."""
    slot = world.slot()
    checked(await world.ibss.http.patch("/_sim/posting", json={"lost": True}))
    booking = await world.ibss.book(ANA, ELM, slot, "Given up", (BEN,))
    work = {"booking": booking["Booking_Id"], "node": booking["Node_Id"], "attempt": 11, "last_error": "Later ServiceUnavailable"}
    await world.store.keep(SYNC_INSTANCE, "m-1", json.dumps(work), world.clock.now())
    return slot


@pytest.mark.parametrize("one", [True, False], ids=["one", "all"])
async def test_B14_a_kept_message_is_shown_and_sent_again_and_then_works(world: World, one: bool) -> None:  # noqa: FBT001
    slot = await kept_work(world)
    [shown] = (await status_of(world))["kept"]
    assert (shown["queue"], shown["reason"]) == (SYNC_INSTANCE, "Later ServiceUnavailable")
    order = {"queue": SYNC_INSTANCE} | ({"row": shown["row"]} if one else {})
    assert await world.order("replay", order) == (202, {"replayed": 1, "not_messages_of_ours": 0, "left": 0})
    assert "attempt" not in json.loads(world.sync_queue.sent[-1])
    assert (await status_of(world))["kept"] == []
    await world.settle()
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Given up"


async def test_B14_a_meeting_whose_message_is_kept_says_so(world: World) -> None:
    slot = await kept_work(world)
    meeting = await the_meeting(world, room=ELM.space, at=at(slot))
    assert meeting["next_look"][0]["by"] == "replay"


async def test_B14_what_is_not_a_message_of_ours_stays_kept_and_is_not_shown(world: World) -> None:
    await world.store.keep(SYNC_INSTANCE, "m-1", "Salaries <b>", world.clock.now())
    assert await world.order("replay", {"queue": SYNC_INSTANCE}) == (202, {"replayed": 0, "not_messages_of_ours": 1, "left": 1})
    _, page = await world.ask("status", accept="text/html")
    assert "not a message of this service (message: JSONDecodeError)" in page
    assert "Salaries" not in page


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param("", "JSONDecodeError", id="nothing"),
        pytest.param("eyJyb29tIjogIk9hayJ9", "JSONDecodeError", id="base64"),
        pytest.param("[]", "TypeError", id="a list"),
        pytest.param('{"room": {}}', "room is of the wrong type", id="a member of the wrong type"),
        pytest.param('{"room": "Oak", "fresh": true}', "TypeError", id="of the other queue"),
    ],
)
async def test_B14_what_is_not_a_message_of_ours_says_what_is_wrong_with_it(world: World, text: str, wrong: str) -> None:
    await world.store.keep(SYNC_INSTANCE, "m-1", text, world.clock.now())
    [shown] = (await status_of(world))["kept"]
    assert (shown["about"], shown["reason"]) == ({}, f"not a message of this service (message: {wrong})")


@pytest.mark.parametrize("one", [True, False], ids=["one", "all"])
async def test_B14_a_kept_message_is_forgotten_when_a_person_says_so(world: World, one: bool) -> None:  # noqa: FBT001
    await world.store.keep(SYNC_INSTANCE, "m-1", "Hello?", world.clock.now())
    await world.store.keep(SYNC_INSTANCE, "m-2", "Hello again?", world.clock.now())
    await world.store.keep(PULL_ROOM, "m-3", "Of the other queue", world.clock.now())
    first, second, other = [shown["row"] for shown in sorted((await status_of(world))["kept"], key=lambda shown: shown["row"])]
    order = {"queue": SYNC_INSTANCE, "forget": "yes"} | ({"row": first} if one else {})
    assert await world.order("replay", order) == (200, {"forgotten": 1 if one else 2, "left": 0})
    assert {shown["row"] for shown in (await status_of(world))["kept"]} == ({second, other} if one else {other})
    assert world.sync_queue.waiting == []


# input that cannot be worked


@pytest.mark.parametrize(
    ("what", "body", "status"),
    [
        ("resync", b"", 400),
        ("resync", b"[]", 400),
        ("resync", {}, 400),
        ("resync", {"room": 5}, 400),
        ("resync", {"room": "A", "building": "1"}, 400),
        ("resync", {"rooms": "A"}, 400),
        ("resync", {"room": "\ud800"}, 400),
        ("resync", b"x" * 20_000, 413),
        ("resync", {"room": "NOWHERE"}, 404),
        ("replay", {}, 400),
        ("replay", {"queue": "pull-room-poison"}, 400),
        ("replay", {"queue": SYNC_INSTANCE, "row": "no such"}, 404),
        ("replay", {"queue": SYNC_INSTANCE, "row": "no such", "forget": "yes"}, 404),
        ("replay", {"queue": SYNC_INSTANCE, "forget": "no"}, 400),
    ],
)
async def test_B14_an_order_that_makes_no_sense_is_refused_with_a_reason(world: World, what: str, body: Any, status: int) -> None:
    answered, told = await world.order(what, body)
    assert (answered, told["status"]) == (status, status)
    assert told["detail"]


@pytest.mark.parametrize(
    ("what", "query", "status"),
    [
        ("explain", {}, 400),
        ("explain", {"event": "AAMk"}, 400),
        ("explain", {"room": OAK.space}, 400),
        ("explain", {"room": OAK.space, "at": "tomorrow"}, 400),
        ("explain", {"room": OAK.space, "at": "9999-12-31T23:59:59"}, 400),
        ("explain", {"booking": "a" * 2000}, 400),
        ("explain", {"booking": "a\x00b"}, 400),
        ("status", {"page": "0"}, 400),
        ("status", {"page": "many"}, 400),
        ("plan", {}, 400),
        ("plan", {"room": "A", "building": "1"}, 400),
        ("plan", {"room": "NOWHERE"}, 404),
    ],
)
async def test_B14_a_question_that_makes_no_sense_is_refused_with_a_reason(
    world: World, what: str, query: Any, status: int
) -> None:
    answered, body = await world.ask(what, **query)
    assert (answered, json.loads(body)["status"]) == (status, status)
    assert json.loads(body)["detail"]


@pytest.mark.parametrize("what", ["status", "explain", "plan"])
async def test_B14_pages_are_escaped(world: World, what: str) -> None:
    [room] = [room for room in await world.store.rooms() if room.id == ELM.space]
    await world.store.save_room(replace(room, name="<script>alert(1)</script>"))
    await world.pass_time(minutes=2)
    slot = world.slot()
    await world.outlook.book(ANA, slot, "<img src=x onerror=alert(1)>", (ELM,))
    await world.settle()
    query = {"status": {}, "explain": {"room": ELM.space, "at": at(slot)}, "plan": {"room": ELM.space}}[what]
    status, page = await world.ask(what, accept="text/html", code='"><script>', **query)
    assert status == 200
    assert "&lt;script&gt;" in page
    assert not any(bad in page for bad in ("<script", "<img"))


async def test_B14_questions_leave_no_subject_and_nobody_s_name_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Salaries", (OAK,), (BEN,))
    await world.settle()
    rows = repr([table.rows for name, table in world.tables.items() if name != "links"])
    caplog.set_level("DEBUG", logger="sync_core")
    for what, query in (("explain", {"room": OAK.space, "at": at(slot)}), ("plan", {"room": OAK.space}), ("status", {})):
        await world.ask(what, **query)
    assert repr([table.rows for name, table in world.tables.items() if name != "links"]) == rows
    assert not any(word in caplog.text for word in ("Salaries", BEN.address))
