"""IBSS's buildings, floors and spaces, without I/O: which of them are synced."""

from dataclasses import dataclass

from sync_core.errors import Malformed
from sync_core.http import Json, identifier, text
from sync_core.ibss.wire import node_id
from sync_core.model import Address, NodeId, RoomId, address

SYSTEM_MICROSOFT_365 = 1
"""The value of Bkng_Ext_System and Meta_Ext_Booking_System that switches a building or space on for Microsoft 365."""

LONGEST_PERIOD = 1825
"""Days: Graph refuses a wider calendarView (microsoft-graph-docs issue 6284)."""


@dataclass(frozen=True, slots=True)
class Node:
    """A building or floor. `time_zone` is a Windows id, or ""; `horizon_days` is None where the building does not set one."""

    id: NodeId
    name: str
    building: bool
    parent: NodeId | None
    time_zone: str
    synced: bool
    horizon_days: int | None


@dataclass(frozen=True, slots=True)
class Space:
    """`ready`: it could be synced. `synced`: it is switched on as well. `off`: it says itself that it is not."""

    id: RoomId
    node: NodeId
    name: str
    mailbox: Address | None
    synced: bool
    ready: bool = False
    off: bool = False


def parse_node(body: Json) -> Node:
    try:
        return Node(
            id=node_id(body, "Node_Id"),
            name=text(body, "Node_Name"),
            building=body["NodeLevelName"] == "Building",
            parent=node_id(body, "Parent_Node_Id") if body.get("Parent_Node_Id") is not None else None,
            time_zone=text(body, "Node_Time_Zone") if body["Node_Time_Zone"] else "",
            synced=body.get("Bkng_Ext_System") == SYSTEM_MICROSOFT_365,
            horizon_days=_days(body.get("Forward_Sync_Period")),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("node", f"{type(error).__name__} at {error}") from error


def _days(period: Json) -> int | None:
    if period is None:
        return None
    if type(period) is not int:
        raise TypeError("Forward_Sync_Period")
    return min(period, LONGEST_PERIOD) if period > 0 else None


def parse_space(body: Json) -> Space:
    try:
        mailbox = body.get("Meta_Ext_Booking_SpaceId")
        system = body.get("Meta_Ext_Booking_System")
        ready = bool(mailbox) and bool(body.get("Space_IsActive", 1)) and body.get("Space_Class", "Support") == "Support"
        return Space(
            id=RoomId(identifier(body, "Space_Id")),
            node=node_id(body, "Node_Id"),
            name=text(body, "Space_Name"),
            mailbox=address(mailbox) if mailbox else None,
            synced=ready and system == SYSTEM_MICROSOFT_365,
            ready=ready,
            off=(system is not None and system != SYSTEM_MICROSOFT_365) or body.get("Space_IsActive") == 0,
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Malformed("space", f"{type(error).__name__} at {error}") from error
