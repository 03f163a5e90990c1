"""How an operator's question is read: its query or its body, checked before anything is looked up."""

import json
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sync_core.model import Room

LONGEST = 1024
LARGEST_BODY = 16 * 1024
MOST_PAGES = 1_000_000
YEARS = range(2000, 2100)


class Unclear(Exception):
    """The question was not understood, or names what is not there: with what to say, and under which status."""

    def __init__(self, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.status = status


def named(query: Mapping[str, str], name: str) -> str | None:
    """None when it is not given. Raises Unclear for what no id, address or name can be."""
    text = query.get(name, "").strip()
    if not text:
        return None
    return _checked(name, text)


def _checked(name: str, text: str) -> str:
    if len(text) > LONGEST or not text.isprintable():
        raise Unclear(f"{name}: expected a text of at most {LONGEST} characters, without control characters.")
    return text


def page_number(query: Mapping[str, str]) -> int:
    text = query.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < len(str(MOST_PAGES)) and int(text) > 0):
        raise Unclear("page: expected a number from 1.")
    return int(text)


def moment(text: str, room: Room | None) -> datetime:
    """ISO 8601. Without an offset it is the room's time. A `+` that an address has made a space is put back."""
    try:
        found: datetime | None = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise Unclear("at: expected a time such as 2026-03-09T14:30 (in the room's zone) or 2026-03-09T14:30Z.")
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(room.time_zone if room else "UTC"))


def order_of(body: bytes, members: set[str]) -> dict[str, str]:
    """A JSON object of texts with none but these members. Raises Unclear."""
    if len(body) > LARGEST_BODY:
        raise Unclear("The body is larger than 16 KiB.", 413)
    try:
        order = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unclear("The body is not JSON.") from error
    if not isinstance(order, dict) or not order.keys() <= members:
        raise Unclear(f"The body is not an object with {' or '.join(sorted(members))}.")
    for name, value in order.items():
        if not isinstance(value, str) or not value:
            raise Unclear(f"{name}: expected a text of at most {LONGEST} characters.")
        _checked(name, value)
    return order


def wants_html(query: Mapping[str, str], accept: str) -> bool:
    """A browser says so; `format=json` and `format=html` go first."""
    asked = query.get("format", "")
    return asked == "html" or (asked != "json" and "text/html" in accept)
