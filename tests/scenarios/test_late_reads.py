"""A mailbox answers from a copy that lags behind, or is away: what is told and not seen is read again before it is believed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from localdev.world import ANA, BEN, ELM, OAK
from sync_core.errors import Later, Stale
from sync_core.look import PATIENCE
from sync_core.model import Reason, State
from sync_core.queues import PullRoom, SyncInstance, decode_sync
from sync_core.situation import transaction_id
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot, checked
from tests.scenarios.series import all_bookings, around, slots, weekly
from tests.scenarios.test_crashes import graph_fault, ibss_fault, nobody_tells
from tests.scenarios.test_crashes_and_people import MADE, booked_and_died, look, settled


async def the_room_tells_that_it_is_gone(world: World) -> SyncInstance:
    await world.service.pull.pull_room(PullRoom(OAK.space))
    found = [decode_sync(text) for text in iter(world.sync_queue.take, None)]
    [work] = [one for one in found if isinstance(one, SyncInstance) and one.removed]
    return work


async def test_S13_what_the_room_has_lost_is_not_believed_to_stand_because_its_host_still_shows_it(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    link = await world.store.link_of_booking((await world.ibss.the_booking(OAK, slot))["Booking_Id"])
    assert link is not None
    told = SyncInstance(OAK.space, event=link.room_event_id, key=link.key, removed=True)
    with pytest.raises(Later, match="host-lags"):
        await world.service.sync.sync_instance(told)


async def test_S13_what_the_room_has_lost_and_its_host_goes_on_showing_stands(world: World) -> None:
    """A delegate of the room has deleted its copy. The host knows of a room that has accepted."""
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    link = await world.store.link_of_booking((await world.ibss.the_booking(OAK, slot))["Booking_Id"])
    assert link is not None
    told = SyncInstance(OAK.space, event=link.room_event_id, key=link.key, removed=True, attempt=PATIENCE)
    await world.service.sync.sync_instance(told)
    assert len(await world.ibss.bookings(OAK, slot)) == 1


@pytest.mark.parametrize(
    ("times", "habits"),
    [
        pytest.param(1, {}, id="a meeting"),
        pytest.param(5, {}, id="one of a series"),
        pytest.param(5, {"bare_master": True}, id="one of a series that shows as its master alone"),
    ],
)
async def test_S13_the_room_says_of_what_is_cancelled_that_it_is_gone(world: World, times: int, habits: Json) -> None:
    slot = world.slot()
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/delta", json=habits))
    recurrence: Json = {"recurrence": weekly(slot, times)} if times > 1 else {}
    await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,), **recurrence)
    await world.settle()
    await nobody_tells(world)
    [own] = [event for event in await world.outlook.calendar(ANA.address, slot) if event["subject"] == "Plan"]
    await world.outlook.cancel(ANA, own["id"])
    await world.settle()
    work = await the_room_tells_that_it_is_gone(world)
    await world.service.sync.sync_instance(work)
    assert await world.ibss.bookings(OAK, slot) == []


async def test_S13_the_room_says_of_an_occurrence_that_its_series_no_longer_shows_that_it_is_gone(world: World) -> None:
    slot = world.slot()
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/series", json={"unnamed_removals": True}))
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/delta", json={"bare_master": True}))
    await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,), recurrence=weekly(slot, 5))
    await world.settle()
    await nobody_tells(world)
    copy = await world.outlook.the_event(OAK.mailbox, slot)
    checked(await world.outlook.http.delete(f"/users/{OAK.mailbox}/events/{copy['id']}"))
    assert (await the_room_tells_that_it_is_gone(world)).event == copy["id"]


async def test_S09_S13_an_event_that_went_to_another_room_before_its_link_was_saved_is_not_written_for_its_cancelled_booking(
    world: World,
) -> None:
    slot = world.slot()
    booking, event = await booked_and_died(world, slot, MADE)
    await world.outlook.change(ANA, event["id"], attendees=[world.outlook.guest(BEN), world.outlook.room(ELM)])
    await world.ibss.cancel(ANA, booking)
    written = len(await world.outlook.mails())
    await settled(world, booking)
    assert len([mail for mail in await world.outlook.mails() if mail["kind"] != "response"]) == written
    assert (await world.ibss.the_booking(ELM, slot))["Booking_Name"] == "Plan"
    assert await world.ibss.bookings(OAK, slot) == []


async def made_and_not_heard_of(world: World, slot: Slot) -> tuple[Json, Json, SyncInstance]:
    """An event, and the booking that was made for it by a worker that has not heard so; and the look at it."""
    await nobody_tells(world)
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=504, code="", times=1, after=True)
    told = SyncInstance(OAK.space, event=(await world.outlook.the_event(OAK.mailbox, slot))["id"], key=event["iCalUId"])
    with pytest.raises(Later):
        await world.service.sync.sync_instance(told)
    return event, await world.ibss.the_booking(OAK, slot), told


@pytest.mark.parametrize("room", [OAK, ELM], ids=["to another time", "to another room"])
async def test_S13_a_booking_that_nobody_has_noted_goes_with_its_event_though_it_was_moved(world: World, room: object) -> None:
    slot = world.slot()
    event, booking, told = await made_and_not_heard_of(world, slot)
    await world.outlook.cancel(ANA, event["id"])
    moved = world.ibss.times(slot.later(hours=1)) if room is OAK else {"Space_Id": ELM.space}
    await world.ibss.change(ANA, booking, **moved)
    await world.settle()
    await world.service.sync.sync_instance(told)
    await settled(world, booking)
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"]
    assert await world.outlook.calendar(ANA.address, slot) == []
    assert await world.outlook.calendar(ANA.address, slot.later(hours=1)) == []


async def test_S13_what_somebody_books_where_an_event_was_cancelled_is_theirs(world: World) -> None:
    """The same host, the same slot; and the booking of that event may never have been made."""
    slot = world.slot()
    await nobody_tells(world)
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=504, code="", times=1)
    told = SyncInstance(OAK.space, event=(await world.outlook.the_event(OAK.mailbox, slot))["id"], key=event["iCalUId"])
    with pytest.raises(Later):
        await world.service.sync.sync_instance(told)
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    await world.service.sync.sync_instance(told)
    booking = await world.ibss.book(ANA, OAK, slot, "Mine", (BEN,))
    await world.service.sync.sync_instance(told)
    await settled(world, booking)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Mine"
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Mine"


async def test_S01_a_worker_that_is_slower_cannot_begin_what_another_has_made(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    link = await world.store.link_of_booking(booking["Booking_Id"])
    assert link is not None

    begun = replace(link, key=transaction_id(link.booking_id or "", 0), instance=None, state=State.CREATING, row_etag=None)
    with pytest.raises(Stale):
        await world.store.save_link(begun)


async def test_S03_S13_a_room_that_comes_back_to_the_event_that_was_made_for_a_booking_is_booked(world: World) -> None:
    """What is left of the making is no reason to cancel it."""
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    await world.outlook.change(ANA, event["id"], attendees=[world.outlook.guest(BEN)])
    await world.settle()
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"]
    await world.outlook.change(ANA, event["id"], attendees=[world.outlook.guest(BEN), world.outlook.room(OAK)])
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Plan"


async def test_S09_a_meeting_of_a_booking_that_goes_to_another_room_and_comes_back_keeps_its_booking(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    for room in (ELM, OAK):
        await world.outlook.change(ANA, event["id"], attendees=[world.outlook.guest(BEN), world.outlook.room(room)])
        await world.settle()
        assert (await world.ibss.the_booking(room, slot))["Booking_Id"] == booking["Booking_Id"]


async def test_B02_an_occurrence_that_was_booked_anew_before_its_link_could_follow_has_one_booking(world: World) -> None:
    slot = world.slot()
    later = slot.later(hours=3)
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,), recurrence=weekly(slot, 5))
    await world.settle()
    former = await world.store.link_of_booking((await world.ibss.the_booking(OAK, slot))["Booking_Id"])
    assert former is not None
    await nobody_tells(world)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(later))
    await world.settle()
    copy = await world.outlook.the_event(OAK.mailbox, later)
    key = former.key.replace(f"{slot.start:%Y%m%dT%H%M}", f"{later.start:%Y%m%dT%H%M}")
    await world.service.sync.sync_instance(SyncInstance(OAK.space, event=copy["id"], key=key))
    await world.service.sync.sync_instance(SyncInstance(OAK.space, event=copy["id"], key=former.key))
    await world.settle()
    await world.sweep()
    assert await all_bookings(world, slot) == slots(later, 5)
    await world.service.sync.sync_instance(SyncInstance(OAK.space, event=copy["id"], key=former.key))
    assert await all_bookings(world, slot) == slots(later, 5)


async def test_B02_two_links_of_one_event_are_looked_at_by_the_sweep(world: World) -> None:
    """Whoever was to move the former may have been told of the newer by then."""
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,), recurrence=weekly(slot, 5))
    await world.settle()
    link = await world.store.link_of_booking((await world.ibss.the_booking(OAK, slot))["Booking_Id"])
    double = await world.ibss.book(ANA, OAK, slot.later(hours=3), "Plan", (BEN,))
    await nobody_tells(world)
    assert link is not None
    former = replace(link, key=f"{link.key}-former", booking_id=double["Booking_Id"], row_etag=None)
    former = replace(former, booking_etag=double["@odata.etag"])
    await world.store.point(double["Booking_Id"], former, None)
    await world.store.save_link(former)
    await world.settle()
    await world.sweep()
    assert (await world.ibss.booking(double))["Booking_IsCancelled"]
    assert await all_bookings(world, slot) == slots(slot, 5)


async def test_S01_S04_an_event_that_was_moved_to_another_booking_s_slot_before_its_link_was_saved_is_not_taken_for_its(
    world: World,
) -> None:
    slot = world.slot()
    later = slot.later(hours=1)
    booking, event = await booked_and_died(world, slot, MADE)
    other = await world.ibss.book(ANA, OAK, later, "Another", (BEN,))
    await world.outlook.change(ANA, event["id"], **world.outlook.times(later))
    await world.settle()
    await world.service.sync.sync_instance(look(other))
    link = await world.store.link_of_booking(other["Booking_Id"])
    assert link is None or link.event_id != event["id"]
    await settled(world, booking)
    assert (
        world.ibss.slot_of(await world.ibss.booking(booking)) == later
        or (await world.ibss.booking(booking))["Booking_IsCancelled"]
    )
    assert (await world.ibss.booking(other))["Booking_Name"] == "Another"


async def test_S13_an_event_that_was_moved_and_cancelled_before_its_link_was_saved_does_not_come_back(world: World) -> None:
    """Its maker died, and so did who carried a move from IBSS to it: the room's copy is no longer where it was made."""
    slot = world.slot()
    booking, event = await booked_and_died(world, slot, MADE)
    await world.settle()
    copy = await world.outlook.the_event(OAK.mailbox, slot)
    await world.ibss.change(ANA, booking, **world.ibss.times(slot.later(hours=2)))
    await graph_fault(world, method="PATCH", path="/users/.*/events/", status=504, code="", times=1, after=True)
    with pytest.raises(Later):
        await world.service.sync.sync_instance(SyncInstance(OAK.space, event=copy["id"]))
    await world.settle()
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    await settled(world, booking)
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"]
    assert await world.outlook.calendar(ANA.address, around(slot)) == []


async def test_S03_S09_a_room_that_comes_back_while_its_booking_is_being_cancelled_is_booked_again(world: World) -> None:
    """Who cancelled it has died: nobody in IBSS did, so the meeting stands."""
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await nobody_tells(world)
    await world.outlook.change(ANA, event["id"], attendees=[world.outlook.guest(BEN)])
    await world.settle()
    await ibss_fault(world, method="PATCH", path="/v2/.*/bookings/", status=504, code="", times=1, after=True)
    with pytest.raises(Later):
        await world.service.sync.sync_instance(look(booking))
    assert (await world.ibss.booking(booking))["Booking_IsCancelled"]
    await world.outlook.change(ANA, event["id"], attendees=[world.outlook.guest(BEN), world.outlook.room(OAK)])
    await world.settle()
    await settled(world, booking)
    assert (await world.outlook.the_event(ANA.address, slot))["id"] == event["id"]
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Plan"


async def test_S09_a_room_is_not_booked_for_an_event_that_another_room_has_seen_since(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (ELM,), (BEN,))
    await world.settle()
    await nobody_tells(world)
    link = await world.store.link_of_booking((await world.ibss.the_booking(ELM, slot))["Booking_Id"])
    assert link is not None
    await world.outlook.change(ANA, event["id"], attendees=[world.outlook.guest(BEN), world.outlook.room(OAK)])
    await world.settle()
    begun = replace(link, base=None, kept=None, booking_id=None).standing(State.CREATING, Reason.NOTHING_THERE)
    await world.store.save_link(replace(begun, event_at=world.now() + timedelta(minutes=1)))
    copy = await world.outlook.the_event(OAK.mailbox, slot)
    with pytest.raises(Later, match="lags-behind"):
        await world.service.sync.sync_instance(SyncInstance(OAK.space, event=copy["id"]))
    assert await world.ibss.bookings(OAK, slot) == []


async def test_S01_what_a_slower_worker_has_begun_for_a_booking_that_is_linked_is_ended_by_the_sweep(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    link = await world.store.link_of_booking(booking["Booking_Id"])
    assert link is not None
    begun = replace(link, key="begun", instance=None, base=None, kept=None, intent=link.base, row_etag=None)
    await world.store.save_link(begun.standing(State.CREATING, Reason.NOTHING_THERE))
    await world.sweep()
    left = await world.store.link(link.room, "begun")
    assert left is not None
    assert (left.state, left.reason) == (State.CLOSED, Reason.GOES_ON)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == booking["Booking_Id"]
