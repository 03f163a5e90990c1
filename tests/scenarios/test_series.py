"""S11 to S13, B01 to B03, B16: meetings that repeat. Graph expands them; each occurrence is one link and one booking."""

from datetime import timedelta

import pytest

from localdev.world import ANA, BEN, CLEO, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot
from tests.scenarios.series import WEEK, accept_endless_series, all_bookings, booked, occurrence, of_the_hour, slots, weekly


@pytest.mark.end_to_end
async def test_S12_every_occurrence_of_a_series_gets_a_booking(world: World) -> None:
    first = world.slot().later(hours=6)
    await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 6))

    async def look() -> None:
        assert len(set(await booked(world, slots(first, 6)))) == 6
        assert (await world.ibss.the_booking(OAK, first))["Booking_Name"] == "Weekly"

    await world.eventually(look)
    assert await of_the_hour(world, first) == slots(first, 6)


@pytest.mark.end_to_end
async def test_S13_one_occurrence_cancelled_in_outlook_is_gone_alone(world: World) -> None:
    first = world.slot().later(hours=8)
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    before = await world.eventually(lambda: booked(world, slots(first, 4)))
    third = slots(first, 4)[2]
    await world.outlook.cancel(ANA, (await occurrence(world, master["id"], third))["id"])

    async def look() -> None:
        left = [slot for slot in slots(first, 4) if slot != third]
        assert await of_the_hour(world, first) == left
        assert await booked(world, left) == [*before[:2], before[3]]

    await world.stays(look)


async def test_S13_one_booking_of_a_series_cancelled_in_ibss_is_gone_alone(world: World) -> None:
    first = world.slot()
    await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    second = slots(first, 4)[1]
    await world.ibss.cancel(ANA, await world.ibss.the_booking(OAK, second))
    await world.settle()
    standing = [event for slot in slots(first, 4) for event in await world.outlook.calendar(ANA.address, slot)]
    assert [world.outlook.slot_of(event) for event in standing] == [slot for slot in slots(first, 4) if slot != second]
    await world.sweep()
    assert await all_bookings(world, first) == [slot for slot in slots(first, 4) if slot != second]


async def test_S04_one_occurrence_rescheduled_in_outlook_moves_its_booking(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    second = slots(first, 4)[1]
    before = await booked(world, slots(first, 4))
    moved = second.later(days=1, hours=2)
    event = await occurrence(world, master["id"], second)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(moved))
    await world.settle()
    assert await booked(world, [first, moved, *slots(first, 4)[2:]]) == before


async def test_S05_one_occurrence_rescheduled_in_ibss_moves_alone(world: World) -> None:
    first = world.slot()
    await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 3))
    await world.settle()
    second = slots(first, 3)[1]
    moved = second.later(hours=2)
    await world.ibss.change(ANA, await world.ibss.the_booking(OAK, second), **world.ibss.times(moved))
    await world.settle()
    assert (await world.outlook.the_event(ANA.address, moved))["type"] == "exception"
    assert await world.outlook.the_event(ANA.address, first)
    assert await all_bookings(world, first) == sorted([first, moved, slots(first, 3)[2]], key=lambda slot: slot.start)


@pytest.mark.end_to_end
async def test_S11_a_recurring_booking_is_a_single_event_for_each_instance(world: World) -> None:
    first = world.slot().later(hours=10)
    for slot in slots(first, 3):
        await world.ibss.book(ANA, OAK, slot, "Weekly", (BEN,), Booking_Series_Id="S-1")

    async def look() -> None:
        events = [await world.outlook.the_event(ANA.address, slot) for slot in slots(first, 3)]
        assert [event["type"] for event in events] == ["singleInstance"] * 3
        assert len({event["iCalUId"] for event in events}) == 3

    await world.eventually(look)


async def test_B01_a_series_cancelled_in_outlook_is_gone_and_what_is_past_stays(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 5))
    await world.settle()
    await world.pass_time(days=(first.start - world.clock.now()).days + 9)
    assert first.end < world.clock.now()
    await world.outlook.cancel(ANA, master["id"])
    await world.settle()
    assert await all_bookings(world, first) == slots(first, 2)


@pytest.mark.end_to_end
async def test_B01_all_bookings_of_a_series_cancelled_in_ibss_take_their_events_along(world: World) -> None:
    first = world.slot().later(hours=12)
    made = [await world.ibss.book(ANA, OAK, slot, "Weekly", (BEN,), Booking_Series_Id="S-1") for slot in slots(first, 4)]

    async def all_stand() -> None:
        for slot in slots(first, 4):
            assert await world.outlook.the_event(OAK.mailbox, slot)

    await world.eventually(all_stand)
    for booking in made:
        await world.ibss.cancel(ANA, await world.ibss.booking(booking))

    async def look() -> None:
        assert [event for slot in slots(first, 4) for event in await world.outlook.calendar(ANA.address, slot)] == []

    await world.eventually(look)


@pytest.mark.end_to_end
async def test_B02_a_whole_series_moved_keeps_its_booking_ids(world: World) -> None:
    first = world.slot().later(hours=14)
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    before = await world.eventually(lambda: booked(world, slots(first, 4)))
    later = first.later(hours=1)
    await world.outlook.change(ANA, master["id"], **world.outlook.times(later))

    async def look() -> None:
        assert await booked(world, slots(later, 4)) == before
        assert await of_the_hour(world, first) == []

    await world.eventually(look)


async def test_B02_subject_and_people_of_a_whole_series_follow(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 3))
    await world.settle()
    before = await booked(world, slots(first, 3))
    people = [world.outlook.guest(CLEO), world.outlook.room(OAK)]
    await world.outlook.change(ANA, master["id"], subject="Monthly really", attendees=people)
    await world.settle()
    for slot in slots(first, 3):
        booking = await world.ibss.the_booking(OAK, slot)
        assert (booking["Booking_Name"], world.ibss.people(booking)) == ("Monthly really", {CLEO.address})
    assert await booked(world, slots(first, 3)) == before


async def test_B02_this_and_following_splits_a_series_and_the_untouched_keep_their_bookings(world: World) -> None:
    """Outlook truncates the old series and makes a new one (pnp/blog pull request 2373)."""
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 6))
    await world.settle()
    before = await booked(world, slots(first, 6))
    tail = slots(first, 6)[3]
    await world.outlook.change(ANA, master["id"], recurrence=weekly(first, 3))
    await world.outlook.book(ANA, tail.later(hours=1), "Weekly, later", (OAK,), (BEN,), recurrence=weekly(tail, 3))
    await world.settle()
    assert await all_bookings(world, first) == [*slots(first, 3), *slots(tail.later(hours=1), 3)]
    assert await booked(world, slots(first, 3)) == before[:3]


async def test_B02_this_and_following_renamed_keeps_the_bookings_of_the_tail(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 6))
    await world.settle()
    before = await booked(world, slots(first, 6))
    tail = slots(first, 6)[3]
    await world.outlook.change(ANA, master["id"], recurrence=weekly(first, 3))
    await world.outlook.book(ANA, tail, "Weekly, renamed", (OAK,), (BEN,), recurrence=weekly(tail, 3))
    await world.settle()
    await world.sweep()
    assert await booked(world, slots(first, 6)) == before
    assert (await world.ibss.the_booking(OAK, tail))["Booking_Name"] == "Weekly, renamed"


async def test_B02_a_series_moved_to_another_weekday_keeps_its_booking_ids(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    before = await booked(world, slots(first, 4))
    later = first.later(days=1)
    await world.outlook.change(ANA, master["id"], **world.outlook.times(later), recurrence=weekly(later, 4))
    await world.settle()
    assert await booked(world, slots(later, 4)) == before


async def test_B03_weekly_to_fortnightly_keeps_what_stays_and_cancels_the_rest(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 6))
    await world.settle()
    before = await booked(world, slots(first, 6))
    await world.outlook.change(ANA, master["id"], recurrence=weekly(first, 4, interval=2))
    await world.settle()
    fortnightly = slots(first, 4, 2 * WEEK)
    assert await all_bookings(world, first) == fortnightly
    assert (await booked(world, fortnightly))[:3] == before[::2]


@pytest.mark.settings(HORIZON_DAYS="30")
async def test_B16_occurrences_are_booked_as_the_horizon_reaches_them(world: World) -> None:
    await accept_endless_series(world)
    first = world.slot()
    await world.outlook.book(ANA, first, "Endless", (OAK,), (BEN,), recurrence=weekly(first))
    await world.settle()
    booked_first = await all_bookings(world, first)
    assert booked_first == slots(first, len(booked_first))
    assert booked_first[-1].start <= world.clock.now() + timedelta(days=30)
    await world.pass_time(days=14)
    await world.service.subscriptions.renew_all()
    await world.service.pull.roll_horizon()
    await world.settle()
    now_booked = await all_bookings(world, first)
    assert now_booked[: len(booked_first)] == booked_first
    assert len(now_booked) == len(booked_first) + 2


@pytest.mark.settings(HORIZON_DAYS="30")
async def test_B16_a_booking_beyond_the_horizon_gets_its_event_when_its_time_comes(world: World) -> None:
    slot = world.slot().later(days=60)
    await world.ibss.book(ANA, OAK, slot, "Next quarter", (BEN,))
    await world.settle()
    assert await world.outlook.calendar(ANA.address, slot) == []
    await world.pass_time(days=45)
    await world.sweep()
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Next quarter"


async def test_S12_a_series_begun_years_ago_is_booked_from_today_on(world: World) -> None:
    await accept_endless_series(world)
    slot = world.slot()
    begun = slot.later(days=-5 * 364)
    await world.outlook.book(ANA, begun, "Endless", (OAK,), (BEN,), recurrence=weekly(begun))
    await world.settle()
    found = await all_bookings(world, Slot(world.clock.now() - timedelta(days=3000), world.clock.now() - timedelta(days=2999)))
    assert found == []
    ahead = await all_bookings(world, slot)
    assert len(ahead) >= 20
    assert all(slot.start > world.clock.now() for slot in ahead)
