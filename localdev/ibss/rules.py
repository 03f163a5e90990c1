"""The rules a booking must keep before it is stored. Each refuses by raising; none of them changes anything."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from localdev.ibss.errors import IbssError, invalid, not_found
from localdev.ibss.estate import Estate
from localdev.ibss.records import Booking

# A policy says in words why a booking is against it, or None.
type Policy = Callable[[Booking, Estate], str | None]


def longest_duration(booking: Booking, estate: Estate) -> str | None:
    """The duration limit of the space, the best known of the booking policies ("Deleting a booking policy")."""
    longest = estate.space(booking.space).longest_minutes
    if longest is not None and booking.end - booking.start > timedelta(minutes=longest):
        return f"{booking.space} can be booked for {longest} minutes at most"
    return None


def starts_in_time(booking: Booking, now: datetime) -> None:
    """IBSS rejects a start in the past ("Microsoft 365 Sync Service v3")."""
    if booking.start < now:
        raise IbssError(400, "BookingInPast", "The booking would start in the past")


def ends_after_start(booking: Booking) -> None:
    if booking.end <= booking.start:
        raise IbssError(400, "InvalidTime", "The booking would end before it starts")


def stands_in_its_node(booking: Booking, estate: Estate) -> None:
    """A space never changes its building ("Managing spaces in Admin Portal"), so the space tells the node."""
    if booking.node != estate.space(booking.space).node:
        raise invalid(f"Node_Id {booking.node} is not the node of {booking.space}")


def links_on_one_floor(booking: Booking, estate: Estate) -> None:
    """Linked spaces share their floor and class ("Linked Spaces")."""
    if len(set(booking.spaces)) < len(booking.spaces):
        raise invalid("Linked_Space_Ids names a space twice")
    first, *others = (estate.space(space_id) for space_id in booking.spaces)
    if any((other.node, other.space_class) != (first.node, first.space_class) for other in others):
        raise IbssError(400, "PolicyViolation", "Linked spaces must be of one floor and one class")


def spaces_are_active(booking: Booking, estate: Estate) -> None:
    for space_id in booking.spaces:
        if not estate.space(space_id).active:
            raise IbssError(409, "SpaceInactive", f"Space {space_id} is inactive")


def spaces_are_free(booking: Booking, others: Iterable[Booking]) -> None:
    """Two bookings may touch, never overlap, in any space either of them holds."""
    wanted = set(booking.spaces)
    for other in others:
        overlaps = other.start < booking.end and booking.start < other.end
        if other.id != booking.id and other.holds and overlaps and not wanted.isdisjoint(other.spaces):
            raise IbssError(409, "SpaceConflict", "The space is already booked at that time")


def keeps_policy(booking: Booking, estate: Estate, policy: Policy) -> None:
    if reason := policy(booking, estate):
        raise IbssError(400, "PolicyViolation", reason)


def parties_are_told_apart(booking: Booking) -> None:
    addresses = [party.email.lower() for party in booking.parties]
    if len(set(addresses)) < len(addresses):
        raise invalid("Booking_Parties names a person twice")


def under_path(estate: Estate, path_node: str, node: str, what: str) -> None:
    """The node of the path is that of the record or one above it; anywhere else the record is not to be found."""
    estate.node(path_node)
    if not estate.covers(path_node, node):
        raise not_found(what)
