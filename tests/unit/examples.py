"""The people, rooms and meetings that the unit tests speak of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sync_core.model import (
    Absent,
    Address,
    Essence,
    EventId,
    Instance,
    Link,
    NodeId,
    Present,
    Reason,
    Room,
    RoomId,
    Side,
    Slot,
    State,
    Unknown,
)

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)

ANA, BEN, CLEO = (Address(f"{name}@contoso.example") for name in ("ana", "ben", "cleo"))
VERA = Address("vera@fabrikam.example")

OAK, ELM, FIR = (RoomId(f"B1/01|{name}") for name in ("Oak", "Elm", "Fir"))


def room(**changes: Any) -> Room:
    usual = Room(
        id=OAK,
        node=NodeId("11"),
        building=NodeId("1"),
        name="Oak",
        mailbox=Address("oak@contoso.example"),
        time_zone="Europe/London",
        time_zone_windows="GMT Standard Time",
        horizon_days=180,
    )
    return replace(usual, **changes)


OAK_ROOM = room()
ELM_ROOM = room(id=ELM, name="Elm", mailbox=Address("elm@contoso.example"))


def slot(hours_from_now: float, hours: float = 1) -> Slot:
    start = NOW + hours_from_now * HOUR
    return Slot(start, start + hours * HOUR)


def meeting(**changes: Any) -> Essence:
    """Ana meets Ben in Oak, two hours from now."""
    return replace(Essence(OAK, slot(2), "Review", ANA, frozenset({BEN})), **changes)


MEETING = meeting()


def linked(**changes: Any) -> Link:
    """The link of that meeting, in sync. A base that is given is what IBSS kept too, but for the mark "private"."""
    if "base" in changes and "kept" not in changes:
        base = changes["base"]
        changes["kept"] = base and replace(base, private=False)
    usual = Link(
        room=OAK,
        key="040000008200E0",
        born=Side.OUTLOOK,
        state=State.LINKED,
        reason=Reason.IN_SYNC,
        base=MEETING,
        kept=MEETING,
        instance=Instance("040000008200E0"),
        event_id=EventId("AAMk1"),
    )
    return replace(usual, **changes)


def unlinked(**changes: Any) -> Link:
    return Link(OAK, "040000008200E0", Side.OUTLOOK, **changes)


def there(essence: Essence = MEETING, **marks: Any) -> Present:
    return Present(essence, **marks)


NOT_THERE = Absent(Reason.NOTHING_THERE)
EVENT_GONE, ROOM_REMOVED, ROOM_DECLINED = (
    Absent(reason) for reason in (Reason.EVENT_GONE, Reason.ROOM_REMOVED, Reason.ROOM_DECLINED)
)
BOOKING_GONE, AUTO_CANCELLED, ROOM_NOT_SYNCED = (
    Absent(reason) for reason in (Reason.BOOKING_GONE, Reason.AUTO_CANCELLED, Reason.ROOM_NOT_SYNCED)
)
EVENT_UNKNOWN, BOOKING_UNKNOWN = Unknown(Reason.EVENT_UNREADABLE), Unknown(Reason.BOOKING_UNREADABLE)
