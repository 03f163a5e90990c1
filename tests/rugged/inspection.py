"""Whether both sides agree, and with what people did: read from outside, by nothing that the service is made of."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from localdev.world import COLLEAGUES, NODES, ROOMS
from tests.rugged.parts import Parts
from tests.scenarios.people import PREFER, SERVICE, IbssApp, Json, Outlook, Slot, pages, zulu

MAILBOXES = {str(room.mailbox): room.space for room in ROOMS if room.mailbox}
BUILDINGS = [node.id for node in NODES if node.parent is None]


class Seen(NamedTuple):
    """A meeting in a room, as either side shows it."""

    room: str
    start: datetime
    end: datetime
    subject: str
    host: str
    people: frozenset[str]

    def __str__(self) -> str:
        people, when = ", ".join(sorted(self.people)) or "nobody", f"{self.start:%m-%d %H:%M} to {self.end:%H:%M}"
        return f"{self.subject!r} in {self.room} at {when}, {self.host} with {people}"


async def agenda(outlook: Outlook, mailbox: str, reach: Slot) -> list[Json]:
    query = {"startDateTime": zulu(reach.start), "endDateTime": zulu(reach.end), "$top": "200"}
    found = await pages(outlook.http, f"/users/{mailbox}/calendarView", query, PREFER)
    return [event for event in found if not event["isCancelled"]]


async def bookings(ibss: IbssApp, reach: Slot) -> list[Json]:
    wanted = f"Booking_End gt {zulu(reach.start)} and Booking_Start lt {zulu(reach.end)}"
    query = {"$filter": wanted, "$top": "100"}
    found = [one for node in BUILDINGS for one in await pages(ibss.http, f"/v2/{node}/bookings", query, SERVICE)]
    return [booking for booking in found if not booking["Booking_IsCancelled"]]


def seen_of(event: Json) -> list[Seen]:
    """One for each of its rooms, with what the room has answered left out: a room that has declined is still asked for."""
    slot = Outlook.slot_of(event)
    host = event["organizer"]["emailAddress"]["address"].lower()
    everybody = Outlook.attendees(event)
    people = frozenset(everybody - {host, *MAILBOXES})
    return [Seen(MAILBOXES[one], slot.start, slot.end, event["subject"], host, people) for one in everybody & MAILBOXES.keys()]


async def in_outlook(parts: Parts, reach: Slot) -> list[Seen]:
    events = [event for person in COLLEAGUES for event in await agenda(parts.outlook, person.address, reach)]
    return [seen for event in events if event["isOrganizer"] for seen in seen_of(event)]


async def in_ibss(parts: Parts, reach: Slot) -> list[Seen]:
    return [
        Seen(
            booking["Space_Id"],
            *(datetime.fromisoformat(booking[name]) for name in ("Booking_Start", "Booking_End")),
            booking["Booking_Name"],
            booking["Booking_Owner_Email"].lower(),
            frozenset(IbssApp.people(booking)),
        )
        for booking in await bookings(parts.ibss, reach)
    ]


async def in_rooms(parts: Parts, reach: Slot) -> list[Seen]:
    """What the rooms' own calendars show: where, when and whose; the rest is cut there."""
    found = []
    for mailbox, space in MAILBOXES.items():
        for event in await agenda(parts.outlook, mailbox, reach):
            slot, host = Outlook.slot_of(event), event["organizer"]["emailAddress"]["address"].lower()
            found.append(Seen(space, slot.start, slot.end, "", host, frozenset()))
    return found


async def differences(parts: Parts, wanted: Iterable[Seen], reach: Slot) -> list[str]:
    """In words, each meeting for itself: doubles and ghosts are in excess, what was lost is missing."""
    due = Counter(wanted)
    bare = Counter(seen._replace(subject="", people=frozenset()) for seen in due.elements())
    shown = {"Outlook": await in_outlook(parts, reach), "IBSS": await in_ibss(parts, reach)}
    told = [line for side, found in shown.items() for line in _unlike(side, due, Counter(found))]
    return told + _unlike("the rooms", bare, Counter(await in_rooms(parts, reach)))


def _unlike(side: str, due: Counter[Seen], found: Counter[Seen]) -> list[str]:
    missing = [f"{side} lacks {seen}" for seen in (due - found).elements()]
    return missing + [f"{side} has in excess {seen}" for seen in (found - due).elements()]


async def booking_ids(parts: Parts, reach: Slot) -> list[str]:
    return [str(booking["Booking_Id"]) for booking in await bookings(parts.ibss, reach)]
