"""B15: whole days, in rooms of two time zones."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from localdev import world as company
from localdev.ibss.records import Booking
from tests.scenarios.calendars import all_day
from tests.scenarios.people import Slot
from tests.simulation.people import PEOPLE, SLOT, People, slot_of, token
from tests.simulation.script import OUTLOOK, Step
from tests.simulation.town import BEGIN

ZONES = {"GMT Standard Time": "Europe/London", "India Standard Time": "Asia/Kolkata"}
DAY = timedelta(days=1)


def zone_of(node: str) -> ZoneInfo:
    return ZoneInfo(next(ZONES[one.time_zone] for one in company.NODES if one.id == node))


def whole(day: date, node: str) -> Slot:
    """From midnight to midnight where the room is."""
    start, end = (datetime.combine(one, time(), zone_of(node)).astimezone(UTC) for one in (day, day + DAY))
    return Slot(start, end)


def day_of(start: datetime, end: datetime, node: str) -> date | None:
    """The one day that this is all of, where the room is."""
    day = start.astimezone(zone_of(node)).date()
    return day if whole(day, node) == Slot(start, end) else None


def numbered(number: int) -> date:
    """Away from all other slots."""
    return BEGIN.date() + DAY * (10 + number)


class Days(People):
    async def _outlook_day(self, step: Step) -> None:
        host, guest = self.host(step.meeting), PEOPLE[(step.meeting + 1) % len(company.COLLEAGUES)]
        times = all_day(numbered(step.value), self._told(step))
        subject, room = f"{token(step.meeting)} new", self._room(step.meeting)
        await self.outlook.book(host, slot_of(0), subject, (room,), (guest,), **times)

    async def _ibss_day(self, step: Step) -> None:
        host, guest = self.host(step.meeting), PEOPLE[(step.meeting + 2) % len(company.COLLEAGUES)]
        room, subject = self._room(step.meeting), f"{token(step.meeting)} new"
        slot = whole(numbered(step.value), room.node)
        await self.ibss.book(host, room, slot, subject, (guest,), Booking_All_Day=1)

    async def _outlook_whole(self, step: Step) -> None:
        event, day = self._event(step.meeting), numbered(step.value)
        shown = event.details.start
        await self._change(event, **all_day(day, self._told(step)))
        self.history.note(step.meeting, SLOT, OUTLOOK, _midnight(day), shown)

    async def _ibss_whole(self, step: Step) -> None:
        booking, day = self._booking(step.meeting), numbered(step.value)
        await self._alter(booking, Booking_All_Day=1, **self.ibss.times(whole(day, booking.node)))
        self.history.note(step.meeting, SLOT, step.side, _midnight(day), self._start(booking))

    async def _outlook_move(self, step: Step, **more: Any) -> None:
        was_whole = self._event(step.meeting).details.all_day
        await super()._outlook_move(step, **(more | ({"isAllDay": False} if was_whole else {})))

    async def _ibss_move(self, step: Step, **more: Any) -> None:
        was_whole = self._booking(step.meeting).all_day
        await super()._ibss_move(step, **(more | ({"Booking_All_Day": 0} if was_whole else {})))

    async def _ibss_room(self, step: Step, **more: Any) -> None:
        """A whole day is one there, too."""
        booking, room = self._booking(step.meeting), self._town.rooms[step.value % len(self._town.rooms)]
        day = day_of(booking.start, booking.end, booking.node) if booking.all_day else None
        await super()._ibss_room(step, **(more | (self.ibss.times(whole(day, room.node)) if day else {})))

    def _start(self, booking: Booking) -> datetime:
        day = day_of(booking.start, booking.end, booking.node) if booking.all_day else None
        return _midnight(day) if day else booking.start

    def _told(self, step: Step) -> str:
        """The time zone that a client writes beside the days; they are the same days in each."""
        return ("UTC", "GMT Standard Time", "India Standard Time")[step.value % 3]


def _midnight(day: date) -> datetime:
    """Where Outlook keeps an all-day event."""
    return datetime.combine(day, time(), UTC)
