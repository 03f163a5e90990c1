"""IBSS as one value: its records, its clock, what it has still to do. It runs nothing by itself and knows no HTTP."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from localdev.ibss import seeding, snapshot
from localdev.ibss.agenda import Agenda, AutoCancel, Post
from localdev.ibss.bookings import Bookings
from localdev.ibss.estate import Estate
from localdev.ibss.faults import Faults, RequestLog
from localdev.ibss.posting import Posting, Send
from localdev.ibss.records import Booking
from localdev.ibss.settings import Settings
from localdev.ibss.times import AdjustableClock
from localdev.ibss.wire import booking_json


class IbssSimulator:
    """`post` sends one POST and answers its status, 0 when there was no answer (`posting.over_http` makes one)."""

    def __init__(self, now: Callable[[], datetime], post: Send, *, service_url: str | None = None, key: str = "local") -> None:
        self.clock = now if isinstance(now, AdjustableClock) else AdjustableClock(now)
        self.posting = Posting(service_url, key)
        self.settings = Settings()
        self.agenda = Agenda()
        self.bookings = Bookings(Estate(), self.clock, self._tell)
        self.faults = Faults()
        self.log = RequestLog()
        self.post = post

    @property
    def estate(self) -> Estate:
        return self.bookings.estate

    def seed(self, world: seeding.World) -> None:
        seeding.seed(self.bookings, world, self.clock())

    def dump(self) -> dict[str, Any]:
        return snapshot.dump(self.bookings, self.agenda, self.posting, self.settings)

    def load(self, document: dict[str, Any]) -> None:
        snapshot.load(document, self.bookings, self.agenda, self.posting, self.settings)

    def next_due(self) -> datetime | None:
        return self.agenda.next_due()

    async def run_due(self) -> int:
        """Does everything that is due by now, and says how many things that were."""
        done = 0
        while item := self.agenda.take_due(self.clock()):
            match item:
                case AutoCancel(booking_id):
                    self._auto_cancel(booking_id)
                case Post():
                    await self.posting.deliver(item, self.agenda, self.clock, self.post)
            done += 1
        return done

    def as_json(self, booking: Booking) -> dict[str, Any]:
        return booking_json(booking, self.clock(), self.early_checkin)

    @property
    def early_checkin(self) -> timedelta:
        return timedelta(minutes=self.settings.early_checkin_minutes)

    def change_settings(self, fields: dict[str, Any]) -> None:
        self.settings = replace(self.settings, **fields)
        for booking in self.bookings.by_id.values():
            self._watch_for_checkin(booking)

    def _auto_cancel(self, booking_id: str) -> None:
        if self.settings.auto_cancel_minutes is not None:
            self.bookings.cancel_unattended(booking_id, timedelta(minutes=self.settings.auto_cancel_minutes))

    def _tell(self, booking: Booking) -> None:
        """Every stored change, by whomever, goes to the service: it must know its own echo."""
        self.posting.announce(json.dumps(self.as_json(booking)), self.agenda, self.clock())
        self._watch_for_checkin(booking)

    def _watch_for_checkin(self, booking: Booking) -> None:
        minutes = self.settings.auto_cancel_minutes
        if minutes is not None and booking.holds and not booking.checked_in:
            self.agenda.add(booking.start + timedelta(minutes=minutes), AutoCancel(booking.id))
