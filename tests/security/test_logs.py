"""What is logged, kept and told: no secret, one line each, and nothing that a terminal would obey."""

import json
import logging
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from localdev.world import ANA, BEN, ELM, OAK
from sync_core.errors import Malformed, SyncError
from sync_core.graph.events import iana
from sync_core.intake import hash_of
from sync_core.model import Address, EventId, NodeId
from tests.scenarios.canaries import SPANS, listen
from tests.scenarios.in_process import World
from tests.scenarios.people import checked
from tests.security.impostor import KEY, TOKEN, Impostor, clients, listening

DAY = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
OAK_MAILBOX = Address(OAK.mailbox)
FORGED = "Evil\n2026-03-02 08:00:00 ERROR forged \x1b[31m\x07"


@pytest.fixture
async def impostor() -> AsyncIterator[Impostor]:
    told = Impostor()
    async with listening(told):
        yield told


ANSWERS = [
    pytest.param(200, b'{"value": []}', id="well"),
    pytest.param(200, b"<html>", id="HTML"),
    pytest.param(302, b"", id="a redirect"),
    pytest.param(401, b'{"error": {"code": "InvalidAuthenticationToken"}}', id="401"),
    pytest.param(500, f'{{"error": {{"code": "{KEY} {TOKEN}", "message": "{KEY}"}}}}'.encode(), id="the keys in an error"),
    pytest.param(0, b"", id="no answer"),
]


@pytest.mark.parametrize(("status", "body"), ANSWERS)
async def test_no_key_is_logged_or_told_whatever_comes_of_a_request(
    impostor: Impostor, caplog: pytest.LogCaptureFixture, status: int, body: bytes
) -> None:
    """At every logger's most talkative, in every span, and in every error with its causes."""
    listen(caplog)
    impostor.answers(body, status, location="http://127.0.0.1/")
    told: list[str] = []
    async with clients(impostor.url if status else "http://127.0.0.1:1") as (graph, ibss):
        told += [repr(graph), repr(ibss)]
        for asked in (graph.window(OAK_MAILBOX, *DAY), graph.event(OAK_MAILBOX, EventId("A")), ibss.bookings(NodeId("1"), *DAY)):
            try:
                told.append(repr(await asked))
            except SyncError as error:
                told += traceback.format_exception(error)
    told += [caplog.text, *(str(span.to_json()) for span in SPANS.get_finished_spans())]
    if status:
        assert {headers["authorization"] for *_, headers in impostor.asked} == {f"Bearer {TOKEN}", f"apikey {KEY}"}
    assert caplog.records
    assert [text for text in told if "canary" in text] == []


async def test_a_client_state_is_known_to_graph_alone(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Made, renewed, lost and made again: only its hash is kept, and it is never said."""
    listen(caplog)
    [first, *_] = world.graph.tenant.subscriptions.values()
    checked(await world.outlook.http.delete(f"/subscriptions/{first.id}"))
    await world.service.subscriptions.renew_all()
    await world.pass_time(hours=40)
    await world.service.subscriptions.renew_all()
    await world.settle()
    states = {str(one.client_state) for one in world.graph.tenant.subscriptions.values()} | {str(first.client_state)}
    said = [caplog.text, *(str(span.to_json()) for span in SPANS.get_finished_spans())]
    said += [repr(table.rows) for table in world.tables.values()] + world.pull_queue.sent + world.sync_queue.sent
    for accept in ("application/json", "text/html"):
        said.append((await world.ask("status", accept))[1])
    assert len(states) > 3
    assert [state for state in states for text in said if state in text] == []
    hashes = {row["client_state_hash"] for row in world.tables["rooms"].rows if row["PartitionKey"] == "subscription"}
    assert hashes <= {hash_of(state) for state in states}


def unprintable(records: list[logging.LogRecord]) -> list[str]:
    return [text for record in records if not (text := record.getMessage()).isprintable()]


@pytest.mark.parametrize("status", [400, 403, 409, 429, 500])
@pytest.mark.parametrize(
    "code", [FORGED, "x" * 100_000, "Zażółć", ""], ids=["forged lines", "100,000 letters", "letters", "none"]
)
async def test_an_error_code_forges_no_line_of_the_log_and_fills_no_table(
    world: World, caplog: pytest.LogCaptureFixture, status: int, code: str
) -> None:
    caplog.set_level("DEBUG", logger="sync_core")
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Review", (OAK,), (BEN,))
    fault = {"method": "GET|POST|PATCH", "status": status, "code": code, "times": 25}
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/faults", json=fault | {"path": "^/users/"}))
    checked(await world.ibss.http.post("/_sim/faults", json=fault | {"path": "^/v2/"}))
    await world.settle()
    await world.service.pull.sweep_rooms()
    await world.settle()
    assert caplog.records
    assert unprintable(caplog.records) == []
    kept = [
        *world.pull_queue.sent,
        *world.sync_queue.sent,
        *(repr(row) for name in world.tables for row in world.tables[name].rows),
    ]
    assert not any("forged" in text or "x" * 200 in text for text in kept)
    assert max(map(len, world.sync_queue.sent)) < 1000


HOSTILE = [FORGED, "\u2028next", "a\tb", "\x9b31m"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_an_error_is_one_short_line_whatever_it_repeats(hostile: str) -> None:
    with pytest.raises(Malformed) as refusal:
        iana(hostile * 1000)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_what_comes_to_the_doors_is_not_repeated_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture, hostile: str
) -> None:
    caplog.set_level("DEBUG", logger="sync_core")
    item = dict.fromkeys(("subscriptionId", "clientState", "changeType", "lifecycleEvent"), hostile)
    for body in (json.dumps({"value": [item]}).encode(), json.dumps(item).encode(), hostile.encode()):
        for door in (world.intake.graph_notifications, world.intake.graph_lifecycle):
            await door({}, body)
            await door({"validationToken": hostile}, body)
        await world.intake.ibss_bookings(body)
    record = {"Booking_Id": hostile, "Node_Id": "11", "@odata.etag": hostile}
    assert (await world.intake.ibss_bookings(json.dumps(record).encode())).status == 202
    await world.settle()
    assert caplog.records
    assert unprintable(caplog.records) == []


async def test_a_meeting_from_elsewhere_is_named_in_the_log_by_ids_alone(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="sync_core")
    slot = world.slot()
    guest: Any = {"type": "required", "emailAddress": {"address": "eve@fabrikam.example", "name": FORGED}}
    await world.outlook.book(ANA, slot, FORGED, (), attendees=[guest, world.outlook.room(OAK), world.outlook.room(ELM)])
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"].startswith("Evil")
    assert unprintable(caplog.records) == []
    assert not any(word in caplog.text for word in ("Evil", "eve@"))
