"""What people do on both sides, drawn from a seed: few meetings, many hands, often the same meeting in the same minute."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

OUTLOOK, IBSS = "outlook", "ibss"
EDITS = {
    OUTLOOK: ("rename", "rename", "move", "move", "room", "invite", "uninvite", "cancel", "forward"),
    IBSS: ("rename", "rename", "move", "move", "room", "invite", "uninvite", "cancel"),
}
SLOTS = frozenset({"move", "move_one", "whole", "vera_moves", "their_move"})
"""What takes a slot, or a day, of its own."""

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
    out_of_scope: frozenset[str] = frozenset()
    """Whose mailboxes the service may not reach."""
    counted: bool = True
    """What each edit earns is known: it is of one meeting in one room, and its host is one of us."""

    def only(self, numbers: frozenset[int]) -> "Script":
        return replace(self, steps=tuple(step for n, step in enumerate(self.steps) if n in numbers))


@dataclass
class Author:
    """What is drawn here of a seed is drawn by its stories, too: nothing may come in between."""

    scene: ClassVar[str] = "everyday"
    rooms: ClassVar[tuple[int, ...]] = (2, 2, 3)
    never_crowded: ClassVar[bool] = False
    out_of_scope: ClassVar[frozenset[str]] = frozenset()
    begun: ClassVar[tuple[tuple[str, str], ...]] = ()
    """How meetings begin; the side is drawn first where nothing is said."""
    edits: ClassVar[Mapping[str, tuple[str, ...]]] = EDITS

    seed: int
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{'script' if self.scene == Author.scene else self.scene} {self.seed}")
        self._slots = 0

    def write(self) -> Script:
        chance = self.chance
        self.crowded = chance.random() < 0.25 and not self.never_crowded
        rooms, at = chance.choice(self.rooms), 1.0
        meetings = [self._begin(at + chance.random() * 30, number) for number in range(chance.choice((1, 1, 2, 3)))]
        for _ in range(chance.randrange(2, 10)):
            at += chance.choice((0.0, 0.3, 2.0, 15.0, 60.0, 400.0)) * chance.random()
            if chance.random() < 0.1:
                meetings.append(self._begin(at, len(meetings)))
            else:
                self._edit(at, chance.choice(meetings))
        steps = tuple(sorted(self.steps, key=lambda step: step.at))
        counted = self.scene == Author.scene
        return Script(steps, rooms, self.crowded, out_of_scope=self.out_of_scope, counted=counted)

    def _begin(self, at: float, number: int) -> tuple[int, bool]:
        """A meeting's number, and whether it is a series."""
        if self.begun:
            side, verb = self.chance.choice(self.begun)
        else:
            side, verb = self.chance.choice((OUTLOOK, IBSS)), "book"
        if side == OUTLOOK and not self.begun:
            verb = self.chance.choice(("book", "book", "book", "series", "private"))
        self.steps.append(Step(at, side, verb, number, self._slot()))
        return number, verb == "series"

    def _edit(self, at: float, meeting: tuple[int, bool]) -> None:
        number, series = meeting
        side = self.chance.choice((OUTLOOK, IBSS))
        verb = self.chance.choice((OF_AN_OCCURRENCE if series else self.edits)[side])
        value = self._slot() if verb in SLOTS else self.chance.randrange(1000)
        self.steps.append(Step(at, side, verb, number, value))

    def _slot(self) -> int:
        self._slots += 1
        return self.chance.randrange(6) if self.crowded else self._slots
