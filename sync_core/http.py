"""A request and an answer as plain values, so that a vendor's rules can be written and tested without a connection."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from sync_core.errors import Malformed

type Json = Any
"""JSON as it came. Only wire modules look into it."""


def modified_at(text: Json) -> datetime | None:
    """When a side says that it last changed something; None when it does not say it in a way that can be compared."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


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
        own, other = urlsplit(base_url), urlsplit(self.path)
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
            return json.loads(self.body)
        except ValueError as error:
            raise Malformed("not-json", f"the answer with status {self.status} is not JSON") from error

    @property
    def error_code(self) -> str:
        """`error.code` of the OData error form, or "" when the body has another form: at 5xx it may be HTML or empty."""
        try:
            code = json.loads(self.body)["error"]["code"]
        except (ValueError, KeyError, TypeError):
            return ""
        return code if isinstance(code, str) else ""
