"""A meeting as either side shows it, and the part of it that both sides must agree on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from localdev import world

ROOMS = (world.OAK, world.ELM, world.IVY)
PEOPLE = world.COLLEAGUES
GUESTS = (world.VERA,)
DAYS = 7

# What stands on the other side for these two: IBSS stores a blank name as "Booking", and the service hides private subjects.
BLANK, PRIVATE = "Booking", "Private meeting"


class Substance(NamedTuple):
    """What has to be the same on both sides of one meeting in one room."""

    room: str
    start: str
    end: str
    subject: str
    people: frozenset[str]


@dataclass(frozen=True)
class Meeting:
    """`id` names it on its side. `calendar` is whose calendar shows it: an address in Outlook, a space in IBSS."""

    id: str
    calendar: str
    subject: str
    start: str
    end: str
    host: str
    people: tuple[str, ...]
    rooms: tuple[str, ...]
    note: str = ""
    private: bool = False
    owned: bool = False  # this copy is the one to be believed
    edit: dict[str, str] = field(default_factory=dict)  # what to name when changing it; empty when nobody here may

    def substances(self) -> dict[str, Substance]:
        """One for every room. Counted, not named by the room: a meeting that changes its room stays the same meeting."""
        subject = PRIVATE if self.private else self.subject.strip() or BLANK
        people = frozenset() if self.private else frozenset(map(str.lower, self.people)) - {self.host.lower()}
        rooms = enumerate(self.rooms)
        return {f"{self.id} {count}": Substance(room, self.start, self.end, subject, people) for count, room in rooms}


@dataclass(frozen=True)
class Wish:
    """What a person filled in."""

    host: str
    room: str
    subject: str
    start: datetime
    end: datetime
    people: tuple[str, ...]

    @classmethod
    def from_json(cls, form: dict[str, Any]) -> "Wish":
        return cls(
            host=str(form["host"]),
            room=str(form["room"]),
            subject=str(form["subject"]),
            start=datetime.fromisoformat(form["start"]).replace(tzinfo=UTC),
            end=datetime.fromisoformat(form["end"]).replace(tzinfo=UTC),
            people=tuple(map(str, form["people"])),
        )


def minute_text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def room_of(space: str) -> world.Room:
    """Raises ValueError for a room that is not shown here."""
    found = [room for room in ROOMS if room.space == space]
    if not found:
        raise ValueError(space)
    return found[0]


def name_of(address: str) -> str:
    """Which of the people here it is; else the address itself."""
    return next((person.name for person in (*PEOPLE, *GUESTS) if person.address == address.lower()), address)
