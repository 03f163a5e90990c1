"""What a room mailbox answers, and what it does to its copy."""

from typing import Any

import pytest

from localdev import world
from localdev.graph.workbench import Workbench, at, attendee

ANA, BEN, OAK = world.ANA.address, world.BEN.address, world.OAK.mailbox or ""
VERA = world.VERA.address
NINE, TEN = "2026-03-03T09:00:00", "2026-03-03T10:00:00"


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.simulator.seed(world.COLLEAGUES, world.ROOMS)
    return bench


async def rules(bench: Workbench, **settings: Any) -> None:
    await bench.side_door("PATCH", f"/rooms/{OAK}", settings)


async def rooms_answer(bench: Workbench, event: dict[str, Any]) -> str:
    answer: str = (await bench.get(f"/users/{ANA}/events/{event['id']}"))["attendees"][0]["status"]["response"]
    return answer


async def test_a_request_stands_tentative_then_accepted_and_then_loses_its_subject(bench: Workbench) -> None:
    body = {"contentType": "text", "content": "Bring figures"}
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,), sensitivity="private", body=body)
    await bench.pass_time(seconds=0.3)
    early = (await bench.calendar(OAK))[0]
    assert (early["subject"], early["showAs"], early["responseStatus"]["response"]) == ("Budget", "tentative", "notResponded")
    await bench.pass_time(seconds=0.5)
    decided = (await bench.calendar(OAK))[0]
    assert (decided["subject"], decided["showAs"], decided["responseStatus"]["response"]) == ("Budget", "busy", "accepted")
    assert await rooms_answer(bench, made) == "accepted"
    await bench.pass_time(seconds=0.3)
    settled = (await bench.calendar(OAK))[0]
    assert (settled["subject"], settled["body"]["content"], settled["sensitivity"]) == (world.ANA.name, "", "normal")
    assert len({copy["changeKey"] for copy in (early, decided, settled)}) == 3
    assert (await bench.calendar(ANA))[0]["subject"] == "Budget"


@pytest.mark.parametrize(
    ("settings", "subject"),
    [
        ({"DeleteSubject": False}, "Ana Diaz Budget"),
        ({"AddOrganizerToSubject": False}, ""),
        ({"AddOrganizerToSubject": False, "DeleteSubject": False}, "Budget"),
    ],
)
async def test_the_subject_of_an_accepted_copy_follows_the_settings(
    bench: Workbench, settings: dict[str, Any], subject: str
) -> None:
    await rules(bench, **settings)
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,))
    await bench.settle()
    assert (await bench.calendar(OAK))[0]["subject"] == subject
    await bench.ask("PATCH", f"/users/{ANA}/events/{made['id']}", {"importance": "low"})
    await bench.settle()
    assert (await bench.calendar(OAK))[0]["subject"] == subject


async def test_attachments_and_privacy_stay_where_the_room_is_told_to_leave_them(bench: Workbench) -> None:
    await rules(bench, DeleteComments=False, DeleteAttachments=False, RemovePrivateProperty=False)
    body = {"contentType": "text", "content": "Bring figures"}
    made = await bench.make(ANA, NINE, TEN, sensitivity="private", body=body)
    path = f"/users/{ANA}/events/{made['id']}"
    await bench.ask("POST", path + "/attachments", {"name": "a.txt", "contentBytes": "aGk="})
    await bench.ask("PATCH", path, {"attendees": [attendee(OAK, "resource")]})
    await bench.settle()
    copy = (await bench.calendar(OAK))[0]
    assert (copy["body"]["content"], copy["hasAttachments"], copy["sensitivity"]) == ("Bring figures", True, "private")


async def test_a_second_meeting_in_the_same_slot_is_declined_and_leaves_no_copy(bench: Workbench) -> None:
    await bench.make(BEN, NINE, TEN, rooms=(OAK,))
    late = await bench.make(ANA, "2026-03-03T09:30:00", "2026-03-03T10:30:00", rooms=(OAK,))
    after = await bench.make(ANA, TEN, "2026-03-03T10:30:00", rooms=(OAK,))
    before = await bench.make(ANA, "2026-03-03T08:30:00", NINE, rooms=(OAK,))
    await bench.settle()
    assert await rooms_answer(bench, before) == "accepted"
    assert await rooms_answer(bench, late) == "declined"
    assert await rooms_answer(bench, after) == "accepted"
    assert [copy["organizer"]["emailAddress"]["address"] for copy in await bench.calendar(OAK)] == [ANA, BEN, ANA]


async def test_a_room_that_allows_conflicts_takes_both(bench: Workbench) -> None:
    await rules(bench, AllowConflicts=True)
    await bench.make(BEN, NINE, TEN, rooms=(OAK,))
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,))
    await bench.settle()
    assert await rooms_answer(bench, made) == "accepted"


@pytest.mark.parametrize(
    ("settings", "start", "end"),
    [
        ({}, "2026-09-03T09:00:00", "2026-09-03T10:00:00"),
        ({"BookingWindowInDays": 7}, "2026-03-10T09:00:00", "2026-03-10T10:00:00"),
        ({}, "2026-03-03T09:00:00", "2026-03-04T09:01:00"),
        ({"MaximumDurationInMinutes": 30}, NINE, TEN),
        ({"MinimumDurationInMinutes": 90}, NINE, TEN),
    ],
)
async def test_too_far_too_long_or_too_short_is_declined(
    bench: Workbench, settings: dict[str, Any], start: str, end: str
) -> None:
    await rules(bench, **settings)
    made = await bench.make(ANA, start, end, rooms=(OAK,))
    await bench.settle()
    assert await rooms_answer(bench, made) == "declined"


@pytest.mark.parametrize(
    ("settings", "answer"), [({"AutomateProcessing": "AutoUpdate"}, "none"), ({"AllBookInPolicy": False}, "tentativelyAccepted")]
)
async def test_a_room_that_leaves_the_decision_to_people_stays_tentative(
    bench: Workbench, settings: dict[str, Any], answer: str
) -> None:
    await rules(bench, **settings)
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,))
    await bench.settle()
    assert await rooms_answer(bench, made) == answer
    copy = (await bench.calendar(OAK))[0]
    assert (copy["showAs"], copy["subject"]) == ("tentative", "Budget")


async def test_a_meeting_from_outside_is_processed_only_by_setting(bench: Workbench) -> None:
    event = {"subject": "Pitch", "start": at(NINE), "end": at(TEN), "attendees": [attendee(OAK, "resource")]}
    await bench.side_door("POST", "/external-meetings", {"organizer": VERA, "event": event})
    await bench.settle()
    assert await bench.calendar(OAK) == []
    await rules(bench, ProcessExternalMeetingMessages=True)
    await bench.side_door("POST", "/external-meetings", {"organizer": VERA, "event": event})
    await bench.settle()
    assert (await bench.calendar(OAK))[0]["organizer"]["emailAddress"]["address"] == VERA
    assert (await bench.ask("GET", f"/users/{VERA}/events")).status_code == 404


async def test_a_room_moved_into_a_taken_slot_lets_go(bench: Workbench) -> None:
    await bench.make(BEN, NINE, TEN, rooms=(OAK,))
    made = await bench.make(ANA, "2026-03-03T13:00:00", "2026-03-03T14:00:00", rooms=(OAK,))
    await bench.settle()
    await bench.ask("PATCH", f"/users/{ANA}/events/{made['id']}", {"start": at(NINE), "end": at(TEN)})
    await bench.settle()
    assert await rooms_answer(bench, made) == "declined"
    assert len(await bench.calendar(OAK)) == 1


@pytest.mark.parametrize(("remove", "left"), [(False, [True]), (True, [])])
async def test_a_room_taken_off_a_meeting_keeps_a_cancelled_copy_unless_told_otherwise(
    bench: Workbench, *, remove: bool, left: list[bool]
) -> None:
    await rules(bench, RemoveCanceledMeetings=remove)
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,), people=(BEN,))
    await bench.settle()
    await bench.ask("PATCH", f"/users/{ANA}/events/{made['id']}", {"attendees": [attendee(BEN)]})
    await bench.settle()
    assert [copy["isCancelled"] for copy in await bench.calendar(OAK)] == left
    again = await bench.make(ANA, NINE, TEN, rooms=(OAK,))
    await bench.settle()
    assert await rooms_answer(bench, again) == "accepted"


async def test_a_room_that_comes_back_is_asked_anew(bench: Workbench) -> None:
    made = await bench.make(ANA, NINE, TEN, rooms=(OAK,))
    await bench.settle()
    path = f"/users/{ANA}/events/{made['id']}"
    await bench.ask("PATCH", path, {"attendees": []})
    await bench.settle()
    await bench.make(BEN, NINE, TEN, rooms=(OAK,))
    await bench.settle()
    await bench.ask("PATCH", path, {"attendees": [attendee(OAK, "resource")]})
    await bench.settle()
    assert await rooms_answer(bench, made) == "declined"
    await bench.side_door("PATCH", f"/rooms/{OAK}", {"AllowConflicts": True})
    await bench.ask("PATCH", path, {"subject": "Once more"})
    await bench.settle()
    copies = await bench.calendar(OAK)
    assert [(copy["isCancelled"], copy["responseStatus"]["response"]) for copy in copies] == [
        (False, "accepted"),
        (False, "accepted"),
    ]


async def test_an_event_put_straight_into_a_rooms_calendar_is_not_checked(bench: Workbench) -> None:
    await bench.make(ANA, NINE, TEN, rooms=(OAK,))
    await bench.settle()
    hold = await bench.make(OAK, NINE, TEN)
    assert (hold["isOrganizer"], hold["responseStatus"]["response"]) == (True, "organizer")
    late = await bench.make(OAK, "2026-03-04T09:00:00", "2026-03-04T10:00:00")
    refused = await bench.make(ANA, "2026-03-04T09:00:00", "2026-03-04T10:00:00", rooms=(OAK,))
    await bench.settle()
    assert await rooms_answer(bench, refused) == "declined"
    assert len(await bench.calendar(OAK)) == 3
    assert late["type"] == "singleInstance"


async def test_a_room_only_named_as_location_is_not_booked(bench: Workbench) -> None:
    await bench.make(ANA, NINE, TEN, location={"displayName": "Oak", "locationEmailAddress": OAK, "locationUri": OAK})
    await bench.settle()
    assert await bench.calendar(OAK) == []


async def test_free_and_busy_times_are_told(bench: Workbench) -> None:
    await bench.make(ANA, NINE, TEN, rooms=(OAK,))
    await bench.settle()
    body = {
        "schedules": [OAK, "nobody@contoso.example"],
        "startTime": at("2026-03-03T08:00:00"),
        "endTime": at("2026-03-03T11:00:00"),
    }
    told = (await bench.ask("POST", f"/users/{ANA}/calendar/getSchedule", body)).json()["value"]
    assert told[0]["availabilityView"] == "002200"
    assert told[0]["scheduleItems"][0]["status"] == "busy"
    assert told[1]["error"]["responseCode"] == "ErrorMailRecipientNotFound"
    answer = await bench.ask("POST", f"/users/{ANA}/calendar/getSchedule", body | {"endTime": at("2026-06-03T11:00:00")})
    assert answer.json()["error"]["code"] == "ErrorTimeIntervalTooBig"
