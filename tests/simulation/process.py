"""One worker process: it may die at any await, as by kill -9, and what it was about is never heard of again."""

import asyncio
import random


class Process:
    def __init__(self, name: str, chance: random.Random, skew: float) -> None:
        self.name, self.skew = name, skew
        self.alive, self.lives = True, 1
        self._chance = chance
        self._crashes = 0.0
        self.on_death = _nobody

    def set_crashes(self, share: float) -> None:
        self._crashes = share

    async def step(self, life: int) -> None:
        """Between two effects. Whoever belongs to a life that has ended waits here for ever, and runs no `finally`."""
        if self._crashes and self.alive and life == self.lives and self._chance.random() < self._crashes:
            self.alive = False
            self.on_death()
        if not self.alive or life != self.lives:
            await asyncio.get_running_loop().create_future()

    def revive(self) -> None:
        self.alive = True
        self.lives += 1


def _nobody() -> None:
    """Whom the death of a process concerns, before anybody says so."""
