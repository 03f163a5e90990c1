"""What one piece of work costs: table operations, and requests to both sides. A bill that grows is noticed here."""

from dataclasses import dataclass

from localdev.world import ANA, BEN, ELM, OAK
from sync_core.queues import SyncInstance
from tests.scenarios.in_process import World
from tests.scenarios.people import checked


@dataclass(frozen=True)
class Cost:
    tables: int
    graph: int
    ibss: int


async def spent(world: World) -> Cost:
    graph = checked(await world.outlook.http.get(f"{world.outlook.side_door}/requests"))["value"]
    ibss = checked(await world.ibss.http.get("/_sim/requests"))["value"]
    return Cost(sum(table.operations for table in world.tables.values()), len(graph), len(ibss))


async def cost(world: World, work: SyncInstance) -> Cost:
    """Of this work alone: the notifications that it causes are thrown away."""
    before = await spent(world)
    await world.service.sync.sync_instance(work)
    after = await spent(world)
    for queue in (world.pull_queue, world.sync_queue):
        queue.waiting.clear()
    return Cost(after.tables - before.tables, after.graph - before.graph, after.ibss - before.ibss)


async def delivered(world: World) -> None:
    """Invitations and answers arrive; what the service would do about them is thrown away."""
    for _ in range(8):
        await world.graph.run_due()
        world.clock.advance(0.3)
    for queue in (world.pull_queue, world.sync_queue):
        queue.waiting.clear()


async def test_S02_a_meeting_from_outlook_costs_so_much_and_its_edit_less(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await delivered(world)
    copy = await world.outlook.the_event(str(OAK.mailbox), slot)
    work = SyncInstance(OAK.space, event=copy["id"], key=copy["iCalUId"])
    assert await cost(world, work) == Cost(tables=7, graph=2, ibss=2)
    await world.outlook.change(ANA, event["id"], subject="Party")
    assert await cost(world, work) == Cost(tables=4, graph=1, ibss=2)


async def test_S01_a_meeting_from_ibss_costs_so_much_and_its_edit_less(world: World) -> None:
    booking = await world.ibss.book(ANA, ELM, world.slot(), "Plan", (BEN,))
    work = SyncInstance(booking=booking["Booking_Id"], node=booking["Node_Id"])
    assert await cost(world, work) == Cost(tables=11, graph=2, ibss=2)
    await delivered(world)
    await world.ibss.change(ANA, await world.ibss.booking(booking), Booking_Name="Party")
    assert await cost(world, work) == Cost(tables=5, graph=2, ibss=1)
