"""Many things at the same time, and not too many."""

import asyncio

import pytest

from sync_core.abreast import each
from sync_core.errors import Later


class Busy:
    """Work that takes as many steps as it is told, and notes how much of it is under way."""

    def __init__(self) -> None:
        self.now = self.most = self.begun = 0
        self.ended: list[int] = []

    async def work(self, steps: int) -> int:
        self.now, self.begun = self.now + 1, self.begun + 1
        self.most = max(self.most, self.now)
        try:
            for _ in range(steps):
                await asyncio.sleep(0)
        finally:
            self.now -= 1
        self.ended.append(steps)
        return steps * 10


async def test_what_came_of_each_is_told_in_order_whoever_ended_first() -> None:
    busy = Busy()
    assert await each(busy.work, [9, 1, 5]) == [90, 10, 50]
    assert busy.ended == [1, 5, 9]


@pytest.mark.parametrize("at_once", [1, 3, 50])
async def test_no_more_than_so_many_are_under_way(at_once: int) -> None:
    busy = Busy()
    await each(busy.work, [3] * 20, at_once)
    assert busy.most == min(at_once, 20)


async def test_nothing_is_done_for_nothing() -> None:
    assert await each(Busy().work, []) == []


async def test_the_first_failure_is_raised_as_it_is_and_no_more_is_begun() -> None:
    busy = Busy()

    async def failing(steps: int) -> int:
        if steps == 2:
            await busy.work(steps)
            raise Later("busy")
        return await busy.work(steps)

    with pytest.raises(Later, match="busy"):
        await each(failing, [9, 2, 9, *[1] * 50], at_once=3)
    assert (busy.now, busy.begun, busy.ended) == (0, 3, [2])
