"""When people have stopped and everything runs again: what must be true then, whatever happened before."""

import time
from collections import Counter
from typing import Any

from tests.rugged.inspection import booking_ids, differences
from tests.rugged.load import Load
from tests.rugged.parts import Parts
from tests.rugged.remembered import unsettled

FIGURES = "figures"
"""The property of a test's report that holds its figures in a line."""


async def all_is_well(parts: Parts, load: Load) -> str:
    """0 differences, 0 messages that hide, 0 links that hang, nothing left to write; what is kept is seen with a reason, and done
    when it is replayed. Answers the figures.
    """
    began = time.monotonic()
    parts.pass_time()
    await the_timers_run(parts)
    kept = Counter(one["queue"] for one in await kept_with_a_reason(parts))
    for queue in kept:
        await parts.replay(queue)
    await parts.quiet()
    left = [*await differences(parts, load.wanted, load.reach), *await kept_with_a_reason(parts)]
    left += unsettled(parts.storage_account, await booking_ids(parts, load.reach))
    writes = await parts.writes()
    await the_timers_run(parts)
    left += (Counter(await parts.writes()) - Counter(writes)).elements()
    assert left == [], "\n".join(map(str, [*left, "after all this:", *load.history]))
    done, stand, seconds = len(load.history), len(load.wanted), time.monotonic() - began
    return (
        f"{done} things done, {stand} meetings stand, 0 differences, {kept.total()} kept and replayed, settled in {seconds:.0f} s"
    )


async def the_timers_run(parts: Parts) -> None:
    """Twice, as they do in ten minutes."""
    for _ in range(2):
        await parts.quiet()
        await parts.sweep()
    await parts.quiet()


async def kept_with_a_reason(parts: Parts) -> list[Any]:
    kept: list[Any] = (await parts.status())["kept"]
    assert all(one["reason"] for one in kept)
    return kept
