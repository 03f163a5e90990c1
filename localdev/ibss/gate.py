"""What every request under `/v2` passes: the faults that wait for it, and the log."""

from urllib.parse import unquote

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localdev.ibss.answers import error_response
from localdev.ibss.callers import identify
from localdev.ibss.errors import IbssError
from localdev.ibss.faults import Fault, LoggedRequest
from localdev.ibss.simulator import IbssSimulator


class Gate:
    def __init__(self, app: ASGIApp, simulator: IbssSimulator) -> None:
        self._app = app
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v2/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        path = path_and_query(request)
        statuses: list[int] = []

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        try:
            await self._pass(scope, receive, noting, self._simulator.faults.strike(request.method, path))
        finally:
            status = statuses[0] if statuses else 500
            self._simulator.log.entries.append(LoggedRequest(request.method, path, status, self._who(request)))

    async def _pass(self, scope: Scope, receive: Receive, send: Send, fault: Fault | None) -> None:
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.after:
            await self._app(scope, receive, lose)
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        answer = error_response(fault.status, fault.code, "A fault that was asked for at the side door", headers)
        await answer(scope, receive, send)

    def _who(self, request: Request) -> str | None:
        try:
            return identify(request.headers.get("Authorization"), self._simulator.estate).name
        except IbssError:
            return None


async def lose(_: Message) -> None:
    """The answer that nobody gets."""


def path_and_query(request: Request) -> str:
    query = unquote(request.url.query.replace("+", " "))
    return request.url.path + (f"?{query}" if query else "")
