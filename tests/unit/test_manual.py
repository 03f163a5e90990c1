"""The manual says what is so: its links lead somewhere, and what it names of the product is there, and all of it."""

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bench import costs
from sync_core.model import Reason
from sync_core.rows import Subscribed, Watch
from sync_core.settings import NAMES
from sync_core.status import GIVEN_UP, HELD, Health
from tests.unit.examples import OAK_ROOM

pytestmark = pytest.mark.completeness

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {page.name: page.read_text() for page in sorted(DOCS.glob("*.md"))}
OPERATE, ROOMS = PAGES["operate.md"], PAGES["rooms.md"]
FUNCTIONS = ast.parse((ROOT / "function_app.py").read_text())
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
OF_THE_HOST = {"AzureFunctionsJobHost"}


def rows(page: str, head: str) -> list[list[str]]:
    """The cells of the table that begins with this head."""
    lines = page[page.index(f"| {head} |") :].split("\n\n", maxsplit=1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def anchors(page: str) -> set[str]:
    """As GitHub makes them of headings."""
    heads = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(name: str) -> None:
    text = re.sub(r"```.*?```", "", PAGES[name], flags=re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"^\[\w+\]: (\S+)$", text, re.MULTILINE)
    for link in links:
        parts = urlsplit(link)
        if not parts.scheme:
            file = DOCS / parts.path if parts.path else DOCS / name
            assert file.is_file(), link
            assert not parts.fragment or parts.fragment in anchors(file.read_text()), link


def test_every_page_is_in_the_manuals_index() -> None:
    assert {f"({name})" for name in PAGES if name != "README.md"} <= set(re.findall(r"\([\w-]+\.md\)", PAGES["README.md"]))


def test_every_page_of_the_manual_says_what_was_not_run_here() -> None:
    told = PAGES.keys() - {"README.md", "scenarios.md", "problems.md"}
    ends = {name: " ".join(PAGES[name].split()) for name in told}
    assert {name for name, end in ends.items() if "*Run on one machine*" not in end or "*Not run here*" not in end} == set()


def functions() -> dict[str, str]:
    """Every function, and the route of those that have one."""
    found = {}
    for node in FUNCTIONS.body:
        for mark in getattr(node, "decorator_list", []):
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and "retry" not in mark.func.attr:
                first = mark.args[0]
                found[getattr(node, "name", "")] = str(first.value) if isinstance(first, ast.Constant) else ""
    return found


def test_every_function_is_told_of_and_no_other() -> None:
    told = {name for cells in rows(OPERATE, "Function") for name in re.findall(r"`(\w+)`", cells[0])}
    assert told == functions().keys()


@pytest.mark.parametrize("name", PAGES)
def test_every_address_of_the_app_is_one(name: str) -> None:
    named = re.findall(r"\$HOST/([a-z/]+)", PAGES[name]) + re.findall(r"[^\w$]/api/([a-z/]+)\b(?!\.)", PAGES[name])
    assert set(named) <= set(functions().values())
    assert set(re.findall(r"/admin/functions/(\w+)", PAGES[name])) <= functions().keys()


@pytest.mark.parametrize("name", PAGES)
def test_every_setting_that_is_named_is_one(name: str) -> None:
    named = set(re.findall(r"(?:azd env set |`|[\s\"])([A-Z][A-Z]+_[A-Z_]+)(?==|\b)", PAGES[name]))
    own = set(re.findall(r"\b([A-Z_]+)=(?=\S)", PAGES[name])) - set(NAMES)
    deployment = set(re.findall(r"`([A-Z_]+)`", (ROOT / "infra/README.md").read_text()))
    assert named - set(NAMES) - own - deployment - {"RESOURCE_GROUP", "KEY_OF_IBSS"} == set()


def troubled(**more: object) -> list[str]:
    healthy: dict[str, object] = {
        "room": OAK_ROOM,
        "watch": Watch(OAK_ROOM.id, delta_link="link"),
        "subscribed": Subscribed("s", OAK_ROOM.mailbox, OAK_ROOM.id, "", NOW + timedelta(days=2)),
        "braked": False,
        "frozen": (),
        "ibss_trouble": "",
        "now": NOW,
    }
    return Health(**(healthy | more)).problems  # type: ignore[arg-type]


def test_every_problem_of_a_room_has_a_heading_under_which_stands_what_to_do() -> None:
    assert troubled() == []
    ended = Subscribed("s", OAK_ROOM.mailbox, OAK_ROOM.id, "", NOW)
    soon = Subscribed("s", OAK_ROOM.mailbox, OAK_ROOM.id, "", NOW + timedelta(hours=1))
    told = [
        *troubled(braked=True, frozen=("booking 1",), ibss_trouble="x", subscribed=None, watch=None),
        *troubled(watch=Watch(OAK_ROOM.id, trouble="x"), subscribed=ended),
        *troubled(subscribed=soon),
    ]
    heads = {head.lower() for head in re.findall(r"^### (.+)$", OPERATE, re.MULTILINE)}
    assert len(set(told)) == len(heads)
    assert {problem for problem in told if not any(problem.lower().startswith(head) for head in heads)} == set()


def test_every_reason_that_keeps_a_meeting_out_of_step_has_its_row() -> None:
    told = {cells[0] for cells in rows(OPERATE, "Reason")}
    assert told <= set(Reason)
    assert told >= HELD | GIVEN_UP


def test_every_alert_says_what_to_do() -> None:
    alerts = json.loads((ROOT / "infra" / "app" / "alerts.json").read_text())
    assert {cells[0] for cells in rows(OPERATE, "Alert")} == {alert["title"] for alert in alerts}


def warnings() -> Iterator[str]:
    """What the product logs at Error or Warning, with a dot-dot-dot for what is filled in. A fixed part has to be there."""
    for file in [ROOT / "function_app.py", *sorted((ROOT / "sync_core").rglob("*.py"))]:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"error", "warning"}:
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{file.name}: {ast.unparse(node)}"
                yield re.sub(r"%\w", "…", str(first.value))


def test_every_line_that_asks_for_somebody_says_what_to_do() -> None:
    told = {cells[0].strip("`") for cells in rows(OPERATE, "Line")}
    found = set(warnings())
    assert len(found) > 10
    assert {line for line in found if not any(re.fullmatch(re.escape(line).replace("…", ".+"), one) for one in told)} == set()


def test_the_settings_of_rooms_are_told_in_the_page_and_by_the_script_alike() -> None:
    script = (ROOT / "infra" / "scripts" / "Test-Rooms.ps1").read_text()
    told = {cells[0].strip("`") for cells in rows(ROOMS, "Setting")}
    assert told == set(re.findall(r"@\{ Setting = '(\w+)'", script))
    change = set(re.findall(r"Setting = '(\w+)'; Level = 'change'", script))
    commands = re.findall(r"Set-CalendarProcessing ((?:.*`\n)*.*)\n```", ROOMS)
    assert len(commands) == 2
    for command in commands:
        assert change <= set(re.findall(r"-([A-Z]\w+) ", command)) <= told | {"Identity"}


def test_the_costs_are_those_that_are_computed() -> None:
    assert PAGES["costs.md"] == costs.rendered(PAGES["costs.md"])
    assert [
        name for name, table in costs.tables().items() if f"<!-- {name} -->\n{table}\n<!-- end -->" not in PAGES["costs.md"]
    ] == []


def test_the_alert_of_a_sync_that_stands_still_waits_for_two_sweeps_at_every_size() -> None:
    offered = re.search(r"@allowed\(\[(.*)\]\)\nparam stoppedAfter", (ROOT / "infra" / "main.bicep").read_text())
    assert offered
    for size in costs.SIZES:
        told = next(cells for cells in rows(PAGES["costs.md"], "Rooms | `SWEEP_ROOMS_SCHEDULE`") if cells[0] == f"{size:,}")
        waits = told[4].strip("`")
        assert f"'{waits}'" in offered[1]
        minutes = int(waits[2:-1]) * (60 if waits.endswith("H") else 1)
        assert minutes >= 2 * costs.recommended(size).sweep_bookings


@pytest.mark.parametrize("size", costs.SIZES)
def test_with_the_settings_for_its_size_each_timer_ends_in_time_and_before_it_comes_again(size: int) -> None:
    schedules = costs.recommended(size)
    taken = costs.timer_seconds(costs.Usage(size), schedules)
    told = next(cells for cells in rows(PAGES["costs.md"], "Rooms | `SWEEP_ROOMS_SCHEDULE`") if cells[0] == f"{size:,}")
    hours, minutes, _ = (int(part) for part in told[3].strip("`").split(":"))
    assert max(taken.values()) < (hours * 60 + minutes) * 60
    assert all(taken[name] < every * 60 for name, every in vars(schedules).items())


def test_the_settings_for_small_estates_are_those_that_the_service_comes_with() -> None:
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    told = rows(PAGES["costs.md"], "Rooms | `SWEEP_ROOMS_SCHEDULE`")[0]
    assert [cell.strip("`") for cell in told[1:3]] == [sample["SWEEP_ROOMS_SCHEDULE"], sample["SWEEP_BOOKINGS_SCHEDULE"]]
    timeout = json.loads((ROOT / "host.json").read_text())["functionTimeout"]
    assert told[3].strip("`") == timeout
