"""The timers as the sample's settings schedule them, on the clock of a world."""

import contextlib
import json
from datetime import timedelta
from pathlib import Path

from localdev.functions.schedule import parse_schedule
from sync_core.errors import SyncError
from tests.scenarios.in_process import World

SAMPLE: dict[str, str] = json.loads((Path(__file__).parents[2] / "local.settings.sample.json").read_text())["Values"]
REPAIRED_WITHIN = timedelta(minutes=15)
"""What no notification tells is put right by then."""


async def hours_pass(world: World, **span: float) -> None:
    """Every timer runs when it is due; one that fails is told by the host, and runs again at its next time."""
    service = world.service
    timers = {
        "SWEEP_ROOMS_SCHEDULE": service.pull.sweep_rooms,
        "SWEEP_BOOKINGS_SCHEDULE": service.pull.sweep_bookings,
        "RENEW_SCHEDULE": service.subscriptions.renew_all,
        "ROLL_HORIZON_SCHEDULE": service.pull.roll_horizon,
    }
    assert set(timers) == {name for name in SAMPLE if name.endswith("_SCHEDULE")}
    schedules = {name: parse_schedule(SAMPLE[name]) for name in timers}
    end = world.clock.now() + timedelta(**span)
    due = {name: schedule.next_after(world.clock.now()) for name, schedule in schedules.items()}
    while (moment := min(due.values())) <= end:
        name = min(due, key=lambda timer: due[timer])
        await world.until(moment)
        with contextlib.suppress(SyncError):
            await timers[name]()
        due[name] = schedules[name].next_after(moment)
    await world.until(end)
