"""What somebody sees who looks at one side: which meetings stand in which room."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from localdev.world import Room
from tests.scenarios.people import PREFER, SERVICE, IbssApp, Outlook, pages
from tests.simulation.days import DAY, day_of, whole
from tests.simulation.people import utc
from tests.simulation.town import BEGIN, Town

WINDOW = timedelta(days=30)
PRIVATE = "Private meeting"


@dataclass(frozen=True, order=True)
class Seen:
    """A meeting in a room, as somebody sees it who looks at one side."""

    room: str
    start: datetime
    end: datetime
    all_day: bool
    subject: str
    host: str
    people: tuple[str, ...]

    def __str__(self) -> str:
        return json.dumps([self.room, f"{self.start:%d %H:%M}{self.all_day * ' all day'}", self.subject, self.host, self.people])


@dataclass
class Views:
    """`note` is told what no one should ever see."""

    town: Town
    outlook: Outlook
    ibss: IbssApp
    note: Callable[..., None]

    async def in_outlook(self) -> Counter[Seen]:
        """A meeting is in a room when the room has accepted it; what it is, its host's own copy tells."""
        own: dict[tuple[str, datetime], Any] = {}
        within = [mailbox for mailbox in sorted(self.town.graph.tenant.mailboxes) if not self.town.beyond_reach(mailbox)]
        calendars = {mailbox: await self._calendar(mailbox) for mailbox in within}
        for calendar in calendars.values():
            for event in calendar:
                if event["isOrganizer"]:
                    own[event["iCalUId"], utc(event["start"]["dateTime"])] = event
        found = Counter[Seen]()
        for room in self.town.rooms_on():
            for copy in calendars[room.mailbox or ""]:
                if copy["responseStatus"]["response"] == "accepted":
                    event = own.get((copy["iCalUId"], utc(copy["start"]["dateTime"])))
                    if event is None and self.town.beyond_reach(copy["organizer"]["emailAddress"]["address"]):
                        found[_slot_alone(_seen_in_outlook(room, copy))] += 1
                    elif event is None:
                        self.note("a room holds what its host does not:", room.name, copy["start"]["dateTime"])
                    else:
                        found[_seen_in_outlook(room, event)] += 1
        return found

    async def _calendar(self, mailbox: str) -> list[Any]:
        query = {"startDateTime": BEGIN.isoformat(), "endDateTime": (BEGIN + WINDOW).isoformat(), "$top": "100"}
        found = await pages(self.outlook.http, f"/users/{mailbox}/calendarView", query, PREFER)
        return [event for event in found if not event["isCancelled"]]

    async def in_ibss(self) -> Counter[Seen]:
        found, on = Counter[Seen](), {room.space for room in self.town.rooms_on()}
        for node in sorted({room.node for room in self.town.rooms}):
            for booking in await pages(self.ibss.http, f"/v2/{node}/bookings", {"$top": "100"}, SERVICE):
                for space in (booking["Space_Id"], *booking["Linked_Space_Ids"]):
                    if not booking["Booking_IsCancelled"] and space in on and not self._not_synced(booking):
                        found[self._known(_seen_in_ibss(space, booking))] += 1
        return found

    def _not_synced(self, booking: Any) -> bool:
        """Booked by somebody in whose calendar no event can be made."""
        return self.town.beyond_reach(booking["Booking_Owner_Email"].lower()) and booking["Booking_Source"] != "Sync"

    def _known(self, seen: Seen) -> Seen:
        return _slot_alone(seen) if self.town.beyond_reach(seen.host) else seen


def _slot_alone(seen: Seen) -> Seen:
    """Of a host who is beyond reach the room's copy tells no more for certain."""
    return replace(seen, subject="", people=())


def _seen_in_outlook(room: Room, event: Any) -> Seen:
    private = event["sensitivity"] in {"private", "confidential"}
    people = sorted(a["emailAddress"]["address"].lower() for a in event["attendees"] if a["type"] != "resource")
    host = event["organizer"]["emailAddress"]["address"].lower()
    start, end = (utc(event[name]["dateTime"]) for name in ("start", "end"))
    if event["isAllDay"]:
        start, end = whole(start.date(), room.node).start, whole(end.date() - DAY, room.node).end
    return Seen(
        room.space,
        start,
        end,
        event["isAllDay"],
        PRIVATE if private else event["subject"],
        host,
        () if private else tuple(one for one in people if one != host),
    )


def _seen_in_ibss(space: str, booking: Any) -> Seen:
    people = sorted(party["Email"].lower() for party in booking["Booking_Parties"])
    start, end = (datetime.fromisoformat(booking[name]) for name in ("Booking_Start", "Booking_End"))
    all_day = bool(booking["Booking_All_Day"]) and day_of(start, end, booking["Node_Id"]) is not None
    host = booking["Booking_Owner_Email"].lower()
    return Seen(space, start, end, all_day, booking["Booking_Name"], host, tuple(people))
