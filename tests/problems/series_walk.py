"""A walk over the edits that people make to series, drawn by a seed; and what must be true wherever it stops."""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from localdev.world import ANA, BEN, CLEO, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot
from tests.scenarios.series import weekly

type Copy = tuple[Slot, str]
"""An occurrence as a person sees it: when it is and what it is called."""

REACH = timedelta(days=150)


@dataclass
class Series:
    master: str
    name: str


class Walk:
    """Ana has one weekly series in Oak to begin with; a split makes more of them."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.rng = world, random.Random(seed)  # noqa: S311 - a story that repeats with its seed
        self.window = Slot(world.clock.now() + timedelta(days=3), world.clock.now() + REACH)
        self.series: list[Series] = []
        self.story: list[str] = []
        self.names = 0

    async def begin(self) -> None:
        first = self.world.slot(60)
        await self._book(first, weekly(first, self.rng.randint(3, 5)))
        await self.world.settle()

    async def step(self) -> None:
        edits = (
            self.move_series,
            self.change_pattern,
            self.split,
            self.rename_series,
            self.change_people,
            self.cancel_series,
            self.cancel_occurrence,
            self.free_the_room,
            self.move_occurrence,
            self.rename_occurrence,
            self.cancel_booking,
            self.move_booking,
            self.rename_booking,
        )
        await self.rng.choice(edits)()
        await self._delivered()

    async def _delivered(self) -> None:
        """Invitations and answers arrive; what the service would do about them waits."""
        for _ in range(8):
            await self.world.graph.run_due()
            self.world.clock.advance(0.3)

    # what a person does in Outlook

    async def move_series(self) -> None:
        series = self.rng.choice(self.series)
        occurrences = await self._occurrences(series)
        master = await self.world.outlook.event(ANA.address, series.master)
        slot = self.world.outlook.slot_of(master).later(hours=self.rng.choice((-2, 1, 3)), days=self.rng.choice((0, 0, 1)))
        if not occurrences or slot.start < self.window.start:
            return
        self.tell(f"the series {series.name} is moved to {_said(slot)}")
        span = master["recurrence"]["range"]
        recurrence = weekly(slot, span["numberOfOccurrences"], master["recurrence"]["pattern"]["interval"])
        await self.world.outlook.change(ANA, series.master, **self.world.outlook.times(slot), recurrence=recurrence)

    async def change_pattern(self) -> None:
        series = self.rng.choice(self.series)
        if not await self._occurrences(series):
            return
        first = self.world.outlook.slot_of(await self.world.outlook.event(ANA.address, series.master))
        count, interval = self.rng.randint(2, 5), self.rng.choice((1, 2, 3))
        self.tell(f"the series {series.name} comes every {interval} weeks, {count} times, from {_said(first)}")
        await self.world.outlook.change(ANA, series.master, recurrence=weekly(first, count, interval))

    async def split(self) -> None:
        """This and following: Outlook ends the old series and makes a new one (pnp/blog pull request 2373)."""
        series = self.rng.choice(self.series)
        master = await self.world.outlook.event(ANA.address, series.master)
        span, interval = master["recurrence"]["range"], master["recurrence"]["pattern"]["interval"]
        kept = self.rng.randint(1, 3)
        if span["numberOfOccurrences"] <= kept:
            return
        first = self.world.outlook.slot_of(master)
        tail = first.later(weeks=kept * interval, hours=self.rng.choice((0, 0, 1)))
        self.tell(f"the series {series.name} ends after {kept}; from {_said(tail)} on it is another")
        await self.world.outlook.change(ANA, series.master, recurrence=weekly(first, kept, interval))
        await self._book(tail, weekly(tail, span["numberOfOccurrences"] - kept, interval), series.name)

    async def rename_series(self) -> None:
        series = self.rng.choice(self.series)
        if not await self._occurrences(series):
            return
        name = self._name()
        self.tell(f"the series {series.name} is now called {name}")
        await self.world.outlook.change(ANA, series.master, subject=name)
        series.name = name

    async def change_people(self) -> None:
        series = self.rng.choice(self.series)
        if not await self._occurrences(series):
            return
        people = self.rng.sample((BEN, CLEO), self.rng.randint(0, 2))
        self.tell(f"invited to the series {series.name}: {[person.first_name for person in people]}")
        attendees = [*map(self.world.outlook.guest, people), self.world.outlook.room(OAK)]
        await self.world.outlook.change(ANA, series.master, attendees=attendees)

    async def cancel_series(self) -> None:
        """Seldom, for a walk without a series goes nowhere."""
        series = self.rng.choice(self.series)
        if len(self.series) > 1 and await self._occurrences(series):
            self.tell(f"the series {series.name} is cancelled")
            await self.world.outlook.cancel(ANA, series.master)
            self.series.remove(series)

    async def free_the_room(self) -> None:
        if event := await self._any_event():
            self.tell(f"{_seen(event)} needs no room any more")
            kept = [attendee for attendee in event["attendees"] if attendee["type"] != "resource"]
            await self.world.outlook.change(ANA, event["id"], attendees=kept)

    async def cancel_occurrence(self) -> None:
        if event := await self._any_event():
            self.tell(f"{_seen(event)} is cancelled in Outlook")
            await self.world.outlook.cancel(ANA, event["id"])

    async def move_occurrence(self) -> None:
        if event := await self._any_event():
            slot = self.world.outlook.slot_of(event).later(minutes=self.rng.choice((-90, 45, 24 * 60 + 30)))
            self.tell(f"{_seen(event)} is moved to {_said(slot)} in Outlook")
            await self.world.outlook.change(ANA, event["id"], **self.world.outlook.times(slot))

    async def rename_occurrence(self) -> None:
        if event := await self._any_event():
            name = self._name()
            self.tell(f"{_seen(event)} is called {name} in Outlook")
            await self.world.outlook.change(ANA, event["id"], subject=name)

    # what a person does in IBSS

    async def cancel_booking(self) -> None:
        if booking := await self._any_booking():
            self.tell(f"{_booked(booking)} is cancelled in IBSS")
            await self.world.ibss.cancel(ANA, booking)

    async def move_booking(self) -> None:
        if booking := await self._any_booking():
            slot = self.world.ibss.slot_of(booking).later(minutes=self.rng.choice((-45, 30, 24 * 60 + 15)))
            self.tell(f"{_booked(booking)} is moved to {_said(slot)} in IBSS")
            await self.world.ibss.change(ANA, booking, **self.world.ibss.times(slot))

    async def rename_booking(self) -> None:
        if booking := await self._any_booking():
            name = self._name()
            self.tell(f"{_booked(booking)} is called {name} in IBSS")
            await self.world.ibss.change(ANA, booking, Booking_Name=name)

    # what is there

    async def in_outlook(self) -> Counter[Copy]:
        """What stands in the room, by the organiser's copy of it, for the room's own has lost its subject."""
        room = Counter(self.world.outlook.slot_of(event) for event in await self._calendar(str(OAK.mailbox)))
        mine = [event for event in await self._calendar(ANA.address) if _in_oak(event)]
        assert room == Counter(map(self.world.outlook.slot_of, mine)), "the room and the organiser differ"
        return Counter((self.world.outlook.slot_of(event), event["subject"]) for event in mine)

    async def bookings(self) -> dict[Copy, list[str]]:
        found: dict[Copy, list[str]] = {}
        for booking in await self._booked():
            found.setdefault((self.world.ibss.slot_of(booking), booking["Booking_Name"]), []).append(booking["Booking_Id"])
        return found

    def tell(self, what: str) -> None:
        self.story.append(what)

    async def _book(self, slot: Slot, recurrence: Json, name: str | None = None) -> None:
        name = name or self._name()
        made = await self.world.outlook.book(ANA, slot, name, (OAK,), (BEN,), recurrence=recurrence)
        self.series.append(Series(made["id"], name))
        self.tell(f"{name}: {recurrence['range']['numberOfOccurrences']} times from {_said(slot)}")

    async def _calendar(self, mailbox: str) -> list[Json]:
        return await self.world.outlook.calendar(mailbox, self.window)

    async def _occurrences(self, series: Series) -> list[Json]:
        return [event for event in await self._calendar(ANA.address) if event["seriesMasterId"] == series.master]

    async def _booked(self) -> list[Json]:
        return [
            booking
            for booking in await self.world.ibss.bookings(OAK, self.window)
            if booking["Booking_Owner_Email"] == ANA.address
        ]

    async def _any_event(self) -> Json | None:
        found = await self._calendar(ANA.address)
        return self.rng.choice(found) if found else None

    async def _any_booking(self) -> Json | None:
        found = await self._booked()
        return self.rng.choice(found) if found else None

    def _name(self) -> str:
        self.names += 1
        return f"Name {self.names}"


def _in_oak(event: Json) -> bool:
    """A room that clashes declines, and is on the meeting no more."""
    answers = {a["emailAddress"]["address"]: a["status"]["response"] for a in event["attendees"]}
    return answers.get(OAK.mailbox, "declined") != "declined"


def _said(slot: Slot) -> str:
    return f"{slot.start:%a %d %b %H:%M}"


def _seen(event: Json) -> str:
    return f"{event['type']} {event['subject']} of {event['start']['dateTime'][:16]}"


def _booked(booking: Json) -> str:
    return f"the booking {booking['Booking_Name']} of {booking['Booking_Start'][:16]}"
