"""Answers that are not true though they look like success, for the side doors of both simulators.

How lists were found to lie: empty or short pages (microsoft-graph-docs issue 2839), chains of links without end
(msgraph-sdk-dotnet issue 3082), bodies that are cut or are a proxy's HTML.
"""

import json
from collections.abc import Callable
from itertools import count
from typing import Any
from urllib.parse import urlsplit, urlunsplit

type Page = dict[str, Any]

HTML = b"<!DOCTYPE html><html><body>Sign in to continue</body></html>"
NEXT = "@odata.nextLink"

_numbers = count(1)


def spoiled(how: str, page: Page, address: str) -> tuple[bytes, str]:
    """The body and its type, instead of `page`, which `address` has answered."""
    if how == "HTML":
        return HTML, "text/html"
    whole = json.dumps(page).encode()
    if how == "cut short":
        return whole[: len(whole) // 2], "application/json"
    return json.dumps(SPOILS[how](page, address)).encode(), "application/json"


def scripted(body: Any) -> tuple[bytes, str]:
    """A whole answer as somebody wrote it down: a text as it is, anything else as JSON."""
    return (body.encode(), "text/html") if isinstance(body, str) else (json.dumps(body).encode(), "application/json")


def _no_items(page: Page, _: str) -> Page:
    return page | {"value": []}


def _half_the_items(page: Page, _: str) -> Page:
    return page | {"value": page["value"][: len(page["value"]) // 2]} if page.get("value") else page


def _no_links(page: Page, _: str) -> Page:
    return {name: value for name, value in page.items() if not name.endswith("Link")}


def _next(page: Page, link: str) -> Page:
    return _no_links(page, "") | {NEXT: link}


def _foreign(address: str) -> str:
    return urlunsplit(urlsplit(address)._replace(netloc="elsewhere.example"))


SPOILS: dict[str, Callable[[Page, str], Page]] = {
    "no items": _no_items,
    "half the items": _half_the_items,
    "no links": _no_links,
    "no items, no links": lambda page, address: _no_links(_no_items(page, address), address),
    "half the items, no links": lambda page, address: _no_links(_half_the_items(page, address), address),
    "a link to itself": _next,
    "links without end": lambda page, address: _next(page, f"{address}#{next(_numbers)}"),
    "a link to another host": lambda page, address: _next(page, _foreign(address)),
}
KINDS = ("HTML", "cut short", *SPOILS)
