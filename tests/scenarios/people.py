"""What a person does in Outlook and in IBSS, over HTTP: the same hands in one process and on the running product."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from localdev.world import Person, Room

type Json = Any


class NotSo(AssertionError):
    """A person looked and saw something else."""


def checked(response: httpx.Response) -> Json:
    assert response.is_success, f"{response.request.method} {response.request.url}: {response.status_code} {response.text}"
    return response.json() if response.content else None


async def pages(http: httpx.AsyncClient, address: str, query: dict[str, str], headers: dict[str, str]) -> list[Json]:
    """A whole list, however many pages it comes in."""
    page = checked(await http.get(address, params=query, headers=headers))
    found = list(page["value"])
    while link := page.get("@odata.nextLink"):
        page = checked(await http.get(link, headers=headers))
        found += page["value"]
    return found


def zulu(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Slot:
    start: datetime
    end: datetime

    def later(self, **by: float) -> "Slot":
        return Slot(self.start + timedelta(**by), self.end + timedelta(**by))


@dataclass
class Outlook:
    """Any Microsoft 365 calendar client."""

    http: httpx.AsyncClient

    async def book(
        self, host: Person, slot: Slot, subject: str, rooms: tuple[Room, ...] = (), people: tuple[Person, ...] = (), **more: Json
    ) -> Json:
        body = {
            "subject": subject,
            **self.times(slot),
            "attendees": [*(self.guest(person) for person in people), *(self.room(room) for room in rooms)],
            **more,
        }
        return checked(await self.http.post(f"/users/{host.address}/events", json=body, headers=PREFER))

    async def change(self, host: Person, event: str, **members: Json) -> Json:
        return checked(await self.http.patch(f"/users/{host.address}/events/{event}", json=members, headers=PREFER))

    async def cancel(self, host: Person, event: str) -> None:
        checked(await self.http.post(f"/users/{host.address}/events/{event}/cancel", json={"comment": "Sorry"}))

    async def forward(self, who: Person, event: str, *rooms: Room) -> None:
        """By hand: Outlook writes a room that a meeting is forwarded to like any other recipient."""
        to = [{"emailAddress": {"address": room.mailbox, "name": room.name}} for room in rooms]
        path = f"/users/{who.address}/events/{event}/forward"
        checked(await self.http.post(path, json={"toRecipients": to, "comment": "here too"}))

    async def event(self, mailbox: str, event: str) -> Json:
        return checked(await self.http.get(f"/users/{mailbox}/events/{event}", headers=PREFER))

    async def calendar(self, mailbox: str, slot: Slot) -> list[Json]:
        """What stands in a calendar in a slot: cancelled ones count as gone, as they do for a person who looks."""
        query = {"startDateTime": zulu(slot.start), "endDateTime": zulu(slot.end), "$top": "100"}
        found = await pages(self.http, f"/users/{mailbox}/calendarView", query, PREFER)
        return [event for event in found if not event["isCancelled"]]

    async def the_event(self, mailbox: str, slot: Slot) -> Json:
        """The one event of a calendar that is in this very slot."""
        found = [event for event in await self.calendar(mailbox, slot) if self.slot_of(event) == slot]
        if len(found) != 1:
            raise NotSo(f"{len(found)} events in the slot in {mailbox}")
        return found[0]

    async def mails(self) -> list[Json]:
        return checked(await self.http.get(f"{self.side_door}/mails"))["value"]

    @property
    def side_door(self) -> str:
        return str(self.http.base_url.copy_with(path="/_sim"))

    @staticmethod
    def slot_of(event: Json) -> Slot:
        start, end = (datetime.fromisoformat(event[name]["dateTime"][:19] + "+00:00") for name in ("start", "end"))
        return Slot(start, end)

    @staticmethod
    def times(slot: Slot) -> Json:
        start, end = ({"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"} for moment in (slot.start, slot.end))
        return {"start": start, "end": end}

    @staticmethod
    def guest(person: Person, kind: str = "required") -> Json:
        return {"type": kind, "emailAddress": {"address": person.address, "name": person.name}}

    @staticmethod
    def room(room: Room) -> Json:
        return {"type": "resource", "emailAddress": {"address": room.mailbox, "name": room.name}}

    @staticmethod
    def attendees(event: Json, kind: str | None = None) -> set[str]:
        return {a["emailAddress"]["address"].lower() for a in event["attendees"] if kind in {None, a["type"]}}


PREFER = {"Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"'}


@dataclass
class IbssApp:
    """Any IBSS app that books with the user's directory account."""

    http: httpx.AsyncClient

    async def book(
        self, host: Person, room: Room, slot: Slot, subject: str, people: tuple[Person, ...] = (), **more: Json
    ) -> Json:
        body = {
            "Space_Id": room.space,
            "Booking_Name": subject,
            **self.times(slot),
            "Booking_Owner_Email": host.address,
            "Booking_Parties": [self.party(person) for person in people],
            **more,
        }
        return checked(await self.http.post(f"/v2/{room.node}/bookings", json=body, headers=as_person(host)))

    async def change(self, who: Person, booking: Json, **members: Json) -> Json:
        address = f"/v2/{booking['Node_Id']}/bookings/{quote(booking['Booking_Id'], safe='')}"
        return checked(await self.http.patch(address, json=members, headers=as_person(who)))

    async def cancel(self, who: Person, booking: Json) -> Json:
        return await self.change(who, booking, Booking_IsCancelled=1)

    async def booking(self, booking: Json) -> Json:
        address = f"/v2/{booking['Node_Id']}/bookings/{quote(booking['Booking_Id'], safe='')}"
        return checked(await self.http.get(address, headers=SERVICE))

    async def bookings(self, room: Room, slot: Slot) -> list[Json]:
        """What stands in a room in a slot."""
        space = room.space.replace("'", "''")
        wanted = f"Booking_End gt {zulu(slot.start)} and Booking_Start lt {zulu(slot.end)} and Space_Id eq '{space}'"
        found = await pages(self.http, f"/v2/{room.node}/bookings", {"$filter": wanted, "$top": "100"}, SERVICE)
        return [booking for booking in found if not booking["Booking_IsCancelled"]]

    async def the_booking(self, room: Room, slot: Slot) -> Json:
        """The one booking of a room that is in this very slot."""
        found = [booking for booking in await self.bookings(room, slot) if self.slot_of(booking) == slot]
        if len(found) != 1:
            raise NotSo(f"{len(found)} bookings in the slot in {room.name}")
        return found[0]

    @staticmethod
    def slot_of(booking: Json) -> Slot:
        return Slot(*(datetime.fromisoformat(booking[name]) for name in ("Booking_Start", "Booking_End")))

    @staticmethod
    def times(slot: Slot) -> Json:
        return {"Booking_Start": zulu(slot.start), "Booking_End": zulu(slot.end)}

    @staticmethod
    def party(person: Person, *, visitor: bool = False) -> Json:
        names = {"First_Name": person.first_name, "Last_Name": person.last_name}
        return {"IsVisitor": int(visitor), "Email": person.address, **names}

    @staticmethod
    def people(booking: Json) -> set[str]:
        return {party["Email"].lower() for party in booking["Booking_Parties"]}


SERVICE = {"Authorization": "apikey sync"}


def as_person(person: Person) -> dict[str, str]:
    return {"Authorization": f"apikey user:{person.address}"}
