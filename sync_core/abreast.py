"""Many things at the same time, and not too many: what others are asked for by a timer, which has to end before its next run."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator

AT_ONCE = 8


async def each[Item, Done](do: Callable[[Item], Awaitable[Done]], items: Iterable[Item], at_once: int = AT_ONCE) -> list[Done]:
    """What came of each, in the order of the items. The first failure ends what is under way, begins no more, and is raised."""
    waiting, done = enumerate(items), dict[int, Done]()

    async def take(turns: Iterator[tuple[int, Item]]) -> None:
        for number, item in turns:
            done[number] = await do(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(take(waiting))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [done[number] for number in sorted(done)]
