"""Whatever people do, in any order: delta replayed gives the calendar, and every copy agrees with its organiser's."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from localdev import world
from localdev.graph import series
from localdev.graph.state import Event
from localdev.graph.workbench import BEGIN, Workbench, at, attendee

PEOPLE = [person.address for person in world.COLLEAGUES]
ROOMS = [room.mailbox for room in world.ROOMS[:3] if room.mailbox]
MARCH = "startDateTime=2026-03-01T00:00:00Z&endDateTime=2026-04-01T00:00:00Z"


class Walk:
    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)  # noqa: S311
        self.bench = Workbench()
        self.bench.simulator.seed(world.COLLEAGUES, world.ROOMS, world.meetings(BEGIN))
        self.links = {mailbox: f"/users/{mailbox}/calendarView/delta?{MARCH}" for mailbox in PEOPLE + ROOMS}
        self.replayed: dict[str, dict[str, Any]] = {mailbox: {} for mailbox in PEOPLE + ROOMS}

    async def step(self) -> None:
        moves = (self.make, self.make, self.change, self.change, self.change, self.delete, self.answer, self.follow, self.wait)
        await self.choose.choice(moves)()

    async def make(self) -> None:
        host, start = self.choose.choice(PEOPLE), self.some_time()
        more: dict[str, Any] = {}
        if self.choose.random() < 0.4:
            pattern = {"type": "daily", "interval": self.choose.randint(1, 5)}
            span = {"type": "numbered", "numberOfOccurrences": self.choose.randint(1, 8), "startDate": start.date().isoformat()}
            more["recurrence"] = {"pattern": pattern, "range": span}
        end = start + timedelta(minutes=self.choose.choice([30, 90]))
        await self.bench.make(host, start.isoformat(), end.isoformat(), attendees=self.some_attendees(host), **more)

    def some_time(self) -> datetime:
        """Now and then outside the window."""
        start = datetime(2026, 3, self.choose.randint(1, 28), self.choose.randint(0, 22))  # noqa: DTZ001 - a wall clock
        return start + timedelta(days=60 if self.choose.random() < 0.1 else 0)

    def some_attendees(self, host: str) -> list[Any]:
        others = [address for address in PEOPLE + ROOMS if address != host]
        return [attendee(address) for address in self.choose.sample(others, self.choose.randint(0, 4))]

    async def one(self, mailbox: str, *, organised: bool) -> str | None:
        """An item or an occurrence."""
        items = (await self.bench.get(f"/users/{mailbox}/events?$top=100"))["value"]
        events = [event for event in items + await self.bench.calendar(mailbox) if event["isOrganizer"] is organised]
        return f"/users/{mailbox}/events/{self.choose.choice(events)['id']}" if events else None

    async def change(self) -> None:
        mailbox, start = self.choose.choice(PEOPLE), self.some_time()
        times = {"start": at(start.isoformat()), "end": at((start + timedelta(hours=1)).isoformat())}
        body = self.choose.choice([{"subject": "Other"}, times, {"attendees": self.some_attendees(mailbox)}])
        path = await self.one(mailbox, organised=True)
        if path:
            assert (await self.bench.ask("PATCH", path, body)).status_code in (200, 400)

    async def delete(self) -> None:
        path = await self.one(self.choose.choice(PEOPLE), organised=True)
        if path:
            assert (await self.bench.ask("DELETE", path)).status_code == 204

    async def answer(self) -> None:
        path = await self.one(self.choose.choice(PEOPLE + ROOMS), organised=False)
        action = self.choose.choice(["accept", "decline", "tentativelyAccept"])
        if path:
            assert (await self.bench.ask("POST", f"{path}/{action}", {})).status_code == 202

    async def follow(self) -> None:
        for mailbox in self.links:
            prefer = f"odata.maxpagesize={self.choose.randint(1, 6)}"
            items, self.links[mailbox] = await self.bench.round(self.links[mailbox], Prefer=prefer)
            for item in items:
                self.replayed[mailbox].pop(item["id"], None)
                if "@removed" not in item:
                    self.replayed[mailbox][item["id"]] = item

    async def wait(self) -> None:
        await self.bench.pass_time(seconds=self.choose.choice([0.3, 0.6, 60]))

    def shown(self, mailbox: str) -> list[Event]:
        window = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
        return list(series.expanded(self.bench.simulator.calendars.hosted(mailbox), *window))


@pytest.mark.parametrize("seed", range(8))
async def test_a_walk(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(40):
        await walk.step()
    await walk.bench.settle()
    await walk.follow()
    for mailbox, items in walk.replayed.items():
        replayed = {name: item["start"] for name, item in items.items() if item["type"] != "seriesMaster"}
        assert replayed == {event["id"]: event["start"] for event in await walk.bench.calendar(mailbox)}
        held = {_slot(event) for event in walk.shown(mailbox) if not event.is_organizer and not event.is_cancelled}
        invited = [event for host in PEOPLE if host != mailbox for event in walk.shown(host) if _invites(event, mailbox)]
        # Who has declined gets a copy again by the next update, and may not have answered it yet.
        assert {_slot(event) for event in invited if not _declined(event, mailbox)} <= held <= set(map(_slot, invited))


def _slot(event: Event) -> tuple[str, datetime, datetime]:
    return event.ical_uid, event.details.start, event.details.end


def _invites(event: Event, mailbox: str) -> bool:
    return event.is_organizer and any(person.address == mailbox for person in event.attendees)


def _declined(event: Event, mailbox: str) -> bool:
    return any((person.address, person.response) == (mailbox, "declined") for person in event.attendees)
