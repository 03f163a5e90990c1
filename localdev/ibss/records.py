"""The records IBSS keeps. They are values: a change makes a new one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# A blank name is stored as this one ("Modifying a booking in Flex").
BLANK_NAME = "Booking"

PEOPLE_APPS = ("Flex", "Roamer", "Hub")
# Panels, kiosks and maintenance book without a directory account ("Room Booking Mode States").
SOURCES = (*PEOPLE_APPS, "Unity", "Inspire", "Maintenance", "Sync")

type Cancellation = Literal["Cancelled", "Auto Cancelled"]


@dataclass(frozen=True)
class Node:
    id: str
    name: str
    level: str
    parent: str | None
    time_zone: str
    ext_system: int = 1
    forward_sync_period: int | None = None


@dataclass(frozen=True)
class Space:
    """`longest_minutes` stands for the booking policy; space settings win over it ("Managing spaces in Admin Portal")."""

    id: str
    node: str
    name: str
    space_class: str = "Support"
    capacity: int = 1
    active: bool = True
    ext_system: int = 0
    mailbox: str | None = None
    longest_minutes: int | None = None


@dataclass(frozen=True)
class Person:
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True)
class Party:
    email: str
    is_visitor: bool
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    visit_id: str | None = None


@dataclass(frozen=True)
class Booking:
    id: str
    space: str
    node: str
    start: datetime
    end: datetime
    owner_email: str | None
    modified: datetime
    revision: int = 0
    name: str = BLANK_NAME
    description: str | None = None
    all_day: bool = False
    owner_name: str | None = None
    series: str | None = None
    linked_spaces: tuple[str, ...] = ()
    source: str | None = None
    parties: tuple[Party, ...] = ()
    event_id: str | None = None
    amended: bool = False
    cancelled: Cancellation | None = None
    checked_in: datetime | None = None
    checked_out: datetime | None = None

    @property
    def etag(self) -> str:
        return f'W/"{self.revision}"'

    @property
    def spaces(self) -> tuple[str, ...]:
        """All spaces it holds: its own and the linked ones."""
        return (self.space, *self.linked_spaces)

    @property
    def holds(self) -> bool:
        return self.cancelled is None and self.checked_out is None
