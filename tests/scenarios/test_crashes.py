"""What is left when a worker dies, an answer is lost, or news comes in the wrong order: nothing doubled, nothing brought back."""

import pytest

from localdev.world import ANA, BEN, ELM, OAK
from sync_core.errors import Later
from sync_core.queues import PullRoom, SyncInstance
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import the_meeting
from tests.scenarios.people import checked


async def ibss_fault(world: World, **fault: object) -> None:
    checked(await world.ibss.http.post("/_sim/faults", json=fault))


async def graph_fault(world: World, **fault: object) -> None:
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/faults", json=fault))


async def posting(world: World, *, lost: bool) -> None:
    checked(await world.ibss.http.patch("/_sim/posting", json={"lost": lost}))


async def wait(world: World) -> None:
    for _ in range(4):
        await world.pass_time(minutes=6)
    await world.sweep()


async def nobody_tells(world: World) -> None:
    """Neither side's notifications arrive: what is to be seen comes from the work that a test does, and from the timers."""
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/notifications", json={"lost": True}))
    await posting(world, lost=True)


async def test_S13_a_booking_whose_answer_was_lost_goes_when_its_meeting_is_cancelled(world: World) -> None:
    slot = world.slot()
    await nobody_tells(world)
    event = await world.outlook.book(ANA, slot, "Never mind", (OAK,), (BEN,))
    await world.settle()
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=504, code="", times=1, after=True)
    copy = await world.outlook.the_event(str(OAK.mailbox), slot)
    with pytest.raises(Later):
        await world.service.sync.sync_instance(SyncInstance(OAK.space, event=copy["id"]))
    assert await world.ibss.bookings(OAK, slot) != []
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    await world.sweep()
    await world.sweep()
    assert await world.ibss.bookings(OAK, slot) == []
    assert await world.outlook.calendar(ANA.address, slot) == []


async def test_B13_a_meeting_whose_booking_was_just_made_is_not_gone_because_both_mailboxes_lag_behind(world: World) -> None:
    slot = world.slot()
    await nobody_tells(world)
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=504, code="", times=1, after=True)
    copy = await world.outlook.the_event(str(OAK.mailbox), slot)
    look = SyncInstance(OAK.space, event=copy["id"], key=copy["iCalUId"])
    with pytest.raises(Later):
        await world.service.sync.sync_instance(look)
    await graph_fault(world, method="GET", path="/events[?].*iCalUId", spoil="no items", times=2)
    await graph_fault(world, method="GET", path="/events/", status=404, code="ErrorItemNotFound", times=2)
    with pytest.raises(Later, match="no-trace"):
        await world.service.sync.sync_instance(look)
    await world.service.sync.sync_instance(look)
    assert await world.ibss.the_booking(OAK, slot)
    assert (await world.outlook.the_event(ANA.address, slot))["id"] == event["id"]


async def test_B14_S02_a_booking_that_was_found_made_has_its_place_in_the_journal(world: World) -> None:
    """Its maker died, or another worker was faster to save what both knew."""
    slot = world.slot()
    await nobody_tells(world)
    await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=504, code="", times=1, after=True)
    look = SyncInstance(OAK.space, event=(await world.outlook.the_event(str(OAK.mailbox), slot))["id"])
    with pytest.raises(Later):
        await world.service.sync.sync_instance(look)
    await world.service.sync.sync_instance(look)
    [entry] = (await the_meeting(world, booking=(await world.ibss.the_booking(OAK, slot))["Booking_Id"]))["journal"]
    assert (entry["rule"], entry["result"]) == ("new in Outlook", "found made")


async def test_B14_S01_an_event_that_was_found_made_has_its_place_in_the_journal(world: World) -> None:
    slot = world.slot()
    await nobody_tells(world)
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await graph_fault(world, method="POST", path="/users/.*/events$", status=504, code="", times=1, after=True)
    with pytest.raises(Later):
        await world.service.sync.sync_instance(SyncInstance(booking=booking["Booking_Id"], node=booking["Node_Id"]))
    await world.settle()
    await world.sweep()
    rules = [entry["rule"] for entry in (await the_meeting(world, booking=booking["Booking_Id"]))["journal"]]
    assert rules == ["new in IBSS"]


async def test_S13_an_event_whose_answer_was_lost_goes_when_its_booking_is_cancelled(world: World) -> None:
    slot = world.slot()
    await nobody_tells(world)
    booking = await world.ibss.book(ANA, OAK, slot, "Never mind", (BEN,))
    await graph_fault(world, method="POST", path="/users/.*/events$", status=504, code="", times=1, after=True)
    look = SyncInstance(booking=booking["Booking_Id"], node=booking["Node_Id"])
    with pytest.raises(Later):
        await world.service.sync.sync_instance(look)
    await world.ibss.cancel(ANA, booking)
    await world.service.sync.sync_instance(look)
    assert await world.outlook.calendar(ANA.address, slot) == []
    await world.settle()
    await world.sweep()
    assert await world.outlook.calendar(ANA.address, slot) == []
    assert await world.ibss.bookings(OAK, slot) == []


async def test_B09_an_edit_that_stands_against_a_cancellation_survives_a_failed_attempt(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=503, code="", times=1)
    await world.outlook.change(ANA, event["id"], subject="Kept")
    await world.ibss.cancel(ANA, booking)
    await wait(world)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Kept"
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Kept"


async def test_S13_a_lost_pointer_does_not_hide_a_cancellation(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    for row in [row for row in world.tables["links"].rows if row["PartitionKey"].startswith("booking")]:
        await world.tables["links"].delete_entity(row["PartitionKey"], row["RowKey"])
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    assert await world.ibss.bookings(OAK, slot) == []


async def test_S01_cancelled_and_booked_anew_in_the_same_slot_the_new_one_stands(world: World) -> None:
    slot = world.slot()
    old = await world.ibss.book(ANA, OAK, slot, "Old", (BEN,))
    await world.settle()
    await posting(world, lost=True)
    await world.ibss.cancel(ANA, old)
    await posting(world, lost=False)
    new = await world.ibss.book(BEN, OAK, slot, "New")
    await world.settle()
    await world.sweep()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == new["Booking_Id"]
    assert (await world.outlook.the_event(BEN.address, slot))["subject"] == "New"
    assert await world.outlook.calendar(ANA.address, slot) == []


async def test_S05_one_booking_leaves_a_slot_and_another_takes_it_and_both_stand(world: World) -> None:
    slot, other = world.slot(), world.slot()
    first = await world.ibss.book(ANA, OAK, slot, "First")
    second = await world.ibss.book(BEN, OAK, other, "Second")
    await world.settle()
    await posting(world, lost=True)
    await world.ibss.change(ANA, first, **world.ibss.times(slot.later(hours=2)))
    await posting(world, lost=False)
    await world.ibss.change(BEN, second, **world.ibss.times(slot))
    await world.settle()
    await world.sweep()
    assert (await world.outlook.the_event(OAK.mailbox, slot))["organizer"]["emailAddress"]["address"] == BEN.address
    assert (await world.outlook.the_event(OAK.mailbox, slot.later(hours=2)))["organizer"]["emailAddress"][
        "address"
    ] == ANA.address
    assert (await world.ibss.booking(first))["Booking_IsCancelled"] == 0
    assert (await world.ibss.booking(second))["Booking_IsCancelled"] == 0


@pytest.mark.parametrize("status", [401, 403])
async def test_B13_a_host_who_cannot_be_read_for_a_while_undoes_nothing(world: World, status: int) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    door = f"{world.outlook.side_door}/mailboxes/{ANA.address}"
    checked(await world.outlook.http.patch(door, json={"unreadable": {"status": status, "code": "ErrorAccessDenied"}}))
    later = slot.later(hours=2)
    await world.ibss.change(ANA, booking, **world.ibss.times(later))
    await world.settle()
    assert world.ibss.slot_of(await world.ibss.booking(booking)) == later
    checked(await world.outlook.http.patch(door, json={"unreadable": None}))
    await wait(world)
    assert await world.outlook.the_event(ANA.address, later)


async def test_S14_what_could_not_be_queued_is_read_again_for_the_delta_link_is_saved_last(world: World) -> None:
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/notifications", json={"lost": True}))
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan", (OAK,))
    await world.settle()
    world.sync_queue.away = 1
    await world.queues.attempt(world.service.pull.pull_room, PullRoom(OAK.space))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Plan"


async def test_S14_a_door_that_cannot_queue_takes_nothing_and_ibss_posts_again(world: World) -> None:
    slot = world.slot()
    world.sync_queue.away = 1
    await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Plan"


async def test_S09_B08_a_worker_dies_between_the_two_rows_of_a_move_and_the_move_is_ended(world: World) -> None:
    """The booking's room and a linked one changed places, so the room that it left still is on the event."""
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Town hall", (BEN,), Linked_Space_Ids=[ELM.space])
    await world.settle()
    link = await world.store.link_of_booking(booking["Booking_Id"])
    (before,) = [row for row in world.tables["links"].rows if link and row["RowKey"] == link.key and "state" in row]
    await world.ibss.change(ANA, await world.ibss.booking(booking), Space_Id=ELM.space, Linked_Space_Ids=[OAK.space])
    await world.settle()
    await world.tables["links"].upsert_entity(before, mode="replace")
    assert link is not None
    await world.service.sync.sync_instance(SyncInstance(OAK.space, event=link.room_event_id, key=link.key))
    await world.settle()
    after = await world.ibss.the_booking(ELM, slot)
    assert (after["Booking_Id"], after["Linked_Space_Ids"]) == (booking["Booking_Id"], [OAK.space])
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes


async def test_S14_what_ibss_posted_is_tried_again_soon_when_the_host_could_not_be_read(world: World) -> None:
    """No timer runs here: the repeat that waits in the queue is not taken for our own write that comes back."""
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    await graph_fault(world, method="GET", path=f"/users/{ANA.address}", status=403, code="ErrorAccessDenied", times=1)
    await world.ibss.change(ANA, booking, **world.ibss.times(slot.later(hours=2)))
    await world.settle()
    assert await world.outlook.the_event(ANA.address, slot.later(hours=2))
