"""The HTTP side of the host: routes to functions, keys, and the admin addresses."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http.cookies import SimpleCookie
from typing import Any

from azure.functions.meta import Datum
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from localdev.functions.invocations import Invocations, new_trace_parent
from localdev.functions.keys import Keys
from localdev.functions.routes import Route, routes_of
from localdev.functions.worker import Function, Payload

log = logging.getLogger("host")

type ManualTrigger = Callable[[Function, str], Awaitable[Any]]
SET_BY_THE_SERVER = frozenset({"content-length", "transfer-encoding", "connection"})


class HttpFrontEnd:
    """The ASGI app that listens on the host's port."""

    def __init__(
        self,
        functions: Iterable[Function],
        prefix: str,
        keys: Keys,
        invocations: Invocations,
        trigger: ManualTrigger,
    ) -> None:
        self._functions = {function.name.lower(): function for function in functions}
        self.routes = routes_of(self._functions.values(), prefix)
        self._keys = keys
        self._invocations = invocations
        self._trigger = trigger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request, scope["raw_path"].decode("latin-1"))
        await response(scope, receive, send)

    async def _answer(self, request: Request, path: str) -> Response:
        if path.lower().startswith("/admin/"):
            return await self._admin(request, [step.lower() for step in path.strip("/").split("/")[1:]])
        for route in self.routes:
            parameters = route.match(request.method, path)
            if parameters is not None:
                return await self._invoke(route, request, parameters)
        return Response(status_code=404)

    async def _invoke(self, route: Route, request: Request, parameters: Mapping[str, str]) -> Response:
        if not self._keys.allow(route.level, request.headers, request.query_params):
            return Response(status_code=401)
        outcome = await self._invocations.run(route.function, await _payload(request, parameters))
        return _response(outcome.value) if outcome.succeeded else Response(status_code=500)

    async def _admin(self, request: Request, path: list[str]) -> Response:
        """azure-functions-host, HostController and FunctionsController: those of their addresses that help here."""
        if path == ["host", "ping"]:
            return Response(status_code=200)
        if not self._keys.allow("admin", request.headers, request.query_params):
            return Response(status_code=401)
        match request.method, path:
            case "GET", ["host", "status"]:
                return JSONResponse({"state": "Running"})
            case "GET", ["host", "drain", "status"]:
                return JSONResponse({"state": "Disabled", "outstandingInvocations": self._invocations.outstanding})
            case "GET", ["functions"]:
                return JSONResponse(
                    [{"name": each.name, "config": {"bindings": [each.trigger]}} for each in self._functions.values()]
                )
            case "POST", ["functions", name]:
                return await self._manually(request, self._functions.get(name))
        return Response(status_code=404)

    async def _manually(self, request: Request, function: Function | None) -> Response:
        if function is None:
            return Response(status_code=404)
        if function.kind == "httpTrigger":
            return JSONResponse({"error": "call an HTTP function at its own address"}, status_code=400)
        try:
            asked = json.loads(await request.body())
            given = str(asked.get("input") or "")
        except (ValueError, AttributeError):
            return JSONResponse({"error": 'the body must be JSON such as {"input": "text"}'}, status_code=400)
        self._invocations.start(self._trigger_told(function, given))
        return Response(status_code=202)

    async def _trigger_told(self, function: Function, given: str) -> None:
        log.info("Manually triggered 'Functions.%s'", function.name)
        await self._trigger(function, given)


async def _payload(request: Request, parameters: Mapping[str, str]) -> Payload:
    query = {name: ",".join(request.query_params.getlist(name)) for name in request.query_params}
    headers = {name: ", ".join(request.headers.getlist(name)) for name in request.headers}
    data = {
        "method": _text(request.method),
        "url": _text(str(request.url)),
        "headers": {name: _text(value) for name, value in headers.items()},
        "query": {name: _text(value) for name, value in query.items() if value},
        "params": {name: _text(value) for name, value in parameters.items()},
        "body": Datum(await _body(request), "bytes"),
    }
    return Payload(Datum(data, "http"), {}, headers.get("traceparent") or new_trace_parent())


async def _body(request: Request) -> bytes:
    """The real host forwards a body only if Content-Length says there is one: a chunked request arrives empty.

    azure-functions-host, GrpcMessageConversionExtensions (issues 4926, 7930).
    """
    length = request.headers.get("content-length", "0")
    return await request.body() if length.isdigit() and int(length) > 0 else b""


def _response(value: Datum | None) -> Response:
    if value is None:
        return Response(status_code=204)
    if value.type != "http":
        return Response(value.value, media_type="text/plain")
    parts = value.value
    response = Response(parts["body"].value, status_code=int(parts["status_code"].value))
    for name, header in parts["headers"].items():
        if name.lower() not in SET_BY_THE_SERVER:
            response.headers[name] = header.value
    for cookie in parts.get("cookies") or ():
        _set_cookie(response, cookie)
    return response


def _set_cookie(response: Response, cookie: SimpleCookie) -> None:
    for morsel in cookie.values():
        response.headers.append("set-cookie", morsel.OutputString())


def _text(value: str) -> Datum:
    return Datum(value, "string")
