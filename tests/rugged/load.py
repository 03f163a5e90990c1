"""What people do meanwhile, by one seed; and what must stand afterwards, for all of it was acknowledged."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from localdev.world import ASH, COLLEAGUES, ELM, FIR, IVY, OAK, VERA, YEW, Person, Room
from tests.rugged.inspection import Seen, agenda, bookings, in_outlook, seen_of
from tests.rugged.parts import Parts
from tests.scenarios.people import Json, Slot
from tests.scenarios.series import weekly

HOUSES = ((OAK, ELM, ASH, FIR), (IVY, YEW))
CROWD = 40
"""More are not booked while so many stand."""
MOST_CANCELLED = 8
"""In one room: with more, the brake would come into it."""
HOURS, EARLY, LATE = range(8, 16), 6, 17
"""Of the day, for single meetings; for series, and for their occurrences that were moved."""
OUTLOOK, IBSS = "in Outlook", "in IBSS"


@dataclass
class Meeting:
    """As people left it. `hands`: who changes which part of it; what both change at once is another story, which chance tells on
    the virtual clock (tests/simulation).
    """

    tag: str
    host: Person
    room: Room
    slot: Slot
    subject: str
    people: tuple[Person, ...]
    born: str
    hands: dict[str, str]
    event: str = ""

    @property
    def seen(self) -> Seen:
        people = frozenset(person.address for person in self.people)
        return Seen(self.room.space, self.slot.start, self.slot.end, self.subject, self.host.address, people)


class Load:
    def __init__(self, parts: Parts, seed: int) -> None:
        self._parts, self._outlook, self._ibss = parts, parts.outlook, parts.ibss
        self._dice = random.Random(seed)
        self._day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=9)
        self._cells, self._tags = {house: count() for house in HOUSES}, count(1)
        self._cancelled = Counter[Room]()
        self._meetings: list[Meeting] = []
        self._before: list[Seen] = []
        self._series: dict[str, tuple[Person, Room, list[Seen]]] = {}
        self.reach = Slot(self._day - timedelta(days=10), self._day + timedelta(days=165))
        self.history: list[str] = []

    @property
    def wanted(self) -> list[Seen]:
        """What must stand, on both sides."""
        series = [seen for _, _, each in self._series.values() for seen in each]
        return [*self._before, *(meeting.seen for meeting in self._meetings), *series]

    async def begin(self) -> None:
        self._before = await in_outlook(self._parts, self.reach)

    async def go_on(self, things: int) -> None:
        for _ in range(things):
            await self.do_something()
            await asyncio.sleep(self._dice.uniform(0, 0.5))

    async def do_something(self) -> None:
        """One thing that one person does."""
        if not self._meetings or (len(self._meetings) < CROWD and self._dice.random() < 0.4):
            await self._dice.choice((self._book, self._book, self._book, self._book_recurring, self._book_series))()
        elif self._series and self._dice.random() < 0.15:
            await self._change_series()
        else:
            meeting, change = (
                self._dice.choice(self._meetings),
                self._dice.choice((self._rename, self._move, self._place, self._cancel)),
            )
            await change(meeting)

    # booking

    async def _book(self) -> None:
        if self._dice.random() < 0.5:
            meeting = self._new(OUTLOOK)
            meeting.event = await self._book_in_outlook(meeting)
        else:
            await self._book_in_ibss(self._new(IBSS))

    async def _book_in_outlook(self, meeting: Meeting) -> str:
        made = await self._outlook.book(meeting.host, meeting.slot, meeting.subject, (meeting.room,), meeting.people)
        self._stands(meeting, OUTLOOK)
        return str(made["id"])

    async def _book_in_ibss(self, meeting: Meeting, **more: Json) -> None:
        parties = [self._ibss.party(person, visitor=person is VERA) for person in meeting.people]
        await self._ibss.book(meeting.host, meeting.room, meeting.slot, meeting.subject, Booking_Parties=parties, **more)
        self._stands(meeting, IBSS)

    async def _book_recurring(self) -> None:
        """In IBSS: every instance is a booking of its own."""
        room, series = self._any_room(), f"S-{next(self._tags)}"
        for _ in range(3):
            await self._book_in_ibss(self._new(IBSS, room), Booking_Series_Id=series)

    async def _book_series(self) -> None:
        """In Outlook, and in a room that has none yet."""
        rooms = [room for house in HOUSES for room in house if room not in {room for _, room, _ in self._series.values()}]
        if not rooms:
            return
        room, host, start = self._dice.choice(rooms), self._dice.choice(COLLEAGUES), self._day.replace(hour=EARLY)
        slot = Slot(start, start + timedelta(minutes=30))
        made = await self._outlook.book(host, slot, f"W{next(self._tags)}", (room,), recurrence=weekly(slot, 5))
        await self._series_stands(made["id"], host, room)

    def _new(self, born: str, room: Room | None = None) -> Meeting:
        tag, room, host = f"M{next(self._tags)}", room or self._any_room(), self._dice.choice(COLLEAGUES)
        hands = {part: self._dice.choice((OUTLOOK, IBSS)) for part in ("subject", "slot", "place")}
        return Meeting(tag, host, room, self._free(room), f"{tag} first", self._people(host), born, hands)

    def _any_room(self) -> Room:
        return self._dice.choice([room for house in HOUSES for room in house])

    def _free(self, room: Room) -> Slot:
        """No hour is used twice in a house, so that every room of it is free then: who comes first is another story."""
        cell = next(self._cells[_house(room)])
        start = self._day + timedelta(days=cell // len(HOURS), hours=HOURS[cell % len(HOURS)])
        return Slot(start, start + timedelta(minutes=30))

    def _people(self, host: Person) -> tuple[Person, ...]:
        others = [person for person in (*COLLEAGUES, VERA) if person is not host]
        return tuple(self._dice.sample(others, self._dice.randrange(len(others) + 1)))

    def _stands(self, meeting: Meeting, where: str) -> None:
        self._meetings.append(meeting)
        self._tell(f"{where} booked: {meeting.seen}")

    # changing

    async def _rename(self, meeting: Meeting) -> None:
        subject = f"{meeting.tag} called {next(self._tags)}"
        if await self._changed(meeting, "subject", {"subject": subject}, {"Booking_Name": subject}):
            meeting.subject = subject

    async def _move(self, meeting: Meeting) -> None:
        slot = self._free(meeting.room)
        if await self._changed(meeting, "slot", self._outlook.times(slot), self._ibss.times(slot)):
            meeting.slot = slot

    async def _place(self, meeting: Meeting) -> None:
        """Other people, and now and then another room."""
        people, room = self._people(meeting.host), meeting.room
        if self._dice.random() < 0.5:
            room = self._dice.choice(_house(room))
        attendees = [*(self._outlook.guest(person) for person in people), self._outlook.room(room)]
        parties = [self._ibss.party(person, visitor=person is VERA) for person in people]
        if await self._changed(meeting, "place", {"attendees": attendees}, {"Booking_Parties": parties, "Space_Id": room.space}):
            meeting.people, meeting.room = people, room

    async def _cancel(self, meeting: Meeting) -> None:
        """In IBSS only what nobody changes in Outlook: such an edit may stand against it. In
        Outlook only what is known to be made: a create that is asked for again does not know that its event has been cancelled.
        """
        untouched = set(meeting.hands.values()) == {IBSS}
        where = IBSS if untouched and self._dice.random() < 0.7 else OUTLOOK
        event, booking = await self._event(meeting), await self._booking(meeting)
        if self._cancelled[meeting.room] >= MOST_CANCELLED or booking is None:
            return
        if where == IBSS:
            await self._ibss.cancel(meeting.host, booking)
        elif event and (meeting.born == OUTLOOK or await self._is_known_to_be_made(meeting, booking)):
            await self._outlook.cancel(meeting.host, event)
        else:
            return
        self._cancelled[meeting.room] += 1
        self._meetings.remove(meeting)
        self._tell(f"{where} cancelled: {meeting.seen}")

    async def _is_known_to_be_made(self, meeting: Meeting, booking: Json) -> bool:
        """The booking names its event, and the room has it: of what the room never had, only the roll of its window tells."""
        event = await self._outlook.event(meeting.host.address, meeting.event)
        accepted = {a["emailAddress"]["address"] for a in event["attendees"] if a["status"]["response"] == "accepted"}
        return bool(booking["Meta_Ext_Booking_EventId"]) and meeting.room.mailbox in accepted

    async def _changed(self, meeting: Meeting, part: str, there: Json, here: Json) -> bool:
        """Whether it could be: who has not got it yet cannot change it."""
        if meeting.hands[part] == OUTLOOK:
            if not (event := await self._event(meeting)):
                return False
            await self._outlook.change(meeting.host, event, **there)
        else:
            if not (booking := await self._booking(meeting)):
                return False
            await self._ibss.change(meeting.host, booking, **here)
        self._tell(f"{meeting.hands[part]} the {part} of {meeting.tag}: {there if meeting.hands[part] == OUTLOOK else here}")
        return True

    async def _event(self, meeting: Meeting) -> str:
        if not meeting.event:
            own = [event for event in await agenda(self._outlook, meeting.host.address, self.reach) if event["isOrganizer"]]
            meeting.event = next((event["id"] for event in own if event["subject"].startswith(f"{meeting.tag} ")), "")
        return meeting.event

    async def _booking(self, meeting: Meeting) -> Json | None:
        there = await bookings(self._ibss, self.reach)
        return next((booking for booking in there if booking["Booking_Name"].startswith(f"{meeting.tag} ")), None)

    # series, which only Outlook changes

    async def _change_series(self) -> None:
        """One occurrence is renamed, moved or cancelled; or the whole is renamed."""
        master, (host, room, _) = self._dice.choice(list(self._series.items()))
        tag = f"{next(self._tags)}"
        found = [
            event for event in await agenda(self._outlook, host.address, self.reach) if event.get("seriesMasterId") == master
        ]
        one = self._dice.choice(found)
        slot = self._outlook.slot_of(one)
        late = slot.start.replace(hour=LATE)
        match self._dice.choice(("rename", "move", "cancel", "rename all")):
            case "rename":
                await self._outlook.change(host, one["id"], subject=f"W{tag}")
            case "move":
                await self._outlook.change(host, one["id"], **self._outlook.times(Slot(late, late + timedelta(minutes=30))))
            case "cancel" if len(found) > 3:
                await self._outlook.cancel(host, one["id"])
            case _:
                await self._outlook.change(host, master, subject=f"W{tag}")
        await self._series_stands(master, host, room)

    async def _series_stands(self, master: str, host: Person, room: Room) -> None:
        """What an edit of a series makes of its occurrences is Exchange's to say: as the host sees it now, it must stand."""
        events = [
            event for event in await agenda(self._outlook, host.address, self.reach) if event.get("seriesMasterId") == master
        ]
        self._series[master] = host, room, [seen for event in events for seen in seen_of(event)]
        self._tell(f"{OUTLOOK} a series in {room.space}: {len(events)} occurrences")

    def _tell(self, line: str) -> None:
        self.history.append(f"{datetime.now(UTC):%H:%M:%S.%f} {line}")


def _house(room: Room) -> tuple[Room, ...]:
    return next(house for house in HOUSES if room in house)
