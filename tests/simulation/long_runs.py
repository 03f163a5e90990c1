"""Days and months on the virtual clock: `make long-runs`. Each tells what it found; an empty list is what it should be."""

import argparse
import asyncio
import logging
import random
import sys
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from localdev import world as company
from sync_core.errors import SyncError
from tests.scenarios.people import IbssApp, Outlook, Slot
from tests.simulation.checker import Checker
from tests.simulation.clockwork import VirtualLoop
from tests.simulation.history import History
from tests.simulation.people import People
from tests.simulation.scenes import script_of
from tests.simulation.town import HORIZON, Town
from tests.simulation.weather import CALM, Weather

DAY, QUARTER = timedelta(days=1), 900.0
NOT_SEEN = 2
"""A room whose subscription is dead may be so at two looks in a row, a quarter of an hour apart, before it counts."""


def played[Result](story: Coroutine[Any, Any, Result]) -> Result:
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(story)
    finally:
        loop.close()


async def horizon(days: int) -> list[str]:
    """Nobody tells of what the days bring nearer. After each night every meeting within the horizon is on both sides."""
    town, missed = Town(0, CALM), list[str]()
    await town.open()
    town.timers = False
    outlook, ibss = Outlook(town.person("graph")), IbssApp(town.person("ibss"))
    first = town.now().replace(hour=10, minute=0, second=0, microsecond=0) + DAY
    await _every_week(outlook, first)
    for number in range(0, days + HORIZON, 9):
        start = first.replace(hour=14) + DAY * number
        slot = Slot(start, start + timedelta(minutes=30))
        await (outlook.book(company.BEN, slot, f"far {number}", (company.ELM,)) if number % 2 else _booked(ibss, slot, number))
    for _ in range(days):
        await asyncio.sleep(DAY.total_seconds())
        await town.night()
        missed += await _one_sided(town, ibss, outlook)
    town.close()
    return missed


async def _every_week(outlook: Outlook, first: datetime) -> None:
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": [f"{first:%A}".lower()]}
    span = {"type": "noEnd", "startDate": f"{first:%Y-%m-%d}", "recurrenceTimeZone": "UTC"}
    slot = Slot(first, first + timedelta(minutes=30))
    await outlook.book(company.ANA, slot, "weekly", (company.OAK,), recurrence={"pattern": pattern, "range": span})


async def _booked(ibss: IbssApp, slot: Slot, number: int) -> None:
    await ibss.book(company.CLEO, company.ELM, slot, f"far {number}")


async def _one_sided(town: Town, ibss: IbssApp, outlook: Outlook) -> list[str]:
    window = Slot(town.now() + timedelta(hours=1), town.now() + DAY * (HORIZON - 1))
    found = []
    for room in (company.OAK, company.ELM):
        events = {outlook.slot_of(event).start for event in await outlook.calendar(room.mailbox or "", window)}
        bookings = {ibss.slot_of(booking).start for booking in await ibss.bookings(room, window)}
        found += [
            f"{town.now():%Y-%m-%d}: {room.name} {start:%Y-%m-%d %H:%M} is on one side" for start in sorted(events ^ bookings)
        ]
    return found


async def watching(rooms: int, days: int, seed: int = 0) -> list[str]:
    """Subscriptions die, renewals fail, now and then for hours. No room is unwatched for long without anybody being told."""
    chance = random.Random(f"watching {seed}")
    spaces = tuple(company.Room(f"R-{n}", "11", f"Room {n}", 4, f"room{n}@contoso.example") for n in range(rooms))
    town = Town(seed, CALM, spaces)
    await town.open()
    town.timers = False
    alive = town.graph.tenant.subscriptions
    unseen: dict[str, int] = {}
    found = []
    for quarter in range(days * 96):
        await asyncio.sleep(QUARTER)
        for dead in [one for one in alive if chance.random() < 0.01 / 96]:
            del alive[dead]
        town.network.weather = replace(CALM, refused=0.3 if quarter % 40 < 8 else 0.0, answers_lost=0.02)
        noticed, known_dark = await _renewed(town), _known_dark(town)
        watched = {one.mailbox for one in alive.values() if one.expires > town.now()}
        for room in spaces:
            dark = room.mailbox not in watched and not noticed and room.space not in known_dark
            unseen[room.space] = unseen.get(room.space, 0) + 1 if dark else 0
            if unseen[room.space] == NOT_SEEN:
                found.append(f"{town.now():%Y-%m-%d %H:%M}: nobody watches {room.name}, and nobody says so")
        town.graph.tenant.requests.clear()
    town.close()
    return found


async def _renewed(town: Town) -> bool:
    """Whether the timer failed, which an alert tells."""
    try:
        await town.service.subscriptions.renew_all()
    except SyncError:
        return True
    return False


def _known_dark(town: Town) -> set[str]:
    """What the status page says is not watched."""
    rows = town.tables["rooms"].rows
    watched = {row["room"] for row in rows if row["PartitionKey"] == "subscription" and row["expires"] > town.now()}
    return {row["RowKey"] for row in rows if row["PartitionKey"] == "room"} - watched


async def untold(seed: int) -> list[str]:
    """Every notification and every post is lost. A quarter of an hour after each edit both sides are the same again."""
    script, history = script_of(seed), History()
    town = Town(seed, Weather(notices_lost=1.0, posts_lost=1.0), script.rooms)
    people = People(town, history)
    checker = Checker(town, people, history, script)
    await town.open()
    town.storm()
    for step in script.steps:
        await people.take(step)
        await asyncio.sleep(QUARTER)
        await checker.agreement(f"a quarter of an hour after {step.side} {step.verb} {step.meeting}:")
    town.close()
    return checker.violations


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.long_runs", description=__doc__)
    parser.add_argument("--horizon-days", type=int, default=400)
    parser.add_argument("--rooms", type=int, default=1000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seeds", type=int, default=200)
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    found = 0
    for name, result in (
        (f"{arguments.horizon_days} days of horizon", lambda: played(horizon(arguments.horizon_days))),
        (f"{arguments.rooms} rooms for {arguments.days} days", lambda: played(watching(arguments.rooms, arguments.days))),
        (f"{arguments.seeds} seeds untold", lambda: [one for seed in range(arguments.seeds) for one in played(untold(seed))]),
    ):
        violations = result()
        found += len(violations)
        print(f"{name}: {len(violations)} violations", *violations[:10], sep="\n  ", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
