"""B06 over the running product: its log, tables, queues and pages, and what it sends to IBSS."""

from typing import Any

import pytest
from azure.data.tables import TableServiceClient
from azure.storage.queue import QueueServiceClient

from localdev.world import ANA, OAK
from sync_core.queues import API_VERSION
from tests.product import Product
from tests.scenarios.canaries import PEOPLE, PRIVATE, SUBJECT, sings
from tests.scenarios.operator_desk import the_meeting
from tests.scenarios.people import checked
from tests.scenarios.running import RunningWorld
from tests.scenarios.test_privacy_stories import shown


@pytest.mark.e2e
async def test_B06_nothing_of_a_private_meeting_is_heard_from_the_running_product(product: Product) -> None:
    world = RunningWorld(product)
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, SUBJECT, (OAK,), PEOPLE, **{k: v for k, v in PRIVATE.items() if k != "subject"})
    await world.eventually(lambda: shown(world, slot))
    later = slot.later(hours=1)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(later))
    await world.eventually(lambda: shown(world, later))
    await world.sweep()
    await world.stays(lambda: shown(world, later))
    told = await the_meeting(world, room=OAK.space, at=later.start.isoformat())
    assert told["link"]["state"] == "linked"
    await world.outlook.cancel(ANA, event["id"])

    async def gone() -> None:
        assert await world.ibss.bookings(OAK, later) == []

    await world.eventually(gone)
    said = await all_that_is_kept(product)
    said["log"] = product.log
    said["requests to IBSS"] = checked(await world.ibss.http.get("/_sim/requests"))["value"]
    said["told"] = told
    for accept in ("application/json", "text/html"):
        said[f"status {accept}"] = await world.ask("status", accept)
        said[f"explain {accept}"] = await world.ask("explain", accept, room=OAK.space, at=later.start.isoformat())
    assert event["iCalUId"] in str(said["table links"])
    assert "sync_instance" in said["log"]
    assert [where for where, what in said.items() if sings(what)] == []
    await world.close()


async def all_that_is_kept(product: Product) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    with TableServiceClient.from_connection_string(product.storage) as tables:
        for table in tables.list_tables():
            kept[f"table {table.name}"] = list(tables.get_table_client(table.name).list_entities())
    with QueueServiceClient.from_connection_string(product.storage, api_version=API_VERSION) as queues:
        for queue in queues.list_queues():
            waiting = queues.get_queue_client(queue.name).peek_messages(max_messages=32)
            kept[f"queue {queue.name}"] = [message.content for message in waiting]
    return kept
