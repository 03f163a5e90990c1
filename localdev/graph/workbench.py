"""A whole simulated Graph inside the process, for tests: a clock that stands still, no sockets, a listener that can be told
how to behave."""

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from localdev.graph.app import create_app
from localdev.graph.clock import Clock
from localdev.graph.errors import JsonObject
from localdev.graph.simulator import GraphSimulator

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Listener:
    """Stands where the product's webhook stands. It answers handshakes rightly and everything else with 202, until told
    otherwise: `statuses` are used up first, and `echo` changes the answer to a handshake."""

    def __init__(self) -> None:
        self.handshakes: list[str] = []
        self.posts: list[tuple[str, JsonObject]] = []
        self.statuses: deque[int] = deque()
        self.echo: tuple[int, str, str] | None = None

    async def __call__(self, url: str, _content_type: str, body: bytes) -> tuple[int, str, str]:
        token = parse_qs(urlsplit(url).query).get("validationToken")
        if token:
            self.handshakes.append(url)
            return self.echo or (200, "text/plain; charset=utf-8", token[0])
        status = self.statuses.popleft() if self.statuses else 202
        self.posts.append((url, httpx.Response(200, content=body).json()))
        return status, "text/plain", ""

    @property
    def items(self) -> list[JsonObject]:
        return [item for _, body in self.posts for item in body["value"]]


class Workbench:
    def __init__(self, begin: datetime = BEGIN) -> None:
        self.clock = Clock.standing_at(begin)
        self.listener = Listener()
        self.simulator = GraphSimulator(self.clock.now, self.listener, clock=self.clock)
        self.app = create_app(self.simulator, ticking=False)
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://graph.test", headers={"Authorization": "Bearer any"}
        )

    async def settle(self) -> None:
        """Lets the next minute's automatic doings happen, each at its own time."""
        self.clock.advance(60)
        await self.simulator.run_due()

    async def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span).total_seconds())
        await self.simulator.run_due()

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """`path` starts after the version; header names have underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = path if path.startswith(("http", "/_sim")) else "/v1.0" + path
        return await self.http.request(method, url, json=body, headers=named)

    async def get(self, path: str, **headers: str) -> JsonObject:
        answer = await self.ask("GET", path, **headers)
        answer.raise_for_status()
        found: JsonObject = answer.json()
        return found

    async def side_door(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.ask(method, "/_sim" + path, body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    async def make(
        self,
        host: str,
        start: str | JsonObject,
        end: str | JsonObject,
        *,
        rooms: tuple[str, ...] = (),
        people: tuple[str, ...] = (),
        **more: Any,
    ) -> JsonObject:
        """A meeting by POST; a time without a zone is UTC. Nothing has arrived anywhere yet."""
        attendees = [attendee(address, "resource") for address in rooms] + [attendee(address) for address in people]
        times = {"start": at(start) if isinstance(start, str) else start, "end": at(end) if isinstance(end, str) else end}
        answer = await self.ask("POST", f"/users/{host}/events", {"subject": "Budget", "attendees": attendees} | times | more)
        answer.raise_for_status()
        made: JsonObject = answer.json()
        return made

    async def calendar(
        self, mailbox: str, since: str = "2026-03-01T00:00:00Z", until: str = "2026-04-01T00:00:00Z"
    ) -> list[JsonObject]:
        window = f"startDateTime={since}&endDateTime={until}&$top=1000"
        shown: list[JsonObject] = (await self.get(f"/users/{mailbox}/calendarView?{window}"))["value"]
        return shown

    async def round(self, link: str, **headers: str) -> tuple[list[JsonObject], str]:
        """A delta round to its end: all items, and the delta link."""
        items: list[JsonObject] = []
        while True:
            page = await self.get(link, **headers)
            items += page["value"]
            if "@odata.deltaLink" in page:
                return items, page["@odata.deltaLink"]
            link = page["@odata.nextLink"]

    async def subscribe(self, mailbox: str, *, minutes: int = 4200, **more: Any) -> JsonObject:
        body = {
            "changeType": "created,updated,deleted",
            "notificationUrl": "https://sync.example/notifications",
            "lifecycleNotificationUrl": "https://sync.example/lifecycle",
            "resource": f"users/{mailbox}/events",
            "expirationDateTime": (self.clock.now() + timedelta(minutes=minutes)).isoformat(),
            "clientState": "secret",
        }
        answer = await self.ask("POST", "/subscriptions", body | more)
        answer.raise_for_status()
        made: JsonObject = answer.json()
        return made


def attendee(address: str, kind: str = "required") -> JsonObject:
    return {"type": kind, "emailAddress": {"address": address, "name": address.partition("@")[0].capitalize()}}


def at(moment: str, zone: str = "UTC") -> JsonObject:
    return {"dateTime": moment, "timeZone": zone}
