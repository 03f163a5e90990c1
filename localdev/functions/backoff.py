"""The waiting times of the real host."""

import asyncio
import random
from collections.abc import Callable


class Backoff:
    """Randomised exponential back-off: the minimum first, then doubling steps of it, each 20 % up or down, to the maximum.

    azure-webjobs-sdk, RandomizedExponentialBackoffStrategy.
    """

    def __init__(self, minimum: float, maximum: float, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._minimum = minimum
        self._maximum = maximum
        self._uniform = uniform
        self._exponent = 0

    def reset(self) -> None:
        self._exponent = 0

    def next(self) -> float:
        step = self._uniform(0.8, 1.2) * 2 ** (self._exponent - 1) * self._minimum if self._exponent else 0.0
        if self._minimum + step >= self._maximum:
            return self._maximum
        self._exponent += 1
        return self._minimum + step


async def pause(seconds: float, stopping: asyncio.Event) -> None:
    """Sleep, but not longer than the host runs."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
