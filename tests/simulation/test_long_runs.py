"""A share of `make long-runs`."""

import logging
from collections.abc import Iterator

import pytest

from tests.simulation.long_runs import horizon, played, untold, watching


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_B16_what_the_days_bring_nearer_is_never_missed() -> None:
    assert played(horizon(45)) == []


def test_no_room_is_unwatched_for_long_without_anybody_being_told() -> None:
    assert played(watching(rooms=25, days=3)) == []


@pytest.mark.parametrize("seed", range(12))
def test_what_nobody_tells_of_is_repaired_within_a_quarter_of_an_hour(seed: int) -> None:
    assert played(untold(seed)) == []
