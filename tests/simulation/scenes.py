"""What the town is about: each scene has a vocabulary of its own, and a script of it from each seed."""

from collections.abc import Mapping
from typing import ClassVar

from localdev.world import CLEO
from tests.simulation.script import IBSS, OUTLOOK, Author, Script, Step

EVERYDAY, ONBOARDING = Author.scene, "onboarding"
ROOMS, SERIES, DAYS, STRANGERS = "rooms", "series", "days", "strangers"

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
        steps = tuple(sorted(self.steps, key=lambda step: step.at))
        return Script(steps, rooms, self.crowded, off=True, counted=False)

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


class SeveralRooms(Author):
    """B08: meetings with two rooms, and bookings that hold two spaces."""

    scene: ClassVar[str] = ROOMS
    rooms = (3,)
    never_crowded = True
    begun = ((OUTLOOK, "two"), (OUTLOOK, "two"), (IBSS, "linked"), (IBSS, "linked"))
    edits: ClassVar = {
        OUTLOOK: ("rename", "move", "add_room", "drop_room", "invite", "uninvite", "cancel"),
        IBSS: ("rename", "move", "link", "unlink", "release", "invite", "uninvite", "cancel"),
    }


class BookedSeries(Author):
    """S11: a series of IBSS, whose bookings go their own ways, alone or all at once."""

    scene: ClassVar[str] = SERIES
    begun = ((IBSS, "in_series"),)
    rooms = (2, 3)

    def _begin(self, at: float, number: int) -> tuple[int, bool]:
        """Six apart, so that host and room are the same. A seventh series would be the first again."""
        day, slot = 16, self._slot()
        one = number % 6
        if number >= 6:
            return one, False
        self.steps += [Step(at, IBSS, "in_series", one + 6 * n, slot + day * n) for n in range(self.chance.choice((2, 3, 4)))]
        return one, False

    def _edit(self, at: float, meeting: tuple[int, bool]) -> None:
        """One of them, or one thing done to each that is left."""
        number, made = meeting[0], {step.meeting for step in self.steps if step.verb == "in_series"}
        mine = sorted(one for one in made if one % 6 == number)
        chosen = mine[self.chance.randrange(len(mine)) :] if self.chance.random() < 0.3 else [self.chance.choice(mine)]
        side = self.chance.choice((OUTLOOK, IBSS))
        verb, value = self.chance.choice(self.edits[side]), self.chance.randrange(1000)
        for one in chosen:
            self.steps.append(Step(at, side, verb, one, self._later() if verb == "move" else value))

    def _later(self) -> int:
        """Away from the days of the series."""
        return self.chance.randrange(6) if self.crowded else 100 + self._slot()


class WholeDays(Author):
    """B15: whole days, in rooms of two time zones; meetings of hours become such, and the other way round."""

    scene: ClassVar[str] = DAYS
    rooms = (3,)
    never_crowded = True
    begun = ((OUTLOOK, "day"), (OUTLOOK, "day"), (IBSS, "day"), (IBSS, "day"), (OUTLOOK, "book"), (IBSS, "book"))
    edits: ClassVar = {
        OUTLOOK: ("rename", "move", "whole", "whole", "room", "room", "invite", "cancel"),
        IBSS: ("rename", "move", "whole", "whole", "room", "room", "invite", "cancel"),
    }


class FromElsewhere(Author):
    """B18: hosts of other tenants, and one whose mailbox the service may not reach, among others."""

    scene: ClassVar[str] = STRANGERS
    out_of_scope = frozenset({CLEO.address})
    begun = ((OUTLOOK, "from_outside"), (OUTLOOK, "book"), (OUTLOOK, "book"), (IBSS, "book"))
    edits: ClassVar = {
        OUTLOOK: ("rename", "move", "room", "vera_moves", "vera_moves", "vera_renames", "vera_cancels", "invite", "cancel"),
        IBSS: ("rename", "move", "their_move", "their_move", "their_rename", "their_cancel", "cancel"),
    }

    def write(self) -> Script:
        """What is undone to them is tried once: who insists is taken for a second program (B17)."""
        script, once = super().write(), set[str]()
        return script.only(frozenset(n for n, step in enumerate(script.steps) if not _again(step.verb, once)))


def _again(verb: str, before: set[str]) -> bool:
    if not verb.startswith("their_") or verb not in before:
        before.add(verb)
        return False
    return True


SCENES: Mapping[str, type[Author]] = {
    author.scene: author for author in (Author, Onboarding, SeveralRooms, BookedSeries, WholeDays, FromElsewhere)
}


def script_of(seed: int, scene: str = EVERYDAY) -> Script:
    return SCENES[scene](seed).write()
