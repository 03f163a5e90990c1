"""What the code reads, uses and offers: what the templates have to agree with."""

import ast
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync_core.model import Side
from sync_core.queues import PULL_ROOM, SYNC_INSTANCE
from sync_core.settings import NAMES, OnBookingCancelled, OnRoomDeclined, Switch, Visitors
from sync_core.store import TABLES

ROOT = Path(__file__).parents[2]
STORAGE = "AzureWebJobsStorage"
LOCAL_ONLY = frozenset({"GRAPH_TOKEN"})
"""Accepted only for a Graph on this machine."""
TIMEOUT = "AzureFunctionsJobHost__functionTimeout"
"""Goes before what host.json says."""
OF_THE_HOST = frozenset({"APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", TIMEOUT})
BY_IDENTITY = frozenset(
    f"{STORAGE}__{part}" for part in ("blobServiceUri", "queueServiceUri", "tableServiceUri", "credential", "clientId")
)
POISON = "-poison"
CHOICES = {
    "CONFLICT_WINNER": Side,
    "VISITORS": Visitors,
    "ON_BOOKING_CANCELLED": OnBookingCancelled,
    "ON_ROOM_DECLINED": OnRoomDeclined,
    "SERIES_CHANGES": Switch,
    "HOLD_PANEL_BOOKINGS": Switch,
}


@dataclass(frozen=True)
class Facts:
    settings: frozenset[str]
    http_functions: frozenset[str]
    other_functions: frozenset[str]
    queues: frozenset[str]
    tables: frozenset[str]
    python: str
    defaults: dict[str, str]
    choices: dict[str, set[str]]
    host: dict[str, Any]

    @property
    def functions(self) -> frozenset[str]:
        return self.http_functions | self.other_functions


def facts(root: Path = ROOT) -> Facts:
    found = triggers(root / "function_app.py")
    http = frozenset(name for name, trigger in found.items() if trigger == "route")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    host = json.loads((root / "host.json").read_text(encoding="utf-8"))
    sample = json.loads((root / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]
    return Facts(
        settings=frozenset(NAMES) - LOCAL_ONLY - {STORAGE} | BY_IDENTITY | OF_THE_HOST,
        http_functions=http,
        other_functions=frozenset(found) - http,
        queues=frozenset(name + tail for name in (PULL_ROOM, SYNC_INSTANCE) for tail in ("", POISON)),
        tables=frozenset(TABLES),
        python=str(project["requires-python"]).removeprefix(">="),
        defaults=sample | {TIMEOUT: host["functionTimeout"]},
        choices={name: set(map(str, choice)) for name, choice in CHOICES.items()},
        host=host,
    )


def triggers(file: Path) -> dict[str, str]:
    """Each function and the decorator that triggers it. Read, not imported: an app can be asked for its functions only once."""
    functions = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.AsyncFunctionDef)]
    found = {}
    for function in functions:
        for call in function.decorator_list:
            decorator = call.func if isinstance(call, ast.Call) else None
            if isinstance(decorator, ast.Attribute) and (decorator.attr == "route" or decorator.attr.endswith("_trigger")):
                found[function.name] = decorator.attr
    return found
