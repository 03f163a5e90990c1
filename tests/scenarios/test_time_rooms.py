"""B15: where the rooms are: buildings that change their time zone, and zones that nobody knows."""

import pytest

from localdev.world import ANA, BEN, IVY, OAK
from sync_core.model import RoomId
from tests.scenarios.in_process import World
from tests.scenarios.people import checked


async def zone_of(world: World, node: str, zone: str) -> None:
    checked(await world.ibss.http.patch(f"/_sim/nodes/{node}", json={"Node_Time_Zone": zone}))


async def switched(world: World, space: str, on: int) -> None:
    checked(await world.ibss.http.patch(f"/_sim/spaces/{space}", json={"Meta_Ext_Booking_System": on}))


async def rooms_known(world: World) -> dict[RoomId, str]:
    await world.service.subscriptions.renew_all()
    return {room.id: room.time_zone for room in await world.store.rooms()}


UNKNOWN = [pytest.param("Middle-earth Standard Time", id="a name nobody knows"), pytest.param("", id="no name at all")]


@pytest.mark.parametrize("zone", UNKNOWN)
async def test_B15_a_building_in_a_zone_that_nobody_knows_does_not_stop_the_others(world: World, zone: str) -> None:
    await switched(world, IVY.space, 0)
    assert IVY.space not in await rooms_known(world)
    for node in ("2", "21"):
        await zone_of(world, node, zone)
    await switched(world, IVY.space, 1)
    await zone_of(world, "11", "Nepal Standard Time")
    known = await rooms_known(world)
    assert known[RoomId(OAK.space)] == "Asia/Katmandu"
    assert IVY.space not in known
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Review", (OAK,), (BEN,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Review"
    assert (await world.ask("plan", room=OAK.space))[0] == 200


@pytest.mark.parametrize("zone", UNKNOWN)
async def test_B15_a_room_whose_zone_is_lost_keeps_the_one_it_had(world: World, zone: str) -> None:
    for node in ("2", "21"):
        await zone_of(world, node, zone)
    assert (await rooms_known(world))[RoomId(IVY.space)] == "Asia/Calcutta"
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Review", (IVY,), (BEN,))
    await world.settle()
    assert (await world.ibss.the_booking(IVY, slot))["Booking_Name"] == "Review"


async def test_B15_a_floor_without_a_zone_is_in_that_of_its_building(world: World) -> None:
    await zone_of(world, "2", "Nepal Standard Time")
    await zone_of(world, "21", "")
    assert (await rooms_known(world))[RoomId(IVY.space)] == "Asia/Katmandu"
