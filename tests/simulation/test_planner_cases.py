"""A share of the million: `python -m tests.simulation.planner_cases`."""

from tests.simulation.planner_cases import OF_OTHERS, run

CASES = 12_000


def test_what_is_claimed_of_every_plan_holds_in_cases_made_by_chance() -> None:
    result = run(seed=0, numbers=range(CASES))
    assert list(result.broken.values())[:3] == []
    assert result.never_met == set()
    assert not {reason.name for reason in OF_OTHERS} & set(result.met)
