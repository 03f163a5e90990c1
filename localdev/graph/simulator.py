"""The simulated Microsoft Graph, put together. It has no tasks of its own: what is due happens in `run_due`."""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from localdev.graph import codec
from localdev.graph.agenda import Agenda
from localdev.graph.attendant import DECIDE, REWRITE, Attendant
from localdev.graph.calendars import Calendars
from localdev.graph.clock import Clock
from localdev.graph.delivery import Delivery
from localdev.graph.draft import Draft
from localdev.graph.errors import JsonObject
from localdev.graph.meetings import Meetings
from localdev.graph.notices import Notices, is_delivery
from localdev.graph.notifier import Notifier
from localdev.graph.post_office import CANCELLATION, REQUEST, PostOffice
from localdev.graph.state import Attendee, Event, Mailbox, RoomSettings, Tenant
from localdev.graph.subscriptions import EXPIRE, WARN, Post, Subscriptions


class Person(Protocol):
    @property
    def address(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def first_name(self) -> str: ...
    @property
    def last_name(self) -> str: ...


class Room(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def capacity(self) -> int: ...
    @property
    def mailbox(self) -> str | None: ...


class Meeting(Protocol):
    @property
    def room(self) -> Room: ...
    @property
    def host(self) -> Person: ...
    @property
    def people(self) -> Iterable[Person]: ...
    @property
    def subject(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


class GraphSimulator:
    def __init__(
        self,
        now: Callable[[], datetime],
        post: Post,
        *,
        rng: random.Random | None = None,
        tenant: Tenant | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`post` sends (url, content type, body) and returns (status, content type, body). It may raise OSError, which
        TimeoutError is too, or httpx.HTTPError when nobody answers. `clock` is given when the side door may put it forward;
        `now` is then its own."""
        self.now, self.post = now, post
        self.clock = clock
        self.rng = rng or random.Random(0)  # noqa: S311 - ids that repeat with the same seed
        self.tenant = tenant or Tenant()
        self.agenda = Agenda(self.tenant, now)
        self.notices = Notices(self.tenant, self.agenda, self.rng)
        self.calendars = Calendars(self.tenant, self.agenda, self.notices)
        self.post_office = PostOffice(self.tenant, self.agenda)
        self.meetings = Meetings(self.calendars, self.post_office, self.agenda, self.rng)
        self.attendant = Attendant(self.tenant, self.calendars, self.meetings, self.agenda)
        self.delivery = Delivery(self.calendars, self.attendant, self.agenda, self.rng)
        self.subscriptions = Subscriptions(self.tenant, self.calendars, self.notices, self.agenda, post, self.rng)
        self._notifier = Notifier(self.tenant, self.agenda, self.notices, post, self.rng)
        self._actions = {
            REQUEST: self.delivery.request,
            CANCELLATION: self.delivery.cancellation,
            DECIDE: self.attendant.decide,
            REWRITE: self.attendant.rewrite,
            EXPIRE: self.subscriptions.expire,
            WARN: self.subscriptions.warn,
        }

    async def run_due(self) -> int:
        """Carries out everything that is due by now, and what becomes due by it. Returns how many things happened."""
        happened = 0
        while task := self.agenda.take(self.now()):
            if is_delivery(task):
                happened += await self._notifier.deliver(task, self.now())
            else:
                self.agenda.run(task, self._actions[task.kind])
                happened += 1
        return happened

    def next_due(self) -> datetime | None:
        return self.agenda.next_due()

    def add_person(self, address: str, name: str, first_name: str = "", last_name: str = "", *, hosted: bool = True) -> Mailbox:
        """`hosted=False` is somebody of another tenant: meetings can come from there, but Graph does not reach the mailbox."""
        mailbox = Mailbox(address.lower(), name, first_name, last_name, hosted)
        self.tenant.mailboxes[mailbox.address] = mailbox
        return mailbox

    def add_room(self, address: str, name: str, capacity: int = 0) -> Mailbox:
        mailbox = Mailbox(address.lower(), name, room=RoomSettings(), capacity=capacity)
        self.tenant.mailboxes[mailbox.address] = mailbox
        return mailbox

    def seed(self, people: Iterable[Person], rooms: Iterable[Room], meetings: Iterable[Meeting] = ()) -> None:
        """Fills the tenant. The meetings are long settled: every copy is there, the room has accepted, no mail is counted."""
        for person in people:
            self.add_person(person.address, person.name, person.first_name, person.last_name)
        for room in rooms:
            if room.mailbox:
                self.add_room(room.mailbox, room.name, room.capacity)
        for meeting in meetings:
            self._settle(meeting)

    def _settle(self, meeting: Meeting) -> Event:
        draft = Draft(
            details={"subject": meeting.subject, "location": {"displayName": meeting.room.name}},
            start=(meeting.start.astimezone(UTC).replace(tzinfo=None), "UTC"),
            end=(meeting.end.astimezone(UTC).replace(tzinfo=None), "UTC"),
            attendees=[Attendee(person.address, person.name) for person in meeting.people],
        )
        if meeting.room.mailbox and draft.attendees is not None:
            draft.attendees.append(Attendee(meeting.room.mailbox, meeting.room.name, "resource"))
        mails = len(self.tenant.mails)
        event = self.meetings.create(self.calendars.hosted(meeting.host.address), draft)
        self._finish_everything()
        del self.tenant.mails[mails:]
        return event

    def _finish_everything(self) -> None:
        long_after = self.now() + timedelta(days=1)
        while task := self.agenda.take(long_after):
            self.agenda.run(task, self._actions[task.kind])

    def dump(self) -> JsonObject:
        """All state as JSON."""
        version, internal, gauss = self.rng.getstate()
        return {"tenant": codec.to_json(self.tenant), "rng": [version, list(internal), gauss]}

    @classmethod
    def load(cls, dumped: JsonObject, now: Callable[[], datetime], post: Post, *, clock: Clock | None = None) -> "GraphSimulator":
        rng = random.Random()  # noqa: S311
        version, internal, gauss = dumped["rng"]
        rng.setstate((version, tuple(internal), gauss))
        return cls(now, post, rng=rng, tenant=codec.from_json(Tenant, dumped["tenant"]), clock=clock)
