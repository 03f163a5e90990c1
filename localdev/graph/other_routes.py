"""The requests about users, rooms and subscriptions."""

import re

from localdev.graph.call import Answer, Call, collection, number, single
from localdev.graph.errors import GraphError, JsonObject, bad_request, no_such_user
from localdev.graph.odata import read_select
from localdev.graph.rendering import select, show_room, show_user
from localdev.graph.simulator import GraphSimulator
from localdev.graph.subscriptions import show_subscription

_EQUALS = re.compile(r"^(\w+) eq '((?:[^']|'')*)'$")
_OPTIONS = ("$select", "$top", "$skip", "$filter", "$count")


class DirectoryRoutes:
    def __init__(self, simulator: GraphSimulator) -> None:
        self._simulator = simulator

    async def user(self, call: Call, user: str) -> Answer:
        options = call.options("$select")
        try:
            shown = show_user(self._simulator.calendars.hosted(user))
        except GraphError:
            raise no_such_user(user) from None
        return single(call, select(shown, read_select(options.get("$select"), shown, "microsoft.graph.user")))

    async def users(self, call: Call) -> Answer:
        hosted = [mailbox for mailbox in self._simulator.tenant.mailboxes.values() if mailbox.hosted]
        return _listed(call, [show_user(mailbox) for mailbox in hosted], "microsoft.graph.user")

    async def rooms(self, call: Call) -> Answer:
        """100 to a page. Microsoft docs, place-list."""
        rooms = [mailbox for mailbox in self._simulator.tenant.mailboxes.values() if mailbox.room]
        return _listed(call, [show_room(mailbox) for mailbox in rooms], "microsoft.graph.room")


def _listed(call: Call, shown: list[JsonObject], kind: str) -> Answer:
    options = call.options(*_OPTIONS)
    match = _EQUALS.match(options.get("$filter", ""))
    if "$filter" in options and (match is None or (shown and match[1] not in shown[0])):
        raise bad_request("Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified.")
    if match:
        shown = [item for item in shown if str(item[match[1]]).lower() == match[2].replace("''", "'").lower()]
    wanted = read_select(options.get("$select"), shown[0], kind) if shown else None
    size, skip = number(options, "$top", 100, 999), number(options, "$skip", 0, 0)
    more = call.link(options | {"$skip": str(skip + size)}) if len(shown) > skip + size else None
    total = len(shown) if options.get("$count") == "true" else None
    return collection(call, [select(item, wanted) for item in shown[skip : skip + size]], next_link=more, count=total)


class SubscriptionRoutes:
    def __init__(self, simulator: GraphSimulator) -> None:
        self._simulator = simulator
        self._subscriptions = simulator.subscriptions

    async def list_all(self, call: Call) -> Answer:
        """No query options. Microsoft docs, subscription-list."""
        call.options()
        return collection(call, [show_subscription(item) for item in self._simulator.tenant.subscriptions.values()])

    async def create(self, call: Call) -> Answer:
        call.options()
        made = await self._subscriptions.create(call.json(), immutable_ids=call.prefer.immutable_ids)
        return single(call, show_subscription(made, made=True), 201)

    async def read(self, call: Call, subscription: str) -> Answer:
        call.options()
        return single(call, show_subscription(self._subscriptions.find(subscription)))

    async def renew(self, call: Call, subscription: str) -> Answer:
        call.options()
        found = self._subscriptions.find(subscription)
        await self._subscriptions.renew(found, call.json())
        return single(call, show_subscription(found))

    async def delete(self, call: Call, subscription: str) -> Answer:
        call.options()
        self._subscriptions.remove(self._subscriptions.find(subscription))
        return Answer(204)

    async def reauthorize(self, call: Call, subscription: str) -> Answer:
        call.options()
        self._subscriptions.reauthorize(self._subscriptions.find(subscription))
        return Answer(204)
