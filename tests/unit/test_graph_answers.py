"""Pages and failures as Graph answers them."""

import json
from typing import Any

import pytest

from sync_core.errors import Gone, Later, Malformed, Refused, Resync, Stale, SyncError, Unreadable
from sync_core.graph import requests, wire
from sync_core.http import Answer, Request
from sync_core.model import EventId
from tests.unit.examples import ANA, NOW, OAK_ROOM
from tests.unit.graph_answers import event, event_json, moment

row = pytest.param
OF_A_MAILBOX = requests.get_event(ANA, EventId("AAMk1"))
OF_NONE = requests.renew_subscription("s-1", NOW)
REMOVED = {"@odata.type": "#microsoft.graph.event", "id": "AAMk1", "@removed": {"reason": "deleted"}}
BARE = {
    "@odata.type": "#microsoft.graph.event",
    "@odata.etag": 'W/"1"',
    "id": "AAMk1",
    "seriesMasterId": "AAMkM",
    "type": "occurrence",
    "start": moment("2026-03-02T10:00:00.0000000"),
    "end": moment("2026-03-02T11:00:00.0000000"),
}

CHANGES = [
    row(REMOVED, (True, False, False), id="removed"),
    row(BARE, (False, False, False), id="a bare occurrence has nothing but its id"),
    row(event_json(type="seriesMaster"), (False, True, False), id="a master is no meeting"),
    row(event_json(), (False, False, True), id="a single event"),
    row(event_json(type="exception", originalStart="2026-03-01T10:00:00Z"), (False, False, True), id="an exception"),
    row(event_json(without=("organizer",)), (False, False, False), id="a part of an event is looked up"),
    row({"id": "AAMk1"}, (False, False, False), id="only an id"),
]


@pytest.mark.parametrize(("item", "told"), CHANGES)
def test_an_item_of_a_delta_page_tells_where_to_look(item: Any, told: tuple[bool, bool, bool]) -> None:
    [change] = wire.parse_delta_page({"value": [item]}).changes
    assert change.id == item["id"]
    assert (change.removed, change.master, change.event is not None) == told


def test_a_bare_occurrence_tells_which_series_it_is_of() -> None:
    page = wire.parse_delta_page({"value": [BARE, event_json(), REMOVED]})
    assert [change.series for change in page.changes] == ["AAMkM", None, None]


def test_an_empty_page_is_not_the_end_of_a_round() -> None:
    page = wire.parse_delta_page({"value": [], "@odata.nextLink": "https://graph.example/next"})
    assert (page.changes, page.next_link, page.delta_link) == ((), "https://graph.example/next", None)


def test_only_a_delta_link_ends_a_round() -> None:
    assert wire.parse_delta_page({"value": [], "@odata.deltaLink": "d"}).delta_link == "d"


@pytest.mark.parametrize("body", [None, [], {}, {"value": None}, {"value": {}}, "page"])
def test_a_page_without_a_list_is_refused(body: Any) -> None:
    for parse in (wire.parse_events, wire.parse_good_events, wire.parse_delta_page):
        with pytest.raises(Malformed):
            parse(body)


@pytest.mark.parametrize("item", [{}, None, "AAMk1", {"@removed": {"reason": "deleted"}}])
def test_an_item_without_id_is_refused(item: Any) -> None:
    with pytest.raises(Malformed, match="id"):
        wire.parse_delta_page({"value": [item]})


def test_a_page_of_events() -> None:
    page = {"value": [event_json(), event_json(id="AAMk2")]}
    assert [event.id for event in wire.parse_events(page)] == ["AAMk/1+2=", "AAMk2"]


def test_one_bad_event_does_not_hold_up_the_others_of_a_window() -> None:
    page = {"value": [event_json(without=("iCalUId",)), event_json(), None]}
    assert [event.id for event in wire.parse_good_events(page)] == ["AAMk/1+2="]
    with pytest.raises(Malformed):
        wire.parse_events(page)


def test_of_one_bad_event_in_a_delta_page_at_least_the_id_is_told() -> None:
    [bad, good] = wire.parse_delta_page({"value": [event_json(start=None), event_json(id="AAMk2")]}).changes
    assert (bad.id, bad.event) == ("AAMk/1+2=", None)
    assert good.event is not None


SUBSCRIPTION = {
    "id": "s-1",
    "resource": "users/x/events",
    "notificationUrl": "u",
    "expirationDateTime": "2026-03-02T13:30:00+05:30",
}


def test_a_subscription() -> None:
    assert wire.parse_subscription(SUBSCRIPTION) == wire.Subscription("s-1", "users/x/events", "u", NOW)


@pytest.mark.parametrize("member", ["id", "resource", "expirationDateTime"])
def test_a_subscription_without_a_member_is_refused_by_its_name(member: str) -> None:
    with pytest.raises(Malformed, match=member):
        wire.parse_subscription({name: value for name, value in SUBSCRIPTION.items() if name != member})


def answer(status: int, code: str | None = None, **headers: str) -> Answer:
    body = b"<html>" if code is None else json.dumps({"error": {"code": code, "message": "told to nobody"}}).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


FAILURES = [
    row(401, "InvalidAuthenticationToken", Later, id="401 token"),
    row(401, None, Later, id="401 without a body"),
    row(403, "ErrorAccessDenied", Unreadable, id="403 no role or out of scope"),
    row(404, "ErrorItemNotFound", Gone, id="404 item"),
    row(404, "itemNotFound", Gone, id="404 item, newer spelling"),
    row(404, None, Gone, id="404 without a body"),
    row(404, "MailboxNotEnabledForRESTAPI", Unreadable, id="404 mailbox not enabled"),
    row(404, "MailboxNotSupportedForRESTAPI", Unreadable, id="404 mailbox not supported"),
    row(404, "ErrorNonExistentMailbox", Unreadable, id="404 no such mailbox"),
    row(404, "ErrorInvalidUser", Unreadable, id="404 user invalid"),
    row(404, "ResourceNotFound", Unreadable, id="404 user gone"),
    row(404, "Request_ResourceNotFound", Unreadable, id="404 user not synced"),
    row(400, "ErrorInvalidIdMalformed", Refused, id="400 id damaged"),
    row(400, "ErrorInvalidParameter", Refused, id="400 parameter"),
    row(400, "ErrorInvalidRequest", Refused, id="400 request"),
    row(400, "ErrorCalendarViewRangeTooBig", Refused, id="400 range"),
    row(400, "ErrorAccessDenied", Refused, id="400 an attendee cancels"),
    row(400, "ExtensionError", Refused, id="400 handshake failed"),
    row(400, "ValidationError", Refused, id="400 subscription not valid"),
    row(400, "SyncStateNotFound", Resync, id="400 delta link dead"),
    row(400, "resyncRequired", Resync, id="400 resync required"),
    row(400, "SyncStateInvalid", Resync, id="400 sync state invalid"),
    row(410, "SyncStateNotFound", Resync, id="410 delta link dead"),
    row(410, "", Resync, id="410 without a code"),
    row(409, "ErrorIrresolvableConflict", Stale, id="409 conflict"),
    row(412, "ErrorIrresolvableConflict", Stale, id="412 conflict"),
    row(409, "ConcurrentItemSave", Stale, id="409 concurrent save"),
    row(503, "ConcurrentItemSave", Stale, id="503 concurrent save"),
    row(412, "PreconditionFailed", Stale, id="412 precondition"),
    row(412, None, Stale, id="412 without a body"),
    row(409, "Conflict", Later, id="409 of another kind"),
    row(408, None, Later, id="408 timeout"),
    row(429, "ApplicationThrottled", Later, id="429 concurrency"),
    row(429, "TooManyRequests", Later, id="429 too many"),
    row(429, "activityLimitReached", Later, id="429 activity limit"),
    row(500, None, Later, id="500 HTML"),
    row(503, "", Later, id="503 empty code"),
    row(504, None, Later, id="504"),
    row(509, None, Later, id="509 bandwidth"),
]


@pytest.mark.parametrize(("status", "code", "kind"), FAILURES)
def test_each_failure_says_what_to_do(status: int, code: str | None, kind: type[SyncError]) -> None:
    failure = wire.failure(answer(status, code), OF_A_MAILBOX)
    assert type(failure) is kind
    assert failure.code == (code or f"http-{status}")
    assert "told to nobody" not in str(failure)


@pytest.mark.parametrize("code", ["ResourceNotFound", "Request_ResourceNotFound"])
def test_of_a_subscription_not_found_means_that_it_has_ended(code: str) -> None:
    assert type(wire.failure(answer(404, code), OF_NONE)) is Gone


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_is_no_failure(status: int) -> None:
    assert wire.failure(answer(status), OF_A_MAILBOX) is None


RETRY_AFTER = [("30", 30.0), ("0", 0.0), ("-5", 0.0), ("1.5", 1.5), ("Mon, 02 Mar 2026 08:00:00 GMT", None), ("", None)]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("header", "seconds"), RETRY_AFTER)
def test_retry_after_is_handed_on(status: int, header: str, seconds: float | None) -> None:
    failure = wire.failure(answer(status, "x", retry_after=header), OF_A_MAILBOX)
    assert isinstance(failure, Later)
    assert failure.after == seconds


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error":null}', b'{"error":"x"}', b'{"error":{"code":5}}', b"\xff"])
def test_an_error_without_the_form_of_one_has_no_code(body: bytes) -> None:
    assert Answer(500, {}, body).error_code == ""


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff"])
def test_an_answer_that_is_not_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed, match="not-json"):
        Answer(200, {}, body).json()


def test_a_request_counts_against_the_mailbox_it_is_of() -> None:
    made: list[Request] = [
        requests.list_window(OAK_ROOM.mailbox, NOW, NOW),
        requests.end_event(OAK_ROOM.mailbox, event()),
        requests.first_delta(OAK_ROOM.mailbox, NOW, NOW),
    ]
    assert {request.mailbox for request in made} == {OAK_ROOM.mailbox}
    assert OF_NONE.mailbox == ""
