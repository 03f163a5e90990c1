"""The alerts, and which of them a line of the log wakes."""

import json
import re
from typing import Any

from infra.lint.facts import ROOT

ALERTS: list[dict[str, Any]] = json.loads((ROOT / "infra" / "app" / "alerts.json").read_text())
QUERY = re.compile(r'AppTraces \| where Message matches regex @"([^"]+)"')


def sought(alert: dict[str, Any]) -> str:
    """A query has one form, so that it can be held against the code."""
    query = QUERY.fullmatch(alert["query"])
    assert query, alert["query"]
    return query[1]


def watched(text: str) -> list[str]:
    return [alert["name"] for alert in ALERTS if re.search(sought(alert), text)]
