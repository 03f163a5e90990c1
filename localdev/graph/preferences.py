"""The Prefer header, as far as calendars know it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from localdev.graph.times import zone

_PART = re.compile(r'\s*([\w.\-]+)\s*(?:=\s*("[^"]*"|[^,;\s]+))?\s*(?:[,;]|$)')


@dataclass(frozen=True)
class Preferences:
    """`applied` is what the answer confirms in Preference-Applied."""

    time_zone: str = "UTC"
    text_body: bool = False
    immutable_ids: bool = False
    page_size: int | None = None
    applied: tuple[str, ...] = ()


@lru_cache
def read_preferences(header: str) -> Preferences:
    """Microsoft docs, user-list-calendarview, outlook-immutable-id, event-delta. Others are passed over, as HTTP demands."""
    read: dict[str, Any] = {}
    applied: list[str] = []
    for match in _PART.finditer(header):
        name, value = match[1].lower(), (match[2] or "").strip('"')
        if name == "outlook.timezone":
            zone(value)
            read["time_zone"] = value
        elif name == "outlook.body-content-type":
            read["text_body"] = value.lower() == "text"
        elif name == "idtype":
            read["immutable_ids"] = value == "ImmutableId"
        elif name == "odata.maxpagesize" and value.isdigit() and int(value) > 0:
            read["page_size"] = int(value)
        else:
            continue
        applied.append(match[0].strip().rstrip(",;"))
    return Preferences(applied=tuple(applied), **read)
