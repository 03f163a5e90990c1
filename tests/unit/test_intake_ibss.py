"""The door for IBSS: a receipt for each record, or nothing at all is taken."""

import json
from typing import Any

import pytest

from sync_core.intake import LARGEST_BODY, Intake
from sync_core.queues import SyncInstance
from tests.unit.doors import DEEP, Doors

row = pytest.param


def record(**members: Any) -> dict[str, Any]:
    without = members.pop("without", ())
    usual = {"Booking_Id": "B|1", "Node_Id": "11"} | members
    return {name: value for name, value in usual.items() if name not in without}


def posted(*records: Any) -> bytes:
    return json.dumps({"value": records}).encode()


@pytest.fixture
def doors() -> Doors:
    return Doors()


GOOD = [
    row(json.dumps(record()).encode(), ["B|1"], id="one record"),
    row(posted(record()), ["B|1"], id="a list of one"),
    row(posted(record(), record(Booking_Id="B|2")), ["B|1", "B|2"], id="a list of two"),
    row(posted(record(Node_Id=11)), ["B|1"], id="a node id in digits"),
    row(posted(record(Booking_Name="Review", Booking_Parties=[])), ["B|1"], id="a whole record"),
    row(posted(*(record(Booking_Id=f"B|{number}") for number in range(100))), [f"B|{number}" for number in range(100)], id="100"),
    row(posted(record(Booking_Id="x" * 256)), ["x" * 256], id="the longest id"),
]


@pytest.mark.parametrize(("body", "bookings"), GOOD)
async def test_every_record_is_queued_and_has_a_receipt(doors: Doors, body: bytes, bookings: list[str]) -> None:
    reply = await doors.intake.ibss_bookings(body)
    assert (reply.status, reply.content_type) == (202, "application/json")
    assert json.loads(reply.body) == {"value": [{"Booking_Id": booking, "Status": "accepted"} for booking in bookings]}
    assert doors.queued() == [SyncInstance(booking=booking, node="11") for booking in bookings]


async def test_of_a_record_only_its_ids_are_queued(doors: Doors) -> None:
    await doors.intake.ibss_bookings(posted(record(Booking_Name="Layoffs", Booking_Owner_Email="ana@contoso.example")))
    assert [json.loads(text) for text in doors.sync.sent] == [{"booking": "B|1", "node": "11"}]


TEXT = "expected a text of 1 to 256 characters"

BAD = [
    row(b"hello", 400, "not JSON", id="not JSON"),
    row(b"   ", 400, "not JSON", id="blank"),
    row(b"\xff", 400, "not JSON", id="not text"),
    row(DEEP, 400, "not JSON", id="deeply nested"),
    row(b"null", 400, "neither a booking nor", id="null"),
    row(b"[]", 400, "neither a booking nor", id="a list without value"),
    row(b'"B|1"', 400, "neither a booking nor", id="a text"),
    row(b"{}", 400, f"record 0: Booking_Id: {TEXT}", id="nothing in it"),
    row(b'{"value": null}', 400, "value: expected a list of 1 to 100 records", id="value is null"),
    row(b'{"value": {}}', 400, "value: expected a list of 1 to 100 records", id="value is an object"),
    row(posted(), 400, "value: expected a list of 1 to 100 records", id="0 records"),
    row(posted(*[record()] * 101), 400, "value: expected a list of 1 to 100 records", id="101 records"),
    row(posted(record(), None), 400, "record 1: expected an object", id="null among the records"),
    row(posted(record(), record(without=("Booking_Id",))), 400, f"record 1: Booking_Id: {TEXT}", id="no booking id"),
    row(posted(record(without=("Node_Id",))), 400, f"record 0: Node_Id: {TEXT}", id="no node id"),
    row(posted(record(Booking_Id="")), 400, f"record 0: Booking_Id: {TEXT}", id="an empty booking id"),
    row(posted(record(Booking_Id="x" * 257)), 400, f"record 0: Booking_Id: {TEXT}", id="a booking id that is too long"),
    row(posted(record(Booking_Id=7)), 400, f"record 0: Booking_Id: {TEXT}", id="a booking id in digits"),
    row(posted(record(Node_Id=True)), 400, f"record 0: Node_Id: {TEXT}", id="true for a node id"),
    row(posted(record(Node_Id=1.5)), 400, f"record 0: Node_Id: {TEXT}", id="a fraction for a node id"),
    row(posted(record(Node_Id="x" * 257)), 400, f"record 0: Node_Id: {TEXT}", id="a node id that is too long"),
    row(
        posted(record(Node_Id=10**300)),
        400,
        f"record 0: Node_Id: {TEXT}",
        id="a node id of too many digits",
    ),
    row(
        posted(record(Booking_Id="\ud800")),
        400,
        "record 0: Booking_Id",
        id="a booking id that is no Unicode",
    ),
    row(b"", 400, "no body", id="empty, as a chunked request arrives"),
]


@pytest.mark.parametrize(("body", "status", "detail"), BAD)
async def test_what_does_not_keep_to_the_contract_is_refused_by_record_and_member(
    doors: Doors, body: bytes, status: int, detail: str
) -> None:
    reply = await doors.intake.ibss_bookings(body)
    assert (reply.status, reply.content_type) == (status, "application/problem+json")
    assert json.loads(reply.body)["status"] == status
    assert detail in json.loads(reply.body)["detail"]
    assert doors.queued() == []


async def test_a_body_of_more_than_256_kib_is_refused_unread(doors: Doors) -> None:
    good = posted(record())
    assert (await doors.intake.ibss_bookings(good + b" " * (LARGEST_BODY + 1 - len(good)))).status == 413
    assert doors.queued() == []
    assert (await doors.intake.ibss_bookings(good + b" " * (LARGEST_BODY - len(good)))).status == 202


async def test_a_refusal_does_not_repeat_what_came(doors: Doors) -> None:
    reply = await doors.intake.ibss_bookings(posted(record(Booking_Id=["<script>"], Booking_Name="Layoffs")))
    assert "script" not in reply.body
    assert "Layoffs" not in reply.body


async def test_nothing_is_accepted_while_the_queue_is_away(doors: Doors) -> None:
    reply = await Intake(*doors.with_away("queues")).ibss_bookings(posted(record()))
    assert (reply.status, reply.content_type) == (503, "application/problem+json")
    assert "accepted" not in reply.body
