"""B13: which rooms are believed to be switched off, when IBSS lists none that is synced."""

from typing import Any
from urllib.parse import quote

import pytest

from localdev.world import ANA, BEN, ELM, OAK, Room
from tests.scenarios.in_process import World
from tests.scenarios.lies import EMPTY_END, NOTHING, Kind, Read, failing
from tests.scenarios.operator_desk import status_of
from tests.scenarios.people import Slot, checked
from tests.scenarios.test_unreadable import only_oak

KEPT = "IBSS lists no room that is synced any more: the 1 known ones are kept"
OFF = {"Meta_Ext_Booking_System": 0}


async def says(world: World, room: Room, **members: Any) -> None:
    checked(await world.ibss.http.patch(f"/_sim/spaces/{quote(room.space, safe='')}", json=members))


async def the_only_room(world: World) -> Slot:
    """Oak, with a meeting."""
    await only_oak(world)
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Before", (OAK,), (BEN,))
    await world.settle()
    return slot


async def look_again(world: World) -> set[str]:
    """The rooms that are synced after IBSS was read again, and a minute later, when nobody remembers otherwise."""
    await world.service.subscriptions.renew_all()
    await world.pass_time(minutes=2)
    return {room["id"] for room in (await status_of(world))["rooms"]["items"]}


async def is_watched(world: World, room: Room) -> bool:
    told = checked(await world.outlook.http.get("/subscriptions"))["value"]
    return any(room.mailbox in subscription["resource"] for subscription in told)


async def follows(world: World) -> bool:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "After", (OAK,))
    await world.settle()
    return bool(await world.ibss.bookings(OAK, slot))


@pytest.mark.parametrize(
    "members", [pytest.param(OFF, id="its flag"), pytest.param({"Space_IsActive": 0}, id="no longer active")]
)
async def test_B13_the_only_room_is_off_when_its_space_says_so_and_what_stands_stays(
    world: World, caplog: pytest.LogCaptureFixture, members: dict[str, Any]
) -> None:
    slot = await the_only_room(world)
    await says(world, OAK, **members)
    assert await look_again(world) == set()
    assert not await is_watched(world, OAK)
    assert not await follows(world)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Before"
    assert (await world.outlook.the_event(OAK.mailbox, slot))["isCancelled"] is False
    assert KEPT not in caplog.text


async def test_B13_the_only_room_is_off_also_when_its_building_is_switched_off_with_it(world: World) -> None:
    await the_only_room(world)
    await says(world, OAK, **OFF)
    checked(await world.ibss.http.patch("/_sim/nodes/1", json={"Bkng_Ext_System": 0}))
    assert await look_again(world) == set()


async def test_B13_the_only_room_goes_on_where_it_was_when_it_is_switched_on_again(world: World) -> None:
    slot = await the_only_room(world)
    await says(world, OAK, **OFF)
    assert await look_again(world) == set()
    event = await world.outlook.the_event(ANA.address, slot)
    await world.outlook.change(ANA, event["id"], subject="Renamed meanwhile")
    await says(world, OAK, Meta_Ext_Booking_System=1)
    assert await look_again(world) == {OAK.space}
    await world.sweep()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Renamed meanwhile"


def answers(*spaces: dict[str, Any]) -> Kind:
    return Kind("others", {"status": 200, "body": {"value": list(spaces)}})


def space(room: Room, **members: Any) -> dict[str, Any]:
    told = {"Space_Id": room.space, "Node_Id": int(room.node), "Space_Name": room.name, "Space_Class": "Support"}
    return told | {"Space_IsActive": 1, "Meta_Ext_Booking_SpaceId": room.mailbox} | members


SPACES, NODES = Read("ibss", "the spaces", "/spaces", ()), Read("ibss", "the buildings", "^/v2/nodes", ())


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        pytest.param(NODES, EMPTY_END, id="no buildings"),
        pytest.param(NODES, NOTHING, id="nothing for buildings"),
        pytest.param(SPACES, EMPTY_END, id="no spaces"),
        pytest.param(SPACES, NOTHING, id="nothing for spaces"),
        pytest.param(SPACES, answers(space(ELM, **OFF)), id="only another space"),
        pytest.param(SPACES, answers(space(OAK), space(ELM, **OFF)), id="the space without its parameter"),
        pytest.param(SPACES, answers(space(OAK, Meta_Ext_Booking_System=None)), id="a parameter without a value"),
    ],
)
async def test_B13_the_only_room_goes_on_while_ibss_does_not_say_that_it_is_off(
    world: World, caplog: pytest.LogCaptureFixture, read: Read, kind: Kind
) -> None:
    await the_only_room(world)
    async with failing(world, (read, kind)):
        assert await look_again(world) == {OAK.space}
        assert KEPT in caplog.text
    assert await is_watched(world, OAK)
    assert await follows(world)


async def test_B13_of_the_last_rooms_those_go_that_are_off_and_the_others_go_on(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await the_only_room(world)
    await says(world, ELM, Meta_Ext_Booking_System=1)
    assert await look_again(world) == {OAK.space, ELM.space}
    async with failing(world, (SPACES, answers(space(ELM, **OFF)))):
        assert await look_again(world) == {OAK.space}
        assert KEPT in caplog.text
    assert await follows(world)
