"""B15: around every kind of clock change, in every kind of zone, a meeting stands at the same minute on both sides."""

from localdev.world import ANA, BEN, ELM, OAK, Room
from tests.scenarios.calendars import DAY, EVE, NEXT, PLACES, Place, stands_in, writes_of_a_sweep
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot


async def on_both_sides(world: World, room: Room, slot: Slot) -> tuple[str, str]:
    """The ids of the event and of the booking in this very slot."""
    event = await world.outlook.the_event(ANA.address, slot)
    return event["id"], (await world.ibss.the_booking(room, slot))["Booking_Id"]


@PLACES
async def test_B15_meetings_around_a_clock_change_keep_their_minutes(world: World, place: Place) -> None:
    """Made on either side before the change, over it, in its night and after it; then moved on the other side to beyond it."""
    await stands_in(world, place.change.windows)
    before, over = place.at(EVE, 9), place.across()
    after, night = place.at(NEXT, 9, 15), place.at(EVE, 23, 15, minutes=90)
    for slot in (before, over):
        await world.outlook.book(ANA, slot, "Review", (OAK,), (BEN,), **place.wall_clocks(slot))
    for slot in (after, night):
        await world.ibss.book(ANA, ELM, slot, "Review", (BEN,))
    await world.settle()
    early, crossing = await on_both_sides(world, OAK, before), await on_both_sides(world, OAK, over)
    late, nightly = await on_both_sides(world, ELM, after), await on_both_sides(world, ELM, night)
    assert await writes_of_a_sweep(world) == 0
    to_after, to_before, to_noon = place.at(NEXT, 14, 45), place.at(EVE, 15, 30), place.at(DAY, 12)
    await world.ibss.change(ANA, await world.ibss.the_booking(OAK, before), **world.ibss.times(to_after))
    await world.outlook.change(ANA, late[0], **place.wall_clocks(to_before))
    await world.outlook.change(ANA, nightly[0], **place.wall_clocks(to_noon))
    await world.settle()
    assert await on_both_sides(world, OAK, to_after) == early
    assert await on_both_sides(world, OAK, over) == crossing
    assert await on_both_sides(world, ELM, to_before) == late
    assert await on_both_sides(world, ELM, to_noon) == nightly
    assert await writes_of_a_sweep(world) == 0
