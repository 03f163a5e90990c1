"""A copy of the templates to be spoilt, and what the lint says of it."""

import shutil
from pathlib import Path

import pytest

from infra.lint.facts import Facts, facts
from infra.lint.run import FOLDER, lint

MAIN, APP, STORAGE, ACCESS = "main.bicep", "app/function.bicep", "app/storage.bicep", "app/access.bicep"
NETWORK, ALERTS, VAULT, PARAMETERS = "app/network.bicep", "app/alerts.bicep", "app/vault.bicep", "main.parameters.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the templates, to be spoilt."""
    return Path(shutil.copytree(FOLDER, tmp_path / "infra", ignore=shutil.ignore_patterns("lint", "__pycache__")))


@pytest.fixture(scope="session")
def code() -> Facts:
    return facts()


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times: the mistake was made in one place"
    file.write_text(text.replace(old, new))


def said(folder: Path, code: Facts) -> list[str]:
    return [f"{finding.file}: {finding.what}" for finding in lint(folder, code)]
