"""$batch: up to twenty requests in one. Microsoft docs, json-batching."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from localdev.graph.call import Answer, Call
from localdev.graph.draft import members
from localdev.graph.errors import JsonObject, bad_request

MOST_PARTS = 20
_PART = ("id", "method", "url", "headers", "body", "dependsOn")


async def run_batch(call: Call, handle: Callable[[Call], Awaitable[Answer]]) -> Answer:
    """The parts run one after the other; the batch is 200 even when parts fail, and each part has its own status."""
    call.options()
    parts: list[JsonObject] = members(call.json(), "batch", ("requests",)).get("requests") or []
    _check(parts)
    statuses: dict[str, int] = {}
    responses: list[JsonObject] = []
    for part in parts:
        answer = await _run(call, part, statuses, handle)
        statuses[part["id"]] = answer.status
        headers = {"Content-Type": "application/json"} | answer.headers
        responses.append(
            {"id": part["id"], "status": answer.status, "headers": headers} | ({"body": answer.body} if answer.body else {})
        )
    return Answer(200, {"responses": responses})


def _check(parts: Any) -> None:
    if not isinstance(parts, list) or not parts:
        raise bad_request("BadRequest", "Invalid batch payload format.")
    if len(parts) > MOST_PARTS:
        raise bad_request("BadRequest", f"Number of batch request steps exceeds the maximum value of {MOST_PARTS}.")
    ids = [members(part, "batchRequestStep", _PART).get("id") for part in parts]
    if not all(isinstance(item, str) for item in ids) or len(set(ids)) != len(ids):
        raise bad_request("BadRequest", "Each batch request step must have an id of its own.")
    for part in parts:
        if not isinstance(part.get("url"), str) or not isinstance(part.get("method"), str):
            raise bad_request("BadRequest", "Each batch request step must have a method and a url.")
        if "body" in part and "content-type" not in {name.lower() for name in part.get("headers") or {}}:
            raise bad_request("BadRequest", "The Content-Type header is required when a batch request step has a body.")


async def _run(call: Call, part: JsonObject, statuses: dict[str, int], handle: Callable[[Call], Awaitable[Answer]]) -> Answer:
    if any(statuses.get(other, 424) >= 400 for other in part.get("dependsOn") or []):
        return Answer(424, {"error": {"code": "FailedDependency", "message": "A request that this one depends on has failed."}})
    url = urlsplit(part["url"])
    headers = {name.lower(): str(value) for name, value in (part.get("headers") or {}).items()}
    inner = Call(
        method=part["method"].upper(),
        path="/" + unquote(url.path).lstrip("/"),
        query=parse_qsl(url.query, keep_blank_values=True),
        headers={"authorization": call.headers.get("authorization", "")} | headers,
        body=json.dumps(part["body"]).encode() if "body" in part else b"",
        base_url=call.base_url,
        in_batch=True,
    )
    return await handle(inner)
