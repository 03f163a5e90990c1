"""What is deployed: exactly what runs, and Microsoft's worker loads it from there alone."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from infra.lint.facts import facts
from infra.package import ROOT, build, import_seconds, packed

WORKER = ROOT / "tests" / "contract" / "functions_worker.py"
RUNS = {"function_app.py", "host.json", "requirements.txt"}
LONG_AGO = json.dumps({"room": "HH-1-OAK"})


def code() -> set[str]:
    """Of the service all but what was compiled."""
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / "sync_core").rglob("*.*") if path.suffix != ".pyc"}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("package")
    with ZipFile(build(place / "app.zip")) as archive:
        archive.extractall(place / "app")
    return place / "app"


def test_the_package_holds_exactly_what_runs() -> None:
    assert set(packed()) == RUNS | code()


STRAYS = [
    ".azure/prod/.env",
    "local.settings.json",
    "sync_core/__pycache__/a.pyc",
    "venv/pyvenv.cfg",
    "tests/a.py",
    ".git/config",
]


def test_what_lies_about_in_a_working_folder_stays_at_home(tmp_path: Path) -> None:
    for stray in [*STRAYS, "venv/lib/a.py", "function_app.py", "sync_core/a.py"]:
        (tmp_path / stray).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / stray).touch()
    shutil.copy(ROOT / ".funcignore", tmp_path)
    assert packed(tmp_path) == ["function_app.py", "sync_core/a.py"]


class Worker:
    """Microsoft's worker library in a process of its own; `log` is what it wrote beside its answers."""

    def __init__(self, process: "subprocess.Popen[str]", log: Path) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._ask, self._answers, self._log = process.stdin, process.stdout, log
        self.triggers = self._answer()

    @property
    def log(self) -> str:
        return self._log.read_text()

    def ask(self, **question: object) -> dict[str, object]:
        self._ask.write(json.dumps(question) + "\n")
        self._ask.flush()
        return self._answer()

    def _answer(self) -> dict[str, object]:
        line = self._answers.readline()
        assert line, self.log
        return dict(json.loads(line))


@pytest.fixture(scope="module")
def worker(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """Away from the project: what the package lacks is found nowhere else."""
    away = tmp_path_factory.mktemp("away")
    command = [sys.executable, str(shutil.copy(WORKER, away)), str(unpacked)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        (away / "log").open("w") as log,
        subprocess.Popen(command, cwd=away, env={"PATH": os.environ["PATH"]}, stderr=log, text=True, **pipes) as process,  # noqa: S603
    ):
        yield Worker(process, away / "log")
        process.communicate()


def test_the_worker_finds_every_function_in_the_package(worker: Worker) -> None:
    assert set(worker.triggers) == facts().functions


def test_the_worker_runs_the_package_without_the_rest_of_the_project(worker: Worker) -> None:
    answer = worker.ask(invoke="health", http={})
    assert (answer["status"], answer["body"]) == (200, "up")
    assert worker.ask(modules=["localdev", "tests", "infra", "sync_core"]) == {"imported": ["sync_core"]}


@pytest.mark.parametrize(("function", "kind"), [("pull_room", "PullRoom"), ("sync_instance", "SyncInstance")])
def test_work_that_waited_for_long_is_told_in_the_log(worker: Worker, function: str, kind: str) -> None:
    """The worker says of every message that it was queued in March."""
    answer = worker.ask(invoke=function, queue=LONG_AGO)
    assert "missing" in str(answer["error"])
    assert f"{kind} waited " in worker.log


def test_the_time_of_a_cold_start_can_be_told(unpacked: Path) -> None:
    wall, cpu = import_seconds(unpacked)
    assert wall > 0
    assert cpu > 0
