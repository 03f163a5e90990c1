"""What is sent to IBSS."""

from typing import Any

import pytest

from sync_core.errors import Malformed
from sync_core.http import Request
from sync_core.ibss import requests
from sync_core.ibss.wire import Guest
from sync_core.model import BookingId, Field, NodeId, RoomId, Slot
from tests.unit.examples import ANA, BEN, CLEO, ELM, NOW, OAK, OAK_ROOM, VERA, meeting, slot
from tests.unit.ibss_answers import VISITOR, booking, party

row = pytest.param
BASE = "https://api.ibss.example"
NODE = NodeId("11")
END = NOW.replace(day=3)
ROOMS = {OAK_ROOM.id: OAK_ROOM}


ADDRESSES = [
    row(requests.list_nodes(), "/v2/nodes?$top=100", id="nodes"),
    row(requests.list_spaces(NodeId("a/b")), "/v2/a%2Fb/spaces?recursive=true&$top=100", id="spaces"),
    row(requests.get_booking(NODE, BookingId("B|1/2+3")), "/v2/11/bookings/B%7C1%2F2%2B3", id="booking"),
    row(requests.cancel_booking(booking()), "/v2/11/bookings/B%7C1%2F2%2B3", id="cancel"),
    row(
        requests.list_bookings(NODE, NOW, END),
        "/v2/11/bookings?$filter=Booking_End%20gt%202026-03-02T08:00:00Z%20and%20Booking_Start%20lt%202026-03-03T08:00:00Z&$top=100",
        id="bookings",
    ),
    row(
        requests.list_bookings(NODE, NOW, END, RoomId("B1/01|O'ak+")),
        "/v2/11/bookings?$filter=Booking_End%20gt%202026-03-02T08:00:00Z%20and%20Booking_Start%20lt%202026-03-03T08:00:00Z"
        "%20and%20Space_Id%20eq%20'B1%2F01%7CO''ak%2B'&$top=100",
        id="bookings of a space",
    ),
    row(
        requests.find_person(NODE, "o'neil@contoso.example"),
        "/v2/11/persons?$filter=Email%20eq%20'o''neil%40contoso.example'",
        id="person",
    ),
]


@pytest.mark.parametrize(("request_", "expected"), ADDRESSES)
def test_addresses_are_encoded_and_quotes_doubled(request_: Request, expected: str) -> None:
    assert request_.address(BASE) == BASE + expected


def test_a_link_to_another_host_is_never_followed_for_the_key_would_go_there() -> None:
    assert requests.follow(f"{BASE}/v2/nodes?$skiptoken=x%2B").address(BASE) == f"{BASE}/v2/nodes?$skiptoken=x%2B"
    with pytest.raises(Malformed):
        requests.follow("https://evil.example/v2/nodes").address(BASE)


def test_a_new_booking_names_its_host_its_event_and_who_is_a_visitor() -> None:
    guests = {BEN: Guest("Ben van den Berg", visitor=False), VERA: Guest("", visitor=True), CLEO: Guest("Cleo", visitor=False)}
    made = requests.create_booking(NODE, meeting(people=frozenset(guests)), guests, "040000", "key-1")
    assert (made.method, made.path, made.headers) == ("POST", "/v2/11/bookings", {"Idempotency-Key": "key-1"})
    assert made.body == {
        "Space_Id": OAK,
        "Booking_Name": "Review",
        "Booking_Start": "2026-03-02T10:00:00Z",
        "Booking_End": "2026-03-02T11:00:00Z",
        "Booking_All_Day": 0,
        "Booking_Owner_Email": ANA,
        "Booking_Source": "Sync",
        "Booking_Parties": [
            party(BEN, "Ben van den", "Berg"),
            party(CLEO, None, "Cleo"),
            party(VERA, IsVisitor=1),
        ],
        "Meta_Ext_Booking_EventId": "040000",
    }


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        row("Noor, Vera (Fabrikam)", "Vera (Fabrikam)", "Noor", id="the family name first"),
        row("Zoë Åström-Ødegård", "Zoë", "Åström-Ødegård", id="letters of any language"),
        row("李小龍", None, "李小龍", id="one word"),
        row("", None, None, id="no name"),
    ],
)
def test_the_one_name_that_outlook_has_becomes_the_two_of_ibss(name: str, first: str | None, last: str | None) -> None:
    made = requests.create_booking(NODE, meeting(people=frozenset({VERA})), {VERA: Guest(name, visitor=True)}, "040000", "key-1")
    [vera] = made.body["Booking_Parties"]
    assert (vera["First_Name"], vera["Last_Name"]) == (first, last)


CHANGED = meeting(room=ELM, slot=Slot(NOW, END, all_day=True), subject="Retro")

ONLY = [
    row(Field.SUBJECT, {"Booking_Name": "Retro"}, id="subject"),
    row(Field.ROOM, {"Space_Id": ELM}, id="room"),
    row(
        Field.SLOT,
        {"Booking_Start": "2026-03-02T08:00:00Z", "Booking_End": "2026-03-03T08:00:00Z", "Booking_All_Day": 1},
        id="time",
    ),
    row(Field.PEOPLE, {"Booking_Parties": [party(BEN, "Ben", "Berg")]}, id="people"),
    row(Field.LINKED, {"Linked_Space_Ids": []}, id="linked rooms"),
]


@pytest.mark.parametrize(("field", "body"), ONLY)
def test_only_what_differs_is_sent_and_only_over_what_was_read(field: Field, body: Any) -> None:
    sent = requests.update_booking(booking(), CHANGED, {field}, {}, ROOMS)
    assert (sent.method, sent.body, sent.headers) == ("PATCH", body, {"If-Match": 'W/"7"'})


def test_of_a_time_only_what_differs_is_sent() -> None:
    """The start of a booking that has begun is in the past, and IBSS would refuse it."""
    longer = meeting(slot=slot(2, 1.5))
    assert requests.update_booking(booking(), longer, {Field.SLOT}, {}, ROOMS).body == {"Booking_End": "2026-03-02T11:30:00Z"}


def test_a_cancellation_and_a_mark_are_changes_of_one_member() -> None:
    assert requests.cancel_booking(booking()).body == {"Booking_IsCancelled": 1}
    assert requests.mark_booking(booking(), "040000").body == {"Meta_Ext_Booking_EventId": "040000"}
    assert requests.mark_booking(booking(), "040000").headers == {"If-Match": 'W/"7"'}


OWNER, NAMELESS = party(ANA, "Ana", "Adler"), party(None, "Walk-in")

PARTIES = [
    row([VISITOR], {VERA}, [VISITOR], id="a kept visitor keeps the visit"),
    row([VISITOR], {VERA, CLEO}, [VISITOR, party(CLEO, None, "Cleo")], id="somebody comes"),
    row([VISITOR, party(BEN)], {BEN}, [party(BEN)], id="somebody leaves"),
    row([OWNER, party(BEN)], set(), [OWNER], id="the host among the parties stays"),
    row([NAMELESS, party(BEN)], set(), [NAMELESS], id="who has no address stays"),
    row(
        [party(OAK_ROOM.mailbox), party(BEN)],
        set(),
        [party(OAK_ROOM.mailbox)],
        id="a room among the parties stays",
    ),
]


@pytest.mark.parametrize(("parties", "people", "sent"), PARTIES)
def test_a_change_of_people_sends_the_whole_list(parties: list[Any], people: set[str], sent: list[Any]) -> None:
    read = booking(Booking_Parties=parties)
    guests = {CLEO: Guest("Cleo", visitor=False)}
    assert requests.update_booking(read, meeting(people=frozenset(people)), {Field.PEOPLE}, guests, ROOMS).body == {
        "Booking_Parties": sent
    }
