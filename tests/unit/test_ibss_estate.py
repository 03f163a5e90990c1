"""Buildings and spaces as IBSS lists them: which of them are synced."""

from typing import Any

import pytest

from sync_core.errors import Malformed
from sync_core.ibss import estate

row = pytest.param

NODE = {"Node_Id": 1, "Node_Name": "HQ", "NodeLevelName": "Building", "Node_Time_Zone": "GMT Standard Time", "Bkng_Ext_System": 1}
SPACE = {
    "Space_Id": "B1/01|Oak",
    "Node_Id": 11,
    "Space_Name": "Oak",
    "Space_Class": "Support",
    "Space_IsActive": 1,
    "Meta_Ext_Booking_System": 1,
    "Meta_Ext_Booking_SpaceId": "Oak@Contoso.example",
}


def test_a_building() -> None:
    assert estate.parse_node(NODE) == estate.Node(
        id="1", name="HQ", building=True, parent=None, time_zone="GMT Standard Time", synced=True, horizon_days=None
    )


def test_a_floor_with_its_building_and_its_own_horizon() -> None:
    floor = estate.parse_node(NODE | {"Node_Id": "11", "NodeLevelName": "Floor", "Parent_Node_Id": 1, "Forward_Sync_Period": 30})
    assert (floor.id, floor.building, floor.parent, floor.horizon_days) == ("11", False, "1", 30)


@pytest.mark.parametrize("setting", [0, 2, None, "1"])
def test_a_building_is_synced_only_when_its_calendar_is_microsoft_365(setting: Any) -> None:
    assert not estate.parse_node(NODE | {"Bkng_Ext_System": setting}).synced


@pytest.mark.parametrize("member", ["Node_Id", "Node_Name", "NodeLevelName", "Node_Time_Zone"])
def test_a_node_without_a_member_is_refused_by_its_name(member: str) -> None:
    with pytest.raises(Malformed, match=member):
        estate.parse_node({name: value for name, value in NODE.items() if name != member})


def test_a_space() -> None:
    assert estate.parse_space(SPACE) == estate.Space(
        id="B1/01|Oak", node="11", name="Oak", mailbox="oak@contoso.example", synced=True, ready=True
    )


NOT_SYNCED = [
    row({"Meta_Ext_Booking_System": 0}, id="switched off"),
    row({"Meta_Ext_Booking_System": None}, id="never switched on"),
    row({"Meta_Ext_Booking_SpaceId": None}, id="no mailbox"),
    row({"Meta_Ext_Booking_SpaceId": ""}, id="a blank mailbox"),
    row({"Space_IsActive": 0}, id="inactive"),
    row({"Space_Class": "Work"}, id="a desk"),
    row({"Space_Class": "Amenity"}, id="an amenity"),
]


@pytest.mark.parametrize("members", NOT_SYNCED)
def test_a_space_is_synced_only_when_all_of_it_says_so(members: dict[str, Any]) -> None:
    assert not estate.parse_space(SPACE | members).synced


SAYS_OFF = [
    row({"Meta_Ext_Booking_System": 0}, id="switched off"),
    row({"Meta_Ext_Booking_System": 2}, id="another system"),
    row({"Space_IsActive": 0}, id="inactive"),
]
SAYS_NOTHING = [
    row({}, id="switched on"),
    row({"Meta_Ext_Booking_System": None}, id="a parameter without a value"),
    row({"Meta_Ext_Booking_SpaceId": None}, id="no mailbox"),
]


@pytest.mark.parametrize("members", SAYS_OFF)
def test_a_space_is_off_when_it_says_so_itself(members: dict[str, Any]) -> None:
    assert estate.parse_space(SPACE | members).off


@pytest.mark.parametrize("members", SAYS_NOTHING)
def test_a_space_that_does_not_say_so_is_not_off(members: dict[str, Any]) -> None:
    assert not estate.parse_space(SPACE | members).off


@pytest.mark.parametrize("member", ["Space_Id", "Node_Id", "Space_Name"])
def test_a_space_without_a_member_is_refused_by_its_name(member: str) -> None:
    with pytest.raises(Malformed, match=member):
        estate.parse_space({name: value for name, value in SPACE.items() if name != member})


@pytest.mark.parametrize("member", ["Space_IsActive", "Space_Class"])
def test_a_space_that_does_not_say_is_an_active_room(member: str) -> None:
    assert estate.parse_space({name: value for name, value in SPACE.items() if name != member}).synced
