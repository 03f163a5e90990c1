"""Which edits people made, and what they had before their eyes then: so that it can be told which of them had to stand."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field

from tests.simulation.script import IBSS

type FieldName = tuple[int, str]
"""A meeting's number and what was changed of it."""


@dataclass(frozen=True)
class Edit:
    number: int
    side: str
    value: Hashable
    seen: int | None
    """The edit whose value this side showed; None when it showed what nobody had edited yet."""


@dataclass
class History:
    edits: dict[FieldName, list[Edit]] = field(default_factory=lambda: defaultdict(list))
    twins: set[int] = field(default_factory=set)
    """Meetings that people have entered on both sides by hand."""
    unheard: set[int] = field(default_factory=set)
    """Of these, whose halves are not one yet: what is written into IBSS's is no answer to Outlook's, which stands in the end."""
    apart: set[int] = field(default_factory=set)
    """Of these, whose halves were put into two places before they were one meeting: they are two."""

    several: set[int] = field(default_factory=set)
    """Meetings with more than one room."""
    released: set[int] = field(default_factory=set)
    """Of these, from which somebody took a room: where two take one each, none is left."""

    def note(self, meeting: int, name: str, side: str, value: Hashable, shown: Hashable) -> None:
        """An edit that was acknowledged. `shown`: what the person saw before."""
        edits = self.edits[meeting, name]
        alone = meeting in self.unheard and side == IBSS
        seen = None if alone else next((edit.number for edit in reversed(edits) if edit.value == shown), None)
        edits.append(Edit(len(edits), side, value, seen))

    def may_stand(self, meeting: int, name: str) -> set[Hashable]:
        """The values that nobody has overwritten knowing of them. Empty when it was never edited. Two people who change the same
        thing without seeing each other's change leave two, and either may win."""
        edits = self.edits.get((meeting, name), [])
        overwritten = {edit.seen for edit in edits}
        for edit in edits:
            # who sees an edit has seen what that one overwrote, and a person's own side shows their own last edit or a later one
            earlier = edit.seen
            while earlier is not None:
                overwritten.add(earlier)
                earlier = edits[earlier].seen
        return {edit.value for edit in edits if edit.number not in overwritten}
