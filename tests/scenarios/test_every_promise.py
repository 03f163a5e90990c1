"""Every promise stands in docs/scenarios.md, and every proof that is named there is one."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from sync_core.model import Reason, State
from sync_core.settings import NAMES
from tests.scenarios.table import KINDS, ROWS

pytestmark = pytest.mark.completeness

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "scenarios.md").read_text()
VISITORS = "Visitors"
PROMISES = (*ROWS, VISITORS)
FILES = {name: DOCS / path for name, path in re.findall(r"^\[(\w+)\]: (\S+)$", PAGE, re.MULTILINE)}
MARKS = {"end_to_end": KINDS, "e2e": KINDS[1:]}
"""In which worlds a test is told that is marked so; without a mark, in process only."""
LINES = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")][1:]
ROWS_TOLD = {promise: told for promise, *told in LINES}
"""What happens, what is true afterwards, the proofs in process, and those end to end."""


@cache
def told_in(file: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Its tests, and the worlds in which each is told."""
    functions = [
        node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return [(test.name, _worlds(test)) for test in functions if test.name.startswith("test_")]


def _worlds(test: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    marks = [mark.attr for mark in test.decorator_list if isinstance(mark, ast.Attribute)]
    return next((MARKS[mark] for mark in marks if mark in MARKS), KINDS[:1])


def tells(file: Path, promise: str, kind: str) -> bool:
    name = "_visit" if promise == VISITORS else f"_{promise}_"
    return any(name in test and kind in worlds for test, worlds in told_in(file))


def test_every_promise_has_one_row_and_says_what_happens() -> None:
    assert [promise for promise, *_ in LINES] == list(PROMISES)
    assert {promise: told[0] for promise, told in ROWS_TOLD.items() if promise != VISITORS} == ROWS
    assert [told for told in ROWS_TOLD.values() if len(told) != 2 + len(KINDS) or not all(told)] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("promise", PROMISES)
def test_the_tests_that_are_named_tell_it(promise: str, kind: str) -> None:
    """And where none is named, there is none."""
    named = re.findall(r"\[(\w+)\]", ROWS_TOLD[promise][2 + KINDS.index(kind)])
    assert [name for name in named if not tells(FILES[name], promise, kind)] == []
    assert named or not [file for file in Path(__file__).parent.glob("test_*.py") if tells(file, promise, kind)]


def test_every_file_is_there_and_is_named_by_some_row() -> None:
    assert [name for name, file in FILES.items() if not file.is_file()] == []
    assert set(FILES) == set(re.findall(r"\[(\w+)\]", "".join(map("".join, ROWS_TOLD.values()))))


def test_what_is_quoted_is_what_the_product_says() -> None:
    states = "|".join(State)
    quoted = re.findall(rf'"(?:{states}): ([^"]+?)(?: \(\w+\))?"', " ".join(PAGE.split()))
    assert quoted
    assert set(quoted) - set(Reason) == set()


def test_every_setting_that_is_named_is_one() -> None:
    assert set(re.findall(r"`([A-Z]+_[A-Z_]+)\b", PAGE)) - set(NAMES) == set()
