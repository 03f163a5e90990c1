"""The contract over HTTP: each endpoint decodes, asks the simulator, encodes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from localdev.ibss import side_door
from localdev.ibss.answers import listing, no_such_route, query_of, refused
from localdev.ibss.callers import Caller, identify
from localdev.ibss.errors import IbssError, invalid
from localdev.ibss.gate import Gate
from localdev.ibss.members import read_draft, read_patch
from localdev.ibss.queries import BOOKING_CLAUSES, BOOKING_ORDERS, SPACE_CLAUSES, literal, page_of, parse_filter
from localdev.ibss.records import Booking
from localdev.ibss.simulator import IbssSimulator
from localdev.ibss.wire import node_json, person_json, space_json

TICK_SECONDS = 0.05
LONGEST_KEY = 128


def create_app(simulator: IbssSimulator, *, ticking: bool = True) -> Starlette:
    """With `ticking` the server works off what is due by itself; without it, whoever holds the simulator does."""
    ibss = Endpoints(simulator)
    return Starlette(
        routes=[
            Route("/v2/nodes", ibss.list_nodes, methods=["GET"]),
            Route("/v2/{nodeid}/spaces", ibss.list_spaces, methods=["GET"]),
            Route("/v2/{nodeid}/bookings", ibss.bookings, methods=["GET", "POST"]),
            Route("/v2/{nodeid}/bookings/{bookingid}", ibss.booking, methods=["GET", "PATCH"]),
            Route("/v2/{nodeid}/persons", ibss.find_persons, methods=["GET"]),
            Mount("/_sim", routes=side_door.routes(simulator)),
        ],
        middleware=[Middleware(Gate, simulator=simulator)],
        exception_handlers={IbssError: refused, HTTPException: no_such_route},
        lifespan=ticking_lifespan(simulator) if ticking else None,
    )


def ticking_lifespan(simulator: IbssSimulator) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ticker = asyncio.create_task(tick(simulator))
        yield
        ticker.cancel()
        with suppress(asyncio.CancelledError):
            await ticker

    return lifespan


async def tick(simulator: IbssSimulator) -> None:
    while True:
        await simulator.run_due()
        await asyncio.sleep(TICK_SECONDS)


class Endpoints:
    def __init__(self, simulator: IbssSimulator) -> None:
        self._simulator = simulator
        self._estate = simulator.estate
        self._bookings = simulator.bookings

    async def list_nodes(self, request: Request) -> JSONResponse:
        self._caller(request)
        query = query_of(request, "$top", "$skiptoken")
        nodes = self._estate.nodes.values()
        page = page_of(nodes, lambda node: (node.id, ""), query.get("$top"), query.get("$skiptoken"))
        return listing(request, [node_json(node) for node in page.records], page.skiptoken)

    async def list_spaces(self, request: Request) -> JSONResponse:
        self._caller(request)
        query = query_of(request, "recursive", "$filter", "$top", "$skiptoken")
        recursive = {"true": True, "false": False}.get(query.get("recursive", "true"))
        if recursive is None:
            raise invalid("recursive is true or false")
        wanted = parse_filter(query.get("$filter"), SPACE_CLAUSES)
        spaces = self._estate.spaces_of(request.path_params["nodeid"], recursive=recursive)
        page = page_of(filter(wanted, spaces), lambda space: (space.id, ""), query.get("$top"), query.get("$skiptoken"))
        return listing(request, [space_json(space) for space in page.records], page.skiptoken)

    async def find_persons(self, request: Request) -> JSONResponse:
        self._caller(request)
        self._estate.node(request.path_params["nodeid"])
        expression = query_of(request, "$filter").get("$filter", "")
        if not expression.startswith("Email eq "):
            raise invalid("$filter=Email eq '<address>' is the only question that can be asked here")
        person = self._estate.person(literal(expression.removeprefix("Email eq ")))
        return listing(request, [person_json(person)] if person else [], None)

    async def bookings(self, request: Request) -> JSONResponse:
        return await (self._create_booking(request) if request.method == "POST" else self._list_bookings(request))

    async def booking(self, request: Request) -> JSONResponse:
        return await (self._update_booking(request) if request.method == "PATCH" else self._get_booking(request))

    async def _list_bookings(self, request: Request) -> JSONResponse:
        self._caller(request)
        query = query_of(request, "$filter", "$orderby", "$top", "$skiptoken")
        node = self._estate.node(request.path_params["nodeid"])
        order = BOOKING_ORDERS.get(query.get("$orderby", "Booking_Start"))
        if order is None:
            raise invalid(f"$orderby is one of {', '.join(BOOKING_ORDERS)}")
        wanted = parse_filter(query.get("$filter"), BOOKING_CLAUSES)
        below = [booking for booking in self._bookings.by_id.values() if self._estate.covers(node.id, booking.node)]
        page = page_of(filter(wanted, below), lambda it: (order(it), it.id), query.get("$top"), query.get("$skiptoken"))
        return listing(request, [self._simulator.as_json(booking) for booking in page.records], page.skiptoken)

    async def _create_booking(self, request: Request) -> JSONResponse:
        caller = self._caller(request)
        query_of(request)
        key = request.headers.get("Idempotency-Key")
        if key and len(key) > LONGEST_KEY:
            raise invalid(f"Idempotency-Key is longer than {LONGEST_KEY} characters")
        node = self._estate.node(request.path_params["nodeid"])
        fields = read_draft(await request.body(), owner=caller.person.email if caller.person else None)
        booking, made = self._bookings.create(caller, node.id, fields, key)
        return self._answer(booking, 201 if made else 200)

    async def _get_booking(self, request: Request) -> JSONResponse:
        self._caller(request)
        query_of(request)
        return self._answer(self._bookings.find(request.path_params["nodeid"], request.path_params["bookingid"]))

    async def _update_booking(self, request: Request) -> JSONResponse:
        caller = self._caller(request)
        query_of(request)
        node, booking_id = request.path_params["nodeid"], request.path_params["bookingid"]
        self._bookings.find(node, booking_id)
        fields = read_patch(await request.body())
        return self._answer(self._bookings.update(caller, node, booking_id, fields, request.headers.get("If-Match")))

    def _caller(self, request: Request) -> Caller:
        return identify(request.headers.get("Authorization"), self._estate)

    def _answer(self, booking: Booking, status: int = 200) -> JSONResponse:
        return JSONResponse(self._simulator.as_json(booking), status, {"ETag": booking.etag})
