"""One seed: its script in its weather, judged."""

import asyncio
import gc
from dataclasses import dataclass, field

from tests.simulation.checker import Checker
from tests.simulation.clockwork import VirtualLoop
from tests.simulation.ears import listening
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
    least: int
    """Writes, that the edits have earned."""
    mails: int
    """By the service."""
    least_mails: int
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
    town.written.append(checker.watch)
    with listening(town, checker.note):
        town.network.out_of_scope = script.out_of_scope
        await town.open(off=script.off)
        town.storm()
        begin = town.loop.time()
        for step in script.steps:
            await asyncio.sleep(max(0.0, begin + step.at - town.loop.time()))
            await people.take(step)
        await asyncio.sleep(AFTERMATH[seed % len(AFTERMATH)])
        await in_the_end(town, checker)
    town.close()
    return Outcome(
        seed,
        town.trace.hash,
        checker.violations,
        town.trace.requests,
        checker.least.writes,
        checker.least.earned,
        checker.least.mails,
        checker.least.earned_mails,
        town.loop.time(),
        people.done,
        town.trace.lines,
    )


async def in_the_end(town: Town, checker: Checker) -> None:
    """Both sides agree within one clean pass after the faults, and nothing is written after it: neither for news of the storm
    that arrives only then, nor by a second pass.
    """
    town.calm()
    await asyncio.sleep(PASS + (ADOPTED if checker.script.off else 0.0))
    await checker.agreement("one clean pass after the faults:")
    settled = checker.least.writes
    town.timers = False  # what is late needs none of them
    await asyncio.sleep(LATE)
    await town.sweep()
    if checker.least.writes != settled:
        checker.note("written though all agreed:", checker.least.writes - settled)
    await checker.agreement("when all is quiet:")
    checker.standing()
    checker.privacy()
    checker.links()
    checker.requests()
    for bug in town.bugs:
        checker.note("a bug:", bug)
