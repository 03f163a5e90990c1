"""B17: a second sync program works on the same room, and restores what it knows."""

import logging
from collections.abc import Awaitable, Callable

import pytest

from localdev.world import ANA, BEN, OAK, VERA
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import from_panel, status_of, the_meeting
from tests.scenarios.people import SERVICE, Json, Slot, checked
from tests.scenarios.series import around, both_agree, occurrence, slots, weekly

ROUNDS_IT_MAY_TAKE = 3


class Connector:
    """It takes turns: what it finds in Outlook it changes back, and what it finds in IBSS it changes forth."""

    def __init__(self, world: World, event: Json, booking: Json, known: Slot, wanted: Slot) -> None:
        self.world, self.event, self.booking, self.known, self.wanted = world, event, booking, known, wanted

    async def its_turn(self) -> bool:
        """One round of it; whether there was anything that it did not like."""
        event = await self.world.outlook.event(ANA.address, self.event["id"])
        if self.world.outlook.slot_of(event) != self.known:
            await self.world.outlook.change(ANA, self.event["id"], **self.world.outlook.times(self.known))
            return True
        booking = await self.world.ibss.booking(self.booking)
        if self.world.ibss.slot_of(booking) != self.wanted:
            await self.world.ibss.change(ANA, booking, **self.world.ibss.times(self.wanted))
            return True
        return False


async def at_war(world: World) -> tuple[Connector, Slot]:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    later = slot.later(hours=2)
    connector = Connector(world, event, await world.ibss.the_booking(OAK, slot), slot, later)
    await world.ibss.change(ANA, connector.booking, **world.ibss.times(later))
    await world.settle()
    return connector, slot


async def rounds(world: World, turn: Callable[[], Awaitable[bool]], most: int) -> int:
    """How many changes of the other program our service answers with one of its own."""
    answered = 0
    for _ in range(most):
        if not await turn():
            return answered
        before = await world.writes()
        await world.settle()
        if await world.writes() == before:
            return answered
        answered += 1
    return answered


async def test_B17_the_to_and_fro_ends_within_three_rounds_and_the_alarm_names_the_meeting(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    connector, _ = await at_war(world)
    with caplog.at_level(logging.ERROR):
        assert 1 <= await rounds(world, connector.its_turn, 20) <= ROUNDS_IT_MAY_TAKE
    booking = connector.booking["Booking_Id"]
    assert [record for record in caplog.records if booking in record.getMessage() and "frozen" in record.getMessage()]
    told = await status_of(world)
    assert told["summary"]["meetings_frozen"] == 1
    (item,) = [item for item in told["rooms"]["items"] if item["id"] == OAK.space]
    assert any(booking in problem for problem in item["problems"])
    assert (await the_meeting(world, booking=booking))["link"]["state"] == "frozen"


async def test_B17_a_frozen_meeting_is_written_on_neither_side_and_others_go_on(world: World) -> None:
    connector, _ = await at_war(world)
    await rounds(world, connector.its_turn, 20)
    await connector.its_turn()
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes
    other = world.slot()
    await world.outlook.book(BEN, other, "Not at war", (OAK,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, other))["Booking_Name"] == "Not at war"


async def test_B17_when_a_person_has_looked_both_sides_come_together_again(world: World) -> None:
    connector, slot = await at_war(world)
    await rounds(world, connector.its_turn, 20)
    status, _ = await world.order("resync", {"room": OAK.space, "unfreeze": "yes"})
    assert status == 202
    await world.settle()
    event = await world.outlook.event(ANA.address, connector.event["id"])
    agreed = world.outlook.slot_of(event)
    assert agreed in {slot, connector.wanted}
    assert world.ibss.slot_of(await world.ibss.booking(connector.booking)) == agreed
    assert (await status_of(world))["summary"]["meetings_frozen"] == 0
    await world.outlook.change(ANA, connector.event["id"], subject="Peace")
    await world.settle()
    assert (await world.ibss.booking(connector.booking))["Booking_Name"] == "Peace"


async def test_B17_one_field_undone_again_and_again_is_frozen_too(world: World) -> None:
    """A meeting from outside: what a second program writes to its booking is undone each time, for Outlook says otherwise."""
    slot = world.slot()
    event = {"subject": "From outside", **world.outlook.times(slot), "attendees": [world.outlook.room(OAK)]}
    await world.outlook.http.patch(
        f"{world.outlook.side_door}/rooms/{OAK.mailbox}", json={"ProcessExternalMeetingMessages": True}
    )
    outside = {"organizer": VERA.address, "event": event}
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/external-meetings", json=outside))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)

    async def renames() -> bool:
        address = f"/v2/{OAK.node}/bookings/{booking['Booking_Id']}"
        checked(await world.ibss.http.patch(address, json={"Booking_Name": "Renamed by a program"}, headers=SERVICE))
        return True

    assert await rounds(world, renames, 20) == 2
    assert (await status_of(world))["summary"]["meetings_frozen"] == 1


async def test_B17_a_person_who_changes_his_mind_twice_is_not_taken_for_a_program(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    later = slot.later(hours=1)
    for moved in (later, slot, later):
        await world.outlook.change(ANA, event["id"], **world.outlook.times(moved))
        await world.settle()
        assert await world.ibss.the_booking(OAK, moved)
    assert (await status_of(world))["summary"]["meetings_frozen"] == 0


async def test_B17_the_same_moves_on_another_day_are_no_war(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    for moved in [slot.later(hours=1), slot] * 4:
        await world.outlook.change(ANA, event["id"], **world.outlook.times(moved))
        await world.pass_time(hours=4)
        assert await world.ibss.the_booking(OAK, moved)


@pytest.mark.parametrize("side", ["outlook", "ibss"])
async def test_B17_people_may_move_a_meeting_to_and_fro_all_morning(world: World, side: str) -> None:
    """What only one side changes, and nobody undoes, is no war."""
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    for moved in [slot.later(hours=1), slot] * 4:
        if side == "outlook":
            await world.outlook.change(ANA, event["id"], **world.outlook.times(moved))
        else:
            (booking,) = await world.ibss.bookings(OAK, Slot(slot.start, slot.later(hours=1).end))
            await world.ibss.change(ANA, booking, **world.ibss.times(moved))
        await world.settle()
        assert await world.ibss.the_booking(OAK, moved)
        assert await world.outlook.the_event(ANA.address, moved)


async def test_B17_a_move_that_ibss_refuses_is_no_war_and_follows_when_the_slot_is_free(world: World) -> None:
    slot, taken = world.slot(), world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    walk_in = await from_panel(world, OAK, taken)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(taken))
    await world.settle()
    for _ in range(4):
        await world.sweep()
    assert (await the_meeting(world, booking=booking["Booking_Id"]))["standing"].startswith("rejected")
    await world.ibss.http.patch(
        f"/v2/{OAK.node}/bookings/{walk_in['Booking_Id']}", json={"Booking_IsCancelled": 1}, headers=SERVICE
    )
    await world.sweep()
    assert (await world.ibss.the_booking(OAK, taken))["Booking_Id"] == booking["Booking_Id"]


async def test_B17_a_meeting_that_went_on_under_another_name_is_unfrozen_too(world: World) -> None:
    first = world.slot()
    series = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, 4))
    await world.settle()
    known, later = slots(first, 2)[1], slots(first, 2)[1].later(hours=2)
    event = await occurrence(world, series["id"], known)
    connector = Connector(world, event, await world.ibss.the_booking(OAK, known), known, later)
    await world.ibss.change(ANA, connector.booking, **world.ibss.times(later))
    await world.settle()
    await rounds(world, connector.its_turn, 20)
    moved = first.later(days=1)
    await world.outlook.change(ANA, series["id"], **world.outlook.times(moved), recurrence=weekly(moved, 4))
    await world.settle()
    assert (await the_meeting(world, booking=connector.booking["Booking_Id"]))["link"]["state"] == "frozen"
    await world.order("resync", {"room": OAK.space, "unfreeze": "yes"})
    await world.settle()
    await both_agree(world, around(first, days=60))


@pytest.mark.parametrize("end", ["cancelled on both sides", "over"])
async def test_B17_of_what_is_gone_or_over_nobody_is_alarmed_any_more(world: World, end: str) -> None:
    connector, slot = await at_war(world)
    await rounds(world, connector.its_turn, 20)
    if end == "over":
        await world.until(slot.later(hours=3).end)
        await world.service.pull.roll_horizon()
    else:
        await world.outlook.cancel(ANA, connector.event["id"])
        await world.ibss.cancel(ANA, await world.ibss.booking(connector.booking))
    await world.settle()
    assert (await status_of(world))["summary"]["meetings_frozen"] == 0
