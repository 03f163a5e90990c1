"""An app without its identity: a template may be deployed well, and the identity be taken off the app afterwards."""

from typing import Any, Never

from azure.core.exceptions import ClientAuthenticationError

from localdev.world import OAK
from sync_core.app import compose
from sync_core.graph.client import Graph
from sync_core.ibss.client import Ibss
from sync_core.settings import Settings
from tests.scenarios.in_process import ENVIRONMENT, GRAPH, IBSS, World
from tests.scenarios.test_check import BOOKINGS, FOLLOW, PEOPLE, READ, TOLD, WRITE, checked_all, needs_of


class NoIdentity:
    """Refuses as the identity library does where the platform knows no such identity."""

    def get_token(self, *_scopes: str, **_more: Any) -> Never:
        raise ClientAuthenticationError("no managed identity endpoint found")


async def test_B14_an_app_without_an_identity_is_told_so_of_all_that_graph_would_grant(world: World) -> None:
    graph = Graph(GRAPH, NoIdentity(), world.outlook.http)
    ibss = Ibss(IBSS, "sync", world.ibss.http)
    settings = Settings.from_environment(ENVIRONMENT)
    world.service = compose(settings, graph, ibss, world.store, world.queues, world.clock.now)
    told = await checked_all(world, room=OAK.space)
    assert told["identity"]["notes"] == ["there is no token: no-token"]
    needs = needs_of(told["rooms"][0])
    for name in (READ, FOLLOW, TOLD, WRITE):
        assert (needs[name]["can"], needs[name]["mend"]) == (None, "az functionapp identity show"), name
        assert "it has no identity" in needs[name]["why"]
    assert [needs[name]["can"] for name in (BOOKINGS, PEOPLE)] == [True, True]
