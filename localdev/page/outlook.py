"""The left side: calendars read, and meetings made, as Outlook does it for a person through Microsoft Graph."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx

from localdev.page.meetings import PEOPLE, ROOMS, Meeting, Wish, minute_text, name_of, room_of
from localdev.page.sides import ask, ask_all

SIDE = "Outlook"
HEADERS = {"Authorization": "Bearer page", "Prefer": 'outlook.timezone="UTC", IdType="ImmutableId"'}
SPACE_BY_MAILBOX = {room.mailbox: room.space for room in ROOMS}
CANCELLED = "cancelled"
FIELDS = "id,iCalUId,subject,start,end,organizer,attendees,isOrganizer,isCancelled,sensitivity,responseStatus"


class Outlook:
    def __init__(self, client: httpx.AsyncClient, graph_url: str) -> None:
        self._client = client
        self._users = f"{graph_url.rstrip('/')}/users"

    async def read(self, since: datetime, until: datetime) -> list[Meeting]:
        """Every calendar shown, the people's first: theirs are the copies to be believed."""
        owners = [*(person.address for person in PEOPLE), *(str(room.mailbox) for room in ROOMS)]
        calendars = await asyncio.gather(*(self._calendar(owner, since, until) for owner in owners))
        return with_organisers_copies([event for calendar in calendars for event in calendar])

    async def book(self, wish: Wish) -> None:
        event = {
            "subject": wish.subject,
            **times(wish),
            **place(wish.room),
            "attendees": [person_invited(address) for address in wish.people] + [room_invited(wish.room)],
        }
        await ask(self._client, SIDE, "POST", f"{self._users}/{wish.host}/events", headers=HEADERS, json=event)

    async def change(self, edit: dict[str, str], wish: Wish) -> None:
        """Only what differs, as Outlook does: an attendee list that is sent again is mailed again."""
        url = self._event(edit)
        event = await ask(self._client, SIDE, "GET", url, headers=HEADERS)
        patch = differences(event, wish)
        if patch:
            await ask(self._client, SIDE, "PATCH", url, headers=HEADERS, json=patch)

    async def cancel(self, edit: dict[str, str]) -> None:
        await ask(self._client, SIDE, "POST", f"{self._event(edit)}/cancel", headers=HEADERS, json={})

    def _event(self, edit: dict[str, str]) -> str:
        return f"{self._users}/{edit['address']}/events/{quote(edit['id'], safe='')}"

    async def _calendar(self, owner: str, since: datetime, until: datetime) -> list[tuple[str, Meeting]]:
        query = {"startDateTime": since.isoformat(), "endDateTime": until.isoformat(), "$top": "100", "$select": FIELDS}
        url = f"{self._users}/{owner}/calendarView"
        events = await ask_all(self._client, SIDE, url, params=query, headers=HEADERS)
        return [(f"{event['iCalUId']} {event['start']['dateTime']}", as_meeting(owner, event)) for event in events]


def with_organisers_copies(copies: list[tuple[str, Meeting]]) -> list[Meeting]:
    """Each copy learns which one to edit: the organiser's. A room's copy stands in where the organiser is not shown here; one
    that says that the meeting is cancelled is what is left of it.
    """
    organisers = {instance: meeting for instance, meeting in copies if meeting.owned}
    shown = []
    for instance, meeting in copies:
        own = organisers.get(instance)
        if own is not None:
            edit = {"address": own.calendar, "id": own.id, "subject": own.subject}
            shown.append(replace(meeting, edit=edit, people=own.people, rooms=own.rooms))
        else:
            shown.append(replace(meeting, owned=meeting.calendar in SPACE_BY_MAILBOX and meeting.note != CANCELLED))
    return shown


def as_meeting(owner: str, event: dict[str, Any]) -> Meeting:
    attendees = [(attendee["type"], attendee["emailAddress"]["address"].lower()) for attendee in event.get("attendees", ())]
    return Meeting(
        id=event["id"],
        calendar=owner,
        subject=event.get("subject") or "",
        start=minute_text(graph_time(event["start"])),
        end=minute_text(graph_time(event["end"])),
        host=event["organizer"]["emailAddress"]["address"].lower(),
        people=tuple(address for kind, address in attendees if kind != "resource"),
        rooms=tuple(SPACE_BY_MAILBOX[address] for kind, address in attendees if address in SPACE_BY_MAILBOX),
        note=note_of(event),
        private=event.get("sensitivity") == "private",
        owned=bool(event.get("isOrganizer")),
    )


def note_of(event: dict[str, Any]) -> str:
    if event.get("isCancelled"):
        return CANCELLED
    response = str(event.get("responseStatus", {}).get("response", ""))
    return {"accepted": "accepted", "declined": "declined", "tentativelyAccepted": "tentative", "notResponded": "invited"}.get(
        response, ""
    )


def graph_time(value: dict[str, str]) -> datetime:
    """Asked for in UTC; Graph writes seven decimals and no zone."""
    return datetime.fromisoformat(value["dateTime"].rstrip("Z")).replace(tzinfo=UTC)


def differences(event: dict[str, Any], wish: Wish) -> dict[str, Any]:
    now = as_meeting(wish.host, event)
    patch: dict[str, Any] = {}
    if wish.subject != now.subject:
        patch["subject"] = wish.subject
    if (minute_text(wish.start), minute_text(wish.end)) != (now.start, now.end):
        patch |= times(wish)
    shown = now.rooms[0] if now.rooms else ""  # in the form
    moved = wish.room != shown
    if {*wish.people} != {*now.people} or moved:
        patch["attendees"] = attendees_after(event["attendees"], wish.people, shown, wish.room if moved else "")
    if moved:
        patch |= place(wish.room)
    return patch


def attendees_after(attendees: list[dict[str, Any]], people: tuple[str, ...], old: str, new: str) -> list[dict[str, Any]]:
    """The whole collection, for Graph replaces it; who stays is sent as they stand. A new room takes the place of the old one,
    and of no other.
    """
    by_address = {attendee["emailAddress"]["address"].lower(): attendee for attendee in attendees}
    rooms = [it for it in attendees if it["type"] == "resource"]
    if new:
        rooms = [it for it in rooms if SPACE_BY_MAILBOX.get(it["emailAddress"]["address"].lower()) not in (old, new)]
        rooms.append(room_invited(new))
    return [by_address.get(address) or person_invited(address) for address in people] + rooms


def times(wish: Wish) -> dict[str, Any]:
    return {
        "start": {"dateTime": minute_text(wish.start) + ":00", "timeZone": "UTC"},
        "end": {"dateTime": minute_text(wish.end) + ":00", "timeZone": "UTC"},
    }


def place(space: str) -> dict[str, Any]:
    room = room_of(space)
    return {"location": {"displayName": room.name, "locationEmailAddress": room.mailbox}}


def person_invited(address: str) -> dict[str, Any]:
    return {"emailAddress": {"address": address, "name": name_of(address)}, "type": "required"}


def room_invited(space: str) -> dict[str, Any]:
    room = room_of(space)
    return {"emailAddress": {"address": room.mailbox, "name": room.name}, "type": "resource"}
