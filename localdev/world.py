"""The small company that both simulators start with: who works there, which rooms it has, what is already booked.

Both sides are told the same facts, as two real systems that were set up by the same people would be. Nothing here is a
rule of Graph or of IBSS.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta


@dataclass(frozen=True)
class Person:
    address: str
    first_name: str
    last_name: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Node:
    """A building, or a floor of one. `time_zone` is a Windows id, as IBSS keeps it."""

    id: str
    name: str
    level: str
    parent: str | None
    time_zone: str


@dataclass(frozen=True)
class Room:
    """A meeting room: an IBSS space on a floor and, where `mailbox` is not None, a room mailbox."""

    space: str
    node: str
    name: str
    capacity: int
    mailbox: str | None


@dataclass(frozen=True)
class Meeting:
    """A meeting that stands on both sides before the service has ever run. Times are UTC."""

    room: Room
    host: Person
    people: tuple[Person, ...]
    subject: str
    start: datetime
    end: datetime


ANA = Person("ana@contoso.example", "Ana", "Diaz")
BEN = Person("ben@contoso.example", "Ben", "Okoro")
CLEO = Person("cleo@contoso.example", "Cleo", "Lind")
VERA = Person("vera@fabrikam.example", "Vera", "Noor")
COLLEAGUES = (ANA, BEN, CLEO)
TENANT_DOMAINS = ("contoso.example",)

NODES = (
    Node("1", "Harbour House", "Building", None, "GMT Standard Time"),
    Node("11", "Harbour House, floor 1", "Floor", "1", "GMT Standard Time"),
    Node("12", "Harbour House, floor 2", "Floor", "1", "GMT Standard Time"),
    Node("2", "Market Place", "Building", None, "India Standard Time"),
    Node("21", "Market Place, ground floor", "Floor", "2", "India Standard Time"),
)

OAK = Room("HH-1-OAK", "11", "Oak", 8, "oak@contoso.example")
ELM = Room("HH-1-ELM", "11", "Elm", 4, "elm@contoso.example")
ASH = Room("HH/2|ASH+1", "12", "Ash", 12, "ash@contoso.example")
FIR = Room("HH-2-FIR", "12", "Fir", 6, "fir@contoso.example")
IVY = Room("MP-0-IVY", "21", "Ivy", 10, "ivy@contoso.example")
YEW = Room("MP-0-YEW", "21", "Yew", 4, "yew@contoso.example")
DEN = Room("HH-1-DEN", "11", "Den", 2, None)
ROOMS = (OAK, ELM, ASH, FIR, IVY, YEW, DEN)


def meetings(now: datetime) -> tuple[Meeting, ...]:
    """The meetings of the next two days, by the UTC date of `now`."""

    def at(days: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(now.astimezone(UTC).date() + timedelta(days), time(hour, minute), UTC)

    return (
        Meeting(OAK, ANA, (BEN, CLEO), "Design review", at(1, 9), at(1, 10)),
        Meeting(ELM, BEN, (ANA,), "One to one", at(1, 13), at(1, 13, 30)),
        Meeting(IVY, CLEO, (ANA, VERA), "Supplier day", at(2, 5, 30), at(2, 7)),
    )
