"""The company both simulators start with, as IBSS keeps it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from localdev import world as company
from localdev.ibss.bookings import Bookings
from localdev.ibss.records import Booking, Node, Party, Person, Space


class World(Protocol):
    """What `localdev.world` tells; a test may tell something else."""

    @property
    def NODES(self) -> tuple[company.Node, ...]: ...  # noqa: N802 - the names of the module
    @property
    def ROOMS(self) -> tuple[company.Room, ...]: ...  # noqa: N802
    @property
    def COLLEAGUES(self) -> tuple[company.Person, ...]: ...  # noqa: N802
    @property
    def meetings(self) -> Callable[[datetime], tuple[company.Meeting, ...]]: ...


def seed(bookings: Bookings, world: World, now: datetime) -> None:
    estate = bookings.estate
    estate.nodes |= {node.id: Node(node.id, node.name, node.level, node.parent, node.time_zone) for node in world.NODES}
    for room in world.ROOMS:
        estate.add_space(as_space(room))
    for person in world.COLLEAGUES:
        estate.add_person(Person(person.address, person.first_name, person.last_name))
    for meeting in world.meetings(now):
        bookings.adopt(as_booking(meeting, bookings, now))


def as_space(room: company.Room) -> Space:
    """The gate of "Microsoft 365 Calendar Integration": a room with a mailbox is switched on, one without is not."""
    return Space(
        room.space, room.node, room.name, capacity=room.capacity, ext_system=int(room.mailbox is not None), mailbox=room.mailbox
    )


def as_booking(meeting: company.Meeting, bookings: Bookings, now: datetime) -> Booking:
    def party(person: company.Person) -> Party:
        known = bookings.estate.person(person.address) is not None
        return Party(person.address, is_visitor=not known, first_name=person.first_name, last_name=person.last_name)

    return Booking(
        id="",
        space=meeting.room.space,
        node=meeting.room.node,
        start=meeting.start,
        end=meeting.end,
        owner_email=meeting.host.address,
        modified=now - timedelta(days=1),
        name=meeting.subject,
        source="Flex",
        parties=tuple(party(person) for person in meeting.people),
    )
