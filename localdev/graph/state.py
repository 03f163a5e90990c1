"""All that the simulated tenant knows, as plain data. Nothing here acts; `codec` can write it down and read it back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localdev.graph.errors import JsonObject


@dataclass
class Attachment:
    id: str
    name: str
    content_type: str
    content: str


@dataclass
class Attendee:
    address: str
    name: str
    kind: str = "required"
    response: str = "none"
    answered: datetime | None = None
    proposed: JsonObject | None = None


@dataclass
class Details:
    """What the organiser decides, and what every update carries to the other copies. Times are UTC instants; those of an
    all-day event stand at UTC midnight of the dates as they were written."""

    start: datetime
    end: datetime
    start_zone: str = "UTC"
    end_zone: str = "UTC"
    all_day: bool = False
    subject: str = ""
    body: str = ""
    body_type: str = "html"
    show_as: str = "busy"
    sensitivity: str = "normal"
    importance: str = "normal"
    location: JsonObject = field(default_factory=dict)
    locations: list[JsonObject] = field(default_factory=list)
    response_requested: bool = True
    allow_new_time_proposals: bool = True
    hide_attendees: bool = False
    recurrence: JsonObject | None = None
    online_provider: str | None = None
    join_url: str | None = None
    attachments: list[Attachment] = field(default_factory=list)


@dataclass
class SeriesHabits:
    """In what tenants differ. `own_uids`: each occurrence has an iCalUId of its own (Microsoft docs, resources/event; issue 17479
    saw one for all). `unnamed_removals`: of occurrences that go only the master tells (issues 4501, 5520). `original_starts`:
    whether occurrences say where they were (issue 4353 saw null). All of microsoft-graph-docs."""

    own_uids: bool = False
    unnamed_removals: bool = False
    original_starts: bool = True


@dataclass
class Event:
    """One copy of a meeting in one mailbox. `id` is the immutable one. `show_as` is what this copy shows, while
    `details.show_as` is what the organiser meant it to show once accepted."""

    id: str
    mailbox: str
    ical_uid: str
    organizer: str
    organizer_name: str
    is_organizer: bool
    details: Details
    created: datetime
    modified: datetime
    attendees: list[Attendee] = field(default_factory=list)
    show_as: str = "busy"
    response: str = "organizer"
    answered: datetime | None = None
    is_cancelled: bool = False
    categories: list[str] = field(default_factory=list)
    is_reminder_on: bool = True
    reminder_minutes: int = 15
    transaction_id: str | None = None
    extended: list[JsonObject] = field(default_factory=list)
    version: int = 0
    series_master: str | None = None
    original_start: datetime | None = None
    bare: bool = False
    overridden: list[str] = field(default_factory=list)
    removed_days: list[str] = field(default_factory=list)
    habits: SeriesHabits = field(default_factory=SeriesHabits)

    @property
    def type(self) -> str:
        if self.bare:
            return "occurrence"
        if self.series_master:
            return "exception"
        return "seriesMaster" if self.details.recurrence else "singleInstance"


@dataclass
class RoomSettings:
    """Exchange's defaults for a room. Microsoft docs, Set-CalendarProcessing."""

    AutomateProcessing: str = "AutoAccept"
    AllBookInPolicy: bool = True
    AddOrganizerToSubject: bool = True
    DeleteSubject: bool = True
    DeleteComments: bool = True
    DeleteAttachments: bool = True
    RemovePrivateProperty: bool = True
    AllowConflicts: bool = False
    ConflictPercentageAllowed: int = 0
    MaximumConflictInstances: int = 0
    AllowRecurringMeetings: bool = True
    BookingWindowInDays: int = 180
    EnforceSchedulingHorizon: bool = True
    MaximumDurationInMinutes: int = 1440
    MinimumDurationInMinutes: int = 0
    ProcessExternalMeetingMessages: bool = False
    RemoveCanceledMeetings: bool = False


@dataclass
class Tombstone:
    """An item that left a calendar; the times are kept for occurrences, which Graph only reports inside the window."""

    id: str
    version: int
    start: datetime | None = None
    end: datetime | None = None


@dataclass
class Refusal:
    status: int
    code: str


@dataclass
class Mailbox:
    """A person, a room, or (not `hosted`) somebody of another tenant whose mailbox Graph does not reach."""

    address: str
    name: str
    first_name: str = ""
    last_name: str = ""
    hosted: bool = True
    room: RoomSettings | None = None
    capacity: int = 0
    building: str = ""
    events: dict[str, Event] = field(default_factory=dict)
    tombstones: list[Tombstone] = field(default_factory=list)
    transactions: dict[str, str] = field(default_factory=dict)
    delta_generation: int = 1
    unreadable: Refusal | None = None


@dataclass
class Subscription:
    id: str
    mailbox: str
    resource: str
    change_types: list[str]
    notification_url: str
    lifecycle_url: str | None
    client_state: str | None
    expires: datetime
    immutable_ids: bool
    tls: str = "v1_2"
    paused: bool = False


@dataclass
class Task:
    """Something that happens by itself, and when. `order` keeps tasks of the same moment in the order they were set."""

    due: datetime
    order: int
    kind: str
    args: dict[str, str]


@dataclass
class Mail:
    kind: str
    sender: str
    to: str
    ical_uid: str
    at: datetime


@dataclass
class Delays:
    """Seconds until a thing happens by itself. `answer` is how long a request stays in flight."""

    invitation: float = 0.2
    decision: float = 0.5
    rewrite: float = 0.3
    notification: float = 0.2
    answer: float = 0.0


@dataclass
class NotificationHabits:
    lost: bool = False
    copies: int = 1
    delay_seconds: float = 0.0
    shuffle: bool = False


@dataclass
class DeltaHabits:
    """`bare_master`: a changed series shows as its master alone, without its occurrences. `most_per_page`: pages may be smaller
    than is preferred (Microsoft docs, delta-query-events: odata.maxpagesize is a most); 0 keeps to what is preferred."""

    empty_first_page: bool = True
    bare_master: bool = False
    most_per_page: int = 0


@dataclass
class Fault:
    """Strikes `times` requests: with an error of `status` and `code`; with `body`, as text or JSON, as it is given; or, with
    `spoil`, with the true answer spoiled (localdev/spoiling.py). `after`: the request is worked, and only its answer is lost.
    """

    method: str
    path: str
    status: int = 503
    code: str = "serviceNotAvailable"
    times: int = 1
    retry_after: int | None = None
    after: bool = False
    body: Any = None
    spoil: str = ""


@dataclass
class Meanwhile:
    """What somebody else asks for right after the `times`th request of this kind was answered."""

    method: str
    path: str
    ask: JsonObject
    times: int = 1


@dataclass
class LoggedRequest:
    order: int
    method: str
    path: str
    mailbox: str | None
    status: int
    prefer: str
    in_batch: bool


@dataclass
class Tenant:
    mailboxes: dict[str, Mailbox] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    agenda: list[Task] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    requests: list[LoggedRequest] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    meanwhile: list[Meanwhile] = field(default_factory=list)
    delays: Delays = field(default_factory=Delays)
    notifications: NotificationHabits = field(default_factory=NotificationHabits)
    delta: DeltaHabits = field(default_factory=DeltaHabits)
    series: SeriesHabits = field(default_factory=SeriesHabits)
    version: int = 0
    task_order: int = 0
    request_order: int = 0
