"""S14 and beyond: a side is away, slow, or loses its answer. The work is kept, and nothing is made twice."""

import contextlib

import pytest

from localdev.world import ANA, BEN, OAK
from sync_core.errors import SyncError
from tests.scenarios.in_process import World
from tests.scenarios.people import checked

AWAY = {"status": 503, "code": "ServiceUnavailable", "times": 6, "retry_after": 20}


async def graph_fault(world: World, **fault: object) -> None:
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/faults", json=fault))


async def ibss_fault(world: World, **fault: object) -> None:
    checked(await world.ibss.http.post("/_sim/faults", json=fault))


async def wait_it_out(world: World) -> None:
    for _ in range(8):
        await world.pass_time(minutes=6)


async def test_S14_ibss_is_away_for_a_while_and_the_meeting_comes_afterwards(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await ibss_fault(world, method="GET|POST", path="/v2/", **AWAY)
    await wait_it_out(world)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Plan the move"
    assert world.poisoned == []


async def test_S14_graph_is_away_for_a_while_and_the_booking_comes_afterwards(world: World) -> None:
    slot = world.slot()
    await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN,))
    await graph_fault(world, method="GET|POST", path="/users/", **AWAY)
    await wait_it_out(world)
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Plan the move"
    assert world.poisoned == []


async def test_S14_the_time_that_was_asked_for_is_waited(world: World) -> None:
    slot = world.slot()
    booked_at = world.clock.now()
    await world.outlook.book(ANA, slot, "Plan the move", (OAK,))
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=429, code="TooManyRequests", times=1, retry_after=90)
    await world.settle()
    assert await world.ibss.the_booking(OAK, slot)
    refused, taken = (sent for sent in await posts(world) if sent["path"].endswith("/bookings"))
    assert (refused["status"], taken["status"]) == (429, 201)
    assert (world.clock.now() - booked_at).total_seconds() >= 90


async def posts(world: World) -> list[dict[str, object]]:
    sent = checked(await world.ibss.http.get("/_sim/requests"))["value"]
    return [one for one in sent if one["method"] == "POST" and one["who"] == "sync"]


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_S02_a_booking_whose_answer_was_lost_is_not_made_twice(world: World, status: int) -> None:
    slot = world.slot()
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=status, code="", times=2, after=True)
    await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await wait_it_out(world)
    await world.sweep()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Plan the move"


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_S01_an_event_whose_answer_was_lost_is_not_made_twice(world: World, status: int) -> None:
    slot = world.slot()
    await graph_fault(world, method="POST", path="/users/.*/events$", status=status, code="", times=2, after=True)
    booking = await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN,))
    await wait_it_out(world)
    await world.sweep()
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Plan the move"
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == booking["Booking_Id"]
    assert [mail["kind"] for mail in await world.outlook.mails() if mail["to"] == BEN.address] == ["invite"]


async def test_S04_a_change_whose_answer_was_lost_is_written_once(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,))
    await world.settle()
    await ibss_fault(world, method="PATCH", path="/v2/", status=504, code="", times=1, after=True)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(slot.later(hours=1)))
    await world.settle()
    assert await world.ibss.the_booking(OAK, slot.later(hours=1))
    patches = [one for one in checked(await world.ibss.http.get("/_sim/requests"))["value"] if one["method"] == "PATCH"]
    assert len(patches) == 1


async def test_S14_a_meeting_that_cannot_be_worked_stops_no_other(world: World) -> None:
    bad, good = world.slot(), world.slot()
    fault = {"status": 400, "code": "PolicyViolation", "times": 1}
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", **fault)
    refused = await world.outlook.book(ANA, bad, "Against the policy", (OAK,))
    await world.settle()
    await world.outlook.book(ANA, good, "Within the policy", (OAK,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, good))["Booking_Name"] == "Within the policy"
    journal = await world.store.journal(OAK.space, refused["iCalUId"])
    assert "PolicyViolation" in " ".join(entry["result"] for entry in journal)


async def test_S02_a_graph_that_cannot_filter_by_ical_uid_is_searched_by_day(world: World) -> None:
    await graph_fault(
        world, method="GET", path="events.*filter=iCalUId", status=400, code="ErrorInvalidUrlQueryFilter", times=1000
    )
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Plan the move"
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    assert await world.ibss.bookings(OAK, slot) == []


async def test_S02_an_organiser_s_copy_that_appears_late_is_waited_for_and_the_true_subject_comes(world: World) -> None:
    await graph_fault(
        world, method="GET", path=f"{ANA.address.replace('@', '(@|%40)')}/events", status=404, code="ErrorItemNotFound", times=2
    )
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Plan the move"


async def test_B13_without_ibss_neither_side_is_written_and_what_changed_follows_when_it_is_back(world: World) -> None:
    """So an operator can stop all writing by taking IBSS away from the service."""
    moved, cancelled, new, fresh = world.slot(), world.slot(), world.slot(), world.slot()
    event = await world.outlook.book(ANA, moved, "Plan the move", (OAK,), (BEN,))
    booking = await world.ibss.book(ANA, OAK, cancelled, "Board lunch", (BEN,))
    await world.settle()
    await world.outlook.change(ANA, event["id"], subject="Plan the second move")
    await world.ibss.cancel(ANA, booking)
    await world.ibss.book(ANA, OAK, new, "Tea", (BEN,))
    await world.outlook.book(BEN, fresh, "Stand-up", (OAK,), (ANA,))
    await ibss_fault(world, method="GET|POST|PATCH|DELETE", path="/v2/", status=503, code="ServiceUnavailable", times=10_000)
    before = await world.writes()
    for _ in range(3):
        await world.pass_time(minutes=30)
        await world.service.pull.sweep_rooms()
        with contextlib.suppress(SyncError):
            await world.service.pull.sweep_bookings()
        await world.service.pull.roll_horizon()
        await world.settle()
    assert await world.writes() == before
    checked(await world.ibss.http.delete("/_sim/faults"))
    await world.sweep()
    assert (await world.ibss.the_booking(OAK, moved))["Booking_Name"] == "Plan the second move"
    assert await world.outlook.calendar(ANA.address, cancelled) == []
    assert (await world.outlook.the_event(ANA.address, new))["subject"] == "Tea"
    assert (await world.ibss.the_booking(OAK, fresh))["Booking_Name"] == "Stand-up"
