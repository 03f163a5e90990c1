"""Two parsers that know nothing of each other have to take every file."""

from collections.abc import Iterable, Iterator
from functools import cache

from pycep import BicepParser

from infra.lint.template import Finding, Template, walk


def syntax(templates: Iterable[Template]) -> Iterator[Finding]:
    for template in templates:
        for node in walk(template.root):
            if node.is_missing or node.type == "ERROR":
                yield template.finding(node, "tree-sitter cannot read this")
                break
        problem = _pycep_says(template.text)
        if problem is not None:
            yield Finding(template.name, *problem)


@cache
def _pycep_says(text: str) -> tuple[int, str] | None:
    """A line and what is wrong there. It takes a tenth of a second for a file."""
    try:
        _pycep().parse(text=text)
    except Exception as error:  # noqa: BLE001 — it has a class of its own for each kind of mistake
        return getattr(error, "line", 1), f"pycep cannot read this: {str(error).splitlines()[0]}"
    return None


@cache
def _pycep() -> BicepParser:
    return BicepParser()
