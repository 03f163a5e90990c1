"""The Functions host is killed at random points while people work: nothing is lost, nothing is doubled, nothing hangs."""

import asyncio
import contextlib
import os
import random

from tests.rugged.aftermath import FIGURES, all_is_well
from tests.rugged.load import Load
from tests.rugged.parts import Parts, Recorder

KILLS = int(os.environ.get("KILLS") or 5)
SEED = int(os.environ.get("SEED") or 1)
THINGS_A_LIFE = 6
MOST_WRITES = 150
"""About twice what as many things take: so that the host falls behind, and catches up again."""
LONGEST_LIFE, LONGEST_START = 8.0, 2.0


async def test_S14_the_host_is_killed_again_and_again(parts: Parts, record_property: Recorder) -> None:
    dice, load = random.Random(SEED), Load(parts, SEED)
    await load.begin()
    for _ in range(KILLS):
        await a_life(parts, load, dice)
    await parts.start()
    figures = await all_is_well(parts, load)
    record_property(FIGURES, f"seed {SEED}: {KILLS} times killed, {figures}")


async def a_life(parts: Parts, load: Load, dice: random.Random) -> None:
    """It ends with a request that writes something, which arrives or does not; or while it starts, or when all is done."""
    parts.kill()
    parts.death.await_write(dice.randrange(1, MOST_WRITES), sent=dice.random() < 0.5)
    longest = dice.uniform(0, LONGEST_START) if dice.random() < 0.1 else LONGEST_LIFE
    people = asyncio.create_task(load.go_on(THINGS_A_LIFE))
    parts.begin()
    parts.pass_time()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(longest):
            await parts.died.wait()
    parts.kill()
    await people
