"""All of it, over one folder of templates."""

from pathlib import Path

from infra.lint.agreement import agreement
from infra.lint.facts import Facts, facts
from infra.lint.host import host
from infra.lint.parameters import parameters
from infra.lint.symbols import symbols
from infra.lint.syntax import syntax
from infra.lint.template import Finding, read

FOLDER = Path(__file__).parents[1]


def lint(folder: Path = FOLDER, code: Facts | None = None) -> list[Finding]:
    """What cannot be read is not looked into any further."""
    known, templates = code or facts(), read(folder)
    unreadable = list(syntax(templates))
    if unreadable:
        return sorted(set(unreadable))
    found = [*symbols(templates), *agreement(templates, known), *parameters(folder, templates, known), *host(known)]
    return sorted(set(found))
