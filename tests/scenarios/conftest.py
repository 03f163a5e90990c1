"""The two worlds that a scenario is told in, and the table of how the rows ended."""

from collections.abc import Iterator

import pytest

from tests.scenarios import mail_table
from tests.scenarios.table import KINDS, Results
from tests.scenarios.worlds import pytest_generate_tests, world

__all__ = ["pytest_generate_tests", "world"]

RESULTS = pytest.StashKey[Results]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RESULTS] = Results()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call" or report.failed:
        kind = KINDS[1] if item.get_closest_marker("e2e") else KINDS[0]
        item.config.stash[RESULTS].add(item.name, kind, passed=report.passed)
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
