"""What is sent to Graph."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sync_core.errors import Malformed
from sync_core.graph import requests, wire
from sync_core.graph.events import Event, essence_of
from sync_core.graph.wire import EventChange
from sync_core.http import Request
from sync_core.model import Address, EventId, Field, Slot
from tests.unit.examples import ANA, BEN, CLEO, ELM_ROOM, MEETING, NOW, OAK_ROOM, VERA, meeting, room, slot
from tests.unit.graph_answers import OAK_INVITED, X500, attendee, event, moment

row = pytest.param
BASE = "https://graph.microsoft.com/v1.0"
ODD = Address("o'neil+rooms#1/2@contoso.example")
EVENT = EventId("AAMk/1+2=")
STAYS = (OAK_ROOM, OAK_ROOM)
MOVES = (OAK_ROOM, ELM_ROOM)
NAMES = {CLEO: "Cleo Curie"}
END = NOW.replace(day=3)


def update(read: Event, target: Any, *fields: Field, rooms: Any = STAYS) -> Request:
    change = EventChange(target, frozenset(fields), *rooms, rooms=frozenset({OAK_ROOM.mailbox, ELM_ROOM.mailbox}), names=NAMES)
    return requests.update_event(ANA, read, change)


ADDRESSES = [
    row(requests.get_event(ANA, EVENT), "/users/ana%40contoso.example/events/AAMk%2F1%2B2%3D?$select=id,iCalUId,", id="event"),
    row(requests.get_event(ODD, EVENT), "/users/o%27neil%2Brooms%231%2F2%40contoso.example/events/AAMk", id="an odd mailbox"),
    row(requests.find_event(ANA, "04'00"), "/users/ana%40contoso.example/events?$filter=iCalUId%20eq%20'04''00'&", id="find"),
    row(
        requests.list_instances(ANA, EVENT, NOW, END),
        "/users/ana%40contoso.example/events/AAMk%2F1%2B2%3D/instances"
        "?startDateTime=2026-03-02T08:00:00Z&endDateTime=2026-03-03T08:00:00Z&$select=",
        id="instances",
    ),
    row(
        requests.list_window(ANA, NOW, END),
        "/users/ana%40contoso.example/calendarView?startDateTime=2026-03-02T08:00:00Z&endDateTime=2026-03-03T08:00:00Z&$select=",
        id="window",
    ),
    row(
        requests.first_delta(ANA, NOW, END),
        "/users/ana%40contoso.example/calendarView/delta?startDateTime=2026-03-02T08:00:00Z&endDateTime=2026-03-03T08:00:00Z",
        id="delta",
    ),
    row(requests.end_event(ANA, event(id=EVENT)), "/users/ana%40contoso.example/events/AAMk%2F1%2B2%3D/cancel", id="cancel"),
    row(requests.end_event(ANA, event((), id=EVENT)), "/users/ana%40contoso.example/events/AAMk%2F1%2B2%3D", id="delete"),
    row(requests.decline_event(ANA, EVENT), "/users/ana%40contoso.example/events/AAMk%2F1%2B2%3D/decline", id="decline"),
    row(requests.renew_subscription("s/1", END), "/subscriptions/s%2F1", id="renew"),
    row(requests.delete_subscription("s/1"), "/subscriptions/s%2F1", id="delete a subscription"),
]


@pytest.mark.parametrize(("request_", "begins"), ADDRESSES)
def test_addresses_are_encoded(request_: Request, begins: str) -> None:
    assert request_.address(BASE).startswith(BASE + begins)


def test_a_delta_round_asks_for_nothing_that_graph_does_not_allow_there() -> None:
    assert set(requests.first_delta(ANA, NOW, END).query) == {"startDateTime", "endDateTime"}


def test_times_with_an_offset_are_asked_for_in_utc() -> None:
    east = datetime.fromisoformat("2026-03-02T13:30:00+05:30")
    assert requests.list_window(ANA, east, END).query["startDateTime"] == "2026-03-02T08:00:00Z"


def test_a_link_is_followed_as_it_came() -> None:
    link = f"{BASE}/users/x/calendarView/delta?$deltatoken=a%2Bb+c%20d"
    assert requests.follow(link, ANA).address(BASE) == link
    assert requests.follow(link, ANA).mailbox == ANA


@pytest.mark.parametrize("link", ["https://graph.contoso.example/v1.0/users", "http://graph.microsoft.com/v1.0/users", "x"])
def test_a_link_to_another_host_is_never_followed(link: str) -> None:
    with pytest.raises(Malformed):
        requests.follow(link, ANA).address(BASE)


@pytest.mark.parametrize("request_", [requests.first_delta(ANA, NOW, END), requests.follow(f"{BASE}/x", ANA)])
def test_every_page_of_a_round_is_asked_for_with_the_same_preferences(request_: Request) -> None:
    assert request_.headers == {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=100'}


CREATED = requests.create_event(meeting(people=frozenset({VERA, BEN})), OAK_ROOM, "t-1", {BEN: "Ben Berg"})


def test_a_new_event_stands_in_the_hosts_calendar_with_the_room_invited() -> None:
    assert (CREATED.method, CREATED.path, CREATED.mailbox) == ("POST", "/users/ana%40contoso.example/events", ANA)
    assert CREATED.body == {
        "subject": "Review",
        "start": moment("2026-03-02T10:00:00"),
        "end": moment("2026-03-02T11:00:00"),
        "isAllDay": False,
        "attendees": [
            {"type": "required", "emailAddress": {"address": BEN, "name": "Ben Berg"}},
            {"type": "required", "emailAddress": {"address": VERA, "name": VERA}},
            {"type": "resource", "emailAddress": {"address": OAK_ROOM.mailbox, "name": "Oak"}},
        ],
        "location": {"displayName": "Oak", "locationUri": OAK_ROOM.mailbox, "locationType": "conferenceRoom"},
        "transactionId": "t-1",
    }


CHANGED = meeting(room=ELM_ROOM.id, slot=slot(4), subject="Retro", people=frozenset({CLEO}))

WRITES = [
    row(CREATED, id="create"),
    *(row(update(event(), CHANGED, field, rooms=MOVES), id=field) for field in Field),
    row(update(event(), CHANGED, *Field, rooms=MOVES), id="everything"),
    row(requests.release_rooms(ANA, event(), [OAK_ROOM]), id="release"),
    row(requests.end_event(ANA, event()), id="cancel"),
    row(requests.decline_event(ANA, EVENT), id="decline"),
]


@pytest.mark.parametrize("request_", WRITES)
def test_no_write_touches_the_body_or_the_online_meeting(request_: Request) -> None:
    sent = json.dumps(request_.body)
    assert '"body"' not in sent
    assert "onlineMeeting" not in sent.replace("O", "o")
    assert "attachments" not in sent


ONLY = [
    row(Field.SUBJECT, {"subject": "Retro"}, id="subject"),
    row(
        Field.SLOT,
        {"start": moment("2026-03-02T12:00:00"), "end": moment("2026-03-02T13:00:00"), "isAllDay": False},
        id="time",
    ),
]


@pytest.mark.parametrize(("field", "body"), ONLY)
def test_only_what_differs_is_sent(field: Field, body: Any) -> None:
    sent = update(event(), CHANGED, field)
    assert (sent.method, sent.path, sent.body) == ("PATCH", "/users/ana%40contoso.example/events/AAMk%2F1%2B2%3D", body)


def test_a_change_is_made_only_to_what_was_read() -> None:
    assert update(event(), CHANGED, Field.SUBJECT).headers == {"If-Match": 'W/"7"'}
    assert update(event(without=("@odata.etag",)), CHANGED, Field.SUBJECT).headers == {}


def sent_attendees(request: Request) -> list[tuple[str, str, str]]:
    return [(a["emailAddress"]["address"], a["type"], a["emailAddress"]["name"]) for a in request.body["attendees"]]


OAK_SENT, ELM_SENT = (OAK_ROOM.mailbox, "resource", "Oak"), (ELM_ROOM.mailbox, "resource", "Elm")

COLLECTIONS = [
    row([], {CLEO}, [(CLEO, "required", "Cleo Curie")], id="somebody comes"),
    row([attendee(BEN, "Ben Berg")], set(), [], id="somebody leaves"),
    row([attendee(VERA, "Vera", "optional")], {VERA}, [(VERA, "optional", "Vera")], id="who is optional stays optional"),
    row([attendee("Ben@Contoso.example", "Ben")], {BEN}, [("Ben@Contoso.example", "required", "Ben")], id="spelled as it was"),
    row([attendee(X500, "Board")], set(), [(X500, "required", "Board")], id="an X.500 address stays"),
    row([attendee(ELM_ROOM.mailbox, "Elm", "resource")], set(), [ELM_SENT], id="another room stays"),
    row(
        [attendee(ELM_ROOM.mailbox, "Elm", "required")],
        set(),
        [(ELM_ROOM.mailbox, "required", "Elm")],
        id="another room that was invited like a person stays",
    ),
    row([attendee(ANA, "Ana")], set(), [(ANA, "required", "Ana")], id="an organiser among the attendees stays"),
    row(
        [attendee("list@contoso.example", "All")],
        {"list@contoso.example"},
        [("list@contoso.example", "required", "All")],
        id="list",
    ),
]


@pytest.mark.parametrize(("others", "people", "sent"), COLLECTIONS)
def test_a_change_of_people_names_everybody_who_stays(others: list[Any], people: set[str], sent: list[Any]) -> None:
    target = meeting(people=frozenset(people))
    assert sent_attendees(update(event([*others, OAK_INVITED]), target, Field.PEOPLE)) == [*sent, OAK_SENT]


def test_a_change_of_room_keeps_the_people_and_every_other_room() -> None:
    projector = attendee("projector@contoso.example", "Projector", "resource")
    read = event([attendee(BEN, "Ben Berg"), OAK_INVITED, projector, attendee(X500)])
    sent = update(read, meeting(room=ELM_ROOM.id, people=frozenset()), Field.ROOM, rooms=MOVES)
    assert sent_attendees(sent) == [
        (BEN, "required", "Ben Berg"),
        ("projector@contoso.example", "resource", "Projector"),
        (X500, "required", X500),
        ELM_SENT,
    ]
    assert sent.body["location"] == {"displayName": "Elm", "locationUri": ELM_ROOM.mailbox, "locationType": "conferenceRoom"}


def test_a_private_meeting_moves_with_its_people_although_their_names_are_not_known() -> None:
    read = event([attendee(BEN, "Ben Berg"), OAK_INVITED], sensitivity="private")
    sent = update(read, replace(essence_of(read, OAK_ROOM, ()), room=ELM_ROOM.id), Field.ROOM, rooms=MOVES)
    assert sent_attendees(sent) == [(BEN, "required", BEN), ELM_SENT]


def test_a_released_room_is_taken_off_and_nobody_else() -> None:
    read = event([attendee(BEN, "Ben Berg"), OAK_INVITED, attendee(X500), attendee(ELM_ROOM.mailbox, "Elm", "resource")])
    sent = requests.release_rooms(ANA, read, [OAK_ROOM])
    assert sent_attendees(sent) == [(BEN, "required", "Ben Berg"), (X500, "required", X500), ELM_SENT]
    assert sent.body["location"] == {"displayName": ""}
    assert sent.headers == {"If-Match": 'W/"7"'}


def test_a_location_that_names_another_room_is_left_when_a_room_is_released() -> None:
    read = event(location={"displayName": "Elm", "locationUri": ELM_ROOM.mailbox})
    assert "location" not in requests.release_rooms(ANA, read, [OAK_ROOM]).body


SUMMER = slot(0)
ALL_DAYS = [
    row("Europe/London", "GMT Standard Time", "2026-03-29", "2026-03-30", id="23 hours"),
    row("Europe/London", "GMT Standard Time", "2026-10-25", "2026-10-26", id="25 hours"),
    row("Asia/Kathmandu", "Nepal Standard Time", "2026-03-02", "2026-03-03", id="+05:45"),
    row("America/St_Johns", "Newfoundland Standard Time", "2026-07-01", "2026-07-03", id="-02:30, two days"),
    row(
        "Africa/Cairo",
        "Egypt Standard Time",
        "2026-04-24",
        "2026-04-25",
        id="no midnight at all",
    ),
]


@pytest.mark.parametrize(("zone", "windows", "first", "after"), ALL_DAYS)
def test_an_all_day_event_goes_back_with_the_days_it_came_with(zone: str, windows: str, first: str, after: str) -> None:
    here = room(time_zone=zone, time_zone_windows=windows)
    read = event(isAllDay=True, start=moment(f"{first}T00:00:00.0000000"), end=moment(f"{after}T00:00:00.0000000"))
    sent = update(read, essence_of(read, here, ()), Field.SLOT, rooms=(here, here))
    assert sent.body == {
        "start": moment(f"{first}T00:00:00", windows),
        "end": moment(f"{after}T00:00:00", windows),
        "isAllDay": True,
    }


def test_a_meeting_over_midnight_is_told_in_utc() -> None:
    night = Slot(NOW.replace(hour=23), NOW.replace(day=3, hour=1))
    sent = update(event(), meeting(slot=night), Field.SLOT)
    assert sent.body == {"start": moment("2026-03-02T23:00:00"), "end": moment("2026-03-03T01:00:00"), "isAllDay": False}


def test_a_decline_tells_the_organiser() -> None:
    assert requests.decline_event(OAK_ROOM.mailbox, EVENT).body["sendResponse"] is True


def test_a_subscription_names_both_doors_and_a_secret() -> None:
    made = requests.create_subscription(OAK_ROOM.mailbox, ("https://s.example/n", "https://s.example/l"), "secret", END)
    assert (made.method, made.path, made.mailbox) == ("POST", "/subscriptions", OAK_ROOM.mailbox)
    assert made.body == {
        "changeType": "created,updated,deleted",
        "resource": "users/oak@contoso.example/events",
        "notificationUrl": "https://s.example/n",
        "lifecycleNotificationUrl": "https://s.example/l",
        "expirationDateTime": "2026-03-03T08:00:00Z",
        "clientState": "secret",
    }


def test_a_renewal_says_only_until_when() -> None:
    renewed = requests.renew_subscription("s-1", datetime(2026, 3, 5, 6, tzinfo=UTC))
    assert (renewed.method, renewed.body) == ("PATCH", {"expirationDateTime": "2026-03-05T06:00:00Z"})


def test_a_subscription_ends_within_the_shortest_life_that_graph_gives() -> None:
    assert (wire.subscription_end(NOW) - NOW).total_seconds() < 4230 * 60


def test_bodies_are_never_read() -> None:
    assert not {"body", "bodyPreview", "attachments", "onlineMeeting"} & set(requests.SELECT.split(","))
    assert requests.get_event(ANA, EVENT).query["$select"] == requests.SELECT
    assert MEETING.subject not in requests.get_event(ANA, EVENT).address(BASE)
