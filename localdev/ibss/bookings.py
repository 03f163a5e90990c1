"""The bookings, and everything that can be done with one. What is stored has passed the rules."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from localdev.ibss import rules
from localdev.ibss.callers import Caller, as_booked_by, refuse_others
from localdev.ibss.errors import IbssError, invalid, not_found
from localdev.ibss.estate import Estate
from localdev.ibss.records import Booking
from localdev.ibss.visits import with_visits


@dataclass
class Counters:
    """Ids are counted, not drawn, so that the same story gives the same ids."""

    bookings: int = 0
    visits: int = 0
    revisions: int = 0

    def next_booking(self) -> str:
        self.bookings += 1
        return f"BK-{self.bookings:06}"

    def next_visit(self) -> str:
        self.visits += 1
        return f"V-{self.visits:06}"

    def next_revision(self) -> int:
        self.revisions += 1
        return self.revisions


@dataclass
class Bookings:
    estate: Estate
    now: Callable[[], datetime]
    stored: Callable[[Booking], None]
    policy: rules.Policy = rules.longest_duration
    by_id: dict[str, Booking] = field(default_factory=dict)
    made_with: dict[tuple[str, str], str] = field(default_factory=dict)  # (caller, Idempotency-Key) -> booking id
    counters: Counters = field(default_factory=Counters)

    def find(self, path_node: str, booking_id: str) -> Booking:
        booking = self.get(booking_id)
        rules.under_path(self.estate, path_node, booking.node, f"Booking {booking_id}")
        return booking

    def get(self, booking_id: str) -> Booking:
        if booking_id not in self.by_id:
            raise not_found(f"Booking {booking_id}")
        return self.by_id[booking_id]

    def create(self, caller: Caller, path_node: str, fields: dict[str, Any], key: str | None = None) -> tuple[Booking, bool]:
        """The booking, and whether it was made by this call."""
        if key and (first := self._made_before(caller, key)):
            return first, False
        space = self.estate.space(fields["space"])
        rules.under_path(self.estate, path_node, space.node, f"Space {space.id}")
        draft = as_booked_by(caller, Booking(**{"id": "", "node": space.node, "modified": self.now(), **fields}))
        if not caller.by_side_door:  # a panel books the hour that has already begun
            rules.starts_in_time(draft, self.now())
        self._refuse_unsound(draft)
        self._refuse_taken(draft)
        booking = self._store(self._named_and_visited(draft))
        if key:
            self.made_with[caller.name, key] = booking.id
        return booking, True

    def update(self, caller: Caller, path_node: str, booking_id: str, fields: dict[str, Any], if_match: str | None) -> Booking:
        was = self.find(path_node, booking_id)
        refuse_others(caller, was)
        if if_match not in (None, "*", was.etag):
            raise IbssError(412, "PreconditionFailed", f"The booking has moved on: it is now {was.etag}")
        if was.cancelled and fields == {"cancelled": "Cancelled"}:
            return was  # so that a cancellation whose answer was lost can be sent again
        if was.cancelled:
            raise invalid("A cancelled booking does not change any more")
        changed = self._changed(was, fields)
        if caller.person:
            refuse_others(caller, changed)
        if changed == was:
            return was
        rules.stands_in_its_node(changed, self.estate)
        if not changed.cancelled:
            self._refuse_change(was, changed)
        return self._store(replace(changed, amended=True))

    def check_in(self, booking_id: str, early: timedelta) -> Booking:
        booking = self.get(booking_id)
        if not booking.holds or booking.checked_in or not booking.start - early <= self.now() < booking.end:
            raise invalid("The booking cannot be checked in to now")
        return self._store(replace(booking, checked_in=self.now()))

    def check_out(self, booking_id: str) -> Booking:
        """The planned end stays what it was; only the space is free again ("Booking Trends in OneLens")."""
        booking = self.get(booking_id)
        if not booking.holds or not booking.checked_in or self.now() >= booking.end:
            raise invalid("Nobody is checked in to this booking")
        return self._store(replace(booking, checked_out=self.now()))

    def cancel_unattended(self, booking_id: str, threshold: timedelta) -> None:
        booking = self.by_id.get(booking_id)
        if booking is None or not booking.holds or booking.checked_in:
            return
        if booking.start + threshold <= self.now() < booking.end:
            self._store(replace(booking, cancelled="Auto Cancelled"))

    def archive(self, booking_id: str) -> None:
        """Archived bookings can no longer be read ("Storing analytics data in IBSS")."""
        self.get(booking_id)
        del self.by_id[booking_id]
        self.made_with = {key: made for key, made in self.made_with.items() if made != booking_id}

    def adopt(self, booking: Booking) -> None:
        """Takes in a booking that stood before anyone watched: nobody is told."""
        identified = replace(booking, id=self.counters.next_booking(), revision=self.counters.next_revision())
        self.by_id[identified.id] = self._named_and_visited(identified)

    def _made_before(self, caller: Caller, key: str) -> Booking | None:
        return self.by_id.get(self.made_with.get((caller.name, key), ""))

    def _changed(self, was: Booking, fields: dict[str, Any]) -> Booking:
        fields = dict(fields)
        if "space" in fields:
            fields.setdefault("node", self.estate.space(fields["space"]).node)
        if "parties" in fields:
            fields["parties"] = with_visits(fields["parties"], was.parties, self.counters.next_visit)
        return replace(was, **fields)

    def _refuse_change(self, was: Booking, changed: Booking) -> None:
        if changed.start != was.start:
            rules.starts_in_time(changed, self.now())
        self._refuse_unsound(changed)
        if (changed.spaces, changed.start, changed.end) != (was.spaces, was.start, was.end):
            self._refuse_taken(changed)

    def _refuse_unsound(self, booking: Booking) -> None:
        rules.ends_after_start(booking)
        rules.stands_in_its_node(booking, self.estate)
        rules.parties_are_told_apart(booking)

    def _refuse_taken(self, booking: Booking) -> None:
        """Asked only of a new slot: a changed policy touches new bookings only ("Deleting a booking policy")."""
        rules.links_on_one_floor(booking, self.estate)
        rules.keeps_policy(booking, self.estate, self.policy)
        rules.spaces_are_active(booking, self.estate)
        rules.spaces_are_free(booking, self.by_id.values())

    def _named_and_visited(self, draft: Booking) -> Booking:
        host = self.estate.person(draft.owner_email or "")
        host_name = draft.owner_name or (f"{host.first_name} {host.last_name}" if host else None)
        return replace(draft, owner_name=host_name, parties=with_visits(draft.parties, (), self.counters.next_visit))

    def _store(self, booking: Booking) -> Booking:
        identified = booking.id or self.counters.next_booking()
        stored = replace(booking, id=identified, modified=self.now(), revision=self.counters.next_revision())
        self.by_id[stored.id] = stored
        self.stored(stored)
        return stored
