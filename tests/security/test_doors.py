"""Who knocks without being asked: guesses cost little, learn nothing and do nothing; what is genuine may be said again."""

import ast
import inspect
import json
from hashlib import sha256
from typing import Any

import pytest

from localdev.world import ANA, BEN, ELM, OAK
from sync_core import intake
from sync_core.errors import Unreadable
from sync_core.ibss.client import Ibss
from sync_core.intake import LARGEST_BODY, MOST_UNKNOWN, hash_of
from sync_core.model import BookingId, NodeId
from tests.scenarios.in_process import IBSS, World
from tests.unit.doors import SECRET, Doors, notification, notifications


@pytest.fixture
async def doors() -> Doors:
    return await Doors().open()


def guess(number: int) -> dict[str, str]:
    return {"subscriptionId": f"s-{number:05}", "clientState": "x"}


async def test_as_many_guesses_as_a_body_holds_cost_a_few_reads(doors: Doors) -> None:
    body = notifications(*map(guess, range(4000)))
    assert len(body) < LARGEST_BODY
    before = doors.tables["rooms"].operations
    assert (await doors.intake.graph_notifications({}, body)).status == 202
    assert doors.tables["rooms"].operations - before == MOST_UNKNOWN
    assert doors.queued() == []


async def test_what_is_genuine_is_worked_before_the_guesses_are_too_many(doors: Doors) -> None:
    subscribed = [notification(), notification(subscriptionId="s-elm"), notification(subscriptionId="s-ana")]
    await doors.intake.graph_notifications({}, notifications(*map(guess, range(MOST_UNKNOWN - 1)), *subscribed))
    assert len(doors.queued()) == 3


async def test_guessing_the_client_state_of_one_subscription_costs_one_read_and_does_nothing(doors: Doors) -> None:
    before = doors.tables["rooms"].operations
    body = notifications(*(notification(clientState=f"guess {number}") for number in range(2000)))
    assert (await doors.intake.graph_lifecycle({}, body)).status == 202
    assert (doors.tables["rooms"].operations - before, doors.queued()) == (1, [])


FORGED = [
    pytest.param(notification(subscriptionId="nobody's"), id="an unknown subscription"),
    pytest.param(notification(clientState="guess"), id="a wrong client state"),
    pytest.param(notification(clientState=sha256(SECRET.encode()).hexdigest()), id="the hash that is kept"),
    pytest.param(notification(clientState=SECRET.upper()), id="in capitals"),
    pytest.param(notification(clientState=SECRET + "\0"), id="with an end to it"),
    pytest.param(notification(clientState={"$ne": ""}), id="a query"),
    pytest.param(notification(subscriptionId=["s-oak"]), id="a list of subscriptions"),
    pytest.param(notification(subscriptionId="S-OAK"), id="a subscription in capitals"),
    pytest.param(notification(subscriptionId="s-oak' or '1' eq '1"), id="a filter"),
]


@pytest.mark.parametrize("forged", FORGED)
@pytest.mark.parametrize("door", ["graph_notifications", "graph_lifecycle"])
async def test_a_forged_notification_is_answered_like_a_genuine_one_and_does_nothing(
    doors: Doors, door: str, forged: Any
) -> None:
    knock = getattr(doors.intake, door)
    reply = await knock({}, notifications(forged))
    assert doors.queued() == []
    assert reply == await knock({}, notifications(notification()))
    assert len(doors.queued()) == 1


async def test_the_client_state_of_one_subscription_opens_no_other(world: World) -> None:
    held = list(world.graph.tenant.subscriptions.values())
    one, other = held[0], held[1]
    assert one.client_state != other.client_state
    sent = len(world.pull_queue.sent)
    for state, queued in ((other.client_state, 0), (one.client_state, 1)):
        reply = await world.intake.graph_notifications({}, body_of(one.id, state))
        assert (reply.status, len(world.pull_queue.sent) - sent) == (202, queued)


def test_client_states_are_compared_in_constant_time() -> None:
    """As equally long hashes, by compare_digest and by nothing else: a clock would only say that it is fast enough today."""
    tree = ast.parse(inspect.getsource(intake))
    compares = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "compare_digest"]
    assert [[ast.unparse(argument) for argument in call.args] for call in compares] == [["subscribed.client_state_hash", "given"]]
    assert inspect.getsource(intake).count("client_state_hash") == 1
    assert {len(hash_of(state)) for state in ("", "x", "ü" * 4096)} == {64}


def body_of(subscription: str, client_state: str | None, **members: Any) -> bytes:
    return json.dumps({"value": [{"subscriptionId": subscription, "clientState": client_state, **members}]}).encode()


@pytest.mark.parametrize("event", [None, "missed", "reauthorizationRequired", "subscriptionRemoved"])
async def test_a_genuine_notification_that_is_said_again_costs_looks_and_nothing_else(world: World, event: str | None) -> None:
    slot = world.slot()
    made = await world.outlook.book(ANA, slot, "Review", (OAK, ELM), (BEN,))
    await world.settle()
    writes, mails = await world.writes(), await world.outlook.mails()
    rows = repr([world.tables[name].rows for name in ("links", "journal", "kept")])
    requests, subscriptions = len(world.graph.tenant.requests), list(world.graph.tenant.subscriptions.values())
    for subscription in subscriptions * 5:
        changed = {"changeType": "updated", "resourceData": {"id": made["id"]}}
        told = body_of(subscription.id, subscription.client_state, **({"lifecycleEvent": event} if event else changed))
        await (world.intake.graph_lifecycle if event else world.intake.graph_notifications)({}, told)
        await world.settle()
    assert (await world.writes(), await world.outlook.mails()) == (writes, mails)
    assert repr([world.tables[name].rows for name in ("links", "journal", "kept")]) == rows
    assert len(world.graph.tenant.requests) - requests <= 8 * 5 * len(subscriptions)
    assert world.poisoned == []


async def test_a_posted_booking_that_is_said_again_costs_looks_and_nothing_else(world: World) -> None:
    slot = world.slot()
    await world.ibss.book(ANA, OAK, slot, "Review", (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    writes, mails = await world.writes(), await world.outlook.mails()
    forged = {**booking, "Booking_IsCancelled": 1, "Booking_Name": "Forged", "@odata.etag": 'W/"0"'}
    for record in (booking, forged) * 5:
        assert (await world.intake.ibss_bookings(json.dumps(record).encode())).status == 202
        await world.settle()
    assert (await world.writes(), await world.outlook.mails()) == (writes, mails)
    assert await world.ibss.the_booking(OAK, slot) == booking


@pytest.mark.parametrize("key", ["", "wrong", "sync2", "user:ana@contoso.example\t"])
async def test_a_wrong_key_for_ibss_is_told_as_such_and_repeated_nowhere(
    world: World, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    ibss = Ibss(IBSS, f"{key}canary", world.ibss.http)
    for asked in (ibss.nodes(), ibss.spaces(NodeId("1")), ibss.booking(NodeId("1"), BookingId("B"))):
        with pytest.raises(Unreadable) as refusal:
            await asked
        assert "canary" not in f"{refusal.value!r} {refusal.value}"
    assert "canary" not in caplog.text
