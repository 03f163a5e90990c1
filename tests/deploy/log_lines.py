"""Every line that the code can log, read from the code: what an alert can look for."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sync_core.model import Reason

ROOT = Path(__file__).parents[2]
SHAPES = {"%s": "B9/7", "%d": "12", "%r": "'Mars'"}


@dataclass(frozen=True)
class Line:
    """`text` is an example: what is filled in stands for anything of its kind."""

    level: str
    text: str
    where: str


def logged() -> list[Line]:
    files = [ROOT / "function_app.py", *sorted((ROOT / "sync_core").rglob("*.py"))]
    return [line for file in files for line in _lines(file)]


def _lines(file: Path) -> Iterator[Line]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "log":
            shape, *filled = node.args
            assert isinstance(shape, ast.Constant), f"{file.name}: a line without a fixed text"
            values = iter(filled)
            text = re.sub("%[sdr]", lambda kind: _example(kind[0], next(values)), shape.value)  # noqa: B023 — used at once
            yield Line(node.func.attr, text, f"{file.name}:{node.lineno}")


def _example(shape: str, value: ast.expr) -> str:
    """A reason has its own words; they are what is looked for."""
    told = ast.unparse(value)
    return str(Reason[told.removeprefix("Reason.")]) if told.startswith("Reason.") else SHAPES[shape]
