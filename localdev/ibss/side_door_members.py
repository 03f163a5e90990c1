"""The bodies the side door takes, in the same strict way as those of the contract."""

import re
from typing import Any

from localdev.ibss.errors import invalid
from localdev.ibss.members import DRAFT_MEMBERS, Members, filled_text, flag, one_of, or_null, text, whole_number
from localdev.spoiling import KINDS


def boolean(value: Any, member: str) -> bool:
    if not isinstance(value, bool):
        raise invalid(f"{member} is neither true nor false")
    return value


def seconds(value: Any, member: str) -> float:
    """Forward only: no clock of the real system runs back."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise invalid(f"{member} is not a number of seconds")
    return float(value)


def pattern(value: Any, member: str) -> str:
    try:
        return re.compile(text(value, member)).pattern
    except re.error as error:
        raise invalid(f"{member} is not a regular expression: {error}") from None


def anything(value: Any, _: str) -> Any:
    return value


CLOCK: Members = {"advance_seconds": ("seconds", seconds)}
FAULT: Members = {
    "method": ("method", pattern),
    "path": ("path", pattern),
    "status": ("status", whole_number),
    "code": ("code", text),
    "times": ("times", whole_number),
    "retry_after": ("retry_after", or_null(whole_number)),
    "after": ("after", boolean),
    "body": ("body", anything),
    "spoil": ("spoil", one_of("", *KINDS)),
}
POSTING: Members = {
    "url": ("url", or_null(filled_text)),
    "key": ("key", text),
    "lost": ("lost", boolean),
    "copies": ("copies", whole_number),
    "delay_seconds": ("delay_seconds", seconds),
}
SETTINGS: Members = {
    "early_checkin_minutes": ("early_checkin_minutes", whole_number),
    "auto_cancel_minutes": ("auto_cancel_minutes", or_null(whole_number)),
}
BOOKING: Members = {**DRAFT_MEMBERS, "Booking_Owner_Email": ("owner_email", or_null(filled_text))}
PERSON: Members = {
    "Email": ("email", filled_text),
    "First_Name": ("first_name", text),
    "Last_Name": ("last_name", text),
}
NODE_PATCH: Members = {
    "Node_Time_Zone": ("time_zone", text),
    "Bkng_Ext_System": ("ext_system", whole_number),
    "Forward_Sync_Period": ("forward_sync_period", or_null(whole_number)),
}
SPACE_PATCH: Members = {
    "Space_Name": ("name", filled_text),
    "Space_Class": ("space_class", one_of("Work", "Support", "Amenity")),
    "Space_Capacity": ("capacity", whole_number),
    "Space_IsActive": ("active", flag),
    "Meta_Ext_Booking_System": ("ext_system", whole_number),
    "Meta_Ext_Booking_SpaceId": ("mailbox", or_null(filled_text)),
    "Longest_Minutes": ("longest_minutes", or_null(whole_number)),
}
SPACE: Members = {**SPACE_PATCH, "Space_Id": ("id", filled_text), "Node_Id": ("node", filled_text)}
