"""The two worlds that a scenario is told in."""

from tests.scenarios.worlds import pytest_generate_tests, world

__all__ = ["pytest_generate_tests", "world"]
