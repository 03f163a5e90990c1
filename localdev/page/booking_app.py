"""The right side: rooms booked as a person does it in an IBSS app."""

import asyncio
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from localdev import world
from localdev.page.meetings import PEOPLE, ROOMS, Meeting, Wish, minute_text, name_of, room_of
from localdev.page.sides import ask, ask_all

SIDE = "IBSS"
READER = PEOPLE[0].address
COLLEAGUES = {person.address for person in PEOPLE}
BUILDINGS = tuple(node.id for node in world.NODES if node.parent is None)


class BookingApp:
    def __init__(self, client: httpx.AsyncClient, ibss_url: str) -> None:
        self._client = client
        self._root = f"{ibss_url.rstrip('/')}/v2"

    async def read(self, since: datetime, until: datetime) -> list[Meeting]:
        query = {"$top": "100", "$filter": f"Booking_End gt {utc(since)} and Booking_Start lt {utc(until)}"}
        listings = await asyncio.gather(
            *(
                ask_all(self._client, SIDE, f"{self._root}/{node}/bookings", params=query, headers=signed_in(READER))
                for node in BUILDINGS
            )
        )
        spaces = {room.space for room in ROOMS}
        rows = [row for listing in listings for row in listing]
        return [as_meeting(row) for row in rows if row["Space_Id"] in spaces and not row["Booking_IsCancelled"]]

    async def book(self, wish: Wish) -> None:
        node = room_of(wish.room).node
        draft = {
            "Space_Id": wish.room,
            "Booking_Owner_Email": wish.host,
            "Booking_Name": wish.subject,
            "Booking_Parties": [party(address) for address in wish.people],
            **times(wish),
        }
        await ask(self._client, SIDE, "POST", f"{self._root}/{node}/bookings", headers=signed_in(wish.host), json=draft)

    async def change(self, edit: dict[str, str], wish: Wish) -> None:
        url = self._booking(edit)
        booking = await ask(self._client, SIDE, "GET", url, headers=signed_in(wish.host))
        patch = differences(booking, wish)
        if patch:
            await ask(self._client, SIDE, "PATCH", url, headers=signed_in(wish.host), json=patch)

    async def cancel(self, edit: dict[str, str]) -> None:
        headers = signed_in(edit["host"])
        await ask(self._client, SIDE, "PATCH", self._booking(edit), headers=headers, json={"Booking_IsCancelled": 1})

    def _booking(self, edit: dict[str, str]) -> str:
        return f"{self._root}/{edit['node']}/bookings/{quote(edit['id'], safe='')}"


def signed_in(address: str) -> dict[str, str]:
    return {"Authorization": f"apikey user:{address}"}


def as_meeting(row: dict[str, Any]) -> Meeting:
    host = (row["Booking_Owner_Email"] or "").lower()
    edit = {"node": row["Node_Id"], "id": row["Booking_Id"], "host": host, "subject": row["Booking_Name"]}
    return Meeting(
        id=row["Booking_Id"],
        calendar=row["Space_Id"],
        subject=row["Booking_Name"],
        start=minute_text(datetime.fromisoformat(row["Booking_Start"])),
        end=minute_text(datetime.fromisoformat(row["Booking_End"])),
        host=host,
        people=tuple(it["Email"].lower() for it in row["Booking_Parties"]),
        rooms=(row["Space_Id"], *row["Linked_Space_Ids"]),
        note=f"{row['Booking_Source'] or 'unknown app'} · {row['Booking_Status']}",
        owned=True,
        edit=edit if host in COLLEAGUES else {},
    )


def differences(booking: dict[str, Any], wish: Wish) -> dict[str, Any]:
    now = as_meeting(booking)
    patch: dict[str, Any] = {}
    if wish.subject != now.subject:
        patch["Booking_Name"] = wish.subject
    if (minute_text(wish.start), minute_text(wish.end)) != (now.start, now.end):
        patch |= times(wish)
    if {*wish.people} != {*now.people}:
        patch["Booking_Parties"] = [party(address) for address in wish.people]
    if wish.room != booking["Space_Id"]:
        patch |= {"Space_Id": wish.room, "Node_Id": room_of(wish.room).node}
    return patch


def times(wish: Wish) -> dict[str, str]:
    return {"Booking_Start": utc(wish.start), "Booking_End": utc(wish.end)}


def utc(moment: datetime) -> str:
    return minute_text(moment) + ":00Z"


def party(address: str) -> dict[str, Any]:
    first, _, last = name_of(address).partition(" ") if name_of(address) != address else ("", "", "")
    visitor = int(address not in COLLEAGUES)
    return {"IsVisitor": visitor, "Email": address, "First_Name": first or None, "Last_Name": last or None}
