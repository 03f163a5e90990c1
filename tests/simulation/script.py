"""What people do on both sides, drawn from a seed: few meetings, many hands, often the same meeting in the same minute."""

import random
from dataclasses import dataclass, field, replace
from typing import ClassVar

OUTLOOK, IBSS = "outlook", "ibss"
EDITS = {
    OUTLOOK: ("rename", "rename", "move", "move", "room", "invite", "uninvite", "cancel", "forward"),
    IBSS: ("rename", "rename", "move", "move", "room", "invite", "uninvite", "cancel"),
}
OF_AN_OCCURRENCE = {
    OUTLOOK: ("move_one", "cancel_one", "rename", "move", "cancel"),
    IBSS: ("move_one", "cancel_one", "rename_one"),
}


@dataclass(frozen=True)
class Step:
    """`value` says what it is changed to: the number of a slot, of a room or of a person, or the words of a subject."""

    at: float
    side: str
    verb: str
    meeting: int
    value: int = 0


@dataclass(frozen=True)
class Script:
    steps: tuple[Step, ...]
    rooms: int
    crowded: bool
    """Meetings want the same few slots; otherwise each move goes to a slot that nobody else ever wants."""
    off: bool = False
    """No room is synced until a step switches it on."""

    def only(self, numbers: frozenset[int]) -> "Script":
        return replace(self, steps=tuple(step for n, step in enumerate(self.steps) if n in numbers))


@dataclass
class Author:
    scene: ClassVar[str] = "script"
    seed: int
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.scene} {self.seed}")
        self._slots = 0

    def write(self) -> Script:
        chance = self.chance
        self.crowded = chance.random() < 0.25
        rooms, at = chance.choice((2, 2, 3)), 1.0
        meetings = [self._begin(at + chance.random() * 30, number) for number in range(chance.choice((1, 1, 2, 3)))]
        for _ in range(chance.randrange(2, 10)):
            at += chance.choice((0.0, 0.3, 2.0, 15.0, 60.0, 400.0)) * chance.random()
            if chance.random() < 0.1:
                meetings.append(self._begin(at, len(meetings)))
            else:
                self._edit(at, chance.choice(meetings))
        return Script(tuple(sorted(self.steps, key=lambda step: step.at)), rooms, self.crowded)

    def _begin(self, at: float, number: int) -> tuple[int, bool]:
        """A meeting's number, and whether it is a series."""
        side = self.chance.choice((OUTLOOK, IBSS))
        verb = "book"
        if side == OUTLOOK:
            verb = self.chance.choice(("book", "book", "book", "series", "private"))
        self.steps.append(Step(at, side, verb, number, self._slot()))
        return number, verb == "series"

    def _edit(self, at: float, meeting: tuple[int, bool]) -> None:
        number, series = meeting
        side = self.chance.choice((OUTLOOK, IBSS))
        verb = self.chance.choice((OF_AN_OCCURRENCE if series else EDITS)[side])
        value = self._slot() if verb in {"move", "move_one"} else self.chance.randrange(1000)
        self.steps.append(Step(at, side, verb, number, value))

    def _slot(self) -> int:
        self._slots += 1
        return self.chance.randrange(6) if self.crowded else self._slots
