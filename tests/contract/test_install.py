"""What puts Python, the packages and Azurite in place."""

import ast
import stat
import subprocess
import sys
from pathlib import Path

from localdev import install


def test_a_python_that_does_not_really_run_is_not_taken(tmp_path: Path) -> None:
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n")
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    assert not install.runs_wanted_python(shim)
    assert not install.runs_wanted_python(tmp_path / "nothing")
    assert install.runs_wanted_python(sys.executable)


def test_the_installer_is_read_by_any_python_since_3_8() -> None:
    source = Path(install.__file__).read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))
    assert "from __future__ import annotations" in source  # else 3.8 stumbles over `str | None` when it runs


def test_a_failed_step_says_which_and_how_to_go_on(tmp_path: Path) -> None:
    """In a project folder of its own, whose requirements no index has."""
    (tmp_path / "localdev").mkdir()
    (tmp_path / "localdev" / "install.py").write_bytes(Path(install.__file__).read_bytes())
    (tmp_path / "requirements.txt").write_text("this is no requirement\n")
    (tmp_path / "requirements-dev.txt").write_text("")
    answer = subprocess.run([sys.executable, "localdev/install.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "  Python packages (about a minute) ... failed" in answer.stdout
    assert answer.stderr.startswith("error: Python packages")
    assert "check the network or pip's configuration, then run the same command again" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / ".local" / "installed").exists()
