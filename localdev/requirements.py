"""requirements.txt and requirements-dev.txt, made from pyproject.toml: `make requirements`."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNTIME_HEAD = """\
# Made from pyproject.toml by `make requirements`.
# DO NOT include azure-functions-worker or azure-functions-runtime here: the platform brings its own, and a line for the
# runtime switches the platform to that version.
"""
DEV_HEAD = """\
# Made from pyproject.toml by `make requirements`: what tests, checks and the local cloud need beside requirements.txt.
"""


def rendered() -> dict[Path, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        ROOT / "requirements.txt": _file(RUNTIME_HEAD, project["project"]["dependencies"]),
        ROOT / "requirements-dev.txt": _file(DEV_HEAD, project["dependency-groups"]["dev"]),
    }


def _file(head: str, pins: list[str]) -> str:
    return head + "".join(f"{pin}\n" for pin in sorted(pins))


if __name__ == "__main__":
    for file, text in rendered().items():
        file.write_text(text, encoding="utf-8")
        print(file.name)
