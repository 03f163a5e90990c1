"""Who is asking: the sync service, a person using an IBSS app, or someone at the side door."""

from dataclasses import dataclass, replace

from localdev.ibss.errors import forbidden, unauthorized
from localdev.ibss.estate import Estate
from localdev.ibss.records import PEOPLE_APPS, Booking, Person


@dataclass(frozen=True)
class Caller:
    name: str
    person: Person | None = None
    by_side_door: bool = False


SIDE_DOOR = Caller("_sim", by_side_door=True)
SERVICE = Caller("sync")


def identify(authorization: str | None, estate: Estate) -> Caller:
    """The header of "Accessing the IBSS API". `user:<address>` is ours: it stands for a person's sign-in."""
    scheme, _, key = (authorization or "").partition(" ")
    if scheme.lower() != "apikey":
        raise unauthorized()
    if key == "sync":
        return SERVICE
    kind, _, address = key.partition(":")
    person = estate.person(address)
    if kind != "user" or person is None:
        raise unauthorized()
    return Caller(f"user:{person.email}", person)


def as_booked_by(caller: Caller, booking: Booking) -> Booking:
    """Host and source as the caller's rights allow them.

    The service holds BookOnBehalfOf and may book for anyone ("Understanding permissions to book for others in IBSS").
    """
    if caller.person is None:
        return booking if caller.by_side_door else replace(booking, source=booking.source or "Sync")
    refuse_others(caller, booking)
    if booking.source not in (None, *PEOPLE_APPS):
        raise forbidden(f"A person does not book as {booking.source}")
    return replace(booking, source=booking.source or PEOPLE_APPS[0])


def refuse_others(caller: Caller, booking: Booking) -> None:
    """Without that right a person has only their own bookings to change."""
    if caller.person and (booking.owner_email or "").lower() != caller.person.email.lower():
        raise forbidden("This booking has another host")
