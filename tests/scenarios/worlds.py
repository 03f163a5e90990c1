"""The two worlds that a story can be told in: what the conftest of each folder of stories takes over."""

from collections.abc import AsyncIterator

import pytest

from tests.scenarios.in_process import World
from tests.scenarios.running import RunningWorld
from tests.scenarios.table import KINDS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A scenario marked `end_to_end` is told twice: in one process, and to the running product."""
    if "world" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("end_to_end") is not None
        kinds = [pytest.param(KINDS[0]), *([pytest.param(KINDS[1], marks=pytest.mark.e2e)] if both else [])]
        metafunc.parametrize("world", kinds, indirect=True)


@pytest.fixture
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World | RunningWorld]:
    if request.param == KINDS[1]:
        told_to: World | RunningWorld = RunningWorld(request.getfixturevalue("product"))
    else:
        settings, begins = (request.node.get_closest_marker(name) for name in ("settings", "begins"))
        told_to = await World(*(begins.args if begins else ()), **(settings.kwargs if settings else {})).start()
    yield told_to
    await told_to.close()
