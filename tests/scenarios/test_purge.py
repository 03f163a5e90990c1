"""What is long over is forgotten, and nothing else: so that what is remembered does not grow for ever."""

from localdev.world import ANA, BEN, OAK
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import status_of
from tests.scenarios.people import Slot


def rows_of(world: World, text: str) -> list[str]:
    """The partitions of the rows that say so, in any table."""
    return [
        row["PartitionKey"]
        for name in ("links", "journal")
        for row in world.tables[name].rows
        if any(text in str(value) for value in row.values())
    ]


async def days_go_by(world: World, days: int) -> None:
    for _ in range(days // 10):
        await world.pass_time(days=10)
        await world.service.subscriptions.renew_all()
        await world.service.pull.roll_horizon()
        await world.sweep()
    await world.service.purge.purge()


async def test_S14_a_meeting_long_over_leaves_no_row(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Long ago", (BEN,))
    await world.settle()
    assert rows_of(world, booking["Booking_Id"])
    await days_go_by(world, 30)
    assert rows_of(world, booking["Booking_Id"])
    await days_go_by(world, 20)
    assert rows_of(world, booking["Booking_Id"]) == []
    assert await world.outlook.the_event(ANA.address, slot)
    assert await world.ibss.the_booking(OAK, slot)
    writes = await world.writes()
    await world.service.pull.roll_horizon()
    await world.sweep()
    assert await world.writes() == writes


async def test_S14_a_cancelled_meeting_is_known_for_a_month_and_one_ahead_for_as_long_as_it_takes(world: World) -> None:
    soon, far = world.slot(), world.slot()
    far = Slot(far.start.replace(month=8), far.end.replace(month=8))
    gone = await world.ibss.book(ANA, OAK, soon, "Cancelled", (BEN,))
    ahead = await world.ibss.book(ANA, OAK, far, "Far ahead", (BEN,))
    await world.settle()
    await world.ibss.cancel(ANA, await world.ibss.booking(gone))
    await world.settle()
    await days_go_by(world, 20)
    assert rows_of(world, gone["Booking_Id"])
    await days_go_by(world, 20)
    assert rows_of(world, gone["Booking_Id"]) == []
    await world.ibss.change(ANA, await world.ibss.booking(ahead), Booking_Name="Still ahead")
    await world.settle()
    assert (await world.outlook.the_event(ANA.address, far))["subject"] == "Still ahead"


async def test_S15_a_host_whose_meetings_are_all_forgotten_is_watched_no_longer(world: World) -> None:
    far = world.slot()
    far = Slot(far.start.replace(month=8), far.end.replace(month=8))
    await world.ibss.book(ANA, OAK, far, "Far ahead")
    await world.settle()
    assert (await status_of(world))["summary"]["hosts_watched"] == 3
    await days_go_by(world, 50)
    assert (await status_of(world))["summary"]["hosts_watched"] == 1
    slot = world.slot()
    event = await world.outlook.book(BEN, slot, "Ben's again", (OAK,))
    await world.settle()
    assert (await status_of(world))["summary"]["hosts_watched"] == 2
    await world.outlook.change(BEN, event["id"], subject="Ben's, renamed")
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Ben's, renamed"
