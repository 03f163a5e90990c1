"""SECURITY.md names the tests that hold it, and every test of this folder is named there."""

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.completeness

HERE = Path(__file__)
TESTS = HERE.parents[1]
PAGE = (HERE.parents[2] / "SECURITY.md").read_text()
NAMED = set(re.findall(r"`(test_\w+)`", PAGE))


def _told(folder: Path) -> set[str]:
    files = [file for file in folder.rglob("test_*.py") if file != HERE]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text()))]
    return {
        node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def test_every_test_that_the_page_names_is_there() -> None:
    assert NAMED - _told(TESTS) == set()


def test_every_test_of_this_folder_stands_behind_a_claim() -> None:
    assert _told(HERE.parent) - NAMED == set()


def test_no_claim_of_its_tables_stands_alone() -> None:
    """Those tables whose last column says what holds them."""
    rows = [line for line in re.split(r"^## ", PAGE, flags=re.MULTILINE) if "held by |" in line]
    claims = [row for section in rows for row in re.findall(r"^\| (?!.*held by \|)[^-|\n].*\|$", section, re.MULTILINE)]
    assert len(claims) > 20
    assert [claim for claim in claims if "`test_" not in claim] == []


def test_the_stated_numbers_are_those_that_are_tried() -> None:
    fuzz = (HERE.parent / "fuzz.py").read_text()
    assert "IN_EVERY_RUN = 300" in fuzz
    assert "`make test` with\n300 each" in PAGE
    assert re.search(r"^CASES \?= 20000$", (HERE.parents[2] / "Makefile").read_text(), re.MULTILINE)
    assert "20,000 nearly right documents each" in PAGE
