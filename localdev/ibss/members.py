"""Request bodies, read member by member. Strict: an unknown member or a wrong type is refused by its name, never repaired."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from localdev.ibss.errors import invalid
from localdev.ibss.records import BLANK_NAME, SOURCES, Party
from localdev.ibss.times import parse_time

type Reader = Callable[[Any, str], Any]
type Members = Mapping[str, tuple[str, Reader]]  # member of the body -> field of the record, and how it is read


def body_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise invalid("The body is not JSON") from None
    if not isinstance(document, dict):
        raise invalid("The body is not an object")
    return document


def read_members(document: Any, members: Members, where: str = "") -> dict[str, Any]:
    """Only the members that were sent, under the field names of the record."""
    if not isinstance(document, dict):
        raise invalid(f"{where or 'The body'} is not an object")
    unknown = [name for name in document if name not in members]
    if unknown:
        raise invalid(f"{where}{unknown[0]!r} is not a member that can be written")
    return {members[name][0]: members[name][1](value, where + name) for name, value in document.items()}


def text(value: Any, member: str) -> str:
    if not isinstance(value, str):
        raise invalid(f"{member} is not a text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise invalid(f"{member} holds half a character") from None
    return value


def filled_text(value: Any, member: str) -> str:
    if not text(value, member).strip():
        raise invalid(f"{member} is empty")
    return str(value)


def whole_number(value: Any, member: str) -> int:
    if type(value) is not int:
        raise invalid(f"{member} is not a whole number")
    return value


def flag(value: Any, member: str) -> bool:
    number = whole_number(value, member)
    if number not in (0, 1):
        raise invalid(f"{member} is neither 0 nor 1")
    return number == 1


def moment(value: Any, member: str) -> datetime:
    return parse_time(text(value, member), member)


def one_of(*choices: str) -> Reader:
    def read(value: Any, member: str) -> str:
        if value not in choices:
            raise invalid(f"{member} is not one of {', '.join(choices)}")
        return str(value)

    return read


def or_null(reader: Reader) -> Reader:
    return lambda value, member: None if value is None else reader(value, member)


def list_of(reader: Reader) -> Reader:
    def read(value: Any, member: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise invalid(f"{member} is not a list")
        return tuple(reader(item, f"{member}[{index}]") for index, item in enumerate(value))

    return read


def booking_name(value: Any, member: str) -> str:
    return text(value, member).strip() or BLANK_NAME


def cancellation(value: Any, member: str) -> str:
    """A booking can be cancelled; nothing brings it back."""
    if not flag(value, member):
        raise invalid(f"{member} can only be set to 1")
    return "Cancelled"


PARTY_MEMBERS: Members = {
    "IsVisitor": ("is_visitor", flag),
    "Email": ("email", filled_text),
    "First_Name": ("first_name", or_null(text)),
    "Last_Name": ("last_name", or_null(text)),
    "Company": ("company", or_null(text)),
    "Visit_Id": ("visit_id", or_null(text)),
}


def party(value: Any, member: str) -> Party:
    fields = read_members(value, PARTY_MEMBERS, f"{member}.")
    if missing := {"is_visitor", "email"} - fields.keys():
        raise invalid(f"{member} lacks {' and '.join(sorted(missing))}")
    return Party(**fields)


DRAFT_MEMBERS: Members = {
    "Space_Id": ("space", filled_text),
    "Node_Id": ("node", filled_text),
    "Booking_Name": ("name", booking_name),
    "Booking_Description": ("description", or_null(text)),
    "Booking_Start": ("start", moment),
    "Booking_End": ("end", moment),
    "Booking_All_Day": ("all_day", flag),
    "Booking_Owner_Email": ("owner_email", filled_text),
    "Booking_Owner_Name": ("owner_name", text),
    "Booking_Series_Id": ("series", or_null(text)),
    "Linked_Space_Ids": ("linked_spaces", list_of(filled_text)),
    "Booking_Source": ("source", one_of(*SOURCES)),
    "Booking_Parties": ("parties", list_of(party)),
    "Meta_Ext_Booking_EventId": ("event_id", text),
}
PATCH_MEMBERS: Members = {**DRAFT_MEMBERS, "Booking_IsCancelled": ("cancelled", cancellation)}
REQUIRED = {"space": "Space_Id", "start": "Booking_Start", "end": "Booking_End", "owner_email": "Booking_Owner_Email"}


def read_draft(body: bytes, *, owner: str | None) -> dict[str, Any]:
    """A new booking. `owner` stands in where a person books for themselves and leaves the host out."""
    fields = read_members(body_object(body), DRAFT_MEMBERS)
    if owner is not None:
        fields.setdefault("owner_email", owner)
    for name, member in REQUIRED.items():
        if name not in fields:
            raise invalid(f"{member} is missing")
    return fields


def read_patch(body: bytes) -> dict[str, Any]:
    fields = read_members(body_object(body), PATCH_MEMBERS)
    if not fields:
        raise invalid("The patch changes nothing")
    return fields
