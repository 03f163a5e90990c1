"""What both sides have in common: a way to ask over HTTP, and a refusal in words."""

from typing import Any

import httpx


class RefusedError(Exception):
    """In words that a person can act on."""


async def ask(client: httpx.AsyncClient, side: str, method: str, url: str, **parts: Any) -> dict[str, Any]:
    try:
        answer = await client.request(method, url, **parts)
    except httpx.HTTPError:
        raise RefusedError(f"{side} does not answer.") from None
    if answer.is_success:
        return dict(answer.json()) if answer.content else {}
    raise RefusedError(f"{side} says: {words_of(answer)}")


def words_of(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"status {answer.status_code}, without saying why"


async def ask_all(client: httpx.AsyncClient, side: str, url: str, pages: int = 10, **parts: Any) -> list[dict[str, Any]]:
    """All pages of a listing, up to a bound that no calendar shown here comes near."""
    rows: list[dict[str, Any]] = []
    for _ in range(pages):
        page = await ask(client, side, "GET", url, **parts)
        rows += page["value"]
        if "@odata.nextLink" not in page:
            break
        url = page["@odata.nextLink"]
        parts.pop("params", None)
    return rows
