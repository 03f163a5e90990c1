"""What is printed after the scenarios: how their rows ended, who is mailed by what, and what a series costs."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.scenarios import mail_table
from tests.scenarios.table import KINDS, Results

COST = "cost"
"""The property of a test's report that holds a line on what something costs."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    kept = [one for ones in terminalreporter.stats.values() for one in ones]
    reports = [report for report in kept if isinstance(report, pytest.TestReport)]
    for title, lines in (
        ("scenarios", _rows(reports)),
        ("mails per change", mail_table.lines(reports)),
        ("requests per series", _costs(reports)),
    ):
        if lines:
            terminalreporter.section(title)
            for line in lines:
                terminalreporter.line(line)


def _rows(reports: Iterable[Any]) -> list[str]:
    results = Results()
    for report in reports:
        if report.when == "call" or report.failed:
            kind = KINDS[1] if "e2e" in report.keywords else KINDS[0]
            results.add(report.nodeid.rpartition("::")[2], kind, passed=report.passed)
    return results.lines() if results.ended else []


def _costs(reports: Iterable[Any]) -> list[str]:
    called = [report for report in reports if report.when == "call"]
    return [line for report in called for name, line in report.user_properties if name == COST]
