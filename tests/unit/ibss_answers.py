"""Records as IBSS writes them."""

from typing import Any

from sync_core.ibss import wire
from sync_core.ibss.wire import Booking
from tests.unit.examples import BEN, OAK, VERA


def party(address: str | None, first: str | None = None, last: str | None = None, **more: Any) -> dict[str, Any]:
    return {"IsVisitor": 0, "Email": address, "First_Name": first, "Last_Name": last, **more}


VISITOR = party(VERA, "Vera", "Vogt", IsVisitor=1, Visit_Id="V-7")


def booking_json(**changes: Any) -> dict[str, Any]:
    """Ana meets Ben in Oak."""
    without = changes.pop("without", ())
    usual = {
        "Booking_Id": "B|1/2+3",
        "Node_Id": "11",
        "Space_Id": OAK,
        "Booking_Name": "Review",
        "Booking_Start": "2026-03-02T10:00:00Z",
        "Booking_End": "2026-03-02T11:00:00Z",
        "Booking_All_Day": 0,
        "Booking_Status": "New",
        "Booking_IsCancelled": 0,
        "Booking_Owner_Email": "Ana@Contoso.example",
        "Booking_Source": "Flex",
        "Booking_Parties": [party(BEN, "Ben", "Berg")],
        "Meta_Ext_Booking_EventId": None,
        "@odata.etag": 'W/"7"',
    }
    return {name: value for name, value in (usual | changes).items() if name not in without}


def booking(**changes: Any) -> Booking:
    return wire.parse_booking(booking_json(**changes))
