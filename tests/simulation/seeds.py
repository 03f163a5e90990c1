"""One seed: its script in its weather, judged."""

import asyncio
import gc
from dataclasses import dataclass, field

from tests.simulation.checker import Checker
from tests.simulation.clockwork import VirtualLoop
from tests.simulation.hands import Hands
from tests.simulation.history import History
from tests.simulation.scenes import EVERYDAY, script_of
from tests.simulation.script import Script
from tests.simulation.town import Town
from tests.simulation.weather import Weather

AFTERMATH = (20.0, 120.0, 900.0)
"""How long the faults go on after the last edit, in seconds."""

PASS = 900.0
"""Within this time after the faults end everything agrees: each sweep comes once."""

ADOPTED = 600.0
"""So much later where rooms were switched on: they are looked for within a quarter of an hour, and then swept."""

LATE = 4 * 3600.0 + 900.0


@dataclass
class Outcome:
    seed: int
    trace: str
    violations: list[str]
    requests: int
    writes: int
    needless: int
    mails: int
    virtual: float
    done: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def run(
    seed: int, script: Script | None = None, weather: Weather | None = None, *, scene: str = EVERYDAY, keep_trace: bool = False
) -> Outcome:
    """Plays a seed from beginning to end. The same arguments give the same trace."""
    loop = VirtualLoop()
    try:
        story = _story(seed, script or script_of(seed, scene), weather or Weather.of(seed), keep_trace=keep_trace)
        return loop.run_until_complete(story)
    finally:
        loop.close()
        gc.collect(0)


async def _story(seed: int, script: Script, weather: Weather, *, keep_trace: bool) -> Outcome:
    town, history = Town(seed, weather, script.rooms, keep_trace=keep_trace), History()
    people = Hands(town, history)
    checker = Checker(town, people, history, script)
    town.network.out_of_scope = script.out_of_scope
    await town.open(off=script.off)
    town.written.append(checker.watch)
    town.storm()
    begin = town.loop.time()
    for step in script.steps:
        await asyncio.sleep(max(0.0, begin + step.at - town.loop.time()))
        await people.take(step)
    await asyncio.sleep(AFTERMATH[seed % len(AFTERMATH)])
    town.calm()
    await asyncio.sleep(PASS + (ADOPTED if script.off else 0.0))
    await checker.agreement("one clean pass after the faults:")
    settled = checker.writes
    await _what_is_late(town)
    await town.sweep()
    if checker.writes != settled:
        checker.note("written though all agreed:", checker.writes - settled)
    await checker.agreement("when all is quiet:")
    checker.standing()
    checker.privacy()
    checker.links()
    checker.requests()
    for bug in town.bugs:
        checker.note("a bug:", bug)
    town.close()
    return Outcome(
        seed,
        town.trace.hash,
        checker.violations,
        town.trace.requests,
        checker.writes,
        checker.needless,
        len(town.graph.tenant.mails),
        town.loop.time(),
        people.done,
        town.trace.lines,
    )


async def _what_is_late(town: Town) -> None:
    """News of the storm that arrives only now; no timer is needed for it."""
    town.timers = False
    await asyncio.sleep(LATE)
