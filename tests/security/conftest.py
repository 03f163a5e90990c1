"""The stories of this folder are told to the same worlds as the scenarios."""

from tests.scenarios.worlds import pytest_generate_tests, world

__all__ = ["pytest_generate_tests", "world"]
