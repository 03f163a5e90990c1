"""B09: what a side had changed to and does not keep, and how it is told to whoever wants it back."""

from dataclasses import replace

import pytest

from sync_core.model import PRIVATE_SUBJECT, Essence, Field, Side
from sync_core.planner import Overruled, Policy, plan
from tests.unit.examples import CLEO, ELM, FIR, NOW, OAK, linked, meeting, slot, there

row = pytest.param
OUTLOOK, IBSS = Side.OUTLOOK, Side.IBSS

RENAMED, RENAMED_TOO = meeting(subject="Retro"), meeting(subject="Standup")
MOVED_TOO = meeting(slot=slot(6))
PRIVATE = meeting(subject=PRIVATE_SUBJECT, people=frozenset(), private=True)
PRIVATE_AND_MOVED = replace(PRIVATE, slot=slot(4))
RETOLD = meeting(slot=slot(6), subject="I know", people=frozenset({CLEO}))

LOST = [
    row(RENAMED, RENAMED_TOO, OUTLOOK, {(IBSS, Field.SUBJECT, "Standup")}, id="Outlook wins: IBSS's is lost"),
    row(RENAMED, RENAMED_TOO, IBSS, {(OUTLOOK, Field.SUBJECT, "Retro")}, id="IBSS wins: Outlook's is lost"),
    row(RENAMED, meeting(), OUTLOOK, set(), id="Outlook alone changed it"),
    row(meeting(), RENAMED, OUTLOOK, set(), id="IBSS alone changed it"),
    row(RENAMED, MOVED_TOO, OUTLOOK, set(), id="each changed another field"),
    row(RENAMED, RENAMED, OUTLOOK, set(), id="both changed it alike"),
    row(meeting(people=frozenset()), meeting(people=frozenset({CLEO})), OUTLOOK, set(), id="of people nobody is lost"),
    row(PRIVATE_AND_MOVED, RETOLD, OUTLOOK, {(IBSS, Field.SLOT, slot(6))}, id="of a private meeting only when it was to be"),
    row(
        meeting(slot=slot(4), subject="Retro", room=ELM),
        meeting(slot=slot(6), subject="Standup", room=ELM),
        OUTLOOK,
        {(IBSS, Field.SLOT, slot(6)), (IBSS, Field.SUBJECT, "Standup")},
        id="several fields",
    ),
]


@pytest.mark.parametrize(("outlook", "ibss", "winner", "lost"), LOST)
def test_B09_what_the_winner_overrules_is_told_and_nothing_else(
    outlook: Essence, ibss: Essence, winner: Side, lost: set[tuple[Side, Field, object]]
) -> None:
    made = plan(linked(), there(outlook), there(ibss), Policy(winner), NOW)
    assert {(one.side, one.field, one.value) for one in made.overruled} == lost
    assert len(made.overruled) == len(lost)


@pytest.mark.parametrize(
    ("overruled", "told"),
    [
        row(
            Overruled(IBSS, Field.SLOT, slot(6)),
            "ibss wanted slot: 2026-03-02 14:00 to 2026-03-02 15:00 UTC",
            id="a time",
        ),
        row(Overruled(OUTLOOK, Field.SUBJECT, "Retro"), "outlook wanted subject: Retro", id="a name"),
        row(Overruled(IBSS, Field.ROOM, OAK), f"ibss wanted room: {OAK}", id="a room"),
        row(Overruled(IBSS, Field.LINKED, frozenset({FIR, ELM})), f"ibss wanted linked: {ELM}, {FIR}", id="linked rooms"),
        row(Overruled(IBSS, Field.LINKED, frozenset()), "ibss wanted linked: none", id="no linked rooms"),
    ],
)
def test_B09_what_was_overruled_is_told_in_words(overruled: Overruled, told: str) -> None:
    assert str(overruled) == told
