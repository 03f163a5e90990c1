"""How the page tells a change that sets out from one that arrives. No browser is needed for it."""

from dataclasses import replace

import pytest

from localdev.page.crossings import Crossings
from localdev.page.meetings import Meeting

EVENT = Meeting(
    id="event-1",
    calendar="ana@contoso.example",
    subject="Budget",
    start="2026-03-05T09:00",
    end="2026-03-05T10:00",
    host="ana@contoso.example",
    people=("ben@contoso.example",),
    rooms=("HH-1-OAK",),
    owned=True,
)
BOOKING = replace(EVENT, id="BK-1", calendar="HH-1-OAK")


@pytest.fixture
def crossings() -> Crossings:
    """Both sides have been seen, and agree."""
    crossings = Crossings()
    crossings.see("outlook", [EVENT], 0)
    crossings.see("ibss", [BOOKING], 0)
    return crossings


def told(crossings: Crossings) -> list[tuple[str, str, float | None]]:
    return [(crossing.side, crossing.in_words(), crossing.seconds) for crossing in crossings.recent]


def test_what_stood_there_from_the_start_does_not_cross(crossings: Crossings) -> None:
    assert told(crossings) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"start": "2026-03-05T09:30"}, "moved “Budget” in Oak"),
        ({"subject": "Budget 2"}, "renamed “Budget 2” in Oak"),
        ({"rooms": ("HH-1-ELM",)}, "moved to another room “Budget” in Elm"),
        ({"people": ()}, "uninvited Ben from “Budget” in Oak"),
    ],
)
def test_a_change_crosses_once_the_other_side_shows_it(crossings: Crossings, changed: dict[str, str], words: str) -> None:
    crossings.see("outlook", [replace(EVENT, **changed)], 1.5, changed_at=1)
    assert told(crossings) == [("outlook", words, None)]
    crossings.see("ibss", [replace(BOOKING, **changed)], 3)
    crossings.see("outlook", [replace(EVENT, **changed)], 4)
    assert told(crossings) == [("outlook", words, 2)]


def test_a_cancelled_meeting_has_crossed_when_it_is_gone_on_both_sides(crossings: Crossings) -> None:
    crossings.see("ibss", [], 1)
    crossings.see("outlook", [EVENT], 2)
    assert told(crossings) == [("ibss", "cancelled “Budget” in Oak", None)]
    crossings.see("outlook", [], 3)
    assert told(crossings) == [("ibss", "cancelled “Budget” in Oak", 2)]


def test_a_second_change_on_the_way_stands_for_both(crossings: Crossings) -> None:
    crossings.see("outlook", [replace(EVENT, subject="Second")], 1)
    crossings.see("outlook", [replace(EVENT, subject="Third")], 2)
    crossings.see("ibss", [replace(BOOKING, subject="Third")], 5)
    assert told(crossings) == [("outlook", "renamed “Third” in Oak", 3)]


def test_a_change_taken_back_on_the_way_is_none(crossings: Crossings) -> None:
    crossings.see("outlook", [replace(EVENT, subject="Second")], 1)
    crossings.see("outlook", [EVENT], 2)
    assert told(crossings) == []


def test_a_private_meeting_has_crossed_when_its_slot_is_taken(crossings: Crossings) -> None:
    crossings.see("outlook", [replace(EVENT, private=True)], 1)
    crossings.see("ibss", [replace(BOOKING, subject="Private meeting", people=())], 2)
    assert [seconds for _, _, seconds in told(crossings)] == [1]


def test_copies_that_are_not_the_organisers_do_not_count(crossings: Crossings) -> None:
    crossings.see(
        "outlook", [EVENT, replace(EVENT, id="copy", calendar="oak@contoso.example", subject="Ana Diaz", owned=False)], 1
    )
    assert told(crossings) == []


def test_after_nobody_looked_for_a_while_nothing_is_made_up(crossings: Crossings) -> None:
    crossings.see("outlook", [replace(EVENT, subject="Second")], 1)
    crossings.forget()
    crossings.see("outlook", [], 100)
    crossings.see("ibss", [], 100)
    assert told(crossings) == []
