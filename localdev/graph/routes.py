"""Which request goes where."""

import re
from collections.abc import Awaitable, Callable

from localdev.graph.call import Answer, Call
from localdev.graph.errors import GraphError, no_such_route
from localdev.graph.event_routes import EventRoutes
from localdev.graph.other_routes import DirectoryRoutes, SubscriptionRoutes
from localdev.graph.simulator import GraphSimulator

type Handler = Callable[..., Awaitable[Answer]]


class Routes:
    def __init__(self, simulator: GraphSimulator) -> None:
        events, directory, subscriptions = EventRoutes(simulator), DirectoryRoutes(simulator), SubscriptionRoutes(simulator)
        listing, item = "/users/{user}/events", "/users/{user}/events/{event}"
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/users", directory.users),
            ("GET", "/users/{user}", directory.user),
            ("GET", "/places/microsoft.graph.room", directory.rooms),
            ("GET", listing, events.list_events),
            ("POST", listing, events.create),
            ("GET", "/users/{user}/calendarView", events.calendar_view),
            ("GET", "/users/{user}/calendarView/delta", events.delta),
            ("POST", "/users/{user}/calendar/getSchedule", events.schedule),
            ("POST", "/users/{user}/translateExchangeIds", events.translate_ids),
            ("GET", item, events.read),
            ("PATCH", item, events.update),
            ("DELETE", item, events.delete),
            ("GET", item + "/instances", events.instances),
            ("POST", item + "/cancel", events.cancel),
            ("POST", item + "/{action:accept|decline|tentativelyAccept}", events.respond),
            ("POST", item + "/forward", events.forward),
            ("GET", item + "/attachments", events.attachments),
            ("POST", item + "/attachments", events.attach),
            ("DELETE", item + "/attachments/{attachment}", events.detach),
            ("GET", "/subscriptions", subscriptions.list_all),
            ("POST", "/subscriptions", subscriptions.create),
            ("GET", "/subscriptions/{subscription}", subscriptions.read),
            ("PATCH", "/subscriptions/{subscription}", subscriptions.renew),
            ("DELETE", "/subscriptions/{subscription}", subscriptions.delete),
            ("POST", "/subscriptions/{subscription}/reauthorize", subscriptions.reauthorize),
        ]
        self._table: dict[int, list[tuple[str, re.Pattern[str], Handler]]] = {}
        for method, path, handler in table:
            self._table.setdefault(path.count("/"), []).append((method, _pattern(path), handler))

    async def handle(self, call: Call) -> Answer:
        """Outlook's calendar routes also go by way of the default calendar; a function may be written with brackets."""
        path = re.sub(r"^(/users/[^/]+)/calendar/(events|calendarView)\b", r"\1/\2", call.path, flags=re.IGNORECASE).removesuffix(
            "()"
        )
        as_long = self._table.get(path.count("/"), [])
        found = [(method, match, handler) for method, pattern, handler in as_long if (match := pattern.fullmatch(path))]
        for method, match, handler in found:
            if method == call.method:
                return await handler(call, **match.groupdict())
        if found:
            raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
        raise no_such_route(call.path)


def _pattern(path: str) -> re.Pattern[str]:
    """`{name}` is one segment, `{name:a|b}` one of these words. Words of a path are taken in any case, as Graph does."""
    named = re.sub(r"\{(\w+):([^}]+)\}", r"(?P<\1>\2)", path)
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", named), re.IGNORECASE)
