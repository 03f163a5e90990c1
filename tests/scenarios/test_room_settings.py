"""What each setting of a room mailbox means for the sync: the sentences of docs/rooms.md, each told once."""

from typing import Any

import pytest

from localdev.world import ANA, BEN, ELM, OAK, VERA
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import the_meeting
from tests.scenarios.people import Slot
from tests.scenarios.series import limits, slots, weekly
from tests.scenarios.test_plan import switch
from tests.scenarios.test_privacy_stories import cannot_be_read
from tests.scenarios.test_safety import from_outside
from tests.scenarios.test_series_ibss import recurring_booking

row = pytest.param


async def standing(world: World, slot: Slot) -> bool:
    return bool(await world.ibss.bookings(OAK, slot))


async def test_B05_a_window_shorter_than_the_horizon_costs_the_bookings_beyond_it(world: World) -> None:
    await limits(world, OAK, BookingWindowInDays=30)
    near, far = world.slot(), world.slot().later(days=60)
    await world.ibss.book(ANA, OAK, near, "Within")
    booking = await world.ibss.book(ANA, OAK, far, "Beyond")
    await world.settle()
    assert (await standing(world, near), await standing(world, far)) == (True, False)
    told = await the_meeting(world, booking=booking["Booking_Id"])
    assert told["standing"] == "closed: the room declined"


async def test_B10_a_room_that_allows_conflicts_has_a_second_meeting_that_ibss_refuses(world: World) -> None:
    await limits(world, OAK, AllowConflicts=True)
    slot = world.slot()
    await world.outlook.book(ANA, slot, "First", (OAK,))
    await world.settle()
    second = await world.outlook.book(BEN, slot, "Second", (OAK,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "First"
    assert len(await world.outlook.calendar(OAK.mailbox, slot)) == 2
    told = await the_meeting(world, event=second["id"], mailbox=BEN.address)
    assert told["standing"] == "rejected: refused by the other side (SpaceConflict)"


async def test_B05_a_room_without_recurring_meetings_takes_those_of_ibss_one_by_one(world: World) -> None:
    await limits(world, OAK, AllowRecurringMeetings=False)
    first, of_ibss = world.slot(), world.slot()
    await world.outlook.book(ANA, first, "Series", (OAK,), recurrence=weekly(first, 3))
    made = await recurring_booking(world, of_ibss, 3)
    await world.settle()
    assert not any([await standing(world, slot) for slot in slots(first, 3)])
    assert all([(await world.ibss.booking(one))["Booking_IsCancelled"] == 0 for one in made])


@pytest.mark.parametrize(("enforced", "taken"), [row("yes", 0), row("no", 3)])
async def test_B05_an_endless_series_is_booked_only_where_the_window_is_not_enforced(
    world: World, enforced: str, taken: int
) -> None:
    await limits(world, OAK, EnforceSchedulingHorizon=enforced == "yes")
    first = world.slot()
    await world.outlook.book(ANA, first, "Endless", (OAK,), recurrence=weekly(first))
    await world.settle()
    assert sum([await standing(world, slot) for slot in slots(first, 3)]) == taken


@pytest.mark.parametrize(
    ("allowed", "taken"),
    [
        row({}, [], id="none"),
        row({"ConflictPercentageAllowed": 50}, [0, 2], id="a share"),
        row({"MaximumConflictInstances": 1}, [0, 2], id="a number"),
    ],
)
async def test_B05_of_a_series_that_clashes_as_much_as_is_allowed_the_others_are_booked(
    world: World, allowed: dict[str, int], taken: list[int]
) -> None:
    await limits(world, OAK, **allowed)
    first = world.slot()
    three = slots(first, 3)
    await world.outlook.book(BEN, three[1], "There first", (OAK,))
    await world.settle()
    await world.outlook.book(ANA, first, "Series", (OAK,), recurrence=weekly(first, 3))
    await world.settle()
    names = {n: {one["Booking_Name"] for one in await world.ibss.bookings(OAK, slot)} for n, slot in enumerate(three)}
    assert names == {n: {"There first"} if n == 1 else {"Series"} if n in taken else set() for n in range(3)}
    assert len(await world.outlook.calendar(OAK.mailbox, three[1])) == 1


async def test_B05_a_room_whose_delegates_decide_keeps_its_booking_meanwhile(world: World) -> None:
    await limits(world, OAK, AllBookInPolicy=False)
    slot = world.slot()
    await world.outlook.book(ANA, slot, "To be approved", (OAK,))
    of_ibss = world.slot()
    await world.ibss.book(ANA, OAK, of_ibss, "To be approved too")
    await world.settle()
    await world.sweep()
    assert (await standing(world, slot), await standing(world, of_ibss)) == (True, True)
    assert (await world.outlook.the_event(OAK.mailbox, slot))["responseStatus"]["response"] == "tentativelyAccepted"


@pytest.mark.parametrize("setting", ["MinimumDurationInMinutes", "MaximumDurationInMinutes"])
async def test_B05_a_booking_of_a_length_that_the_room_does_not_take_is_cancelled(world: World, setting: str) -> None:
    await limits(world, OAK, **{setting: 60})
    lengths = {"MinimumDurationInMinutes": (30, 60), "MaximumDurationInMinutes": (90, 60)}
    refused, taken = (world.slot(minutes) for minutes in lengths[setting])
    for slot in (refused, taken):
        await world.ibss.book(ANA, OAK, slot, "So long")
    await world.settle()
    assert (await standing(world, refused), await standing(world, taken)) == (False, True)


async def test_B18_ibss_never_hears_of_a_meeting_from_outside_that_the_room_does_not_process(world: World) -> None:
    heard, unheard = world.slot(), world.slot()
    await from_outside(world, heard)
    await world.settle()
    await limits(world, OAK, ProcessExternalMeetingMessages=False)
    event = {"subject": "Unheard", **world.outlook.times(unheard), "attendees": [world.outlook.room(OAK)]}
    body = {"organizer": VERA.address, "event": event}
    assert (await world.outlook.http.post(f"{world.outlook.side_door}/external-meetings", json=body)).is_success
    await world.settle()
    assert (await standing(world, heard), await standing(world, unheard)) == (True, False)


AS_IT_WAS = {"DeleteSubject": False, "AddOrganizerToSubject": False}


async def booking_of_a_host_out_of_scope(world: World, settings: dict[str, bool], subject: str, **more: str) -> Any:
    """The meeting is older than the sync: for a moment after it was booked the room's copy still says what it is."""
    await switch(world, ELM, on=False)
    await limits(world, ELM, **settings)
    slot = world.slot()
    await world.outlook.book(ANA, slot, subject, (ELM,), (BEN,), **more)
    await world.settle()
    await cannot_be_read(world, ANA.address)
    await switch(world, ELM, on=True)
    await world.sweep()
    return await world.ibss.the_booking(ELM, slot)


@pytest.mark.parametrize(
    ("settings", "subject"),
    [
        row({}, ANA.name, id="Exchange's defaults"),
        row({"DeleteSubject": False}, f"{ANA.name} Budget", id="organiser before the subject"),
        row(AS_IT_WAS, "Budget", id="left alone"),
    ],
)
async def test_B07_B18_of_an_organiser_out_of_scope_the_room_s_subject_is_all_there_is(
    world: World, settings: dict[str, bool], subject: str
) -> None:
    booking = await booking_of_a_host_out_of_scope(world, settings, "Budget")
    assert (booking["Booking_Name"], booking["Booking_Owner_Email"]) == (subject, ANA.address)


@pytest.mark.parametrize(
    ("settings", "subject"),
    [
        row(AS_IT_WAS, "Salaries", id="the flag is cleared"),
        row({**AS_IT_WAS, "RemovePrivateProperty": False}, "Private meeting", id="the flag stays"),
    ],
)
async def test_B06_B18_a_private_meeting_out_of_scope_stays_private_where_the_room_keeps_the_flag(
    world: World, settings: dict[str, bool], subject: str
) -> None:
    booking = await booking_of_a_host_out_of_scope(world, settings, "Salaries", sensitivity="private")
    assert booking["Booking_Name"] == subject


@pytest.mark.parametrize("removed", [False, True])
async def test_B05_a_cancelled_meeting_is_gone_whether_or_not_the_room_still_shows_it(world: World, removed: object) -> None:
    await limits(world, OAK, RemoveCanceledMeetings=removed)
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Cancelled", (OAK,), (BEN,))
    await world.settle()
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    assert not await standing(world, slot)
