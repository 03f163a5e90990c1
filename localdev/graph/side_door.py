"""/_sim/: what no Graph offers. Look at requests and mails, add people and rooms, move the clock, plant faults."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localdev.graph import codec
from localdev.graph.clock import Clock
from localdev.graph.draft import read_draft
from localdev.graph.errors import GraphError, JsonObject, bad_request
from localdev.graph.preferences import Preferences
from localdev.graph.rendering import show_event
from localdev.graph.simulator import GraphSimulator
from localdev.graph.state import Fault, Mailbox, Meanwhile, Refusal, RoomSettings
from localdev.spoiling import KINDS

type Handler = Callable[[Request], Awaitable[Any]]

_LIFECYCLE = ("missed", "subscriptionRemoved", "reauthorizationRequired")


class SideDoor:
    def __init__(self, simulator: GraphSimulator) -> None:
        self._simulator = simulator
        self._tenant = simulator.tenant

    def routes(self) -> list[Route]:
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/requests", self.requests),
            ("DELETE", "/requests", self.forget_requests),
            ("GET", "/mails", self.mails),
            ("DELETE", "/mails", self.forget_mails),
            ("POST", "/people", self.add_person),
            ("POST", "/rooms", self.add_room),
            ("GET", "/rooms/{mailbox}", self.room),
            ("PATCH", "/rooms/{mailbox}", self.change_room),
            ("PATCH", "/mailboxes/{mailbox}", self.change_mailbox),
            ("POST", "/external-meetings", self.external_meeting),
            ("GET", "/clock", self.clock),
            ("POST", "/clock", self.advance),
            ("POST", "/run", self.run),
            ("GET", "/faults", self.faults),
            ("POST", "/faults", self.plant),
            ("DELETE", "/faults", self.remove_faults),
            ("POST", "/meanwhile", self.meanwhile),
            ("PATCH", "/notifications", self.notifications),
            ("POST", "/lifecycle", self.lifecycle),
            ("PATCH", "/delta", self.delta),
            ("POST", "/delta/expire", self.expire_delta),
            ("PATCH", "/series", self.series),
            ("PATCH", "/delays", self.delays),
        ]
        return [Route("/_sim" + path, _spoken(handler), methods=[method]) for method, path, handler in table]

    async def requests(self, _: Request) -> Any:
        return {"value": codec.to_json(self._tenant.requests)}

    async def forget_requests(self, _: Request) -> None:
        self._tenant.requests.clear()

    async def mails(self, _: Request) -> Any:
        return {"value": codec.to_json(self._tenant.mails)}

    async def forget_mails(self, _: Request) -> None:
        self._tenant.mails.clear()

    async def add_person(self, request: Request) -> Any:
        given = await _body(request, {"address": str, "name": str, "hosted": bool}, needed=("address",))
        name = given.get("name") or given["address"]
        first, _, last = name.partition(" ")
        return _about(self._simulator.add_person(given["address"], name, first, last, hosted=given.get("hosted", True)))

    async def add_room(self, request: Request) -> Any:
        given = await _body(request, {"mailbox": str, "name": str, "capacity": int}, needed=("mailbox",))
        room = self._simulator.add_room(given["mailbox"], given.get("name") or given["mailbox"], given.get("capacity", 0))
        return _about(room)

    def _mailbox(self, request: Request) -> Mailbox:
        return self._simulator.calendars.hosted(request.path_params["mailbox"])

    def _room(self, request: Request) -> RoomSettings:
        mailbox = self._mailbox(request)
        if mailbox.room is None:
            raise bad_request("NotARoom", f"{mailbox.address} is not a room.")
        return mailbox.room

    async def room(self, request: Request) -> Any:
        return codec.to_json(self._room(request))

    async def change_room(self, request: Request) -> Any:
        return await _change(request, self._room(request))

    async def change_mailbox(self, request: Request) -> Any:
        mailbox = self._mailbox(request)
        given = await _body(request, {"unreadable": dict}, needed=("unreadable",))
        refusal = given["unreadable"]
        mailbox.unreadable = Refusal(int(refusal["status"]), str(refusal["code"])) if refusal else None
        return _about(mailbox)

    async def external_meeting(self, request: Request) -> Any:
        """A meeting whose organiser is in another tenant; `event` is as for POST /events."""
        given = await _body(request, {"organizer": str, "event": dict}, needed=("organizer", "event"))
        known = self._simulator.calendars.known(given["organizer"])
        organizer = known or self._simulator.add_person(given["organizer"], given["organizer"], hosted=False)
        if organizer.hosted:
            raise bad_request("NotExternal", f"{organizer.address} is of this tenant.")
        return show_event(self._simulator.meetings.create(organizer, read_draft(given["event"])), Preferences())

    async def clock(self, _: Request) -> Any:
        next_due = self._simulator.next_due()
        return {"now": self._simulator.now().isoformat(), "next_due": next_due.isoformat() if next_due else None}

    async def advance(self, request: Request) -> Any:
        """Only a clock of our own can be put forward, not the machine's."""
        given = await _body(request, {"advance_seconds": float}, needed=("advance_seconds",))
        clock = self._simulator.clock
        if not isinstance(clock, Clock):
            raise bad_request("NoClock", "This simulator does not own its clock.")
        clock.advance(given["advance_seconds"])
        return await self.clock(request)

    async def run(self, _: Request) -> Any:
        """What is due happens now, for whoever runs the simulator without ticking."""
        return {"happened": await self._simulator.run_due()}

    async def plant(self, request: Request) -> Any:
        fault = await _matching(request, Fault, needed=("method", "path"))
        if fault.spoil and fault.spoil not in KINDS:
            raise bad_request("BadRequest", f"spoil is one of {', '.join(KINDS)}.")
        self._tenant.faults.append(fault)
        return codec.to_json(fault)

    async def faults(self, _: Request) -> Any:
        """Those that wait, and how many requests each has still to strike."""
        return {"value": codec.to_json(self._tenant.faults)}

    async def meanwhile(self, request: Request) -> Any:
        other = await _matching(request, Meanwhile, needed=("method", "path", "ask"))
        self._tenant.meanwhile.append(other)
        return codec.to_json(other)

    async def remove_faults(self, _: Request) -> None:
        self._tenant.faults.clear()

    async def notifications(self, request: Request) -> Any:
        return await _change(request, self._tenant.notifications)

    async def delta(self, request: Request) -> Any:
        return await _change(request, self._tenant.delta)

    async def series(self, request: Request) -> Any:
        """Series made from now on."""
        return await _change(request, self._tenant.series)

    async def delays(self, request: Request) -> Any:
        return await _change(request, self._tenant.delays)

    async def lifecycle(self, request: Request) -> None:
        given = await _body(request, {"subscription": str, "event": str}, needed=("event",))
        if given["event"] not in _LIFECYCLE:
            raise bad_request("BadRequest", f"event is one of {', '.join(_LIFECYCLE)}.")
        one = given.get("subscription")
        subscriptions = [self._simulator.subscriptions.find(one)] if one else list(self._tenant.subscriptions.values())
        for subscription in subscriptions:
            self._simulator.subscriptions.announce(subscription, given["event"])

    async def expire_delta(self, request: Request) -> None:
        """Every token given out so far answers 410; `mailbox` null means all mailboxes."""
        given = await _body(request, {"mailbox": str}, needed=())
        one = given.get("mailbox")
        for mailbox in [self._simulator.calendars.hosted(one)] if one else self._tenant.mailboxes.values():
            mailbox.delta_generation += 1


def _spoken(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def speak(request: Request) -> Response:
        try:
            body = await handler(request)
        except GraphError as error:
            return JSONResponse({"error": {"code": error.code, "message": error.message}}, error.status)
        return Response(status_code=204) if body is None else JSONResponse(body)

    return speak


def _about(mailbox: Mailbox) -> JsonObject:
    unreadable = codec.to_json(mailbox.unreadable)
    return {"address": mailbox.address, "name": mailbox.name, "hosted": mailbox.hosted, "unreadable": unreadable}


async def _body(request: Request, known: dict[str, type], needed: tuple[str, ...]) -> JsonObject:
    try:
        given = await request.json()
    except ValueError:
        given = None
    if not isinstance(given, dict) or not set(given) <= set(known) or not set(needed) <= set(given):
        raise bad_request("BadRequest", f"The body takes {', '.join(known)}; it needs {', '.join(needed) or 'none of them'}.")
    for name, value in given.items():
        kinds = (int, float) if known[name] is float else known[name]
        if value is not None and not isinstance(value, kinds):
            raise bad_request("BadRequest", f"{name} is of the wrong type.")
    return given


async def _matching[Planted: (Fault, Meanwhile)](request: Request, kind: type[Planted], needed: tuple[str, ...]) -> Planted:
    given = await _body(request, {field.name: object for field in fields(kind)}, needed=needed)
    try:
        planted = kind(**given)
        re.compile(planted.method), re.compile(planted.path)
    except re.error as error:
        raise bad_request("BadRequest", str(error)) from None
    return planted


async def _change(request: Request, settings: object) -> Any:
    """Sets the members that are given, by the names and types that the settings have."""
    present = codec.to_json(settings)
    given = await _body(request, {name: type(value) for name, value in present.items()}, needed=())
    for name, value in given.items():
        setattr(settings, name, value)
    return codec.to_json(settings)
