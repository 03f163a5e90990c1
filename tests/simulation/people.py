"""The hands that carry out a script, with what they see before their eyes; what was acknowledged goes into the history."""

from datetime import datetime, timedelta
from typing import Any

from localdev import world as company
from localdev.graph.state import Event
from localdev.ibss.records import Booking
from tests.scenarios.people import PREFER, IbssApp, Outlook, Slot, as_person, checked
from tests.simulation.history import History
from tests.simulation.script import OUTLOOK, Step
from tests.simulation.town import BEGIN, Town

PEOPLE = (*company.COLLEAGUES, company.VERA)
DAY = timedelta(days=1)
HALF_HOURS = 16
SECRET = "secret"
SUBJECT, SLOT, ROOM, GONE = "subject", "slot", "room", "gone"


def token(meeting: int) -> str:
    """It stays in the subject whatever people write there, so that whoever looks knows the meeting by it."""
    return f"m{meeting}:"


def slot_of(number: int) -> Slot:
    day, half_hour = divmod(number, HALF_HOURS)
    start = BEGIN.replace(hour=9) + DAY * (2 + day) + timedelta(minutes=30 * half_hour)
    return Slot(start, start + timedelta(minutes=30))


def early(moment: datetime, number: int) -> Slot:
    """The same day, before all others: an occurrence cannot be moved past its neighbours (Microsoft docs, error
    ErrorOccurrenceCrossingBoundary).
    """
    start = moment.replace(hour=0, minute=0) + timedelta(minutes=30 * (number % HALF_HOURS))
    return Slot(start, start + timedelta(minutes=30))


class People:
    def __init__(self, town: Town, history: History) -> None:
        self._town, self.history = town, history
        self.outlook = Outlook(town.person("graph"))
        self.ibss = IbssApp(town.person("ibss"))
        self.done: list[str] = []
        self.taken: list[Step] = []

    async def take(self, step: Step) -> None:
        """One step. What a server refuses, or what is not there to be changed on that side, is not done."""
        self._town.roll_the_dice()
        try:
            await getattr(self, f"_{step.side}_{step.verb}")(step)
        except LookupError:
            return
        except AssertionError:  # the server refused: people.checked
            return
        self.taken.append(step)
        self._town.trace.note("person", step.side, step.verb, step.meeting, step.value)
        self.done.append(f"{step.at:.1f} s: {step.side} {step.verb} {step.meeting} {step.value}")

    # new meetings

    async def _outlook_book(self, step: Step, **more: Any) -> None:
        host, room = self.host(step.meeting), self._room(step.meeting)
        subject = more.pop("subject", f"{token(step.meeting)} new")
        guests = (PEOPLE[(step.meeting + 1) % len(company.COLLEAGUES)],)
        await self.outlook.book(host, slot_of(step.value), subject, (room,), guests, **more)

    async def _outlook_private(self, step: Step) -> None:
        await self._outlook_book(step, subject=f"{token(step.meeting)} {SECRET}", sensitivity="private")

    async def _outlook_series(self, step: Step) -> None:
        start = slot_of(step.value).start
        pattern = {"type": "daily", "interval": 1}
        span = {"type": "numbered", "startDate": f"{start:%Y-%m-%d}", "numberOfOccurrences": 3, "recurrenceTimeZone": "UTC"}
        await self._outlook_book(step, recurrence={"pattern": pattern, "range": span})

    async def _ibss_book(self, step: Step, **more: Any) -> None:
        host, room = self.host(step.meeting), self._room(step.meeting)
        guests = (PEOPLE[(step.meeting + 2) % len(company.COLLEAGUES)],)
        await self.ibss.book(host, room, slot_of(step.value), f"{token(step.meeting)} new", guests, **more)

    # edits in Outlook

    async def _outlook_rename(self, step: Step) -> None:
        event = self._event(step.meeting)
        words = f"{token(step.meeting)} {SECRET if SECRET in event.details.subject else 'o'}{step.value}"
        shown = event.details.subject
        await self._change(event, subject=words)
        self.history.note(step.meeting, SUBJECT, OUTLOOK, words, shown)

    async def _outlook_move(self, step: Step, **more: Any) -> None:
        event, slot = self._event(step.meeting), slot_of(step.value)
        shown = event.details.start
        await self._change(event, **self.outlook.times(slot), **more)
        self.history.note(step.meeting, SLOT, OUTLOOK, slot.start, shown)

    async def _outlook_room(self, step: Step) -> None:
        event, room = self._event(step.meeting), self._town.rooms[step.value % len(self._town.rooms)]
        shown = first(a.address for a in event.attendees if a.kind == "resource")
        others = [self.written(attendee) for attendee in event.attendees if attendee.kind != "resource"]
        await self._change(event, attendees=[*others, self.outlook.room(room)])
        self.history.note(step.meeting, ROOM, OUTLOOK, room.mailbox, shown)

    async def _outlook_invite(self, step: Step) -> None:
        await self._outlook_people(step, there=True)

    async def _outlook_uninvite(self, step: Step) -> None:
        await self._outlook_people(step, there=False)

    async def _outlook_people(self, step: Step, *, there: bool) -> None:
        event, who = self._event(step.meeting), PEOPLE[step.value % len(PEOPLE)]
        was = any(attendee.address == who.address for attendee in event.attendees)
        if was == there or who.address == event.organizer:
            raise LookupError
        others = [self.written(attendee) for attendee in event.attendees if attendee.address != who.address]
        await self._change(event, attendees=[*others, *([self.outlook.guest(who)] if there else [])])
        self.history.note(step.meeting, who.address, OUTLOOK, there, was)

    async def _outlook_cancel(self, step: Step) -> None:
        event = self._event(step.meeting)
        await self.outlook.cancel(_person(event.organizer), event.id)
        self.history.note(step.meeting, GONE, OUTLOOK, value=True, shown=False)

    async def _outlook_forward(self, step: Step) -> None:
        """An attendee asks somebody along."""
        event = self._event(step.meeting)
        who = _person(first(a.address for a in event.attendees if a.kind == "required" and _is_colleague(a.address)))
        guest = PEOPLE[step.value % len(PEOPLE)]
        if guest.address in {event.organizer, *(attendee.address for attendee in event.attendees)}:
            raise LookupError
        copies = self._town.graph.tenant.mailboxes[who.address].events.values()
        copy = first(one for one in copies if one.ical_uid == event.ical_uid and not one.is_cancelled)
        to = [{"emailAddress": {"address": guest.address, "name": guest.name}}]
        path = f"/users/{who.address}/events/{copy.id}/forward"
        checked(await self.outlook.http.post(path, json={"toRecipients": to}, headers=PREFER))

    async def _outlook_move_one(self, step: Step) -> None:
        occurrence = await self._occurrence(step)
        slot = early(utc(occurrence["start"]["dateTime"]), step.value)
        await self.outlook.change(self.host(step.meeting), occurrence["id"], **self.outlook.times(slot))

    async def _outlook_cancel_one(self, step: Step) -> None:
        occurrence = await self._occurrence(step)
        await self.outlook.cancel(self.host(step.meeting), occurrence["id"])

    # edits in IBSS

    async def _ibss_rename(self, step: Step) -> None:
        booking, words = self._booking(step.meeting), f"{token(step.meeting)} i{step.value}"
        await self._alter(booking, Booking_Name=words)
        self.history.note(step.meeting, SUBJECT, step.side, words, booking.name)

    async def _ibss_move(self, step: Step, **more: Any) -> None:
        booking, slot = self._booking(step.meeting), slot_of(step.value)
        await self._alter(booking, **self.ibss.times(slot), **more)
        self.history.note(step.meeting, SLOT, step.side, slot.start, self._start(booking))

    async def _ibss_room(self, step: Step, **more: Any) -> None:
        booking, room = self._booking(step.meeting), self._town.rooms[step.value % len(self._town.rooms)]
        if room.space == booking.space:
            raise LookupError
        shown = first(one.mailbox for one in self._town.rooms if one.space == booking.space)
        await self._alter(booking, Space_Id=room.space, Node_Id=room.node, **more)
        self.history.note(step.meeting, ROOM, step.side, room.mailbox, shown)

    async def _ibss_invite(self, step: Step) -> None:
        await self._ibss_people(step, there=True)

    async def _ibss_uninvite(self, step: Step) -> None:
        await self._ibss_people(step, there=False)

    async def _ibss_people(self, step: Step, *, there: bool) -> None:
        booking, who = self._booking(step.meeting), PEOPLE[step.value % len(PEOPLE)]
        was = any(party.email == who.address for party in booking.parties)
        if was == there or who.address == booking.owner_email:
            raise LookupError
        others = [
            self.ibss.party(_person(one.email), visitor=one.is_visitor) for one in booking.parties if one.email != who.address
        ]
        mine = [self.ibss.party(who, visitor=who is company.VERA)] if there else []
        await self._alter(booking, Booking_Parties=[*others, *mine])
        self.history.note(step.meeting, who.address, step.side, there, was)

    async def _ibss_cancel(self, step: Step) -> None:
        booking = self._booking(step.meeting)
        await self._alter(booking, Booking_IsCancelled=1)
        self.history.note(step.meeting, GONE, step.side, value=True, shown=False)

    async def _ibss_move_one(self, step: Step) -> None:
        booking = self._one_of(step)
        await self._alter(booking, **self.ibss.times(early(booking.start, step.value)))

    async def _ibss_cancel_one(self, step: Step) -> None:
        await self._alter(self._one_of(step), Booking_IsCancelled=1)

    async def _ibss_rename_one(self, step: Step) -> None:
        await self._alter(self._one_of(step), Booking_Name=f"{token(step.meeting)} one{step.value}")

    # what they see

    def _start(self, booking: Booking) -> datetime:
        """As Outlook would tell it."""
        return booking.start

    @staticmethod
    def written(attendee: Any) -> Any:
        return {"type": attendee.kind, "emailAddress": {"address": attendee.address, "name": attendee.name}}

    def host(self, meeting: int) -> company.Person:
        return company.COLLEAGUES[meeting % len(company.COLLEAGUES)]

    def _room(self, meeting: int) -> company.Room:
        return self._town.rooms[meeting % len(self._town.rooms)]

    def _event(self, meeting: int) -> Event:
        return first(
            event
            for event in self._town.graph.tenant.mailboxes[self.host(meeting).address].events.values()
            if event.is_organizer and not event.is_cancelled and event.series_master is None
            if event.details.subject.startswith(token(meeting))
        )

    def _booking(self, meeting: int) -> Booking:
        return self._bookings(meeting)[0]

    def _bookings(self, meeting: int) -> list[Booking]:
        found = [b for b in self._town.ibss.bookings.by_id.values() if b.holds and b.name.startswith(token(meeting))]
        return sorted(found, key=lambda booking: booking.start)

    def _one_of(self, step: Step) -> Booking:
        found = self._bookings(step.meeting)
        return found[step.value % len(found)] if found else found[0]

    async def _occurrence(self, step: Step) -> Any:
        host, begin = self.host(step.meeting), BEGIN
        listed = await self.outlook.calendar(host.address, Slot(begin, begin + DAY * 30))
        found = [event for event in listed if event["subject"].startswith(token(step.meeting)) and event["isOrganizer"]]
        return found[step.value % len(found)] if found else found[0]

    async def _change(self, event: Event, **members: Any) -> None:
        await self.outlook.change(_person(event.organizer), event.id, **members)

    async def _alter(self, booking: Booking, **members: Any) -> None:
        who = _person(booking.owner_email or "")
        path = f"/v2/{booking.node}/bookings/{booking.id}"
        checked(await self.ibss.http.patch(path, json=members, headers=as_person(who)))


def first(items: Any) -> Any:
    """Raises LookupError when there is none."""
    for item in items:
        return item
    raise LookupError


def _person(address: str) -> company.Person:
    return first(person for person in PEOPLE if person.address == address)


def _is_colleague(address: str) -> bool:
    return any(person.address == address for person in company.COLLEAGUES)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text[:19] + "+00:00")
