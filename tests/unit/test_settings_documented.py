"""Nothing is forgotten: every setting, reason and queue stands where a reader looks for it."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_core import queues
from sync_core.model import Reason
from sync_core.settings import NAMES

pytestmark = pytest.mark.completeness

ROOT = Path(__file__).parents[2]
SAMPLE: dict[str, str] = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
FUNCTIONS = (ROOT / "function_app.py").read_text()
OF_THE_HOST = {"FUNCTIONS_WORKER_RUNTIME"}


def product() -> Iterator[Path]:
    yield from sorted((ROOT / "sync_core").rglob("*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_stands_in_the_sample(name: str) -> None:
    assert name in SAMPLE


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_explained_in_the_readme(name: str) -> None:
    assert re.search(rf"\b{name}\b", (ROOT / "README.md").read_text())


def test_the_sample_sets_nothing_that_has_no_effect() -> None:
    assert set(SAMPLE) - OF_THE_HOST <= set(NAMES)


def test_every_schedule_of_a_timer_is_a_setting_in_the_sample() -> None:
    schedules = set(re.findall(r"%(\w+_SCHEDULE)%", FUNCTIONS))
    assert schedules
    assert schedules == {name for name in SAMPLE if name.endswith("_SCHEDULE")} == {name for name in NAMES if "SCHEDULE" in name}


@pytest.mark.parametrize("name", [name for name in SAMPLE if name.endswith("_SCHEDULE")])
def test_every_schedule_of_the_sample_has_the_six_fields_of_ncrontab(name: str) -> None:
    assert len(SAMPLE[name].split()) == 6


def reasons_used() -> set[str]:
    """`Reason.X` in the code of the product; the list itself is no use."""
    found = set()
    for file in product():
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Reason":
                found.add(node.attr)
    return found


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_every_reason_is_given_somewhere(reason: Reason) -> None:
    assert reason.name in reasons_used()


def test_no_two_reasons_read_the_same() -> None:
    assert len({reason.value.lower() for reason in Reason}) == len(Reason.__members__)


def test_the_functions_listen_to_the_queues_that_are_written_and_to_what_they_could_not_work() -> None:
    listened = re.findall(r'queue_trigger\("message", (.+?), "AzureWebJobsStorage"\)', FUNCTIONS)
    assert listened == ["PULL_ROOM", "SYNC_INSTANCE", 'f"{PULL_ROOM}-poison"', 'f"{SYNC_INSTANCE}-poison"']
    assert (queues.PULL_ROOM, queues.SYNC_INSTANCE) == ("pull-room", "sync-instance")


@pytest.mark.parametrize("setting", [name for name in NAMES if name.endswith("_SCHEDULE")])
def test_every_timer_reads_its_schedule_from_its_setting(setting: str) -> None:
    assert FUNCTIONS.count(f'timer_trigger("timer", "%{setting}%")') == 1
