"""A request and an answer as plain values, so that a vendor's rules can be written and tested without a connection."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sync_core.errors import Malformed

type Json = Any
"""JSON as it came. Only wire modules look into it."""

YEARS = range(1601, 4501)
"""What Exchange can tell. A moment at the end of all calendars could not be told in another zone."""


def modified_at(told: Json) -> datetime | None:
    """When a side says that it last changed something; None when it does not say it in a way that can be compared."""
    try:
        found = moment(told)
    except (TypeError, ValueError):
        return None
    return found.astimezone(UTC) if found.tzinfo else None


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is relative to the vendor's base address and percent-encoded; or it is a whole link that the vendor gave, to be
    followed as it is. `mailbox` says whose quota the request counts against.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)
    mailbox: str = ""

    def address(self, base_url: str) -> str:
        """Where it goes. Raises Malformed for a link to another host: it is never followed, for the key would go there."""
        if self.path.startswith("/"):
            query = f"?{urlencode(self.query, quote_via=quote, safe="$,:'")}" if self.query else ""
            return f"{base_url}{self.path}{query}"
        try:
            own, other = urlsplit(base_url), urlsplit(self.path)
        except ValueError as error:
            raise Malformed("foreign-link", "no address") from error
        if (own.scheme, own.netloc) != (other.scheme, other.netloc):
            raise Malformed("foreign-link", other.netloc)
        return self.path


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """Seconds. The HTTP-date form of the header is not used by Graph or IBSS; anything else counts as not given."""
        try:
            return max(0.0, float(self.headers.get("retry-after", "")))
        except ValueError:
            return None

    def json(self) -> Json:
        """Raises Malformed when the body is not JSON."""
        try:
            return parsed(self.body)
        except (ValueError, RecursionError) as error:
            raise Malformed("not-json", f"the answer with status {self.status} is not JSON") from error

    @property
    def error_code(self) -> str:
        """`error.code` of the OData error form, or "" when the body has another form: at 5xx it may be HTML or empty. It is
        logged and shown, so nothing is taken for a code that does not look like one.
        """
        try:
            code = json.loads(self.body)["error"]["code"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return ""
        return code if isinstance(code, str) and re.fullmatch(r"[\w.-]{1,100}", code, re.ASCII) else ""


def parsed(body: bytes) -> Json:
    """JSON can spell half a character, and no address or key can be made of one: a question mark comes in its place. Raises
    ValueError, or RecursionError for what is nested without end.
    """
    told = json.loads(body.decode("utf-8-sig"))
    if re.search(rb"\\u[dD][89a-fA-F]", body):
        told = json.loads(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))
    return told


# What parsers read members with. They raise KeyError, TypeError or ValueError with the member's name.


def text(body: Json, name: str) -> str:
    if not isinstance(body[name], str):
        raise TypeError(name)
    if not body[name]:
        raise ValueError(name)
    return str(body[name])


def identifier(body: Json, name: str) -> str:
    """A text that may be logged."""
    if not text(body, name).isprintable():
        raise ValueError(name)
    return text(body, name)


def optional(body: Json, name: str) -> str | None:
    """None also for an empty text."""
    return text(body, name) if body.get(name) not in (None, "") else None


def for_header(value: str) -> str:
    """An etag, which goes back in a header."""
    if not (value.isascii() and value.isprintable()):
        raise ValueError("a text that no header can hold")
    return value


def moment(told: str) -> datetime:
    found = datetime.fromisoformat(told)
    if found.year not in YEARS:
        raise ValueError("a year out of range")
    return found


def in_order(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    if end < start:
        raise ValueError("an end before the start")
    return start, end


def segment(value: str) -> str:
    """One part of a path. Raises Malformed for what would be taken for a step in it."""
    if value in {"", ".", ".."}:
        raise Malformed("bad-id", "no id, but a step in a path")
    return quote(value, safe="")
