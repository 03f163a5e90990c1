"""What happens to one meeting of a series, on either side; and what a change of the whole series makes of it afterwards.

The pattern or the time of a series does away with its exceptions, cancelled ones too; any other change of it leaves them, and
reaches them where they have nothing of their own (MS-OXOCAL 3.1.4.7.3.5).
"""

from dataclasses import dataclass, replace

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK, Person, Room
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot
from tests.scenarios.series import (
    PRIVATE,
    Meeting,
    around,
    booked,
    both_agree,
    in_ibss,
    occurrence,
    slots,
    weekly,
)

TOUCHED, COUNT = 2, 5
"""The third of five."""


@dataclass(frozen=True)
class Change:
    """What one occurrence becomes; what is not said stays as it was. `back`: and then it is moved to where it was."""

    moved: dict[str, float] | None = None
    longer: float = 0
    back: bool = False
    subject: str = "Weekly"
    people: tuple[Person, ...] = (BEN,)
    rooms: tuple[Room, ...] = (OAK,)
    gone: bool = False

    def slot(self, was: Slot) -> Slot:
        start = was.later(**self.moved) if self.moved else was
        return Slot(start.start, start.later(hours=self.longer).end)

    def for_outlook(self, world: World, was: Slot) -> Json:
        body: Json = {}
        if self.slot(was) != was:
            body |= world.outlook.times(self.slot(was))
        if self.subject != "Weekly":
            body |= {"subject": self.subject} | ({"sensitivity": "private"} if self.subject == PRIVATE else {})
        if (self.people, self.rooms) != ((BEN,), (OAK,)):
            guests = [world.outlook.guest(person) for person in self.people]
            body["attendees"] = guests + [world.outlook.room(room) for room in self.rooms]
        return body

    def for_ibss(self, world: World, was: Slot) -> Json:
        body: Json = {}
        if self.slot(was) != was:
            body |= world.ibss.times(self.slot(was))
        if self.subject != "Weekly":
            body["Booking_Name"] = self.subject
        if self.people != (BEN,):
            body["Booking_Parties"] = [world.ibss.party(person) for person in self.people]
        if self.rooms != (OAK,):
            body |= {"Space_Id": self.rooms[0].space, "Node_Id": self.rooms[0].node}
        return body


EITHER = {
    "moved within the day": Change(moved={"hours": 2}),
    "moved to another day": Change(moved={"days": 1, "hours": 2}),
    "moved over midnight": Change(moved={"hours": 15.5}, longer=1),
    "moved and back": Change(moved={"hours": 2}, back=True),
    "renamed": Change(subject="Special"),
    "somebody added": Change(people=(BEN, CLEO)),
    "room swapped": Change(rooms=(ELM,)),
    "cancelled": Change(gone=True),
}
OUTLOOK_ONLY = {
    "room taken off": Change(rooms=()),
    "room added": Change(rooms=(OAK, ELM)),
    "made private": Change(subject=PRIVATE),
}
CHANGES = [
    *(pytest.param("Outlook", change, id=f"{name} in Outlook") for name, change in (EITHER | OUTLOOK_ONLY).items()),
    *(pytest.param("IBSS", change, id=f"{name} in IBSS") for name, change in EITHER.items()),
]


@dataclass(frozen=True)
class Whole:
    """What is done to the series afterwards: it is moved by `hours`, and has `count` occurrences, `every` so many weeks."""

    subject: str = "Weekly"
    hours: float = 0
    count: int = COUNT
    every: int = 1
    gone: bool = False

    @property
    def resets(self) -> bool:
        return bool(self.hours) or (self.count, self.every) != (COUNT, 1)

    def for_outlook(self, world: World, first: Slot) -> Json:
        if self.subject != "Weekly":
            return {"subject": self.subject}
        if self.hours:
            return world.outlook.times(first.later(hours=self.hours))
        return {"recurrence": weekly(first, self.count, self.every)}


THEN = {
    "nothing": Whole(),
    "series renamed": Whole(subject="Renamed"),
    "series moved an hour": Whole(hours=1),
    "series every other week": Whole(count=3, every=2),
    "series cut short": Whole(count=4),
    "series cancelled": Whole(gone=True),
}


def expected(room: Room, first: Slot, change: Change, then: Whole) -> dict[int, Meeting]:
    """What is to stand in a room, by the number of the occurrence in the series as it was."""
    if then.gone:
        return {}
    numbers = range(0, then.count * then.every, then.every)
    plain = {
        number: Meeting(slots(first, COUNT)[number].later(hours=then.hours), then.subject, frozenset({BEN.address}))
        for number in numbers
        if room == OAK
    }
    if then.resets:
        return plain
    plain.pop(TOUCHED, None)
    if change.gone or room not in change.rooms:
        return plain
    was = slots(first, COUNT)[TOUCHED]
    people = frozenset(person.address for person in change.people)
    touched = Meeting(was if change.back else change.slot(was), then.subject, people)
    if change.subject == PRIVATE:
        touched = replace(touched, subject="Private meeting", people=frozenset())
    elif change.subject != "Weekly":
        touched = replace(touched, subject=change.subject)
    return plain | {TOUCHED: touched}


async def touch_in_outlook(world: World, master: str, was: Slot, change: Change) -> None:
    event = await occurrence(world, master, was)
    if change.gone:
        await world.outlook.cancel(ANA, event["id"])
        return
    await world.outlook.change(ANA, event["id"], **change.for_outlook(world, was))
    if change.back:
        await world.settle()
        await world.outlook.change(ANA, event["id"], **world.outlook.times(was))


async def touch_in_ibss(world: World, was: Slot, change: Change) -> None:
    booking = await world.ibss.the_booking(OAK, was)
    if change.gone:
        await world.ibss.cancel(ANA, booking)
        return
    await world.ibss.change(ANA, booking, **change.for_ibss(world, was))
    if change.back:
        await world.settle()
        await world.ibss.change(ANA, await world.ibss.booking(booking), **world.ibss.times(was))


@pytest.mark.parametrize("then", [pytest.param(then, id=name) for name, then in THEN.items()])
@pytest.mark.parametrize(("where", "change"), CHANGES)
async def test_S13_B02_B03_one_occurrence_is_changed_and_then_the_series(
    world: World, where: str, change: Change, then: Whole
) -> None:
    first = world.slot()
    was = slots(first, COUNT)[TOUCHED]
    master = (await world.outlook.book(ANA, first, "Weekly", (OAK,), (BEN,), recurrence=weekly(first, COUNT)))["id"]
    await world.settle()
    before = await booked(world, slots(first, COUNT))
    await (touch_in_ibss(world, was, change) if where == "IBSS" else touch_in_outlook(world, master, was, change))
    await world.settle()
    if then.gone:
        await world.outlook.cancel(ANA, master)
    elif then != Whole():
        await world.outlook.change(ANA, master, **then.for_outlook(world, first))
    await world.settle()

    reach = around(first)
    in_oak, in_elm = (expected(room, first, change, then) for room in (OAK, ELM))
    assert await in_ibss(world, OAK, reach) == in_order_of_time(in_oak)
    assert await in_ibss(world, ELM, reach) == in_order_of_time(in_elm)
    untouched = {number: meeting.slot for number, meeting in in_oak.items() if number != TOUCHED}
    assert await booked(world, list(untouched.values())) == [before[number] for number in untouched]
    if TOUCHED in in_oak and not change.gone and change.rooms:
        assert await booked(world, [in_oak[TOUCHED].slot]) == [before[TOUCHED]]
    await both_agree(world, reach, OAK, ELM)


def in_order_of_time(meetings: dict[int, Meeting]) -> list[Meeting]:
    return sorted(meetings.values(), key=lambda meeting: meeting.slot.start)
