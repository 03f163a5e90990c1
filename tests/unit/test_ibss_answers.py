"""Bookings, pages and failures as IBSS answers them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sync_core.errors import Gone, Later, Malformed, Refused, Stale, SyncError, Unreadable
from sync_core.http import Answer
from sync_core.ibss import estate, wire
from sync_core.model import NO_SUBJECT, Reason, Slot
from tests.unit.examples import ANA, BEN, CLEO, MEETING, OAK_ROOM, slot
from tests.unit.ibss_answers import booking, party

row = pytest.param


def test_a_booking_is_reduced_to_its_essence() -> None:
    assert wire.essence_of(booking(), {OAK_ROOM.id: OAK_ROOM}) == MEETING


def test_what_is_read_beside_the_essence() -> None:
    read = booking(Meta_Ext_Booking_EventId="040000", Booking_IsCancelled=1)
    assert (read.id, read.node, read.etag, read.mirrors, read.cancelled) == ("B|1/2+3", "11", 'W/"7"', "040000", True)
    assert wire.names_of(booking(Booking_Parties=[party(BEN, "Ben", "Berg"), party(CLEO)])) == {BEN: "Ben Berg"}


MEMBERS = ["Booking_Id", "Node_Id", "Space_Id", "Booking_Start", "Booking_End", "Booking_IsCancelled", "@odata.etag"]


@pytest.mark.parametrize("member", MEMBERS)
def test_a_missing_member_is_named(member: str) -> None:
    with pytest.raises(Malformed, match=member):
        booking(without=(member,))


WRONG = [
    row("Booking_Start", "yesterday", id="no time"),
    row("Booking_Start", None, id="null"),
    row("Booking_End", 5, id="a number"),
    row("Booking_Parties", "not JSON", id="parties in a broken string"),
    row("Booking_Parties", "5", id="parties are a number in a string"),
    row("Booking_Parties", ["ben"], id="parties are texts"),
    row("Booking_Parties", {"Email": BEN}, id="parties are one object"),
    row("Booking_Owner_Email", 5, id="the owner is a number"),
]


@pytest.mark.parametrize(("member", "value"), WRONG)
def test_what_does_not_keep_to_the_contract_is_refused(member: str, value: Any) -> None:
    with pytest.raises(Malformed):
        booking(**{member: value})


@pytest.mark.parametrize("body", [None, [], "booking", 5])
@pytest.mark.parametrize("parse", [wire.parse_booking, estate.parse_node, estate.parse_space])
def test_what_is_no_object_is_refused(parse: Any, body: Any) -> None:
    with pytest.raises(Malformed):
        parse(body)


def test_members_that_may_be_missing() -> None:
    gone = ("Booking_Name", "Booking_All_Day", "Booking_Status", "Booking_Owner_Email", "Booking_Source", "Booking_Parties")
    read = booking(without=(*gone, "Meta_Ext_Booking_EventId"))
    assert (read.subject, read.all_day, read.status, read.owner, read.source, read.parties) == (
        NO_SUBJECT,
        False,
        "",
        None,
        None,
        (),
    )
    assert read.mirrors is None


TIMES = [
    row("2026-03-02T10:00:00Z", id="Z"),
    row("2026-03-02T10:00:00", id="without an offset it is UTC"),
    row("2026-03-02T15:45:00+05:45", id="east"),
    row("2026-03-02T06:30:00-03:30", id="west"),
    row("2026-03-02T10:00:00.0000000Z", id="seven digits"),
]


@pytest.mark.parametrize("text", TIMES)
def test_times(text: str) -> None:
    assert booking(Booking_Start=text).start == datetime(2026, 3, 2, 10, tzinfo=UTC)


LISTS = [
    row([party(BEN, "Ben", "Berg")], {BEN}, id="a list"),
    row(json.dumps([party(BEN, "Ben", "Berg")]), {BEN}, id="a list in a string"),
    row("", set(), id="an empty string"),
    row("[]", set(), id="an empty list in a string"),
    row(
        "null",
        set(),
        id="null in a string",
    ),
    row(None, set(), id="null"),
    row([], set(), id="an empty list"),
    row([party("Ben@Contoso.EXAMPLE"), party(BEN)], {BEN}, id="the same person in two spellings"),
    row([party(ANA), party(BEN)], {BEN}, id="the host is not a guest"),
    row([party(None), party("")], set(), id="who has no address cannot be compared"),
    row([party(OAK_ROOM.mailbox)], set(), id="a room is not a person"),
]


@pytest.mark.parametrize(("parties", "people"), LISTS)
def test_parties(parties: Any, people: set[str]) -> None:
    assert wire.essence_of(booking(Booking_Parties=parties), {OAK_ROOM.id: OAK_ROOM}).people == people


@pytest.mark.parametrize("status", ["Auto Cancelled", "AutoCancelled", "auto-cancelled", "AUTO_CANCELLED"])
def test_a_booking_that_nobody_checked_in_to_is_told_apart_however_it_is_spelled(status: str) -> None:
    assert booking(Booking_Status=status).cancelled_why is Reason.AUTO_CANCELLED


@pytest.mark.parametrize("status", ["Cancelled", "cancelled", "", None, "New", "Auto", "No Show"])
def test_every_other_cancellation_was_made_by_somebody(status: str | None) -> None:
    assert booking(Booking_Status=status).cancelled_why is Reason.BOOKING_GONE


@pytest.mark.parametrize("status", ["Amended", "Early CheckIn", "In Progress", "Completed", "Cancelled"])
def test_the_status_alone_changes_nothing(status: str) -> None:
    assert wire.essence_of(booking(Booking_Status=status), {}) == MEETING
    assert not booking(Booking_Status=status).cancelled


ACCOUNTS = [
    row({"Booking_Owner_Email": None}, Reason.NO_DIRECTORY_ACCOUNT, id="no owner"),
    row({"Booking_Owner_Email": ""}, Reason.NO_DIRECTORY_ACCOUNT, id="a blank owner"),
    row({"Booking_Source": "Unity"}, Reason.NO_DIRECTORY_ACCOUNT, id="panel"),
    row({"Booking_Source": "Inspire"}, Reason.NO_DIRECTORY_ACCOUNT, id="kiosk"),
    *(row({"Booking_Source": source}, None, id=str(source)) for source in ("Flex", "Roamer", "Hub", "Sync", None)),
]


@pytest.mark.parametrize(("members", "reason"), ACCOUNTS)
def test_who_books_without_a_directory_account_is_not_synced(members: dict[str, Any], reason: Reason | None) -> None:
    assert booking(**members).unsynced is reason


def test_a_page_of_no_content_is_an_empty_page() -> None:
    assert wire.parse_page(None) == wire.Page((), None)
    assert wire.parse_page({"value": [1], "@odata.nextLink": "n"}) == wire.Page((1,), "n")


@pytest.mark.parametrize("body", [[], {}, {"value": None}, {"value": "x"}, "page"])
def test_a_page_without_a_list_is_refused(body: Any) -> None:
    with pytest.raises(Malformed):
        wire.parse_page(body)


FAILURES: list[tuple[int, str, type[SyncError]]] = [
    *((400, code, Refused) for code in ("BookingInPast", "PolicyViolation", "InvalidTime", "Invalid")),
    (401, "Unauthorized", Unreadable),
    (403, "Forbidden", Unreadable),
    (404, "NotFound", Gone),
    (408, "", Later),
    *((409, code, Refused) for code in ("SpaceConflict", "SpaceInactive")),
    (412, "PreconditionFailed", Stale),
    *((status, "", Later) for status in (429, 500, 502, 503, 504)),
    (418, "", Refused),
]


@pytest.mark.parametrize(("status", "code", "kind"), FAILURES)
def test_each_failure_says_what_to_do(status: int, code: str, kind: type[SyncError]) -> None:
    body = json.dumps({"error": {"code": code, "message": "told to nobody"}}).encode()
    failure = wire.failure(Answer(status, {"retry-after": "7"}, body))
    assert type(failure) is kind
    assert failure.code == (code or f"http-{status}")
    assert getattr(failure, "after", 7) == 7
    assert "told to nobody" not in str(failure)


@pytest.mark.parametrize("status", [200, 201, 204])
def test_success_is_no_failure(status: int) -> None:
    assert wire.failure(Answer(status, {}, b"")) is None


def test_a_slot_is_the_bookings() -> None:
    assert booking(Booking_All_Day=1).slot == Slot(slot(2).start, slot(2).end, all_day=True)
