"""A request and its answer, the same whether they come over HTTP or as a part of a batch."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from localdev.graph.errors import GraphError, JsonObject, bad_request, unknown_option
from localdev.graph.preferences import Preferences, read_preferences


@dataclass
class Call:
    """`path` is decoded and starts after the version; header names are lower-case; `base_url` ends with the version."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    base_url: str
    in_batch: bool = False

    def options(self, *known: str) -> dict[str, str]:
        """The query options; one that this request does not take is an error, and so is one given twice."""
        read: dict[str, str] = {}
        for name, value in self.query:
            match = next((option for option in known if option.lower() == name.lower()), None)
            if match is None or match in read:
                raise unknown_option(name)
            read[match] = value
        return read

    @property
    def prefer(self) -> Preferences:
        return read_preferences(self.headers.get("prefer", ""))

    @property
    def path_and_query(self) -> str:
        return self.path + (f"?{urlencode(self.query, safe='$,:')}" if self.query else "")

    def link(self, query: dict[str, str]) -> str:
        """An absolute address of the same path."""
        return f"{self.base_url}{quote(self.path, safe="/()$'")}?{urlencode(query, quote_via=quote, safe='$')}"

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            raise bad_request(
                "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set."
            ) from None

    def json_or_empty(self) -> Any:
        return self.json() if self.body else {}


@dataclass
class Answer:
    status: int
    body: JsonObject | None = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: tuple[bytes, str] | None = None
    """Bytes and their type, where they are not the JSON of `body`."""


def collection(call: Call, items: list[JsonObject], **links: str | int | None) -> Answer:
    """A list, with its links and counts as OData annotations: `next_link` is `@odata.nextLink`."""
    names = {"next_link": "@odata.nextLink", "delta_link": "@odata.deltaLink", "count": "@odata.count"}
    annotations = {names[name]: value for name, value in links.items() if value is not None}
    body = {"@odata.context": f"{call.base_url}/$metadata#{call.path.strip('/')}", "value": items} | annotations
    return Answer(200, body, _applied(call))


def single(call: Call, item: JsonObject, status: int = 200) -> Answer:
    return Answer(status, {"@odata.context": f"{call.base_url}/$metadata#{call.path.strip('/')}/$entity"} | item, _applied(call))


def _applied(call: Call) -> dict[str, str]:
    applied = call.prefer.applied
    return {"Preference-Applied": ", ".join(applied)} if applied else {}


def number(options: dict[str, str], name: str, default: int, most: int) -> int:
    text = options.get(name, str(default))
    if not text.isdigit() or not (name == "$skip" or 1 <= int(text) <= most):
        raise GraphError(400, "ErrorInvalidUrlQuery", f"The value '{text}' of '{name}' is not between 1 and {most}.")
    return int(text)
