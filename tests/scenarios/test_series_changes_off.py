"""N05: SERIES_CHANGES=off: what is changed for a series as a whole is reported and not applied; single occurrences follow."""

import pytest

from localdev.world import ANA, BEN, CLEO, OAK
from sync_core.model import Reason
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import status_of
from tests.scenarios.people import Json, Slot
from tests.scenarios.series import accept_endless_series, all_bookings, booked, occurrence, slots, weekly

pytestmark = pytest.mark.settings(SERIES_CHANGES="off", HORIZON_DAYS="60")


async def series(world: World, count: int | None = 6) -> tuple[Slot, Json, list[str]]:
    first = world.slot()
    await accept_endless_series(world)
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, count))
    await world.settle()
    return first, master, await booked(world, await all_bookings(world, first))


async def reported(world: World) -> int:
    """How many meetings of the room the status shows as held back for this."""
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    (oak,) = [room for room in (await status_of(world))["rooms"]["items"] if room["id"] == OAK.space]
    shown = (oak["links"]["held back"], oak["links"]["not synced"])
    return sum(why.get(str(Reason.SERIES_CHANGED), 0) for why in shown)


async def cancelled(world: World, _: Slot, master: Json) -> None:
    await world.outlook.cancel(ANA, master["id"])


async def cut_short(world: World, first: Slot, master: Json) -> None:
    await world.outlook.change(ANA, master["id"], recurrence=weekly(first, 3))


async def split(world: World, first: Slot, master: Json) -> None:
    """This and following, as Outlook does it: another series from there on."""
    tail = slots(first, 6)[3]
    await cut_short(world, first, master)
    await world.outlook.book(ANA, tail, "Weekly, renamed", (OAK,), (BEN,), recurrence=weekly(tail, 3))


async def fortnightly(world: World, first: Slot, master: Json) -> None:
    await world.outlook.change(ANA, master["id"], recurrence=weekly(first, 6, interval=2))


async def an_hour_later(world: World, first: Slot, master: Json) -> None:
    await world.outlook.change(ANA, master["id"], **world.outlook.times(first.later(hours=1)))


AS_A_WHOLE = [cancelled, cut_short, split, fortnightly, an_hour_later]


@pytest.mark.parametrize("change", [pytest.param(change, id=change.__name__.replace("_", " ")) for change in AS_A_WHOLE])
async def test_N05_a_change_of_the_series_as_a_whole_is_reported_and_not_applied(world: World, change: Json) -> None:
    first, master, before = await series(world)
    await change(world, first, master)
    await world.settle()
    assert await reported(world) >= 3
    assert await all_bookings(world, first) == slots(first, 6)
    assert await booked(world, slots(first, 6)) == before
    assert {(await world.ibss.the_booking(OAK, slot))["Booking_Name"] for slot in slots(first, 6)} == {"Weekly"}


async def test_N05_changed_back_it_is_in_sync_again(world: World) -> None:
    first, master, before = await series(world)
    await an_hour_later(world, first, master)
    await world.settle()
    await world.outlook.change(ANA, master["id"], **world.outlook.times(first))
    await world.settle()
    assert await reported(world) == 0
    await world.outlook.change(ANA, master["id"], subject="Weekly again")
    await world.settle()
    assert await booked(world, slots(first, 6)) == before
    assert (await world.ibss.the_booking(OAK, slots(first, 6)[4]))["Booking_Name"] == "Weekly again"


async def test_N05_switched_on_what_was_reported_is_applied(world: World) -> None:
    first, master, _ = await series(world)
    await cut_short(world, first, master)
    await world.settle()
    assert await reported(world) == 3
    world.use(SERIES_CHANGES="on", HORIZON_DAYS="60")
    await world.sweep()
    assert await all_bookings(world, first) == slots(first, 3)


async def test_N05_single_occurrences_follow_as_ever(world: World) -> None:
    first, master, before = await series(world)
    there = slots(first, 6)
    moved = there[1].later(hours=3)
    second, fourth = [await occurrence(world, master["id"], there[n]) for n in (1, 3)]
    await world.outlook.change(ANA, second["id"], **world.outlook.times(moved), subject="Moved")
    await world.outlook.cancel(ANA, fourth["id"])
    await world.settle()
    assert await all_bookings(world, first) == [there[0], moved, there[2], there[4], there[5]]
    assert await booked(world, [moved]) == [before[1]]
    await world.ibss.change(ANA, await world.ibss.the_booking(OAK, there[4]), Booking_Parties=[world.ibss.party(CLEO)])
    await world.settle()
    event = await world.outlook.the_event(ANA.address, there[4])
    assert world.outlook.attendees(event, "required") == {CLEO.address}
    assert await reported(world) == 0


async def test_N05_an_endless_series_goes_on_as_the_days_go_by(world: World) -> None:
    first, _, before = await series(world, None)
    await world.pass_time(days=14)
    await world.service.subscriptions.renew_all()
    await world.service.pull.roll_horizon()
    await world.settle()
    now = await all_bookings(world, first)
    assert (await booked(world, now))[: len(before)] == before
    assert len(now) == len(before) + 2
    assert await reported(world) == 0
