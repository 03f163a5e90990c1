"""Series and rooms: which room each occurrence is in, and what becomes of its booking when that changes."""

from localdev.world import ANA, ASH, BEN, ELM, OAK, Room
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, checked
from tests.scenarios.series import all_bookings, around, booked, both_agree, in_order, occurrence, slots, weekly


def invited(world: World, *rooms: Room) -> Json:
    return {"attendees": [world.outlook.guest(BEN), *(world.outlook.room(room) for room in rooms)]}


async def test_S03_S12_a_room_added_to_a_series_is_booked_for_all_that_is_ahead(world: World) -> None:
    first = world.slot()
    wanted = slots(first, 6)
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 6))
    await world.settle()
    before, moved = await booked(world, wanted), wanted[3].later(hours=3)
    event = await occurrence(world, master["id"], wanted[3])
    await world.outlook.change(ANA, event["id"], **world.outlook.times(moved))
    await world.settle()
    await world.pass_time(days=(wanted[1].end - world.clock.now()).days + 1)
    await world.outlook.change(ANA, master["id"], **invited(world, OAK, ELM))
    await world.settle()
    assert await all_bookings(world, first, ELM) == in_order([wanted[2], moved, *wanted[4:]])
    assert await booked(world, [*wanted[:3], moved, *wanted[4:]]) == before


async def test_S09_a_series_goes_from_room_to_room_and_keeps_its_bookings(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    before = await booked(world, slots(first, 4))
    for room in (ELM, ASH, OAK):
        await world.outlook.change(ANA, master["id"], **invited(world, room))
        await world.settle()
        assert await booked(world, slots(first, 4), room) == before
    await both_agree(world, around(first), OAK, ELM, ASH)


async def test_S09_a_series_with_a_moved_occurrence_goes_to_another_room(world: World) -> None:
    first = world.slot()
    wanted = slots(first, 4)
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    before, moved = await booked(world, wanted), wanted[1].later(hours=3)
    event = await occurrence(world, master["id"], wanted[1])
    await world.outlook.change(ANA, event["id"], **world.outlook.times(moved))
    await world.settle()
    await world.outlook.change(ANA, master["id"], **invited(world, ELM))
    await world.settle()
    assert await booked(world, [wanted[0], moved, *wanted[2:]], ELM) == before
    await both_agree(world, around(first), OAK, ELM)


async def test_S09_one_room_of_two_is_changed_for_the_whole_series(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK, ELM), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    oak, elm = await booked(world, slots(first, 4)), await booked(world, slots(first, 4), ELM)
    await world.outlook.change(ANA, master["id"], **invited(world, OAK, ASH))
    await world.settle()
    assert await booked(world, slots(first, 4)) == oak
    assert await booked(world, slots(first, 4), ASH) == elm
    await both_agree(world, around(first), OAK, ELM, ASH)


async def test_B08_a_series_in_two_rooms_has_a_booking_in_each_and_loses_one_at_a_time(world: World) -> None:
    first = world.slot()
    wanted = slots(first, 4)
    master = await world.outlook.book(ANA, first, "Weekly", (OAK, ELM), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    oak = await booked(world, wanted)
    await world.ibss.cancel(ANA, await world.ibss.the_booking(ELM, wanted[1]))
    await world.settle()
    assert await booked(world, wanted) == oak
    assert await all_bookings(world, first, ELM) == [wanted[0], *wanted[2:]]
    await both_agree(world, around(first), OAK, ELM)
    await world.outlook.change(ANA, master["id"], **invited(world, OAK))
    await world.settle()
    assert await booked(world, wanted) == oak
    assert await all_bookings(world, first, ELM) == []
    await both_agree(world, around(first), OAK, ELM)


async def test_S12_a_room_of_single_occurrences_alone_has_just_these(world: World) -> None:
    first = world.slot()
    wanted = slots(first, 5)
    master = await world.outlook.book(ANA, first, "Weekly", (), (BEN,), recurrence=weekly(first, 5))
    for slot in (wanted[1], wanted[3]):
        event = await occurrence(world, master["id"], slot)
        await world.outlook.change(ANA, event["id"], **invited(world, OAK))
        await world.settle()
    before = await booked(world, [wanted[1], wanted[3]])
    assert await all_bookings(world, first) == [wanted[1], wanted[3]]
    await world.outlook.change(ANA, master["id"], subject="Renamed")
    moved = wanted[3].later(hours=2)
    await world.outlook.change(ANA, (await occurrence(world, master["id"], wanted[3]))["id"], **world.outlook.times(moved))
    await world.settle()
    assert await booked(world, [wanted[1], moved]) == before
    await both_agree(world, around(first))
    await world.outlook.cancel(ANA, (await occurrence(world, master["id"], wanted[1]))["id"])
    await world.settle()
    assert await all_bookings(world, first) == [moved]
    await both_agree(world, around(first))
    await world.outlook.change(ANA, master["id"], **world.outlook.times(first.later(hours=1)))
    await world.settle()
    assert await all_bookings(world, first) == []
    await both_agree(world, around(first))


async def test_S12_two_series_of_one_host_in_one_room_do_not_touch_each_other(world: World) -> None:
    first = world.slot()
    second, wanted = first.later(hours=2), slots(first, 5)
    one = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 5))
    other = await world.outlook.book(ANA, second, "Weekly", (OAK,), (BEN,), recurrence=weekly(second, 5))
    await world.settle()
    first_ids, second_ids = await booked(world, wanted), await booked(world, slots(second, 5))
    await world.outlook.change(ANA, one["id"], **world.outlook.times(first.later(hours=1)))
    await world.settle()
    await world.outlook.change(ANA, other["id"], recurrence=weekly(second, 3, interval=2))
    await world.settle()
    assert await booked(world, slots(first.later(hours=1), 5)) == first_ids
    assert await booked(world, slots(second, 5)[::2]) == second_ids[::2]
    assert len(await all_bookings(world, first)) == 8
    await world.outlook.cancel(ANA, one["id"])
    await world.settle()
    assert await booked(world, await all_bookings(world, first)) == second_ids[::2]
    await both_agree(world, around(first))


async def test_S12_a_series_that_takes_the_slots_of_a_cancelled_one_has_its_own_bookings(world: World) -> None:
    first = world.slot()
    one = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    await world.outlook.cancel(ANA, one["id"])
    await world.settle()
    await world.outlook.book(ANA, first, "Anew", (OAK,), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    assert await all_bookings(world, first) == slots(first, 4)
    await both_agree(world, around(first))


async def test_S10_a_series_forwarded_to_a_room_is_booked_there(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    before = await booked(world, slots(first, 4))
    forward = {"toRecipients": [{"emailAddress": {"address": ELM.mailbox, "name": ELM.name}}], "comment": "here too"}
    checked(await world.outlook.http.post(f"/users/{ANA.address}/events/{master['id']}/forward", json=forward))
    await world.settle()
    assert await all_bookings(world, first, ELM) == slots(first, 4)
    assert await booked(world, slots(first, 4)) == before
    assert world.ibss.people(await world.ibss.the_booking(ELM, first)) == {BEN.address}
