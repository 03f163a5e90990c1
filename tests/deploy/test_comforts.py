"""What surrounds the code: workflows, azd, editors. It names things that there are, and forgets none."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.lint.facts import ROOT, facts
from localdev.install import WANTED

row = pytest.param

WORKFLOWS = {file.stem: yaml.safe_load(file.read_text()) for file in (ROOT / ".github" / "workflows").glob("*.yml")}
DEPLOY: dict[str, Any] = WORKFLOWS["azure-dev"]
PARAMETERS = (ROOT / "infra" / "main.parameters.json").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
OF_AZD = {"AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID"}
KEY = "IBSS_API_KEY"


def jobs() -> list[Any]:
    return [row(job, id=f"{name}: {job_name}") for name, flow in WORKFLOWS.items() for job_name, job in flow["jobs"].items()]


def commands(job: dict[str, Any]) -> str:
    return "\n".join(step.get("run", "") for step in job.get("steps", []))


def test_make_help_tells_of_every_target() -> None:
    told = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    assert {line.split()[0] for line in told.splitlines()} == set(phony[1].split()) - {"help"}


# workflows


def test_the_workflow_hands_azd_every_parameter_and_the_key_only_where_it_is_needed() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", PARAMETERS))
    assert set(DEPLOY["env"]) == asked - {KEY} | OF_AZD
    assert all(value == f"${{{{ vars.{name} }}}}" for name, value in DEPLOY["env"].items())
    given = [step["env"] for job in DEPLOY["jobs"].values() for step in job.get("steps", []) if "env" in step]
    assert given == [{KEY: f"${{{{ secrets.{KEY} }}}}"}]


def test_only_main_is_deployed_and_only_what_was_checked() -> None:
    deploy = DEPLOY["jobs"]["deploy"]
    assert deploy["needs"] == "checks"
    assert "github.ref == 'refs/heads/main'" in deploy["if"]
    assert [name for name, job in DEPLOY["jobs"].items() if "azd deploy" in commands(job)] == ["deploy"]
    assert "--preview" in commands(DEPLOY["jobs"]["preview"])


def test_only_who_logs_in_may_ask_for_a_token() -> None:
    holders = {
        name: job.get("permissions", {}).get("id-token") for flow in WORKFLOWS.values() for name, job in flow["jobs"].items()
    }
    assert {name for name, may in holders.items() if may} == {"preview", "deploy"}
    assert all(flow["permissions"] == {"contents": "read"} for flow in WORKFLOWS.values())


@pytest.mark.parametrize("job", jobs())
def test_a_job_runs_what_there_is_on_the_python_that_is_deployed(job: dict[str, Any]) -> None:
    assert set(re.findall(r"^make ([a-z]+)", commands(job), re.MULTILINE)) <= TARGETS
    for script in re.findall(r"^(\.ci/\w+)", commands(job), re.MULTILINE):
        assert (ROOT / script).is_file()
    for step in job.get("steps", []):
        assert step.get("with", {}).get("python-version", facts().python) == facts().python
    if "uses" in job:
        assert (ROOT / job["uses"]).is_file()


def test_the_real_compiler_builds_every_template() -> None:
    assert "az bicep build" in commands(WORKFLOWS["ci"]["jobs"]["templates"])
    patterns = re.findall(r"infra/[\w*/]*\*?\.?\w*\.bicep", commands(WORKFLOWS["ci"]["jobs"]["templates"]))
    built = {file for pattern in patterns for file in ROOT.glob(pattern)}
    assert built == set((ROOT / "infra").rglob("*.bicep"))


# azd


def test_azd_finds_the_app_by_its_tag() -> None:
    [(name, service)] = yaml.safe_load((ROOT / "azure.yaml").read_text())["services"].items()
    assert service == {"project": ".", "language": "python", "host": "function"}
    assert f"'azd-service-name': '{name}'" in (ROOT / "infra" / "app" / "function.bicep").read_text()
    assert f"output SERVICE_{name.upper()}_NAME " in (ROOT / "infra" / "main.bicep").read_text()


def test_the_readme_of_the_templates_explains_every_parameter_module_and_output() -> None:
    text = (ROOT / "infra" / "README.md").read_text()
    template = (ROOT / "infra" / "main.bicep").read_text()
    told = re.findall(r"\$\{([A-Z_]+)", PARAMETERS) + re.findall(r"^output (\w+)", template, re.MULTILINE)
    told += re.findall(r"'(app/\w+\.bicep)'", template)
    assert [name for name in told if f"`{name}`" not in text] == []


# editors


def read(path: str) -> Any:
    return json.loads((ROOT / path).read_text())


@pytest.mark.parametrize("path", sorted((ROOT / ".vscode").glob("*.json")), ids=lambda path: path.name)
def test_an_editor_can_read_its_files(path: Path) -> None:
    assert json.loads(path.read_text())


def test_what_f5_starts_first_is_there() -> None:
    tasks = {task["label"]: task for task in read(".vscode/tasks.json")["tasks"]}
    wanted = [one["preLaunchTask"] for one in read(".vscode/launch.json")["configurations"]]
    wanted += [needed for task in tasks.values() for needed in task.get("dependsOn", [])]
    assert set(wanted) <= set(tasks)


def test_the_container_brings_what_the_project_wants() -> None:
    container = read(".devcontainer/devcontainer.json")
    assert f":{'.'.join(map(str, WANTED))}-" in container["image"]
    assert container["customizations"]["vscode"]["extensions"] == read(".vscode/extensions.json")["recommendations"]


def test_a_commit_is_checked_by_the_projects_own_tools() -> None:
    [repo] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repo["repo"] == "local"
    assert all(hook["entry"].startswith(".venv/bin/") and re.compile(hook.get("files", "")) for hook in repo["hooks"])


def test_every_http_function_can_be_tried_by_hand() -> None:
    routes = re.findall(r'@app\.route\("([^"]+)"', (ROOT / "function_app.py").read_text())
    asked = (ROOT / "test.http").read_text()
    assert [route for route in routes if f"{{{{host}}}}/{route}" not in asked] == []
