"""What somebody sees who looks at one side: which meetings stand in which room."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.scenarios.people import PREFER, SERVICE, IbssApp, Outlook, pages
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
    subject: str
    host: str
    people: tuple[str, ...]

    def __str__(self) -> str:
        return json.dumps([self.room, f"{self.start:%d %H:%M}", self.subject, self.host, self.people])


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
        calendars = {mailbox: await self._calendar(mailbox) for mailbox in sorted(self.town.graph.tenant.mailboxes)}
        for calendar in calendars.values():
            for event in calendar:
                if event["isOrganizer"]:
                    own[event["iCalUId"], utc(event["start"]["dateTime"])] = event
        found = Counter[Seen]()
        for room in self.town.rooms_on():
            for copy in calendars[room.mailbox or ""]:
                if copy["responseStatus"]["response"] == "accepted":
                    event = own.get((copy["iCalUId"], utc(copy["start"]["dateTime"])))
                    if event is None:
                        self.note("a room holds what its host does not:", room.name, copy["start"]["dateTime"])
                    else:
                        found[_seen_in_outlook(room.space, event)] += 1
        return found

    async def _calendar(self, mailbox: str) -> list[Any]:
        query = {"startDateTime": BEGIN.isoformat(), "endDateTime": (BEGIN + WINDOW).isoformat(), "$top": "100"}
        found = await pages(self.outlook.http, f"/users/{mailbox}/calendarView", query, PREFER)
        return [event for event in found if not event["isCancelled"]]

    async def in_ibss(self) -> Counter[Seen]:
        found, on = Counter[Seen](), {room.space for room in self.town.rooms_on()}
        for node in sorted({room.node for room in self.town.rooms}):
            for booking in await pages(self.ibss.http, f"/v2/{node}/bookings", {"$top": "100"}, SERVICE):
                if not booking["Booking_IsCancelled"] and booking["Space_Id"] in on:
                    found[_seen_in_ibss(booking)] += 1
        return found


def _seen_in_outlook(space: str, event: Any) -> Seen:
    private = event["sensitivity"] in {"private", "confidential"}
    people = sorted(a["emailAddress"]["address"].lower() for a in event["attendees"] if a["type"] != "resource")
    host = event["organizer"]["emailAddress"]["address"].lower()
    return Seen(
        space,
        utc(event["start"]["dateTime"]),
        utc(event["end"]["dateTime"]),
        PRIVATE if private else event["subject"],
        host,
        () if private else tuple(one for one in people if one != host),
    )


def _seen_in_ibss(booking: Any) -> Seen:
    people = sorted(party["Email"].lower() for party in booking["Booking_Parties"])
    times = (datetime.fromisoformat(booking[name]) for name in ("Booking_Start", "Booking_End"))
    return Seen(booking["Space_Id"], *times, booking["Booking_Name"], booking["Booking_Owner_Email"].lower(), tuple(people))
