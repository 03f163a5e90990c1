"""Around the rules: sign-in, strictness, throttling, batches, the side door, and keeping the state."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from localdev import world
from localdev.graph.app import create_app
from localdev.graph.clock import Clock
from localdev.graph.identity import object_id
from localdev.graph.simulator import GraphSimulator
from localdev.graph.workbench import BEGIN, Workbench, at

ANA, BEN, OAK, ELM = world.ANA.address, world.BEN.address, world.OAK.mailbox or "", world.ELM.mailbox or ""
NINE, TEN = "2026-03-03T09:00:00", "2026-03-03T10:00:00"


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.simulator.seed(world.COLLEAGUES, world.ROOMS, world.meetings(BEGIN))
    return bench


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_the_seeded_meetings_are_settled_and_silent(bench: Workbench) -> None:
    for meeting in world.meetings(BEGIN):
        held = await bench.calendar(meeting.room.mailbox or "")
        assert [event["responseStatus"]["response"] for event in held] == ["accepted"]
        assert meeting.subject in [event["subject"] for event in await bench.calendar(meeting.host.address)]
    assert (await bench.side_door("GET", "/mails"))["value"] == []
    assert bench.simulator.next_due() is None


async def test_without_a_token_nothing_is_told(bench: Workbench) -> None:
    answer = await bench.ask("GET", f"/users/{ANA}", Authorization="")
    assert code(answer) == (401, "InvalidAuthenticationToken")


async def test_an_error_has_graphs_shape(bench: Workbench) -> None:
    answer = await bench.ask("GET", "/nowhere")
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert set(error) == {"code", "message", "innerError"}
    assert error["innerError"]["request-id"] == answer.headers["request-id"]
    assert (await bench.ask("PUT", f"/users/{ANA}/events", {})).status_code == 405


async def test_a_mailbox_is_named_by_address_in_any_case_or_by_object_id(bench: Workbench) -> None:
    for name in (ANA, ANA.upper(), object_id(ANA)):
        assert (await bench.get(f"/users/{name}"))["userPrincipalName"] == ANA
    assert code(await bench.ask("GET", "/users/nobody@contoso.example")) == (404, "Request_ResourceNotFound")
    body = {"start": at(NINE), "end": at(TEN)}
    assert code(await bench.ask("POST", "/users/nobody@contoso.example/events", body)) == (404, "ResourceNotFound")


async def test_rooms_are_listed_as_places(bench: Workbench) -> None:
    places = (await bench.get("/places/microsoft.graph.room?$top=3&$select=emailAddress,displayName,capacity"))["value"]
    assert places[0] | {"id": ""} == {"id": "", "emailAddress": OAK, "displayName": "Oak", "capacity": 8}
    found = (await bench.get(f"/places/microsoft.graph.room?$filter=emailAddress eq '{ELM}'"))["value"]
    assert [place["displayName"] for place in found] == ["Elm"]
    assert len((await bench.get("/places/microsoft.graph.room"))["value"]) == 6


async def test_a_fifth_request_at_once_to_one_mailbox_is_throttled(bench: Workbench) -> None:
    answers = await asyncio.gather(*(bench.ask("GET", f"/users/{ANA}/events") for _ in range(6)))
    throttled = [answer for answer in answers if answer.status_code == 429]
    assert len(throttled) == 2
    assert code(throttled[0]) == (429, "ApplicationThrottled")
    assert throttled[0].json()["error"]["message"] == "Application is over its MailboxConcurrency limit."
    assert int(throttled[0].headers["Retry-After"]) > 0
    many = [bench.ask("GET", f"/users/{person.address}/events") for person in world.COLLEAGUES for _ in range(4)]
    assert {answer.status_code for answer in await asyncio.gather(*many)} == {200}


async def test_a_batch_answers_each_part_by_itself(bench: Workbench) -> None:
    event = {"subject": "Batched", "start": at(NINE), "end": at(TEN)}
    parts = [
        {
            "id": "1",
            "method": "POST",
            "url": f"/users/{ANA}/events",
            "body": event,
            "headers": {"Content-Type": "application/json"},
        },
        {"id": "2", "method": "GET", "url": "/users/nobody@contoso.example"},
        {"id": "3", "method": "GET", "url": f"/users/{ANA}/events?$filter=subject%20eq%20'Batched'", "dependsOn": ["1"]},
        {"id": "4", "method": "GET", "url": "/users", "dependsOn": ["2"]},
    ]
    answer = await bench.ask("POST", "/$batch", {"requests": parts})
    responses = {part["id"]: part for part in answer.json()["responses"]}
    assert answer.status_code == 200
    assert [responses[name]["status"] for name in "1234"] == [201, 404, 200, 424]
    assert len(responses["3"]["body"]["value"]) == 1


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [{"id": str(number), "method": "GET", "url": "/users"} for number in range(21)],
        [{"id": "1", "method": "GET", "url": "/users"}] * 2,
        [{"id": "1", "method": "POST", "url": f"/users/{ANA}/events", "body": {}}],
        [{"id": "1", "method": "GET", "url": "/users", "colour": "red"}],
    ],
)
async def test_a_wrong_batch_is_refused(bench: Workbench, parts: list[Any]) -> None:
    assert (await bench.ask("POST", "/$batch", {"requests": parts})).status_code == 400


async def test_requests_are_logged_with_their_mailbox_and_preferences(bench: Workbench) -> None:
    await bench.ask("GET", f"/users/{object_id(ANA)}/events?$top=3", Prefer='IdType="ImmutableId"')
    logged = (await bench.side_door("GET", "/requests"))["value"][-1]
    assert (logged["method"], logged["mailbox"], logged["status"], logged["prefer"]) == ("GET", ANA, 200, 'IdType="ImmutableId"')
    assert logged["path"] == f"/users/{object_id(ANA)}/events?$top=3"
    await bench.side_door("DELETE", "/requests")
    assert (await bench.side_door("GET", "/requests"))["value"] == []


async def test_a_planted_fault_strikes_as_often_as_asked(bench: Workbench) -> None:
    fault = {"method": "POST", "path": "/events$", "status": 503, "code": "serviceNotAvailable", "times": 1, "retry_after": 7}
    await bench.side_door("POST", "/faults", fault)
    body = {"start": at(NINE), "end": at(TEN), "subject": "New"}
    answer = await bench.ask("POST", f"/users/{ELM}/events", body)
    assert code(answer) == (503, "serviceNotAvailable")
    assert answer.headers["Retry-After"] == "7"
    assert (await bench.ask("POST", f"/users/{ELM}/events", body)).status_code == 201


async def test_an_answer_can_be_lost_after_the_write(bench: Workbench) -> None:
    fault = {"method": "POST", "path": "/events$", "status": 504, "code": "UnknownError", "after": True}
    await bench.side_door("POST", "/faults", fault)
    body = {"start": at(NINE), "end": at(TEN), "transactionId": "t"}
    assert (await bench.ask("POST", f"/users/{ELM}/events", body)).status_code == 504
    assert len(await bench.calendar(ELM)) == 2
    assert (await bench.ask("POST", f"/users/{ELM}/events", body)).status_code == 201
    assert len(await bench.calendar(ELM)) == 2


async def test_an_unreadable_mailbox_refuses_everything(bench: Workbench) -> None:
    await bench.side_door("PATCH", f"/mailboxes/{OAK}", {"unreadable": {"status": 403, "code": "ErrorAccessDenied"}})
    assert code(await bench.ask("GET", f"/users/{OAK}/events")) == (403, "ErrorAccessDenied")
    await bench.side_door("PATCH", f"/mailboxes/{OAK}", {"unreadable": None})
    assert (await bench.ask("GET", f"/users/{OAK}/events")).status_code == 200


async def test_people_rooms_clock_and_delays_are_set_by_the_side_door(bench: Workbench) -> None:
    await bench.side_door("POST", "/people", {"address": "Dan@contoso.example", "name": "Dan Roe"})
    await bench.side_door("POST", "/rooms", {"mailbox": "bay@contoso.example", "name": "Bay", "capacity": 3})
    await bench.side_door("PATCH", "/delays", {"invitation": 0, "decision": 0, "rewrite": 0, "notification": 0})
    made = await bench.make("dan@contoso.example", NINE, TEN, rooms=("bay@contoso.example",))
    await bench.simulator.run_due()
    read = await bench.get(f"/users/dan@contoso.example/events/{made['id']}")
    assert read["attendees"][0]["status"]["response"] == "accepted"
    assert (await bench.side_door("POST", "/clock", {"advance_seconds": 90}))["now"] == "2026-03-02T08:01:30+00:00"


async def test_the_side_door_is_strict_too(bench: Workbench) -> None:
    for method, path, body in (
        ("PATCH", "/notifications", {"colour": 1}),
        ("PATCH", f"/rooms/{OAK}", {"BookingWindowInDays": "many"}),
        ("POST", "/faults", {"method": "("}),
        ("PATCH", f"/rooms/{ANA}", {}),
        ("POST", "/lifecycle", {"event": "gone"}),
    ):
        assert (await bench.ask(method, "/_sim" + path, body)).status_code == 400


async def test_the_state_survives_being_written_down(bench: Workbench) -> None:
    await bench.subscribe(OAK)
    made = await bench.make(ANA, NINE, TEN, rooms=(ELM,), isOnlineMeeting=True, transactionId="t")
    kept = json.loads(json.dumps(bench.simulator.dump()))
    loaded = GraphSimulator.load(kept, bench.clock.now, bench.listener)
    assert loaded.tenant == bench.simulator.tenant
    bench.simulator.tenant = loaded.tenant
    http = httpx.AsyncClient(transport=httpx.ASGITransport(create_app(loaded, ticking=False)), base_url="http://graph.test/v1.0")
    bench.clock.advance(60)
    await loaded.run_due()
    read = (await http.get(f"/users/{ANA}/events/{made['id']}", headers={"Authorization": "Bearer x"})).json()
    assert read["attendees"][0]["status"]["response"] == "accepted"


async def test_the_same_seed_gives_the_same_run() -> None:
    dumps = []
    for _ in range(2):
        bench = Workbench()
        bench.simulator.seed(world.COLLEAGUES, world.ROOMS, world.meetings(BEGIN))
        await bench.make(ANA, NINE, TEN, rooms=(OAK,))
        await bench.settle()
        dumps.append(json.dumps(bench.simulator.dump()))
    assert dumps[0] == dumps[1]


async def test_while_the_application_ticks_things_happen_by_themselves() -> None:
    clock = Clock.standing_at(BEGIN)
    bench = Workbench()
    simulator = GraphSimulator(clock.now, bench.listener)
    simulator.seed(world.COLLEAGUES, world.ROOMS)
    simulator.tenant.delays.invitation = 0
    app = create_app(simulator, ticking=True)
    async with app.router.lifespan_context(app):
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://graph.test/v1.0")
        attendees = [{"emailAddress": {"address": BEN}}]
        body = {"start": at(NINE), "end": at(TEN), "attendees": attendees}
        await http.post(f"/users/{ANA}/events", json=body, headers={"Authorization": "Bearer x"})
        for _ in range(40):
            await asyncio.sleep(0.01)
            if simulator.calendars.hosted(BEN).events:
                break
    assert len(simulator.calendars.hosted(BEN).events) == 1
