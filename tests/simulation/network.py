"""The way to Graph and to IBSS and back: slow, refused, lost or answered late. The servers behind it are the simulators."""

import asyncio
import json
import pickle
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, unquote

import httpx
from starlette.types import Message, Scope

from localdev.graph.app import VERSION, door
from localdev.graph.call import Answer, Call
from localdev.graph.simulator import GraphSimulator
from localdev.graph.state import Mail
from localdev.ibss.app import create_app as ibss_app
from localdev.ibss.simulator import IbssSimulator
from tests.simulation.process import Process
from tests.simulation.trace import Trace
from tests.simulation.weather import CALM, Weather

TIMEOUT = 30.0
LAG = 30.0
READS = frozenset({"GET"})

type Serve = Callable[[httpx.Request], Awaitable[httpx.Response]]


@dataclass(frozen=True)
class Write:
    """`needless`: nothing was as people see it different from before. `mailed`: the meetings that somebody had a mail about."""

    who: str
    method: str
    path: str
    worked: bool
    needless: bool
    mailed: frozenset[str]

    def __str__(self) -> str:
        return f"{self.who} {self.method} {self.path}"


@dataclass
class Network:
    """`weather` changes when the faults end. `written` hears of every answer to a write that was worked."""

    weather: Weather
    chance: random.Random
    trace: Trace
    stir: Callable[[], None]
    written: Callable[["Write"], None]
    visible: Callable[[], object]
    """What people can see on both sides."""
    mails: Callable[[], list[Mail]]
    out_of_scope: frozenset[str] = frozenset()
    """Mailboxes that the app may not reach (graph.md: an application access policy answers 403 ErrorAccessDenied)."""
    most_in_flight: Counter[str] = field(default_factory=Counter)

    def clear(self) -> None:
        self.weather = Weather(latency=CALM.latency)


@dataclass
class Server:
    name: str
    serve: "Serve"
    replica: "Replica"


@dataclass
class Replica:
    """A server that others read from while it lags behind: it shows what stood there at some moment of the last half minute.
    Exchange's own reads are not all of one moment (graph.md calls this eventual consistency), nor need IBSS's be.
    """

    now: Callable[[], float]
    copy: Callable[[], Serve]
    _serve: Serve | None = None
    _taken: float = 0.0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if self._serve is None or self.now() - self._taken > LAG:
            self._serve, self._taken = self.copy(), self.now()
        return await self._serve(request)


class _NoCookies(httpx.Cookies):
    def extract_cookies(self, response: httpx.Response) -> None:
        pass


class Client(httpx.AsyncClient):
    """Neither server gives cookies, so none are looked for: that took one request's time in twenty."""

    cookies = _NoCookies()  # type: ignore[assignment]


class Road(httpx.AsyncBaseTransport):
    """From one life of a process, or from a person when there is no process, to one server."""

    def __init__(self, network: Network, server: Server, process: Process | None = None) -> None:
        self._network, self._server = network, server
        self._process, self._life = process, process.lives if process else 0
        self._in_flight: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        if self._process is None:
            return await self._worked(request, "person")
        path = request.url.path
        mailbox = path.split("/users/", 1)[-1].split("/", 1)[0] if "/users/" in path else ""
        self._in_flight[mailbox] += 1
        most = self._network.most_in_flight
        most[mailbox] = max(most[mailbox], self._in_flight[mailbox]) if mailbox else 0
        try:
            return await self._there_and_back(request, self._process)
        finally:
            self._in_flight[mailbox] -= 1

    async def _there_and_back(self, request: httpx.Request, process: Process) -> httpx.Response:
        network, weather = self._network, self._network.weather
        await process.step(self._life)
        await asyncio.sleep(weather.latency * network.chance.random())
        if any(_is_about(request, mailbox) for mailbox in network.out_of_scope):
            return self._told(request, 403, "ErrorAccessDenied")
        fate = network.chance.random()
        if (fate := fate - weather.unreached) < 0:
            await asyncio.sleep(TIMEOUT)
            raise httpx.ConnectTimeout("nobody there", request=request)
        if (fate := fate - weather.refused) < 0:
            return self._refusal(request)
        failing = (fate := fate - weather.failing) < 0
        if failing and network.chance.random() < 0.5:
            return self._failure(request)
        if b"deltatoken" in request.url.query and network.chance.random() < weather.resync:
            return self._told(request, 410, "SyncStateNotFound")
        response = await self._worked(request, process.name)
        if failing:
            return self._failure(request)
        if (fate := fate - weather.answers_lost) < 0:
            await asyncio.sleep(TIMEOUT)
            raise httpx.ReadTimeout("no answer", request=request)
        await asyncio.sleep(weather.latency * network.chance.random())
        await process.step(self._life)
        return response

    async def _worked(self, request: httpx.Request, who: str) -> httpx.Response:
        network, serve = self._network, self._server.serve
        if request.method in READS and who != "person" and network.chance.random() < network.weather.stale:
            serve = self._server.replica
        before = network.visible() if request.method not in READS else None
        mails = len(network.mails())
        response = await serve(request)
        network.trace.requests += 1
        network.trace.note(who, self._server.name, request.method, request.url.raw_path.decode(), response.status_code)
        if request.method not in READS:
            needless = response.is_success and before == network.visible()
            mailed = frozenset(mail.ical_uid for mail in network.mails()[mails:])
            network.written(Write(who, request.method, request.url.path, response.is_success, needless, mailed))
        network.stir()
        return response

    def _refusal(self, request: httpx.Request) -> httpx.Response:
        chance = self._network.chance
        status = chance.choice((429, 503))
        return self._told(request, status, "ApplicationThrottled", {"Retry-After": str(chance.choice((1, 5, 20)))})

    def _failure(self, request: httpx.Request) -> httpx.Response:
        return self._told(request, self._network.chance.choice((500, 502, 504)), "UnknownError")

    def _told(self, request: httpx.Request, status: int, code: str, headers: dict[str, str] | None = None) -> httpx.Response:
        body = {"error": {"code": code, "message": "a fault of the weather"}}
        return httpx.Response(status, headers=headers, json=body, request=request)


def _is_about(request: httpx.Request, mailbox: str) -> bool:
    path = request.url.path.lower()
    return f"/users/{mailbox}" in path or (
        path.endswith("/subscriptions") and f"users/{mailbox}".encode() in request.content.lower()
    )


def graph_server(simulator: GraphSimulator, now: Callable[[], float]) -> Server:
    def copy() -> Serve:
        tenant = pickle.loads(pickle.dumps(replace(simulator.tenant, requests=[], mails=[], agenda=[])))  # noqa: S301 — our own
        return _graph(GraphSimulator(simulator.now, simulator.post, rng=random.Random(0), tenant=tenant))

    return Server("graph", _graph(simulator), Replica(now, copy))


def _graph(simulator: GraphSimulator) -> Serve:
    enter = door(simulator)

    async def serve(request: httpx.Request) -> httpx.Response:
        path, _, query = request.url.raw_path.decode().partition("?")
        call = Call(
            method=request.method,
            path="/" + unquote(path).removeprefix(VERSION).strip("/"),
            query=parse_qsl(query, keep_blank_values=True),
            headers={name.decode().lower(): value.decode() for name, value in request.headers.raw},
            body=request.content,
            base_url=f"{request.url.scheme}://{request.url.netloc.decode()}{VERSION}",
        )
        return _as_http(await enter(call), request)

    return serve


def _as_http(answer: Answer, request: httpx.Request) -> httpx.Response:
    content = b"" if answer.body is None else json.dumps(answer.body).encode()
    return httpx.Response(answer.status, headers=answer.headers, content=content, request=request)


def ibss_server(simulator: IbssSimulator, now: Callable[[], float]) -> Server:
    def copy() -> Serve:
        other = IbssSimulator(simulator.clock, simulator.post)
        other.bookings.estate, other.bookings.by_id = simulator.estate, dict(simulator.bookings.by_id)
        return _ibss(other)

    return Server("ibss", _ibss(simulator), Replica(now, copy))


def _ibss(simulator: IbssSimulator) -> Serve:
    app = ibss_app(simulator, ticking=False)

    async def serve(request: httpx.Request) -> httpx.Response:
        path, _, query = request.url.raw_path.partition(b"?")
        scope: Scope = {
            "type": "http",
            "method": request.method,
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": path,
            "query_string": query,
            "server": (request.url.host, request.url.port),
            "client": ("simulation", 1),
            "root_path": "",
        }
        start: Message = {}
        body = bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": request.content, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        await app(scope, receive, send)
        return httpx.Response(start["status"], headers=start["headers"], content=bytes(body), request=request)

    return serve
