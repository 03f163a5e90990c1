"""Every problem has its tests, and docs/problems.md names them all."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

pytestmark = pytest.mark.completeness

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "problems.md").read_text()
PROBLEMS = range(1, 26)
NAME = re.compile(r"test_problem_(\d\d)_\w+")


def _told() -> dict[int, set[str]]:
    found = defaultdict(set)
    for file in HERE.glob("test_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (name := NAME.fullmatch(node.name)):
                found[int(name[1])].add(node.name)
    return found


def _written() -> dict[int, tuple[str, str, set[str]]]:
    """The rows of the page: the problem, what is done about it, and the tests."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| \d+ \|", line)]
    return {int(number): (problem, done, set(re.findall(r"`(\w+)`", tests))) for number, problem, done, tests in rows}


@pytest.mark.parametrize("number", PROBLEMS)
def test_every_problem_has_a_test_and_the_page_names_just_these(number: int) -> None:
    problem, done, tests = _written()[number]
    assert problem
    assert done
    assert tests == _told()[number] != set()


def test_there_is_no_other_problem_and_each_has_one_row() -> None:
    assert set(_told()) == set(_written()) == set(PROBLEMS)
    assert len(re.findall(r"^\| \d+ \|", PAGE, re.MULTILINE)) == len(PROBLEMS)
