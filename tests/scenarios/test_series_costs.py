"""S12, B01, B02: a series costs its pages, and one write for each occurrence that is to be written; not reads for each."""

from collections import Counter
from collections.abc import Callable

import pytest

from localdev.world import ANA, BEN, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import checked
from tests.scenarios.series import accept_endless_series, around, forget_requests, limits, recurring

OCCURRENCES = 450
PAGES = -(-OCCURRENCES // 100)
BATCHES = -(-OCCURRENCES // 80)
ROUNDS = 4
"""How often a change is told: the room's copy comes, the room answers, the answer shows at the host, and the host is told."""


async def asked(world: World) -> Counter[str]:
    """Reads and writes of both sides since they were last forgotten; subscriptions are left out."""
    graph = checked(await world.outlook.http.get(f"{world.outlook.side_door}/requests"))["value"]
    ibss = checked(await world.ibss.http.get("/_sim/requests"))["value"]
    told = [("Graph", one) for one in graph if "/subscriptions" not in one["path"]] + [("IBSS", one) for one in ibss]
    return Counter(f"{side} {'reads' if one['method'] == 'GET' else 'writes'}" for side, one in told)


@pytest.mark.settings(HORIZON_DAYS="500")
async def test_S12_B01_B02_the_cost_of_a_series_is_its_pages_and_its_writes(
    world: World, record_property: Callable[[str, object], None]
) -> None:
    await accept_endless_series(world)
    await limits(world, OAK, BookingWindowInDays=1000)
    first = world.slot()

    async def cost(what: str) -> Counter[str]:
        await forget_requests(world)
        await world.settle()
        spent = await asked(world)
        record_property("cost", f"{OCCURRENCES} occurrences {what}: " + ", ".join(f"{n} {w}" for w, n in sorted(spent.items())))
        return spent

    master = await world.outlook.book(ANA, first, "Daily", (OAK,), (BEN,), recurrence=recurring(first, OCCURRENCES, type="daily"))
    made = await cost("booked")
    assert len(await world.ibss.bookings(OAK, around(first, 600))) == OCCURRENCES
    await world.outlook.change(ANA, master["id"], subject="Daily, renamed")
    renamed = await cost("renamed")
    await world.service.pull.roll_horizon()
    rolled = await cost("read again by the daily round")
    await world.outlook.cancel(ANA, master["id"])
    cancelled = await cost("cancelled")
    assert await world.ibss.bookings(OAK, around(first, 600)) == []
    for spent in (made, renamed, cancelled):
        assert spent["IBSS writes"] == OCCURRENCES
        assert spent["Graph writes"] == 0
        assert spent["Graph reads"] <= ROUNDS * (PAGES + 6 * BATCHES)
        assert spent["IBSS reads"] <= ROUNDS * 2 * BATCHES
    assert rolled["Graph reads"] <= 2 * (PAGES + 4 * BATCHES)
    assert rolled["Graph writes"] + rolled["IBSS writes"] == 0
