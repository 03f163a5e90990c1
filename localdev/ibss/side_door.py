"""The side door, `/_sim`: what no IBSS app can do but a test or a person at this machine may want. No key is asked."""

from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localdev.ibss.callers import SIDE_DOOR
from localdev.ibss.errors import invalid
from localdev.ibss.faults import Fault
from localdev.ibss.members import body_object, read_members
from localdev.ibss.records import Booking, Node, Person, Space
from localdev.ibss.side_door_members import (
    BOOKING,
    CLOCK,
    FAULT,
    NODE_PATCH,
    PERSON,
    POSTING,
    SETTINGS,
    SPACE,
    SPACE_PATCH,
)
from localdev.ibss.simulator import IbssSimulator
from localdev.ibss.times import utc_text
from localdev.ibss.wire import node_json, person_json, space_json


def routes(simulator: IbssSimulator) -> list[Route]:
    door = SideDoor(simulator)
    return [
        Route("/requests", door.show_requests, methods=["GET"]),
        Route("/requests", door.forget_requests, methods=["DELETE"]),
        Route("/clock", door.show_clock, methods=["GET"]),
        Route("/clock", door.advance_clock, methods=["POST"]),
        Route("/faults", door.show_faults, methods=["GET"]),
        Route("/faults", door.add_fault, methods=["POST"]),
        Route("/faults", door.clear_faults, methods=["DELETE"]),
        Route("/posting", door.show_posting, methods=["GET"]),
        Route("/posting", door.set_posting, methods=["PATCH"]),
        Route("/settings", door.set_settings, methods=["PATCH"]),
        Route("/bookings", door.book, methods=["POST"]),
        Route("/bookings/{id}/checkin", door.check_in, methods=["POST"]),
        Route("/bookings/{id}/checkout", door.check_out, methods=["POST"]),
        Route("/bookings/{id}/archive", door.archive, methods=["POST"]),
        Route("/persons", door.add_person, methods=["POST"]),
        Route("/nodes/{id:path}", door.change_node, methods=["PATCH"]),
        Route("/spaces", door.add_space, methods=["POST"]),
        Route("/spaces/{id:path}", door.change_space, methods=["PATCH"]),  # an id may hold slashes
    ]


class SideDoor:
    def __init__(self, simulator: IbssSimulator) -> None:
        self._simulator = simulator

    async def show_requests(self, _: Request) -> JSONResponse:
        return JSONResponse({"value": [asdict(entry) for entry in self._simulator.log.entries]})

    async def forget_requests(self, _: Request) -> Response:
        self._simulator.log.entries.clear()
        return Response(status_code=204)

    async def show_clock(self, _: Request) -> JSONResponse:
        return JSONResponse({"now": utc_text(self._simulator.clock())})

    async def advance_clock(self, request: Request) -> JSONResponse:
        fields = read_members(body_object(await request.body()), CLOCK)
        self._simulator.clock.advance(fields.get("seconds", 0))
        await self._simulator.run_due()
        return await self.show_clock(request)

    async def show_faults(self, _: Request) -> JSONResponse:
        """Those that wait, and how many requests each has still to strike."""
        return JSONResponse({"value": [asdict(fault) for fault in self._simulator.faults.waiting]})

    async def add_fault(self, request: Request) -> JSONResponse:
        fault = Fault(**read_members(body_object(await request.body()), FAULT))
        self._simulator.faults.waiting.append(fault)
        return JSONResponse(asdict(fault), 201)

    async def clear_faults(self, _: Request) -> Response:
        self._simulator.faults.waiting.clear()
        return Response(status_code=204)

    async def show_posting(self, _: Request) -> JSONResponse:
        return JSONResponse({**asdict(self._simulator.posting), "waiting": self._simulator.agenda.posts_waiting()})

    async def set_posting(self, request: Request) -> JSONResponse:
        for name, value in read_members(body_object(await request.body()), POSTING).items():
            setattr(self._simulator.posting, name, value)
        return await self.show_posting(request)

    async def set_settings(self, request: Request) -> JSONResponse:
        fields = read_members(body_object(await request.body()), SETTINGS)
        self._simulator.change_settings(fields)
        return JSONResponse(asdict(self._simulator.settings))

    async def book(self, request: Request) -> JSONResponse:
        """A booking as a panel, a kiosk or maintenance makes it: without a directory account, and in the hour that runs."""
        fields = {"owner_email": None, **read_members(body_object(await request.body()), BOOKING)}
        if missing := {"space", "start", "end", "source"} - fields.keys():
            raise invalid(f"The booking lacks its {' and '.join(sorted(missing))}")
        space = self._simulator.estate.space(fields["space"])
        booking, _ = self._simulator.bookings.create(SIDE_DOOR, space.node, fields)
        return self._booking(booking, 201)

    async def check_in(self, request: Request) -> JSONResponse:
        early = self._simulator.early_checkin
        return self._booking(self._simulator.bookings.check_in(request.path_params["id"], early))

    async def check_out(self, request: Request) -> JSONResponse:
        return self._booking(self._simulator.bookings.check_out(request.path_params["id"]))

    async def archive(self, request: Request) -> Response:
        self._simulator.bookings.archive(request.path_params["id"])
        return Response(status_code=204)

    async def add_person(self, request: Request) -> JSONResponse:
        person = complete(Person, read_members(body_object(await request.body()), PERSON))
        self._simulator.estate.add_person(person)
        return JSONResponse(person_json(person), 201)

    async def change_node(self, request: Request) -> JSONResponse:
        estate, fields = self._simulator.estate, read_members(body_object(await request.body()), NODE_PATCH)
        node: Node = replace(estate.node(request.path_params["id"]), **fields)
        estate.nodes[node.id] = node
        return JSONResponse(node_json(node))

    async def add_space(self, request: Request) -> JSONResponse:
        space = complete(Space, read_members(body_object(await request.body()), SPACE))
        self._simulator.estate.add_space(space)
        return JSONResponse(space_json(space), 201)

    async def change_space(self, request: Request) -> JSONResponse:
        estate, fields = self._simulator.estate, read_members(body_object(await request.body()), SPACE_PATCH)
        space: Space = replace(estate.space(request.path_params["id"]), **fields)
        estate.spaces[space.id] = space
        return JSONResponse(space_json(space))

    def _booking(self, booking: Booking, status: int = 200) -> JSONResponse:
        return JSONResponse(self._simulator.as_json(booking), status)


def complete[T](record: type[T], fields: dict[str, Any]) -> T:
    try:
        return record(**fields)
    except TypeError:
        raise invalid(f"A member of the {record.__name__.lower()} is missing") from None
