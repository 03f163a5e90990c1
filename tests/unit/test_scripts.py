"""The operator's scripts. PowerShell is not to be had here, so of those it is held that they parse, and what they call."""

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

from localdev.graph.state import RoomSettings

SCRIPTS = Path(__file__).parents[2] / "infra" / "scripts"
POWERSHELL = sorted(SCRIPTS.glob("*.ps1"))
GRANT = SCRIPTS / "grant-graph-app-roles.sh"
PRINCIPAL = "6233fba6-0198-4277-892f-9275bf728bcc"
OF_POWERSHELL = {"Set-StrictMode", "Where-Object", "ForEach-Object", "Out-Null"}
CALLED = {
    "Test-Rooms.ps1": {
        "Get-Mailbox",
        "Get-CalendarProcessing",
        "Test-ServicePrincipalAuthorization",
        "Get-Finding",
        "Get-Access",
    },
    "Grant-RoomAccess.ps1": {
        "Get-ServicePrincipal",
        "New-ServicePrincipal",
        "Get-ManagementScope",
        "New-ManagementScope",
        "Set-ManagementScope",
        "Get-ManagementRoleAssignment",
        "New-ManagementRoleAssignment",
        "Get-Group",
        "Test-ServicePrincipalAuthorization",
        "Grant-Scope",
    },
}
"""Cmdlets of Exchange Online PowerShell as Microsoft documents them (office-docs-powershell), and the scripts' own functions."""


def parsed(file: Path) -> Node:
    return Parser(Language(tree_sitter_powershell.language())).parse(file.read_bytes()).root_node


def commands(node: Node) -> set[str]:
    here = {(node.text or b"").decode()} if node.type == "command_name" else set()
    return here.union(*map(commands, node.children))


@pytest.mark.parametrize("file", POWERSHELL, ids=lambda file: file.name)
def test_powershell_parses_and_calls_only_what_is_known(file: Path) -> None:
    assert not parsed(file).has_error
    assert commands(parsed(file)) - OF_POWERSHELL == CALLED[file.name]


def test_the_script_about_rooms_has_a_word_on_each_setting_that_our_rooms_have() -> None:
    text = (SCRIPTS / "Test-Rooms.ps1").read_text()
    told = re.findall(r"@\{ Setting = '(\w+)'", text)
    assert len(told) == len(set(told))
    assert {field.name for field in dataclasses.fields(RoomSettings)} <= set(told)


def test_each_rule_about_rooms_looks_at_its_setting_and_changes_no_other() -> None:
    text = (SCRIPTS / "Test-Rooms.ps1").read_text()
    rules = re.findall(
        r"@\{ Setting = '(\w+)'; Level = '(?:change|know)'; Set = (\S+)(.*?)\n +When = (.*)\n +Means = .*\S }", text
    )
    assert len(rules) == text.count("@{ Setting =")
    for setting, parameter, _, when in rules:
        assert parameter in {"''", f"'-{setting}", f'"-{setting}'}
        assert f"$now.{setting}" in when or setting == "ProcessExternalMeetingMessages"


AZURE_CLI = """#!{python}
import json, re, sys
from pathlib import Path
state, given = Path({state!r}), sys.argv[1:]
held = json.loads(state.read_text())
option = lambda name: given[given.index(name) + 1]
if given[:3] == ["ad", "sp", "show"]:
    assert option("--id") == "00000003-0000-0000-c000-000000000000"
    print("graph-itself")
elif given[0] == "rest":
    method, url = option("--method"), option("--url")
    base = "https://graph.microsoft.com/v1.0/servicePrincipals/{principal}/appRoleAssignments"
    assert url.startswith(base)
    if method == "get":
        wanted = re.fullmatch(r"value\\[\\?appRoleId=='(.+)'\\]\\.id", option("--query"))[1]
        print("\\n".join(one["id"] for one in held if one["appRoleId"] == wanted))
    elif method == "post":
        held.append(json.loads(option("--body")) | {{"id": f"new-{{len(held)}}"}})
    elif method == "delete":
        held = [one for one in held if one["id"] != url.rsplit("/", 1)[1]]
    state.write_text(json.dumps(held))
else:
    sys.exit(f"az {{given}} is not known here")
"""
CALENDARS = "ef54d2bf-783f-4e0f-bca1-3210c0444d99"
OTHER = {"id": "other", "principalId": PRINCIPAL, "resourceId": "graph-itself", "appRoleId": "another role"}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """What Entra has granted, and an `az` that keeps it."""
    kept, command = tmp_path / "granted.json", tmp_path / "az"
    kept.write_text(f"[{OTHER}]".replace("'", '"'))
    command.write_text(AZURE_CLI.format(python=sys.executable, state=str(kept), principal=PRINCIPAL))
    command.chmod(0o755)
    return kept


def run(state: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    path = f"{state.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(  # noqa: S603
        ["/bin/bash", str(GRANT), *arguments], env={"PATH": path}, capture_output=True, text=True, check=False
    )


def roles(state: Path) -> list[str]:
    return re.findall(r'"appRoleId": "([^"]+)"', state.read_text())


def test_the_role_is_granted_once_and_taken_away_alone(state: Path) -> None:
    assert run(state, PRINCIPAL).returncode == 0
    assert roles(state) == ["another role", CALENDARS]
    again = run(state, PRINCIPAL)
    assert (again.returncode, "already" in again.stdout, roles(state)) == (0, True, ["another role", CALENDARS])
    assert run(state, "--revoke", PRINCIPAL).returncode == 0
    assert roles(state) == ["another role"]


@pytest.mark.parametrize("arguments", [(), ("no-id",), ("--revoke",), (PRINCIPAL, PRINCIPAL), ("--revok", PRINCIPAL)])
def test_what_is_not_understood_grants_nothing(state: Path, arguments: tuple[str, ...]) -> None:
    told = run(state, *arguments)
    assert (told.returncode, roles(state)) == (2, ["another role"])
    assert told.stderr.startswith("usage: ")


def test_when_entra_refuses_nothing_is_said_to_be_granted(state: Path) -> None:
    (state.parent / "az").write_text("#!/bin/sh\nexit 1\n")
    told = run(state, PRINCIPAL)
    assert (told.returncode != 0, told.stdout) == (True, "")
