"""Problems 15, 25: a cold start, and one bad item, mailbox or building among many."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from localdev.world import ANA, BEN, ELM, IVY, OAK
from tests.problems.timetable import REPAIRED_WITHIN, hours_pass
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import status_of
from tests.scenarios.people import Json, checked
from tests.scenarios.test_delivery import notifications, posting
from tests.scenarios.test_outages import graph_fault, ibss_fault
from tests.scenarios.test_safety import unreadable

ROOT = Path(__file__).parents[2]
COLD = """
import asyncio, json, sys
from sync_core.app import App

app = App(json.loads(sys.argv[1]))
doors = app.intake.graph_notifications, app.intake.graph_lifecycle
replies = [asyncio.run(door({"validationToken": "Validation: reachable <?>"}, b"")) for door in doors]
print(json.dumps({"replies": [(reply.status, reply.body) for reply in replies], "modules": sorted(sys.modules)}))
"""
NOBODY = "http://127.0.0.1:9"
NOTHING_IS_UP = {
    "AzureWebJobsStorage": "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;"
    + "".join(f"{service}Endpoint={NOBODY}/a;" for service in ("Blob", "Queue", "Table")),
    "GRAPH_URL": NOBODY,
    "GRAPH_TOKEN": "local",
    "IBSS_URL": NOBODY,
    "IBSS_API_KEY": "sync",
    "PUBLIC_URL": NOBODY,
    "TENANT_DOMAINS": "contoso.example",
}
HEAVY = {"msgraph", "kiota_abstractions", "kiota_http", "httpx", "azure.identity", "msal", "sync_core.graph.client"}


@pytest.fixture(scope="module")
def cold() -> Any:
    """What a fresh process answers to a handshake, with no storage, Graph or IBSS to be reached; and all that it imported."""
    command = [sys.executable, "-c", COLD, json.dumps(NOTHING_IS_UP)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_problem_15_a_handshake_is_answered_when_nothing_else_is_up(cold: Any) -> None:
    """graph-docs 5554; sdk-dotnet 531, 2805; nodejs-webhooks 350."""
    assert cold["replies"] == [[200, "Validation: reachable &lt;?&gt;"]] * 2


def test_problem_15_a_handshake_waits_for_no_heavy_import(cold: Any) -> None:
    assert "sync_core.intake" in cold["modules"]
    assert HEAVY.isdisjoint(cold["modules"])


POISON = [
    pytest.param({"status": 500, "code": "ServerError"}, id="a server error without end"),
    pytest.param({"status": 200, "body": {"value": "no list"}}, id="an answer that is none"),
    pytest.param({"spoil": "HTML"}, id="a proxy's page"),
]


@pytest.mark.parametrize("fault", POISON)
async def test_problem_25_one_bad_meeting_ends_where_a_person_sees_it_and_the_others_go_on(world: World, fault: Json) -> None:
    """local_o365 11; NotionSyncGCal pull request 109."""
    bad, good = world.slot(), world.slot()
    event = await world.outlook.book(ANA, bad, "Poison", (OAK,), (BEN,))
    await graph_fault(world, method="GET", path=f"{event['iCalUId']}|{event['id']}", times=100_000, **fault)
    await world.outlook.book(ANA, good, "Well", (OAK,), (BEN,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, good))["Booking_Name"] == "Well"
    for _ in range(15):
        await world.pass_time(minutes=10)
    kept = (await status_of(world))["summary"]["kept"]["sync-instance"]
    assert kept > 0
    checked(await world.outlook.http.delete(f"{world.outlook.side_door}/faults"))
    status, _ = await world.order("replay", {"queue": "sync-instance"})
    assert status == 202
    await world.settle()
    assert (await world.ibss.the_booking(OAK, bad))["Booking_Name"] == "Poison"
    assert (await status_of(world))["summary"]["kept"]["sync-instance"] == 0


async def test_problem_25_one_mailbox_and_one_building_that_fail_stop_no_other(world: World) -> None:
    await notifications(world, lost=True)
    await posting(world, lost=True)
    await unreadable(world, str(OAK.mailbox), {"status": 403, "code": "ErrorAccessDenied"})
    await ibss_fault(world, method="GET", path="/v2/1/bookings", times=100_000, status=500, code="ServerError")
    slots = [world.slot() for _ in range(3)]
    await world.outlook.book(ANA, slots[0], "From Outlook", (ELM,), (BEN,))
    await world.outlook.book(ANA, slots[1], "From Outlook", (IVY,), (BEN,))
    await world.ibss.book(BEN, IVY, slots[2], "From IBSS")
    await hours_pass(world, seconds=REPAIRED_WITHIN.total_seconds())
    assert await world.ibss.the_booking(IVY, slots[1])
    assert await world.outlook.the_event(BEN.address, slots[2])
    checked(await world.ibss.http.delete("/_sim/faults"))
    await hours_pass(world, seconds=REPAIRED_WITHIN.total_seconds())
    assert await world.ibss.the_booking(ELM, slots[0])


async def test_problem_25_mailboxes_that_refuse_to_be_subscribed_are_polled(world: World) -> None:
    """closeio pull request 453; Envoy's page."""
    world.graph.tenant.subscriptions.clear()
    refusal = {"status": 403, "code": "ExtensionError", "times": 100_000}
    await graph_fault(world, method="POST", path="^/subscriptions", **refusal)
    await hours_pass(world, minutes=16)
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Unheard of", (OAK,), (BEN,))
    await hours_pass(world, seconds=REPAIRED_WITHIN.total_seconds())
    booking = await world.ibss.the_booking(OAK, slot)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(slot.later(hours=1)))
    await hours_pass(world, seconds=REPAIRED_WITHIN.total_seconds())
    assert (await world.ibss.the_booking(OAK, slot.later(hours=1)))["Booking_Id"] == booking["Booking_Id"]
    assert (await status_of(world))["summary"]["rooms_watched"] == 0
