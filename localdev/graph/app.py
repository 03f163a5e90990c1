"""The simulator as a web application: Graph under /v1.0, the side door under /_sim."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localdev.graph.batch import run_batch
from localdev.graph.call import Answer, Call
from localdev.graph.gate import Gate
from localdev.graph.routes import Routes
from localdev.graph.side_door import SideDoor
from localdev.graph.simulator import GraphSimulator

VERSION = "/v1.0"
_BEAT_SECONDS = 0.05


def create_app(simulator: GraphSimulator, *, ticking: bool = True) -> Starlette:
    """With `ticking`, what is due happens by itself while the application runs; without, somebody calls `run_due`."""
    enter = door(simulator)

    async def graph(request: Request) -> Response:
        return _response(await enter(await _call(request)))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        beat = asyncio.create_task(_tick(simulator)) if ticking else None
        yield
        if beat:
            beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beat

    methods = ["GET", "POST", "PATCH", "DELETE", "PUT"]
    doors = [Route(VERSION + "/{path:path}", graph, methods=methods), *SideDoor(simulator).routes()]
    return Starlette(routes=doors, lifespan=lifespan)


def door(simulator: GraphSimulator) -> Callable[[Call], Awaitable[Answer]]:
    """What every request to Graph goes through, however it came."""
    routes = Routes(simulator)

    async def handle(call: Call) -> Answer:
        if (call.method, call.path) == ("POST", "/$batch"):
            return await run_batch(call, gate.pass_through)
        return await routes.handle(call)

    gate = Gate(simulator, handle)
    return gate.pass_through


async def _tick(simulator: GraphSimulator) -> None:
    while True:
        try:
            await simulator.run_due()
        except Exception:
            logging.getLogger(__name__).exception("What was due has failed; the rest goes on.")
        await asyncio.sleep(_BEAT_SECONDS)


async def _call(request: Request) -> Call:
    return Call(
        method=request.method,
        path="/" + request.path_params["path"].strip("/"),
        query=parse_qsl(request.url.query, keep_blank_values=True),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
        base_url=str(request.base_url).rstrip("/") + VERSION,
    )


def _response(answer: Answer) -> Response:
    if answer.raw is not None:
        content, kind = answer.raw
        return Response(content, answer.status, headers=answer.headers, media_type=kind)
    if answer.body is None:
        return Response(status_code=answer.status, headers=answer.headers)
    content_type = {"Content-Type": "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false"}
    return JSONResponse(answer.body, answer.status, headers=answer.headers | content_type)
