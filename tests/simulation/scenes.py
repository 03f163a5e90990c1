"""What the town is about: each scene has a vocabulary of its own, and a script of it from each seed."""

from collections.abc import Mapping
from typing import ClassVar

from tests.simulation.script import IBSS, OUTLOOK, Author, Script, Step

EVERYDAY, ONBOARDING = "everyday", "onboarding"

NOTICED = (915.0, 900.0)
"""When the service looks for the first time which rooms there are, and how often after that: `town.RENEW`."""

TODAY = -32
"""The number of the slot at nine o'clock today: `people.slot_of`."""


class Onboarding(Author):
    """B11: rooms that have meetings on both sides are switched on while people edit."""

    scene: ClassVar[str] = ONBOARDING

    def write(self) -> Script:
        chance = self.chance
        self.crowded = chance.random() < 0.2
        rooms = chance.choice((1, 2, 2))
        meetings = [self._enter(number) for number in range(chance.choice((1, 2, 3, 4)))]
        on = chance.choice((60.0, 600.0, 900.0, 3 * 3600.0)) * (0.5 + chance.random() / 2)
        self.steps += [Step(on, IBSS, "switch_on", -1, room) for room in range(rooms)]
        first, every = NOTICED
        noticed = first + every * max(0, -((first - on) // every))
        for _ in range(chance.randrange(8)):
            begin = chance.choice((60.0, on, noticed, noticed, noticed))
            self._edit(begin + chance.choice((1.0, 5.0, 30.0, 300.0)) * chance.random(), chance.choice(meetings))
        return Script(tuple(sorted(self.steps, key=lambda step: step.at)), rooms, self.crowded, off=True)

    def _enter(self, number: int) -> tuple[int, bool]:
        """By the older one-way service, by hand on both sides, or on one of them."""
        side, verb = self.chance.choice(
            (
                (OUTLOOK, "twin"),
                (OUTLOOK, "twin"),
                (OUTLOOK, "twin_differing"),
                (OUTLOOK, "book"),
                (OUTLOOK, "private"),
                (IBSS, "book"),
            )
        )
        today = self.chance.random() < 0.15 and not self.crowded
        slot = TODAY + number if today else self._slot()
        self.steps.append(Step(1.0 + 40 * self.chance.random(), side, verb, number, slot))
        return number, False


SCENES: Mapping[str, type[Author]] = {EVERYDAY: Author, ONBOARDING: Onboarding}


def script_of(seed: int, scene: str = EVERYDAY) -> Script:
    return SCENES[scene](seed).write()
