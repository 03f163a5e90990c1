"""Answers as Graph writes them."""

from collections.abc import Sequence
from typing import Any

from sync_core.graph.events import Event, parse_event
from tests.unit.examples import ANA, BEN, OAK_ROOM

X500 = "/o=ExchangeLabs/ou=Exchange Administrative Group/cn=Recipients/cn=board"


def attendee(address: str, name: str = "", kind: str = "required", response: str = "none") -> dict[str, Any]:
    return {"type": kind, "status": {"response": response}, "emailAddress": {"address": address, "name": name}}


OAK_INVITED = attendee(OAK_ROOM.mailbox, "Oak", "resource", "accepted")


def moment(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": text, "timeZone": zone}


def event_json(attendees: Sequence[Any] = (attendee(BEN, "Ben Berg"), OAK_INVITED), **changes: Any) -> dict[str, Any]:
    """Ana meets Ben in Oak. A member given as None is null; one named in `without` is missing."""
    without = changes.pop("without", ())
    usual = {
        "@odata.etag": 'W/"7"',
        "id": "AAMk/1+2=",
        "iCalUId": "040000008200E0",
        "type": "singleInstance",
        "seriesMasterId": None,
        "transactionId": None,
        "subject": "Review",
        "sensitivity": "normal",
        "isAllDay": False,
        "isCancelled": False,
        "start": moment("2026-03-02T10:00:00.0000000"),
        "end": moment("2026-03-02T11:00:00.0000000"),
        "location": {"displayName": "Oak", "locationUri": "Oak@contoso.example"},
        "organizer": {"emailAddress": {"address": "Ana@Contoso.example", "name": "Ana Adler"}},
        "attendees": list(attendees),
        "responseStatus": {"response": "organizer"},
    }
    assert usual["organizer"]["emailAddress"]["address"].lower() == ANA
    return {name: value for name, value in (usual | changes).items() if name not in without}


def event(attendees: Sequence[Any] = (attendee(BEN, "Ben Berg"), OAK_INVITED), **changes: Any) -> Event:
    return parse_event(event_json(attendees, **changes))
