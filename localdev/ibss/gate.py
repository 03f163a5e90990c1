"""What every request under `/v2` passes: the faults that wait for it, and the log."""

import json
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localdev.ibss.answers import error_response
from localdev.ibss.callers import identify
from localdev.ibss.errors import IbssError
from localdev.ibss.faults import Fault, LoggedRequest
from localdev.ibss.simulator import IbssSimulator
from localdev.spoiling import scripted, spoiled


class Gate:
    def __init__(self, app: ASGIApp, simulator: IbssSimulator) -> None:
        self._app = app
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v2/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        path, body = path_and_query(request), await request.body()
        statuses: list[int] = []

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        try:
            await self._pass(scope, _again(body), noting, self._simulator.faults.strike(request.method, path))
        finally:
            status = statuses[0] if statuses else 500
            told = LoggedRequest(request.method, path, status, self._who(request), body.decode(errors="replace"))
            self._simulator.log.entries.append(told)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, fault: Fault | None) -> None:
        if fault is None:
            await self._app(scope, receive, send)
            return
        true: list[Message] = []
        if fault.after or fault.spoil:
            await self._app(scope, receive, keep_in(true))
        await answer_of(fault, scope, true)(scope, receive, send)

    def _who(self, request: Request) -> str | None:
        try:
            return identify(request.headers.get("Authorization"), self._simulator.estate).name
        except IbssError:
            return None


def _again(body: bytes) -> Receive:
    """What was read of a request, to be read once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def keep_in(messages: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        messages.append(message)

    return keep


def answer_of(fault: Fault, scope: Scope, true: list[Message]) -> Response:
    """Instead of the true answer: the fault's own, or the true one spoiled."""
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.spoil:
        page = b"".join(message.get("body", b"") for message in true)
        content, kind = spoiled(fault.spoil, json.loads(page or b"{}"), str(Request(scope).url))
        return Response(content, true[0]["status"], headers, kind)
    if fault.body is not None:
        content, kind = scripted(fault.body)
        return Response(content, fault.status, headers, kind)
    if fault.status < 400:
        return Response(status_code=fault.status, headers=headers)
    return error_response(fault.status, fault.code, "A fault that was asked for at the side door", headers)


def path_and_query(request: Request) -> str:
    query = unquote(request.scope["query_string"].decode().replace("+", " "))
    return str(request.scope["path"]) + (f"?{query}" if query else "")
