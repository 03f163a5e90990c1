"""The page's own server: it gives out the page, and acts on both sides for the person who uses it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from localdev import world
from localdev.page.booking_app import BookingApp
from localdev.page.meetings import DAYS, GUESTS, PEOPLE, ROOMS, Wish
from localdev.page.outlook import Outlook
from localdev.page.sides import RefusedError
from localdev.page.watch import Side, Watch

STATIC = Path(__file__).parent / "static"
TIMEOUT_SECONDS = 10


def create_app(*, graph_url: str, ibss_url: str, host_url: str) -> Starlette:
    """`graph_url` ends with `/v1.0`; `ibss_url` and `host_url` are the bare addresses."""
    client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)  # everything is on this machine
    page = Page({"outlook": Outlook(client, graph_url), "ibss": BookingApp(client, ibss_url)}, host_url)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    return Starlette(
        routes=[
            Route("/", page.show),
            Route("/api/world", page.tell_world),
            Route("/api/live", page.live),
            Route("/api/{side:str}/{deed:str}", page.act, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        lifespan=lifespan,
    )


class Page:
    def __init__(self, sides: dict[str, Side], host_url: str) -> None:
        self._sides = sides
        self._watch = Watch(sides)
        self._health = f"{host_url.rstrip('/')}/api/health"

    async def show(self, _: Request) -> FileResponse:
        return FileResponse(STATIC / "index.html")

    async def tell_world(self, _: Request) -> JSONResponse:
        nodes = {node.id: node for node in world.NODES}
        buildings = {room.space: nodes[str(nodes[room.node].parent)].name for room in ROOMS}
        return JSONResponse(
            {
                "today": datetime.now(UTC).date().isoformat(),
                "days": DAYS,
                "health": self._health,
                "rooms": [
                    {"id": room.space, "name": room.name, "mailbox": room.mailbox, "building": buildings[room.space]}
                    for room in ROOMS
                ],
                "hosts": [person.address for person in PEOPLE],
                "people": [{"address": person.address, "name": person.name} for person in (*PEOPLE, *GUESTS)],
            }
        )

    async def live(self, _: Request) -> StreamingResponse:
        """Server-sent events: the whole state, which is small, after every change."""

        async def events() -> AsyncIterator[str]:
            async for state in self._watch.states():
                yield f"data: {state}\n\n"

        return StreamingResponse(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def act(self, request: Request) -> Response:
        name, deed = request.path_params["side"], request.path_params["deed"]
        if name not in self._sides or deed not in ("book", "change", "cancel"):
            return JSONResponse({"error": "There is no such thing to do."}, 404)
        try:
            async with self._watch.acting(name):
                await self._do(self._sides[name], deed, await request.json())
        except RefusedError as refusal:
            return JSONResponse({"error": str(refusal)}, 422)
        except (KeyError, TypeError, ValueError):
            return JSONResponse({"error": "Please fill in every field."}, 422)
        return Response(status_code=204)

    async def _do(self, side: Side, deed: str, form: dict[str, Any]) -> None:
        match deed:
            case "book":
                await side.book(Wish.from_json(form["wish"]))
            case "change":
                await side.change(form["edit"], Wish.from_json(form["wish"]))
            case _:
                await side.cancel(form["edit"])
