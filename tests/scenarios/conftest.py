"""The two worlds that a scenario is told in, and the table of how the rows ended."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.scenarios import mail_table
from tests.scenarios.in_process import World
from tests.scenarios.running import RunningWorld
from tests.scenarios.table import KINDS, Results

RESULTS = pytest.StashKey[Results]()


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


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RESULTS] = Results()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call" or report.failed:
        item.config.stash[RESULTS].add(item.name, passed=report.passed)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.stash[RESULTS].ended:
        terminalreporter.section("scenarios")
        for line in config.stash[RESULTS].lines():
            terminalreporter.line(line)
    if mails := mail_table.lines(report for reports in terminalreporter.stats.values() for report in reports):
        terminalreporter.section("mails per change")
        for line in mails:
            terminalreporter.line(line)
