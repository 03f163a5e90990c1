"""A worker dies in the middle of a meeting's work, and before the next one looks, a person changes that meeting: it stands."""

from contextlib import suppress
from dataclasses import replace

import pytest

from localdev.world import ANA, ASH, BEN, CLEO, ELM, OAK, VERA
from sync_core.batches import single
from sync_core.errors import Later
from sync_core.queues import PullRoom, SyncInstance, SyncSeries, decode_sync
from sync_core.tables import encode
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot
from tests.scenarios.series import around, weekly
from tests.scenarios.test_crashes import graph_fault, ibss_fault, nobody_tells

MADE = {"method": "POST", "path": "/users/.*/events$"}
MARKED = {"method": "PATCH", "path": "/v2/.*/bookings/"}


def look(booking: Json) -> SyncInstance:
    return SyncInstance(booking=booking["Booking_Id"], node=booking["Node_Id"])


async def booked_and_died(world: World, slot: Slot, last: dict[str, str]) -> tuple[Json, Json]:
    """A booking, and the event that was made for it; of the `last` thing that the worker did it has not heard the answer."""
    await nobody_tells(world)
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    fault = graph_fault if last is MADE else ibss_fault
    await fault(world, **last, status=504, code="", times=1, after=True)
    with pytest.raises(Later):
        await world.service.sync.sync_instance(look(booking))
    return booking, await world.outlook.the_event(ANA.address, slot)


async def settled(world: World, booking: Json) -> None:
    """What reads doubtful at the first look is looked at again by the sweep."""
    with suppress(Later):
        await world.service.sync.sync_instance(look(booking))
    await world.settle()
    await world.sweep()
    await world.sweep()


@pytest.mark.parametrize("last", [pytest.param(MADE, id="made"), pytest.param(MARKED, id="marked")])
async def test_S04_an_event_that_is_moved_before_its_maker_has_saved_the_link_is_followed(
    world: World, last: dict[str, str]
) -> None:
    slot = world.slot()
    booking, event = await booked_and_died(world, slot, last)
    later = slot.later(hours=2)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(later))
    await settled(world, booking)
    assert world.ibss.slot_of(await world.ibss.booking(booking)) == later
    assert (await world.outlook.the_event(ANA.address, later))["id"] == event["id"]


@pytest.mark.parametrize("last", [pytest.param(MADE, id="made"), pytest.param(MARKED, id="marked")])
async def test_S09_an_event_that_goes_to_another_room_before_its_maker_has_saved_the_link_takes_its_booking_along(
    world: World, last: dict[str, str]
) -> None:
    slot = world.slot()
    booking, event = await booked_and_died(world, slot, last)
    attendees = [world.outlook.guest(BEN), world.outlook.room(ELM)]
    await world.outlook.change(ANA, event["id"], attendees=attendees)
    await world.ibss.change(ANA, booking, Booking_Name="Called so in IBSS")
    await settled(world, booking)
    after = await world.ibss.the_booking(ELM, slot)
    assert (after["Booking_Id"], after["Booking_Name"]) == (booking["Booking_Id"], "Called so in IBSS")
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Called so in IBSS"
    assert await world.ibss.bookings(OAK, slot) == []


async def test_S13_an_event_that_is_cancelled_before_its_maker_has_saved_the_link_stays_so(world: World) -> None:
    """The booking says that it has had an event: so the event is gone, and not yet to be made."""
    slot = world.slot()
    booking, event = await booked_and_died(world, slot, MARKED)
    await world.outlook.cancel(ANA, event["id"])
    await settled(world, booking)
    assert await world.outlook.calendar(ANA.address, slot) == []
    assert await world.ibss.bookings(OAK, slot) == []


async def test_S02_a_booking_that_is_moved_before_its_maker_has_saved_the_link_is_followed(world: World) -> None:
    slot = world.slot()
    await nobody_tells(world)
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=504, code="", times=1, after=True)
    work = SyncInstance(OAK.space, event=(await world.outlook.the_event(str(OAK.mailbox), slot))["id"])
    with pytest.raises(Later):
        await world.service.sync.sync_instance(work)
    later = slot.later(hours=2)
    booking = await world.ibss.the_booking(OAK, slot)
    await world.ibss.change(ANA, booking, **world.ibss.times(later))
    await world.service.sync.sync_instance(work)
    await settled(world, booking)
    assert (await world.ibss.the_booking(OAK, later))["Booking_Id"] == booking["Booking_Id"]
    assert (await world.outlook.the_event(ANA.address, later))["id"] == event["id"]


async def test_S09_a_worker_dies_between_the_two_rows_of_a_move_to_another_floor_and_the_move_is_ended(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    (before,) = [row for row in world.tables["links"].rows if row.get("booking_id") == booking["Booking_Id"]]
    await world.ibss.change(ANA, booking, Space_Id=ASH.space)
    await world.settle()
    await world.tables["links"].upsert_entity(before, mode="replace")
    await world.sweep()
    rows = [row for row in world.tables["links"].rows if row.get("booking_id") == booking["Booking_Id"]]
    assert [row["PartitionKey"] for row in rows if row["state"] != "closed"] == [encode(ASH.space)]
    assert (await world.ibss.the_booking(ASH, slot))["Booking_Id"] == booking["Booking_Id"]


async def test_S13_a_booking_is_cancelled_whose_maker_of_the_event_died_between_the_pointer_and_the_link(world: World) -> None:
    """The pointer names a link that never came; the one that was begun is found by what the booking itself says."""
    slot = world.slot()
    booking, event = await booked_and_died(world, slot, MARKED)
    begun = await world.store.link_of_booking(booking["Booking_Id"])
    assert begun is not None
    await world.store.point(begun.booking_id, replace(begun, key=event["iCalUId"]), begun)
    await world.ibss.cancel(ANA, booking)
    await world.service.sync.sync_instance(look(booking))
    assert await world.outlook.calendar(ANA.address, slot) == []
    await world.settle()
    await world.sweep()
    states = {row["state"] for row in world.tables["links"].rows if row.get("booking_id") == booking["Booking_Id"]}
    assert states == {"closed"}


async def test_S13_a_meeting_is_cancelled_whose_move_died_between_the_pointer_and_the_link(world: World) -> None:
    """The booking is in the other room by then, and the pointer names a link there that never came."""
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    link = await world.store.link_of_booking(booking["Booking_Id"])
    assert link is not None
    await nobody_tells(world)
    event = await world.outlook.the_event(ANA.address, slot)
    await world.outlook.change(ANA, event["id"], attendees=[world.outlook.guest(BEN), world.outlook.room(ELM)])
    await world.ibss.change(ANA, booking, Space_Id=ELM.space)
    await world.store.point(booking["Booking_Id"], replace(link, room=ELM.space), link)
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    await settled(world, booking)
    assert await world.outlook.calendar(ANA.address, slot) == []
    assert await world.ibss.bookings(ELM, slot) == []


async def test_B02_what_was_read_ahead_before_another_worker_wrote_is_not_taken_for_a_change_in_ibss(world: World) -> None:
    slot = world.slot()
    master = await world.outlook.book(ANA, slot, "Weekly", (OAK,), recurrence=weekly(slot, 5))
    await world.settle()
    await nobody_tells(world)
    await world.outlook.change(ANA, master["id"], subject="Called anew")
    await world.settle()
    await world.service.pull.pull_room(PullRoom(OAK.space))
    work = decode_sync(world.sync_queue.take() or "")
    assert isinstance(work, SyncSeries)
    [room] = [room for room in await world.store.rooms() if room.id == OAK.space]
    ahead = await world.service.sync._read_ahead.look(room, work)
    await world.service.sync.sync_series(work)
    for one in work.occurrences:
        await world.service.sync._bring_together(single(OAK.space, one), ahead)
    await world.settle()
    found = await world.outlook.calendar(ANA.address, around(slot))
    assert {event["subject"] for event in found} == {"Called anew"}
    assert {booking["Booking_Name"] for booking in await world.ibss.bookings(OAK, around(slot))} == {"Called anew"}


async def renamed_and_died(world: World, slot: Slot) -> Json:
    booking = await world.ibss.book(ANA, OAK, slot, "First", (BEN,))
    await world.settle()
    await nobody_tells(world)
    await world.ibss.change(ANA, booking, Booking_Name="Second")
    await graph_fault(world, method="PATCH", path="/users/.*/events/", status=504, code="", times=1, after=True)
    with pytest.raises(Later):
        await world.service.sync.sync_instance(look(booking))
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Second"
    return booking


async def test_S08_of_two_changes_in_ibss_the_second_stands_though_a_worker_died_after_writing_the_first(world: World) -> None:
    slot = world.slot()
    booking = await renamed_and_died(world, slot)
    await world.ibss.change(ANA, booking, Booking_Name="Third")
    await settled(world, booking)
    assert (await world.ibss.booking(booking))["Booking_Name"] == "Third"
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Third"


async def test_S13_a_booking_cancelled_after_its_change_was_written_stays_so_though_the_worker_died(world: World) -> None:
    slot = world.slot()
    booking = await renamed_and_died(world, slot)
    await world.ibss.cancel(ANA, booking)
    await settled(world, booking)
    assert await world.ibss.bookings(OAK, slot) == []
    assert await world.outlook.calendar(ANA.address, slot) == []


async def test_S10_whom_both_sides_invite_at_once_is_uninvited_by_nobody_though_a_worker_died_between_both_writes(
    world: World,
) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    await nobody_tells(world)
    await world.ibss.change(ANA, booking, Booking_Parties=[world.ibss.party(BEN), world.ibss.party(CLEO)])
    event = await world.outlook.the_event(ANA.address, slot)
    guests = [*map(world.outlook.guest, (BEN, VERA)), world.outlook.room(OAK)]
    await world.outlook.change(ANA, event["id"], attendees=guests)
    before = len(await world.outlook.mails())
    await graph_fault(world, method="PATCH", path="/users/.*/events/", status=504, code="", times=1, after=True)
    with pytest.raises(Later):
        await world.service.sync.sync_instance(look(booking))
    await settled(world, booking)
    sent = (await world.outlook.mails())[before:]
    assert [(mail["to"], mail["kind"]) for mail in sent] == [(CLEO.address, "invite")]
    assert world.ibss.people(await world.ibss.booking(booking)) == {BEN.address, CLEO.address, VERA.address}


async def test_B09_news_of_the_cancelled_booking_does_not_end_the_meeting_that_is_being_booked_again(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    await nobody_tells(world)
    event = await world.outlook.the_event(ANA.address, slot)
    await world.ibss.cancel(ANA, booking)
    await world.outlook.change(ANA, event["id"], subject="Kept")
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=504, code="", times=1, after=True)
    with pytest.raises(Later):
        await world.service.sync.sync_instance(look(booking))
    await settled(world, booking)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Kept"
    assert (await world.outlook.the_event(ANA.address, slot))["id"] == event["id"]
