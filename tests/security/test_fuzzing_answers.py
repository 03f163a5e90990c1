"""Whatever Graph or IBSS answer: it is parsed into what the types say, or refused in our own words; and what was parsed can be
worked with and sent back.

`make fuzz` tries more of it, and not the same each time.
"""

import contextlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.errors import Later, SyncError
from sync_core.graph import events
from sync_core.graph import requests as graph_requests
from sync_core.graph import wire as graph
from sync_core.graph.listing import Calendar, Listing
from sync_core.http import Answer, Request
from sync_core.ibss import estate
from sync_core.ibss import requests as ibss_requests
from sync_core.ibss import wire as ibss
from sync_core.model import FIELDS
from tests.security.conforming import astray
from tests.security.fuzz import cases
from tests.security.mutants import bodies
from tests.unit.examples import MEETING, OAK_ROOM
from tests.unit.graph_answers import attendee, event_json
from tests.unit.ibss_answers import VISITOR, booking_json, party

BASE = "https://vendor.example"
SINGLE = event_json(transactionId="t-1")
OCCURRENCE = event_json(type="occurrence", seriesMasterId="AAMkM", originalStart="2026-03-02T10:00:00Z", iCalUId="u@elsewhere")
PRIVATE = event_json([attendee("<Ben> ben@contoso.example")], sensitivity="private", isAllDay=True)
BARE = {"id": "AAMk2", "seriesMasterId": "M", "type": "occurrence", "start": SINGLE["start"], "end": SINGLE["end"]}
MASTER = {"id": "M", "type": "seriesMaster", "recurrence": {"pattern": {"type": "weekly"}}, "start": SINGLE["start"]}
PAGE = {"value": [SINGLE, OCCURRENCE, PRIVATE], "@odata.nextLink": f"{BASE}/next"}
ROUND = {"value": [SINGLE, BARE, MASTER, {"id": "AAMk9", "@removed": {}}], "@odata.deltaLink": f"{BASE}/delta?token=x"}
SUBSCRIPTION = {
    "id": "s-1",
    "resource": "users/oak@contoso.example/events",
    "notificationUrl": "https://sync.example/api/graph/notifications",
    "expirationDateTime": "2026-03-05T10:00:00.0000000Z",
}
BOOKING = booking_json(
    Linked_Space_Ids=["B1|Elm"], Booking_Series_Id="s", Meta_Ext_Booking_EventId="u", Booking_Parties=[VISITOR]
)
AS_TEXT = booking_json(Booking_Parties=json.dumps([party("ben@contoso.example", "Ben", "Berg")]))
NODE = {
    "Node_Id": 11,
    "Node_Name": "Level 1",
    "NodeLevelName": "Building",
    "Parent_Node_Id": "1",
    "Node_Time_Zone": "GMT Standard Time",
    "Bkng_Ext_System": 1,
    "Forward_Sync_Period": 7,
}
SPACE = {
    "Space_Id": "B1|Oak",
    "Node_Id": 11,
    "Space_Name": "Oak",
    "Space_IsActive": 1,
    "Space_Class": "Support",
    "Meta_Ext_Booking_System": 1,
    "Meta_Ext_Booking_SpaceId": "oak@contoso.example",
}


def use_event(event: events.Event) -> None:
    essence = events.essence_of(event, OAK_ROOM, ())
    mailbox, day = event.organiser, timedelta(days=366)
    change = graph.EventChange(MEETING, frozenset(FIELDS), OAK_ROOM, OAK_ROOM, frozenset(), {})
    listing = Listing(frozenset({event.ical_uid}), event.start - day, event.end + day, (event,))
    assert Calendar(event.start - day, event.end + day, (event,)).between(event.start, event.end + day)
    assert listing.by_instance(event.instance) is event
    sent(
        graph_requests.get_event(mailbox, event.id),
        graph_requests.update_event(mailbox, event, change),
        graph_requests.end_event(mailbox, event),
    )
    sent(
        graph_requests.find_event(mailbox, event.ical_uid),
        graph_requests.list_window(mailbox, event.start - day, event.end + day),
    )
    sent(graph_requests.create_event(essence, OAK_ROOM, event.instance.key, {}))
    sent(graph_requests.create_subscription(mailbox, (BASE, BASE), "state", event.end))


def use_events(found: tuple[events.Event, ...]) -> None:
    for event in found:
        use_event(event)


def use_round(page: graph.DeltaPage) -> None:
    use_events(tuple(change.event for change in page.changes if change.event))
    assert isinstance({change.id: change for change in page.changes}, dict)
    follow(page.next_link, page.delta_link)


def use_booking(booking: ibss.Booking) -> None:
    guests = {person: ibss.Guest("", visitor=False) for person in MEETING.people}
    sent(
        ibss_requests.get_booking(booking.node, booking.id),
        ibss_requests.update_booking(booking, MEETING, FIELDS, guests, {OAK_ROOM.id: OAK_ROOM}),
        ibss_requests.cancel_booking(booking),
        ibss_requests.mark_booking(booking, ibss.essence_of(booking, {}).subject),
        ibss_requests.list_bookings(booking.node, booking.start - timedelta(days=366), booking.end, booking.room),
    )
    assert (booking.cancelled_why, booking.unsynced, ibss.names_of(booking)) is not None


def follow(*links: str | None) -> None:
    sent(*(Request("GET", link) for link in links if link))


def sent(*requests: Request) -> None:
    """As far as a connection: a link elsewhere, an id that is a step in a path and an address without end are refused."""
    for request in requests:
        try:
            built = httpx.Request(request.method, request.address(BASE), headers=dict(request.headers), json=request.body)
        except (SyncError, httpx.InvalidURL):
            continue
        assert built.url.host == httpx.URL(BASE).host
        assert not any(b"\n" in value or b"\r" in value for _, value in built.headers.raw)


class Parser(NamedTuple):
    parse: Callable[[Any], Any]
    kind: Any
    good: tuple[Any, ...]
    use: Callable[[Any], Any] = repr


PARSERS = {
    "event": Parser(graph.parse_event, events.Event, (SINGLE, OCCURRENCE, PRIVATE), use_event),
    "page of events": Parser(graph.parse_events, tuple[events.Event, ...], (PAGE,), use_events),
    "good events of a page": Parser(graph.parse_good_events, tuple[events.Event, ...], (PAGE,), use_events),
    "next link": Parser(graph.next_link, str | None, (PAGE, ROUND), follow),
    "delta page": Parser(graph.parse_delta_page, graph.DeltaPage, (PAGE, ROUND), use_round),
    "shape of a series": Parser(graph.parse_shape, str | None, ({"value": [MASTER]},)),
    "subscription": Parser(graph.parse_subscription, graph.Subscription, (SUBSCRIPTION,)),
    "booking": Parser(ibss.parse_booking, ibss.Booking, (BOOKING, AS_TEXT), use_booking),
    "building": Parser(estate.parse_node, estate.Node, (NODE,)),
    "space": Parser(estate.parse_space, estate.Space, (SPACE,)),
    "page of IBSS": Parser(ibss.parse_page, ibss.Page, (PAGE, {"value": []}), lambda page: follow(page.next_link)),
}


@pytest.mark.parametrize("name", PARSERS)
def test_an_answer_is_parsed_into_what_its_type_says_or_refused(name: str) -> None:
    parser = PARSERS[name]
    outcomes = set()

    @cases
    @given(bodies(*parser.good))
    def holds(body: bytes) -> None:
        try:
            told = parser.parse(Answer(200, {}, body).json())
        except SyncError as error:
            refusal = str(error)
        else:
            refusal = ""
        outcomes.add("refused" if refusal else "parsed")
        if refusal:
            assert refusal.isprintable()
            return
        assert list(astray(told, parser.kind)) == []
        with contextlib.suppress(SyncError):
            parser.use(told)

    holds()
    assert outcomes == {"parsed", "refused"}


@pytest.mark.parametrize(("days", "synced"), [(7, 7), (1825, 1825), (10**9, 1825), (10**400, 1825), (0, None), (-7, None)])
def test_a_building_cannot_ask_for_more_days_than_graph_can_tell(days: int, synced: int | None) -> None:
    assert estate.parse_node(NODE | {"Forward_Sync_Period": days}).horizon_days == synced


FAILED = ({"error": {"code": "ErrorAccessDenied", "message": "no"}}, {"title": "no"}, "no")


STATUSES = (204, 302, 400, 401, 403, 404, 409, 410, 412, 429, 500, 503)
WAITS = ("", "7", "-1", "1e400", "nan", "inf", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 400)


@cases
@given(bodies(*FAILED), st.sampled_from(STATUSES), st.sampled_from(WAITS))
def test_every_failure_has_a_short_plain_code(body: bytes, status: int, wait: str) -> None:
    answer = Answer(status, {"retry-after": wait}, body)
    for failure in (graph.failure(answer, Request("GET", "/x", mailbox="a@b")), ibss.failure(answer)):
        assert (failure is None) == (status == 204)
        assert failure is None or (len(str(failure)) <= 100 and str(failure).isprintable())
        assert not isinstance(failure, Later) or failure.after is None or failure.after >= 0
