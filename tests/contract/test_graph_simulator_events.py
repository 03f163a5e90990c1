"""Meetings and their copies: made, changed, cancelled, answered and forwarded, as Exchange does it."""

from typing import Any

import pytest

from localdev import world
from localdev.graph.workbench import Workbench, at, attendee

ANA, BEN, CLEO, OAK, ELM = (
    world.ANA.address,
    world.BEN.address,
    world.CLEO.address,
    world.OAK.mailbox or "",
    world.ELM.mailbox or "",
)
NINE, TEN, ELEVEN = "2026-03-03T09:00:00", "2026-03-03T10:00:00", "2026-03-03T11:00:00"


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.simulator.seed(world.COLLEAGUES, world.ROOMS)
    return bench


async def mails(bench: Workbench) -> list[tuple[str, str]]:
    return [(mail["kind"], mail["to"]) for mail in (await bench.side_door("GET", "/mails"))["value"]]


async def patched(bench: Workbench, event: dict[str, Any], **members: Any) -> dict[str, Any]:
    answer = await bench.ask("PATCH", f"/users/{ANA}/events/{event['id']}", members)
    assert answer.status_code == 200, answer.text
    await bench.settle()
    changed: dict[str, Any] = answer.json()
    return changed


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_each_mailbox_gets_its_own_copy_of_one_meeting(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,), people=(BEN,))
    assert await bench.calendar(BEN) == []
    await bench.settle()
    copies = [(await bench.calendar(mailbox))[0] for mailbox in (ANA, BEN, OAK)]
    assert {copy["iCalUId"] for copy in copies} == {made["iCalUId"]}
    assert len({copy["id"] for copy in copies}) == len({copy["changeKey"] for copy in copies}) == 3
    assert [copy["isOrganizer"] for copy in copies] == [True, False, False]
    assert await mails(bench) == [("invite", OAK), ("invite", BEN), ("response", ANA)]


async def test_times_have_seven_digits_and_the_zone_that_is_preferred(bench: Workbench) -> None:
    made = await bench.make(ANA, at("2026-07-01T09:00:00", "Europe/London"), at("2026-07-01T10:00:00", "GMT Standard Time"))
    assert made["start"] == {"dateTime": "2026-07-01T08:00:00.0000000", "timeZone": "UTC"}
    assert (made["originalStartTimeZone"], made["originalEndTimeZone"]) == ("Europe/London", "GMT Standard Time")
    read = await bench.get(f"/users/{ANA}/events/{made['id']}", Prefer='outlook.timezone="India Standard Time"')
    assert read["end"] == {"dateTime": "2026-07-01T14:30:00.0000000", "timeZone": "India Standard Time"}


@pytest.mark.parametrize(
    ("members", "refusal"),
    [
        ({"start": at(NINE, "Middle Earth Time")}, (400, "TimeZoneNotSupportedException")),
        ({"start": at(ELEVEN)}, (400, "ErrorCalendarEndDateIsEarlierThanStartDate")),
        ({"isAllDay": True}, (400, "ErrorInvalidRequest")),
        (
            {"isAllDay": True, "start": at("2026-03-03T00:00:00", "UTC"), "end": at("2026-03-04T00:00:00", "Europe/London")},
            (400, "ErrorInvalidRequest"),
        ),
        ({"colour": "red"}, (400, "RequestBodyRead")),
        ({"location": {"displayName": "x", "floor": 2}}, (400, "RequestBodyRead")),
        ({"organizer": {}}, (400, "ErrorInvalidPropertySet")),
        ({"showAs": "away"}, (400, "ErrorPropertyValidationFailure")),
        ({"attendees": [attendee(f"p{n}@x.example") for n in range(501)]}, (400, "ErrorInvalidParameter")),
    ],
)
async def test_a_wrong_body_is_refused(bench: Workbench, members: dict[str, Any], refusal: tuple[int, str]) -> None:
    body = {"subject": "x", "start": at(NINE), "end": at(TEN)} | members
    assert code(await bench.ask("POST", f"/users/{ANA}/events", body)) == refusal
    assert await bench.calendar(ANA) == []


async def test_an_all_day_event_stands_at_midnight_of_its_dates(bench: Workbench) -> None:
    start, end = (at(f"2026-03-{day}T00:00:00", "India Standard Time") for day in (10, 11))
    made = await bench.make(ANA, start, end, isAllDay=True)
    assert (made["start"]["dateTime"], made["end"]["dateTime"]) == ("2026-03-10T00:00:00.0000000", "2026-03-11T00:00:00.0000000")


async def test_a_past_start_is_accepted(bench: Workbench) -> None:
    made = await bench.make(ANA, "2026-03-01T09:00:00", "2026-03-01T10:00:00", rooms=(OAK,))
    await bench.settle()
    assert (await bench.calendar(OAK))[0]["iCalUId"] == made["iCalUId"]


async def test_the_same_transaction_id_makes_no_second_event(bench: Workbench) -> None:
    first = await bench.make(ANA, NINE, TEN, people=(BEN,), transactionId="t1")
    second = await bench.make(ANA, NINE, TEN, people=(BEN,), transactionId="t1")
    assert first["id"] == second["id"]
    assert second["transactionId"] == "t1"
    assert await mails(bench) == [("invite", BEN)]
    other = await bench.make(BEN, NINE, TEN, transactionId="t1")
    assert other["id"] != first["id"]


async def test_a_write_with_an_old_etag_is_refused(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN)
    await patched(bench, made, subject="Newer")
    path = f"/users/{ANA}/events/{made['id']}"
    for method in ("PATCH", "DELETE"):
        answer = await bench.ask(method, path, {"subject": "Mine"} if method == "PATCH" else None, If_Match=made["@odata.etag"])
        assert code(answer) == (412, "ErrorIrresolvableConflict")
    fresh = await bench.get(path)
    assert (await bench.ask("PATCH", path, {"subject": "Mine"}, If_Match=fresh["@odata.etag"])).status_code == 200


async def test_a_change_of_the_organisers_copy_reaches_all_and_mails_all(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,), people=(BEN,))
    await bench.settle()
    await bench.side_door("DELETE", "/mails")
    await patched(bench, made, subject="Plans")
    assert (await bench.calendar(BEN))[0]["subject"] == "Plans"
    assert await mails(bench) == [("update", OAK), ("update", BEN)]


async def test_a_change_of_an_attendees_copy_stays_there_until_the_next_update(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, people=(BEN,))
    await bench.settle()
    copy = (await bench.calendar(BEN))[0]
    await bench.ask("PATCH", f"/users/{BEN}/events/{copy['id']}", {"subject": "Dull", "start": at("2026-03-03T09:30:00")})
    await bench.settle()
    assert (await bench.get(f"/users/{ANA}/events/{made['id']}"))["subject"] == "Budget"
    assert (await bench.calendar(BEN))[0]["subject"] == "Dull"
    await patched(bench, made, importance="high")
    after = (await bench.calendar(BEN))[0]
    assert (after["subject"], after["start"]["dateTime"][:19]) == ("Budget", NINE)


async def test_writing_attendees_invites_and_uninvites_only_the_difference(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,), people=(BEN,))
    await bench.settle()
    await bench.side_door("DELETE", "/mails")
    changed = await patched(bench, made, attendees=[attendee(OAK.upper(), "resource"), attendee(CLEO)])
    assert sorted(await mails(bench)) == [("cancellation", BEN), ("invite", CLEO)]
    assert [person["status"]["response"] for person in changed["attendees"]] == ["accepted", "none"]
    gone = (await bench.calendar(BEN))[0]
    assert (gone["isCancelled"], gone["subject"], gone["showAs"]) == (True, "Canceled: Budget", "free")
    assert (await bench.calendar(CLEO))[0]["subject"] == "Budget"


async def test_who_is_just_invited_gets_no_update_and_the_organiser_gets_nothing(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, people=(ANA, BEN))
    await patched(bench, made, attendees=[attendee(ANA), attendee(BEN), attendee(CLEO)], subject="Plans")
    assert await mails(bench) == [("invite", BEN), ("invite", CLEO), ("update", BEN)]


async def test_a_new_time_asks_everybody_again(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,), people=(BEN,))
    await bench.settle()
    copy = (await bench.calendar(BEN))[0]
    await bench.ask("POST", f"/users/{BEN}/events/{copy['id']}/accept", {"sendResponse": True})
    answer = await bench.ask("PATCH", f"/users/{ANA}/events/{made['id']}", {"end": at(ELEVEN)})
    assert [person["status"]["response"] for person in answer.json()["attendees"]] == ["none", "none"]
    await bench.settle()
    read = await bench.get(f"/users/{ANA}/events/{made['id']}")
    assert [person["status"]["response"] for person in read["attendees"]] == ["accepted", "none"]
    assert (await bench.calendar(BEN))[0]["responseStatus"]["response"] == "notResponded"


async def test_writing_the_location_wipes_the_locations(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, location={"displayName": "Oak", "locationUri": OAK, "locationType": "conferenceRoom"})
    assert [place["displayName"] for place in made["locations"]] == ["Oak"]
    changed = await patched(bench, made, location={"displayName": "Elm"})
    assert (changed["location"]["displayName"], changed["locations"]) == ("Elm", [])
    both = await patched(bench, made, location={"displayName": "Elm"}, locations=[{"displayName": "Elm"}])
    assert [place["displayName"] for place in both["locations"]] == ["Elm"]


async def test_a_body_written_without_the_join_link_ends_the_online_meeting(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, isOnlineMeeting=True, body={"contentType": "html", "content": "<p>Hi</p>"})
    assert made["onlineMeeting"]["joinUrl"] in made["body"]["content"]
    kept = await patched(bench, made, subject="Other", isOnlineMeeting=False)
    assert kept["isOnlineMeeting"] is True
    assert kept["body"] == made["body"]
    lost = await patched(bench, made, body={"contentType": "html", "content": "<p>Ho</p>"})
    assert (lost["isOnlineMeeting"], lost["onlineMeeting"]) == (False, None)


@pytest.mark.parametrize("way", ["DELETE", "cancel"])
async def test_the_organiser_cancels(bench: Workbench, way: str) -> None:
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,), people=(BEN,))
    await bench.settle()
    path = f"/users/{ANA}/events/{made['id']}"
    answer = await (bench.ask("DELETE", path) if way == "DELETE" else bench.ask("POST", path + "/cancel", {"comment": "Off"}))
    assert answer.status_code == (204 if way == "DELETE" else 202)
    await bench.settle()
    assert await bench.calendar(ANA) == []
    assert [copy["isCancelled"] for mailbox in (BEN, OAK) for copy in await bench.calendar(mailbox)] == [True, True]
    assert (await mails(bench))[-2:] == [("cancellation", OAK), ("cancellation", BEN)]


async def test_an_attendee_cannot_cancel_and_deletes_in_silence(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, people=(BEN,))
    await bench.settle()
    path = f"/users/{BEN}/events/{(await bench.calendar(BEN))[0]['id']}"
    answer = await bench.ask("POST", path + "/cancel", {})
    assert code(answer) == (400, "ErrorAccessDenied")
    assert answer.json()["error"]["message"] == "You need to be an organizer to cancel a meeting."
    await bench.ask("DELETE", path)
    await bench.settle()
    assert (await bench.get(f"/users/{ANA}/events/{made['id']}"))["attendees"][0]["status"]["response"] == "none"
    assert await mails(bench) == [("invite", BEN)]


async def test_who_declines_loses_the_copy_and_the_organiser_sees_it(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, people=(BEN, CLEO))
    await bench.settle()
    for person, action in ((BEN, "decline"), (CLEO, "tentativelyAccept")):
        copy = (await bench.calendar(person))[0]
        assert (await bench.ask("POST", f"/users/{person}/events/{copy['id']}/{action}", {"Comment": "?"})).status_code == 202
    read = await bench.get(f"/users/{ANA}/events/{made['id']}")
    assert [person["status"]["response"] for person in read["attendees"]] == ["declined", "tentativelyAccepted"]
    assert await bench.calendar(BEN) == []
    assert code(await bench.ask("POST", f"/users/{ANA}/events/{made['id']}/decline", {})) == (400, "ErrorInvalidRequest")


async def test_an_answer_that_is_not_sent_is_not_seen(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, people=(BEN,))
    await bench.settle()
    copy = (await bench.calendar(BEN))[0]
    await bench.ask("POST", f"/users/{BEN}/events/{copy['id']}/accept", {"sendResponse": False})
    assert (await bench.get(f"/users/{ANA}/events/{made['id']}"))["attendees"][0]["status"]["response"] == "none"


async def test_a_meeting_forwarded_to_a_room_books_it(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, people=(BEN,))
    await bench.settle()
    copy = (await bench.calendar(BEN))[0]
    await bench.ask("POST", f"/users/{BEN}/events/{copy['id']}/forward", {"toRecipients": [{"emailAddress": {"address": ELM}}]})
    await bench.settle()
    read = await bench.get(f"/users/{ANA}/events/{made['id']}")
    assert [person["emailAddress"]["address"] for person in read["attendees"]] == [BEN, ELM]
    assert read["attendees"][1]["status"]["response"] == "accepted"
    assert ("forward", ELM) in await mails(bench)


async def test_hidden_attendees_see_only_themselves(bench: Workbench) -> None:
    await bench.make(ANA, NINE, TEN, rooms=(OAK,), people=(BEN,), hideAttendees=True)
    await bench.settle()
    assert [person["emailAddress"]["address"] for person in (await bench.calendar(BEN))[0]["attendees"]] == [BEN]
    assert len((await bench.calendar(ANA))[0]["attendees"]) == 2


async def test_both_kinds_of_ids_are_taken_and_the_preferred_kind_is_given(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN)
    fixed = await bench.get(f"/users/{ANA}/events/{made['id']}", Prefer='IdType="ImmutableId"')
    assert fixed["id"] != made["id"]
    assert (await bench.get(f"/users/{ANA}/events/{fixed['id']}"))["id"] == made["id"]
    body = {"inputIds": [made["id"]], "sourceIdType": "restId", "targetIdType": "restImmutableEntryId"}
    translated = (await bench.ask("POST", f"/users/{ANA}/translateExchangeIds", body)).json()
    assert translated["value"] == [{"sourceId": made["id"], "targetId": fixed["id"]}]
    assert code(await bench.ask("GET", f"/users/{ANA}/events/{made['id'].lower()}")) == (400, "ErrorInvalidIdMalformed")
    assert code(await bench.ask("GET", f"/users/{BEN}/events/{made['id']}")) == (404, "ErrorItemNotFound")


async def test_attachments_are_kept_with_the_event(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN)
    path = f"/users/{ANA}/events/{made['id']}/attachments"
    body = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt", "contentBytes": "aGk="}
    assert (await bench.ask("POST", path, body)).status_code == 201
    assert [(item["name"], item["contentBytes"]) for item in (await bench.get(path))["value"]] == [("a.txt", "aGk=")]
    assert (await bench.calendar(ANA))[0]["hasAttachments"] is True
