"""What the stories of recurring meetings share: patterns, slots, and both sides' calendars laid beside each other."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from localdev.world import ANA, OAK, Person, Room
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot, checked, zulu

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Meeting:
    """As much of one meeting as both systems have."""

    slot: Slot
    subject: str
    people: frozenset[str]


def recurring(slot: Slot, occurrences: int | None = None, **pattern: Any) -> Json:
    """A pattern from `slot` on; without a number it never ends."""
    ends = {"type": "noEnd"} if occurrences is None else {"type": "numbered", "numberOfOccurrences": occurrences}
    span = {**ends, "startDate": f"{slot.start:%Y-%m-%d}", "recurrenceTimeZone": "UTC"}
    return {"pattern": {"interval": 1, **pattern}, "range": span}


def weekly(slot: Slot, occurrences: int | None = None, interval: int = 1) -> Json:
    days = [f"{slot.start:%A}".lower()]
    return recurring(slot, occurrences, type="weekly", interval=interval, daysOfWeek=days, firstDayOfWeek="monday")


def slots(first: Slot, count: int, every: timedelta = WEEK) -> list[Slot]:
    return [Slot(first.start + n * every, first.end + n * every) for n in range(count)]


def around(first: Slot, days: float = 400) -> Slot:
    """Everything from just before a series on."""
    return Slot(first.start - timedelta(days=3), first.end + timedelta(days=days))


def in_order(found: list[Slot]) -> list[Slot]:
    return sorted(found, key=lambda slot: (slot.start, slot.end))


async def booked(world: World, wanted: list[Slot], room: Room = OAK) -> list[str]:
    """The ids of the bookings in just these slots."""
    return [(await world.ibss.the_booking(room, slot))["Booking_Id"] for slot in wanted]


async def all_bookings(world: World, first: Slot, room: Room = OAK) -> list[Slot]:
    found = await world.ibss.bookings(room, Slot(first.start, first.end + timedelta(days=400)))
    return in_order([world.ibss.slot_of(booking) for booking in found])


async def of_the_hour(world: World, first: Slot) -> list[Slot]:
    """All bookings from then on that begin at the same time of day: the hour belongs to one test."""
    return [slot for slot in await all_bookings(world, first) if slot.start.time() == first.start.time()]


async def limits(world: World, room: Room, **settings: Any) -> None:
    """What the room's mailbox accepts (Set-CalendarProcessing)."""
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/rooms/{room.mailbox}", json=settings))


async def accept_endless_series(world: World, room: Room = OAK) -> None:
    """By default a room declines a series that reaches beyond its booking window."""
    await limits(world, room, EnforceSchedulingHorizon=False)


async def occurrence(world: World, master: str, slot: Slot, host: Person = ANA) -> Json:
    query = {"startDateTime": zulu(slot.start), "endDateTime": zulu(slot.end), "$top": "100"}
    found = checked(await world.outlook.http.get(f"/users/{host.address}/events/{master}/instances", params=query))["value"]
    return next(event for event in found if world.outlook.slot_of(event) == slot)


async def in_outlook(world: World, room: Room, reach: Slot, host: Person = ANA) -> list[Meeting]:
    """What the host's calendar says of a room: the meetings that it is invited to and has not declined."""
    return _sorted(
        Meeting(world.outlook.slot_of(event), event["subject"], frozenset(world.outlook.attendees(event, "required")))
        for event in await world.outlook.calendar(host.address, reach)
        if any(_is_in(room, attendee) for attendee in event["attendees"])
    )


async def in_ibss(world: World, room: Room, reach: Slot) -> list[Meeting]:
    return _sorted(
        Meeting(world.ibss.slot_of(booking), booking["Booking_Name"], frozenset(world.ibss.people(booking)))
        for booking in await world.ibss.bookings(room, reach)
    )


async def both_agree(world: World, reach: Slot, *rooms: Room, host: Person = ANA) -> None:
    """One to one: what the host invited a room to, what the room's calendar shows, what is booked. And it is settled: looking
    at everything again writes nothing.
    """
    for room in rooms or (OAK,):
        wanted = [_as_ibss_keeps_it(meeting) for meeting in await in_outlook(world, room, reach, host)]
        assert await in_ibss(world, room, reach) == wanted
        shown = [world.outlook.slot_of(event) for event in await world.outlook.calendar(str(room.mailbox), reach)]
        assert in_order(shown) == [meeting.slot for meeting in wanted]
    await nothing_is_left_to_write(world)


async def forget_requests(world: World) -> None:
    checked(await world.outlook.http.delete(f"{world.outlook.side_door}/requests"))
    checked(await world.ibss.http.delete("/_sim/requests"))


async def nothing_is_left_to_write(world: World) -> None:
    await forget_requests(world)
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    assert await world.writes() == 0
    assert world.poisoned == []


def _is_in(room: Room, attendee: Json) -> bool:
    return attendee["emailAddress"]["address"] == room.mailbox and attendee["status"]["response"] != "declined"


def _as_ibss_keeps_it(meeting: Meeting) -> Meeting:
    return Meeting(meeting.slot, "Private meeting", frozenset()) if meeting.subject == PRIVATE else meeting


def _sorted(found: Any) -> list[Meeting]:
    return sorted(found, key=lambda meeting: (meeting.slot.start, meeting.slot.end))


PRIVATE = "A secret"
"""What a meeting is called here when it is made private."""
