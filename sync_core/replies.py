"""What an HTTP trigger answers: the doors and the operator's functions speak alike."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


def problem(status: int, detail: str) -> Reply:
    """RFC 9457."""
    told = {"title": "The request was not taken", "status": status, "detail": detail}
    return Reply(status, json.dumps(told), "application/problem+json")


def document(told: Mapping[str, Any], status: int = 200) -> Reply:
    return Reply(status, json.dumps(told, indent=2), "application/json")


def page(html: str, status: int = 200) -> Reply:
    return Reply(status, html, "text/html; charset=utf-8")
