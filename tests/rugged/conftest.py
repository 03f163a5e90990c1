"""Fixture `parts`: everything started, each part for itself. And what is printed of it at the end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rugged.aftermath import FIGURES
from tests.rugged.parts import Parts


@pytest.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Parts]:
    async with Parts.running(tmp_path) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    lines = [line for report in reports for name, line in report.user_properties if name == FIGURES]
    if lines:
        terminalreporter.section("killed, stopped and started again")
        for line in lines:
            terminalreporter.line(line)
