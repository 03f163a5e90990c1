"""Events as Graph writes them, read and reduced to what both systems share."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sync_core.errors import Malformed
from sync_core.graph.events import essence_of, iana, invited, parse_event, parse_time
from sync_core.model import NO_SUBJECT, PRIVATE_SUBJECT, Address, Instance, Room, Slot
from tests.unit.examples import ANA, BEN, ELM_ROOM, NOW, OAK_ROOM, VERA, meeting, room
from tests.unit.graph_answers import OAK_INVITED, X500, attendee, event, event_json, moment

row = pytest.param
ROOMS = (OAK_ROOM.mailbox, ELM_ROOM.mailbox)


def test_an_event_is_reduced_to_its_essence() -> None:
    assert essence_of(event(), OAK_ROOM, ROOMS) == meeting()


def test_what_is_read_beside_the_essence() -> None:
    read = event(transactionId="t-1", responseStatus={"response": "accepted"}, seriesMasterId="AAMkM")
    assert (read.id, read.etag, read.ical_uid) == ("AAMk/1+2=", 'W/"7"', "040000008200E0")
    assert (read.transaction_id, read.response, read.series_master) == ("t-1", "accepted", "AAMkM")
    assert (read.location, read.organiser, read.cancelled) == ("oak@contoso.example", ANA, False)
    assert [(a.address, a.name, a.kind, a.response) for a in read.attendees] == [
        (BEN, "Ben Berg", "required", "none"),
        (OAK_ROOM.mailbox, "Oak", "resource", "accepted"),
    ]


TIMES = [
    row("2026-03-02T10:00:00.0000000", datetime(2026, 3, 2, 10, tzinfo=UTC), id="seven digits"),
    row("2026-03-02T10:00:00.1234567", datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=UTC), id="seven digits that count"),
    row("2026-03-02T10:00:00", datetime(2026, 3, 2, 10, tzinfo=UTC), id="no fraction"),
    row("2026-03-02T10:00:00Z", datetime(2026, 3, 2, 10, tzinfo=UTC), id="Z"),
    row("2026-03-02T15:30:00+05:30", datetime(2026, 3, 2, 10, tzinfo=UTC), id="an offset"),
]


@pytest.mark.parametrize(("text", "expected"), TIMES)
def test_times(text: str, expected: datetime) -> None:
    assert parse_time(text) == expected
    assert parse_time(text).tzinfo is UTC


ZONED = [
    row("2026-03-02T10:00:00.0000000", "UTC", 10, 0, id="UTC"),
    row("2026-03-02T10:00:00.0000000", None, 10, 0, id="no zone"),
    row("2026-03-02T15:30:00.0000000", "India Standard Time", 10, 0, id="Windows name, half an hour"),
    row("2026-03-02T15:45:00.0000000", "Asia/Kathmandu", 10, 0, id="IANA name, three quarters"),
    row("2026-03-02T11:00:00.0000000", "W. Europe Standard Time", 10, 0, id="Windows name"),
    row("2026-03-02T10:00:00Z", "Pacific Standard Time", 10, 0, id="the offset is believed before the zone: Z"),
    row("2026-03-02T15:30:00+05:30", "Pacific Standard Time", 10, 0, id="the offset is believed before the zone: east"),
    row(
        "2026-03-02T05:00:00-05:00",
        "Pacific Standard Time",
        10,
        0,
        id="the offset is believed before the zone: west",
    ),
]


@pytest.mark.parametrize(("text", "zone", "hour", "minute"), ZONED)
def test_starts_in_zones(text: str, zone: str | None, hour: int, minute: int) -> None:
    read = event(start={"dateTime": text, "timeZone": zone}, end=moment("2026-03-03T11:00:00"))
    assert read.start == NOW.replace(hour=hour, minute=minute)


ALL_DAYS = [
    row("Europe/London", "2026-03-02", "2026-03-03", "2026-03-02T00:00Z", "2026-03-03T00:00Z", id="London in winter"),
    row("Europe/London", "2026-03-29", "2026-03-30", "2026-03-29T00:00Z", "2026-03-29T23:00Z", id="23 hours"),
    row("Europe/London", "2026-10-25", "2026-10-26", "2026-10-24T23:00Z", "2026-10-26T00:00Z", id="25 hours"),
    row("Asia/Kolkata", "2026-03-02", "2026-03-03", "2026-03-01T18:30Z", "2026-03-02T18:30Z", id="+05:30"),
    row("Asia/Kathmandu", "2026-03-02", "2026-03-04", "2026-03-01T18:15Z", "2026-03-03T18:15Z", id="+05:45, two days"),
    row("America/St_Johns", "2026-07-01", "2026-07-02", "2026-07-01T02:30Z", "2026-07-02T02:30Z", id="-02:30"),
    row("Australia/Lord_Howe", "2026-04-05", "2026-04-06", "2026-04-04T13:00Z", "2026-04-05T13:30Z", id="half an hour back"),
    row("Africa/Cairo", "2026-04-24", "2026-04-25", "2026-04-23T22:00Z", "2026-04-24T21:00Z", id="no midnight at all"),
]


@pytest.mark.parametrize("told_in", ["UTC", "Tokyo Standard Time"])
@pytest.mark.parametrize(("zone", "first", "after", "start", "end"), ALL_DAYS)
def test_an_all_day_event_runs_from_midnight_to_midnight_where_the_room_is(
    zone: str, first: str, after: str, start: str, end: str, told_in: str
) -> None:
    read = event(
        isAllDay=True, start=moment(f"{first}T00:00:00.0000000", told_in), end=moment(f"{after}T00:00:00.0000000", told_in)
    )
    here = essence_of(read, room(time_zone=zone), ROOMS).slot
    assert here == Slot(datetime.fromisoformat(start), datetime.fromisoformat(end), all_day=True)


@pytest.mark.parametrize("sensitivity", ["private", "confidential"])
def test_a_private_event_is_redacted_before_anything_sees_it(sensitivity: str) -> None:
    read = event(sensitivity=sensitivity, subject="Layoffs", attendees=[attendee(VERA, "Vera Vogt"), OAK_INVITED])
    told = essence_of(read, OAK_ROOM, ROOMS)
    assert (read.private, read.subject) == (True, PRIVATE_SUBJECT)
    assert {a.name for a in read.attendees} == {""}
    assert (told.private, told.subject, told.people) == (True, PRIVATE_SUBJECT, frozenset())
    assert "Layoffs" not in repr(read)
    assert "Vogt" not in repr(read)


@pytest.mark.parametrize("sensitivity", ["normal", "personal", None])
def test_other_sensitivities_are_not_private(sensitivity: str | None) -> None:
    assert not event(sensitivity=sensitivity).private


PEOPLE = [
    row([OAK_INVITED], set(), id="a room is nobody"),
    row([attendee(ELM_ROOM.mailbox)], set(), id="a room invited like a person is nobody"),
    row([attendee("projector@contoso.example", kind="resource")], set(), id="any resource is nobody"),
    row([attendee(ANA)], set(), id="the organiser is not invited"),
    row([attendee("ANA@contoso.example")], set(), id="the organiser in capitals is not invited"),
    row([attendee(X500)], set(), id="an X.500 address is nobody whom IBSS could know"),
    row([attendee(f"{X500}-vera_fabrikam.example#EXT#@contoso.example")], set(), id="nor is one with an @ in it"),
    row([attendee("IMCEAEX-_O=ExchangeLabs_cn=5a@fabrikam.example")], set(), id="nor is one that is wrapped up as an address"),
    row([attendee("Vera Vogt <vera@fabrikam.example>")], {VERA}, id="a name with the address in brackets"),
    row([attendee("Vera Vogt")], set(), id="a name in place of an address"),
    row([attendee("")], set(), id="an attendee without address"),
    row([{"type": "required"}], set(), id="an attendee without emailAddress"),
    row([attendee("Ben@Contoso.EXAMPLE"), attendee(BEN)], {BEN}, id="the same person in two spellings"),
    row([attendee(VERA, kind="optional")], {VERA}, id="optional people are people"),
    row([attendee(BEN, response="declined")], {BEN}, id="who declined is still invited"),
]


@pytest.mark.parametrize(("attendees", "people"), PEOPLE)
def test_people(attendees: list[Any], people: set[str]) -> None:
    assert invited(event(attendees), ROOMS) == people


@pytest.mark.parametrize("spelled", [X500, "Vera Vogt <vera@fabrikam.example>", "Vera Vogt", ""])
def test_an_attendee_is_kept_as_it_was_spelled(spelled: str) -> None:
    [kept] = event([attendee(spelled, "The board")]).attendees
    assert (kept.spelled, kept.name) == (spelled, "The board")


INSTANCES = [
    row({"type": "singleInstance"}, None, id="single"),
    row({"type": None}, None, id="no type"),
    row({"type": "seriesMaster"}, None, id="master"),
    row({"type": "occurrence", "originalStart": "2026-03-01T10:00:00Z"}, datetime(2026, 3, 1, 10, tzinfo=UTC), id="occurrence"),
    row({"type": "occurrence"}, datetime(2026, 3, 2, 10, tzinfo=UTC), id="an occurrence is where it always was"),
    row({"type": "exception", "originalStart": "2026-02-27T10:00:00Z"}, datetime(2026, 2, 27, 10, tzinfo=UTC), id="exception"),
    row({"type": "singleInstance", "originalStart": "2026-02-27T10:00:00Z"}, None, id="a single event has no original start"),
]


@pytest.mark.parametrize(("members", "original_start"), INSTANCES)
def test_instances(members: dict[str, Any], original_start: datetime | None) -> None:
    assert event(**members).instance == Instance("040000008200E0", original_start)


def test_an_occurrence_is_named_by_its_original_start() -> None:
    assert Instance("040000", datetime(2026, 3, 1, 10, tzinfo=UTC)).key == "040000@20260301T100000Z"
    assert Instance("040000").key == "040000"


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_a_blank_subject_counts_as_ibss_stores_it(blank: str | None) -> None:
    assert event(subject=blank).subject == NO_SUBJECT


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        row(None, None, id="null"),
        row({"displayName": "Somewhere"}, None, id="a text only"),
        row({"displayName": "Oak", "locationUri": "Oak@contoso.example"}, "oak@contoso.example", id="a room"),
        row({"displayName": "Oak", "uniqueId": "oak@contoso.example"}, "oak@contoso.example", id="a room by its unique id"),
        row({"displayName": "Call", "locationUri": "https://meet.example/1"}, None, id="a link"),
    ],
)
def test_locations(location: Any, expected: str | None) -> None:
    assert event(location=location).location == expected


def test_members_that_may_be_missing() -> None:
    sparse = event(
        without=(
            "@odata.etag",
            "type",
            "attendees",
            "location",
            "responseStatus",
            "sensitivity",
            "isAllDay",
            "isCancelled",
            "subject",
        )
    )
    assert (sparse.etag, sparse.kind, sparse.attendees, sparse.location, sparse.response) == (
        "",
        "singleInstance",
        (),
        None,
        "none",
    )


@pytest.mark.parametrize("member", ["id", "iCalUId", "start", "end", "organizer"])
def test_a_missing_member_is_named(member: str) -> None:
    with pytest.raises(Malformed, match=member):
        parse_event(event_json(without=(member,)))


INNER = [
    row("start", {"timeZone": "UTC"}, "dateTime", id="start without dateTime"),
    row("organizer", {"emailAddress": {"name": "Ana"}}, "address", id="organizer without address"),
    row("organizer", {}, "emailAddress", id="organizer without emailAddress"),
    row("end", moment("yesterday"), "isoformat", id="end is no time"),
    row("start", moment("2026-03-02T10:00:00", "Middle-earth"), "Middle-earth", id="a zone that nobody knows"),
    row(
        "start",
        moment("2026-03-02T10:00:00", "America"),
        "America",
        id="half a zone",
    ),
    row("start", moment("2026-03-02T10:00:00", "../etc/passwd"), "time-zone", id="a zone that is a path"),
    row("attendees", ["ben"], "event", id="attendees are texts"),
    row("subject", 5, "event", id="subject is a number"),
]


@pytest.mark.parametrize(("member", "value", "named"), INNER)
def test_what_is_not_as_documented_is_refused(member: str, value: Any, named: str) -> None:
    with pytest.raises(Malformed, match=named):
        parse_event(event_json(**{member: value}))


@pytest.mark.parametrize("member", ["organizer", "start", "end"])
def test_a_member_that_is_null_is_named(member: str) -> None:
    with pytest.raises(Malformed, match=member):
        parse_event(event_json(**{member: None}))


@pytest.mark.parametrize("body", [None, [], "event", 5])
def test_what_is_no_object_is_no_event(body: Any) -> None:
    with pytest.raises(Malformed):
        parse_event(body)


def test_a_refusal_does_not_tell_what_the_meeting_is_about() -> None:
    with pytest.raises(Malformed) as refusal:
        parse_event(event_json(subject="Layoffs", without=("iCalUId",)))
    assert "Layoffs" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "zone"), [("GMT Standard Time", "Europe/London"), ("Europe/Paris", "Europe/Paris"), ("UTC", "UTC")]
)
def test_windows_zones_are_told_as_iana(name: str, zone: str) -> None:
    assert iana(name) in {zone, f"Etc/{zone}"}


@pytest.mark.parametrize("name", ["Middle-earth", row("America"), "../etc/passwd", "\0", ""])
def test_a_zone_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(Malformed):
        iana(name)


def test_an_attendee_is_found_by_mailbox() -> None:
    assert event().attendee(OAK_ROOM.mailbox) is not None
    assert event().attendee(ELM_ROOM.mailbox) is None


def test_the_room_decides_which_room_the_essence_is_of() -> None:
    elm: Room = replace(ELM_ROOM, mailbox=Address("elm@contoso.example"))
    assert essence_of(event(), elm, ROOMS).room == elm.id
