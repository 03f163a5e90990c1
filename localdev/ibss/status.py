"""`Booking_Status`: a function of the booking and of the hour. It moves with time alone, so it is never stored.

The nine values and what they mean: "Viewing Booking Status" and "Bookings Analytics".
"""

from datetime import datetime, timedelta

from localdev.ibss.records import Booking


def booking_status(booking: Booking, now: datetime, early: timedelta) -> str:
    """The status at `now`; `early` is the parameter "Booking Early Check-in Threshold"."""
    if booking.cancelled:
        return booking.cancelled
    if now >= booking.end:
        # Never checked in, and nothing cancelled it: "Bookings Summary Data". Completed comes with the planned end, not
        # with the check-out: "Booking Trends in OneLens".
        return "Completed" if booking.checked_in else "No Show"
    if now >= booking.start:
        return "In Progress" if booking.checked_in else "Late CheckIn"
    if now >= booking.start - early:
        return "Early CheckIn"
    return "Amended" if booking.amended else "New"


def completed_at(booking: Booking, now: datetime) -> datetime | None:
    if booking.checked_out or booking.cancelled:
        return booking.checked_out
    return booking.end if now >= booking.end else None
