"""The doors for Graph: what is taken, what is dropped, and what is answered."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from sync_core.intake import LARGEST_BODY, Intake
from sync_core.queues import PullRoom, SyncInstance, Work
from sync_core.rows import Subscribed
from tests.unit.doors import DEEP, SECRET, Doors, notification, notifications
from tests.unit.examples import ANA, ELM, OAK

row = pytest.param
NOTIFICATIONS, LIFECYCLE = "graph_notifications", "graph_lifecycle"


@pytest.fixture
async def doors() -> Doors:
    return await Doors().open()


@pytest.fixture(params=[NOTIFICATIONS, LIFECYCLE])
def door(request: pytest.FixtureRequest, doors: Doors) -> Any:
    return getattr(doors.intake, request.param)


# the handshake

TOKENS = [
    row(
        "Validation: Testing client application reachability", "Validation: Testing client application reachability", id="Graph's"
    ),
    row("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", id="HTML"),
    row("a&b\"c'd", "a&amp;b\"c'd", id="quotes"),
    row("ü/+=%", "ü/+=%", id="other signs"),
    row("x" * 4096, "x" * 4096, id="4 KiB"),
    row("", "", id="empty"),
]


@pytest.mark.parametrize(("token", "echoed"), TOKENS)
async def test_a_handshake_is_answered_with_its_token_as_plain_text(door: Any, token: str, echoed: str) -> None:
    reply = await door({"validationToken": token}, b"")
    assert (reply.status, reply.body, reply.content_type) == (200, echoed, "text/plain; charset=utf-8")


async def test_a_handshake_token_of_more_than_4_kib_is_refused_and_not_repeated(door: Any) -> None:
    reply = await door({"validationToken": "<" * 4097}, b"")
    assert (reply.status, reply.content_type) == (400, "application/problem+json")
    assert "<" not in reply.body


async def test_a_handshake_needs_no_storage() -> None:
    reply = await Doors(away=True).intake.graph_notifications({"validationToken": "x"}, b"")
    assert reply.status == 200


# bad bodies

BAD = [
    row(b"", id="empty"),
    row(b"hello", id="not JSON"),
    row(b"\xff\xfe", id="not text"),
    row(b"null", id="null"),
    row(b"[]", id="a list"),
    row(b"5", id="a number"),
    row(b"{}", id="no value"),
    row(b'{"value": null}', id="value is null"),
    row(b'{"value": {}}', id="value is an object"),
    row(b'{"value": "x"}', id="value is a text"),
    row(DEEP, id="deeply nested"),
    row(b'{"value": [' + DEEP, id="deeply nested inside value"),
]


@pytest.mark.parametrize("body", BAD)
async def test_what_is_no_list_of_notifications_is_refused(door: Any, doors: Doors, body: bytes) -> None:
    reply = await door({}, body)
    assert (reply.status, reply.content_type) == (400, "application/problem+json")
    assert json.loads(reply.body)["status"] == 400
    assert doors.queued() == []


async def test_a_body_of_more_than_256_kib_is_refused_unread(door: Any, doors: Doors) -> None:
    good = notifications(notification())
    assert (await door({}, good + b" " * (LARGEST_BODY + 1 - len(good)))).status == 413
    assert doors.queued() == []
    assert (await door({}, good + b" " * (LARGEST_BODY - len(good)))).status == 202


NOT_GENUINE = [
    row(notification(clientState="guess"), id="a wrong client state"),
    row(notification(clientState=""), id="an empty client state"),
    row(notification(clientState=None), id="no client state"),
    row(notification(clientState=[SECRET]), id="a list for a client state"),
    row(notification(clientState="ü"), id="a client state beyond ASCII"),
    row(notification(subscriptionId="s-9"), id="an unknown subscription"),
    row(notification(subscriptionId=""), id="an empty subscription"),
    row(notification(subscriptionId="x" * 257), id="a subscription id that is too long"),
    row(notification(subscriptionId="a/b\\c#d?e%\n"), id="a subscription id that is no key"),
    row(notification(subscriptionId=7), id="a number for a subscription"),
    row(notification(subscriptionId=None), id="no subscription"),
    row(None, id="null"),
    row("s-oak", id="a text"),
    row([], id="a list"),
    row({}, id="nothing in it"),
]
NOT_UNICODE = [
    row(notification(clientState="\ud800"), id="a client state that is no Unicode"),
    row(notification(subscriptionId="\ud800"), id="a subscription id that is no Unicode"),
]


@pytest.mark.parametrize("bad", NOT_GENUINE + NOT_UNICODE)
async def test_what_is_not_genuine_is_dropped_and_answered_alike(door: Any, doors: Doors, bad: Any) -> None:
    reply = await door({}, notifications(bad))
    assert (reply.status, reply.body) == (202, "")
    assert doors.queued() == []


@pytest.mark.parametrize("bad", NOT_GENUINE + NOT_UNICODE)
async def test_one_bad_item_does_not_spoil_the_good_ones(door: Any, doors: Doors, bad: Any) -> None:
    await door({}, notifications(notification(), bad, notification(subscriptionId="s-elm")))
    assert [work.room for work in doors.queued()] == [OAK, ELM]


async def test_an_empty_list_is_taken(door: Any, doors: Doors) -> None:
    assert (await door({}, notifications())).status == 202
    assert doors.queued() == []


# what becomes of good ones

HINTS: list[Any] = [
    row(notification(), PullRoom(OAK), id="a room is pulled"),
    row(notification(resourceData={"id": "AAMk1"}), PullRoom(OAK), id="a room is pulled, whichever event it was"),
    row(
        notification(subscriptionId="s-ana", resourceData={"id": "AAMk1"}),
        SyncInstance(host=ANA, event="AAMk1"),
        id="of a host only the event is looked at",
    ),
    row(notification(subscriptionId="s-ana"), PullRoom(host=ANA), id="a host without an event is pulled"),
    row(notification(subscriptionId="s-ana", resourceData=5), PullRoom(host=ANA), id="resourceData is a number"),
    row(notification(subscriptionId="s-ana", resourceData={"id": ""}), PullRoom(host=ANA), id="an empty event id"),
    row(
        notification(subscriptionId="s-ana", resourceData={"id": "x" * 1025}),
        PullRoom(host=ANA),
        id="too long an event id",
    ),
    row(notification(subscriptionId="s-ana", resourceData={"id": [1]}), PullRoom(host=ANA), id="a list for an event id"),
]


@pytest.mark.parametrize(("item", "work"), HINTS)
async def test_a_notification_becomes_work(doors: Doors, item: Any, work: Work) -> None:
    assert (await doors.intake.graph_notifications({}, notifications(item))).status == 202
    assert doors.queued() == [work]


async def test_300_items_are_all_worked_and_doubles_only_once(doors: Doors) -> None:
    several = [notification(subscriptionId="s-ana", resourceData={"id": f"AAMk{number % 150}"}) for number in range(298)]
    body = notifications(notification(), *several, notification())
    assert (await doors.intake.graph_notifications({}, body)).status == 202
    assert sorted(map(repr, doors.queued())) == sorted(
        map(repr, [PullRoom(OAK), *(SyncInstance(host=ANA, event=f"AAMk{number}") for number in range(150))])
    )


MAILBOXES = [row("s-oak", PullRoom(OAK, fresh=True), id="room"), row("s-ana", PullRoom(host=ANA, fresh=True), id="host")]


@pytest.mark.parametrize("kinds", [["missed"], ["somethingNew"], [None], [["missed"]], ["missed", "missed"]], ids=str)
@pytest.mark.parametrize(("subscription", "work"), MAILBOXES)
async def test_what_was_missed_becomes_one_full_pull(doors: Doors, kinds: list[Any], subscription: str, work: PullRoom) -> None:
    items = [notification(subscriptionId=subscription, lifecycleEvent=kind) for kind in kinds]
    assert (await doors.intake.graph_lifecycle({}, notifications(*items))).status == 202
    assert doors.queued() == [work]


@pytest.mark.parametrize(
    "kinds", [["reauthorizationRequired"], ["subscriptionRemoved"], ["missed", "subscriptionRemoved"]], ids=str
)
@pytest.mark.parametrize(("subscription", "work"), MAILBOXES)
async def test_a_subscription_that_ends_becomes_a_full_pull_that_also_subscribes_again(
    doors: Doors, kinds: list[str], subscription: str, work: PullRoom
) -> None:
    items = [notification(subscriptionId=subscription, lifecycleEvent=kind) for kind in kinds]
    assert (await doors.intake.graph_lifecycle({}, notifications(*items))).status == 202
    assert doors.queued() == [replace(work, resubscribe=True)]


# storage is away


@pytest.mark.parametrize("away", ["tables", "queues"])
@pytest.mark.parametrize("name", [NOTIFICATIONS, LIFECYCLE])
async def test_nothing_is_accepted_while_storage_is_away(name: str, away: str) -> None:
    doors = await Doors().open()
    intake = Intake(*doors.with_away(away))
    reply = await getattr(intake, name)({}, notifications(notification()))
    assert (reply.status, reply.content_type) == (503, "application/problem+json")
    assert doors.queued() == []


async def test_a_secret_is_kept_only_as_a_hash(doors: Doors) -> None:
    kept = await doors.store.subscription("s-oak")
    assert isinstance(kept, Subscribed)
    assert isinstance(kept.expires, datetime)
    assert all(SECRET not in repr(row) for row in doors.tables["rooms"].rows)
