"""A building whose clock is about to be set, and the clients that show its wall clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from localdev.world import OAK
from tests.clock_changes import ZONES, Change, changes_or_a_day
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot, checked

EVE, DAY, NEXT = -1, 0, 1
"""The day before the clock is set, the day itself, and the day after."""


@dataclass(frozen=True)
class Place:
    """A time zone around one change of its clock; `told` is what a client there calls it: a Windows id or an IANA name."""

    change: Change
    told: str

    @property
    def begin(self) -> datetime:
        return self.change.at.replace(hour=8, minute=0) - timedelta(days=4)

    def day(self, days: int) -> date:
        return self.change.local(self.change.at).date() + timedelta(days=days)

    def at(self, days: int, hour: int, minute: int = 0, minutes: int = 60) -> Slot:
        """By the wall clock, so many days after the change."""
        start = datetime.combine(self.day(days), time(hour, minute))
        return Slot(
            *(
                wall.replace(tzinfo=ZoneInfo(self.change.zone)).astimezone(UTC)
                for wall in (start, start + timedelta(minutes=minutes))
            )
        )

    def across(self) -> Slot:
        return Slot(self.change.at - timedelta(minutes=75), self.change.at + timedelta(minutes=75))

    def whole(self, days: int) -> Slot:
        """From the first minute of a day to that of the next."""
        return self.at(days, 0, minutes=24 * 60)

    def wall_clocks(self, slot: Slot) -> dict[str, Any]:
        """A slot as a client there sends it."""
        return wall_clocks(slot, self.change.zone, self.told)

    def all_day(self, days: int) -> dict[str, Any]:
        return all_day(self.day(days), self.told)


def wall_clocks(slot: Slot, zone: str, told: str) -> dict[str, Any]:
    start, end = (
        {"dateTime": f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S}", "timeZone": told}
        for moment in (slot.start, slot.end)
    )
    return {"start": start, "end": end}


def all_day(day: date, told: str, days: int = 1) -> dict[str, Any]:
    """As Outlook writes it: midnight to midnight in the client's zone, the end not included."""
    start, end = ({"dateTime": f"{day + timedelta(days=n)}T00:00:00", "timeZone": told} for n in (0, days))
    return {"start": start, "end": end, "isAllDay": True}


def _places() -> Iterator[Any]:
    """Each zone with a change forward and one back, of different years; or with a day, where the clock is never set. The pure
    tests have all changes; and Morocco's differ from others by their dates alone.
    """
    for n, (windows, zone) in enumerate(ZONES.items()):
        changes = changes_or_a_day(windows, zone)[2 * (n % 4) :][:2] or changes_or_a_day(windows, zone)
        for change in changes if zone != "Africa/Casablanca" else ():
            place = Place(change, windows if change.forward else zone)
            yield pytest.param(place, id=change.name, marks=pytest.mark.begins(place.begin))


PLACES = pytest.mark.parametrize("place", list(_places()))


async def stands_in(world: World, windows: str) -> None:
    """Oak's floor is in this time zone; so is Elm, which is on it."""
    checked(await world.ibss.http.patch(f"/_sim/nodes/{OAK.node}", json={"Node_Time_Zone": windows}))
    await world.service.subscriptions.renew_all()


async def writes_of_a_sweep(world: World) -> int:
    before = await world.writes()
    await world.sweep()
    return await world.writes() - before
