"""Records as the JSON of the contract."""

from datetime import datetime, timedelta
from typing import Any

from localdev.ibss.records import Booking, Node, Party, Person, Space
from localdev.ibss.status import booking_status, completed_at
from localdev.ibss.times import utc_text


def node_json(node: Node) -> dict[str, Any]:
    return {
        "Node_Id": node.id,
        "Node_Name": node.name,
        "NodeLevelName": node.level,
        "Parent_Node_Id": node.parent,
        "Node_Time_Zone": node.time_zone,
        "Bkng_Ext_System": node.ext_system,
        "Forward_Sync_Period": node.forward_sync_period,
    }


def space_json(space: Space) -> dict[str, Any]:
    return {
        "Space_Id": space.id,
        "Node_Id": space.node,
        "Space_Name": space.name,
        "Space_Class": space.space_class,
        "Space_Capacity": space.capacity,
        "Space_IsActive": int(space.active),
        "Meta_Ext_Booking_System": space.ext_system,
        "Meta_Ext_Booking_SpaceId": space.mailbox,
    }


def person_json(person: Person) -> dict[str, Any]:
    return {"Email": person.email, "First_Name": person.first_name, "Last_Name": person.last_name}


def party_json(party: Party) -> dict[str, Any]:
    return {
        "IsVisitor": int(party.is_visitor),
        "Email": party.email,
        "First_Name": party.first_name,
        "Last_Name": party.last_name,
        "Company": party.company,
        "Visit_Id": party.visit_id,
    }


def booking_json(booking: Booking, now: datetime, early: timedelta) -> dict[str, Any]:
    completed = completed_at(booking, now)
    return {
        "Booking_Id": booking.id,
        "Node_Id": booking.node,
        "Space_Id": booking.space,
        "Booking_Name": booking.name,
        "Booking_Description": booking.description,
        "Booking_Start": utc_text(booking.start),
        "Booking_End": utc_text(booking.end),
        "Booking_All_Day": int(booking.all_day),
        "Booking_Status": booking_status(booking, now, early),
        "Booking_IsCancelled": int(booking.cancelled is not None),
        "Booking_IsCheckedIn": int(booking.checked_in is not None),
        "Booking_IsCompleted": int(completed is not None),
        "Booking_Completed_Time": utc_text(completed) if completed else None,
        "Booking_Owner_Email": booking.owner_email,
        "Booking_Owner_Name": booking.owner_name,
        "Booking_Series_Id": booking.series,
        "Linked_Space_Ids": list(booking.linked_spaces),
        "Booking_Source": booking.source,
        "Booking_Party_Count": len(booking.parties),
        "Booking_Parties": [party_json(party) for party in booking.parties],
        "Meta_Ext_Booking_EventId": booking.event_id,
        "Booking_Modified_Time": utc_text(booking.modified),
        "@odata.etag": booking.etag,
    }
