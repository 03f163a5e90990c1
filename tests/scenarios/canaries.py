"""What must stay in Outlook says "canary", and nothing else does: so it is searched for wherever the service leaves something."""

import json
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from localdev.world import BEN, Person, Room
from tests.scenarios.in_process import World
from tests.scenarios.people import Outlook, Slot, checked

SUBJECT = "Canary-7f3a takeover of Fabrikam"
GUEST = Person("canary.bird@fabrikam.example", "Canary", "Bird")
CONTENT = {
    "subject": SUBJECT,
    "body": {"contentType": "text", "content": "The canary sings"},
    "location": {"displayName": "Canary wharf"},
}
PRIVATE = {"sensitivity": "private", **CONTENT}
PEOPLE = (BEN, GUEST)
DEBUGGED = ("", "azure", "httpx", "httpcore", "kiota_http", "kiota_abstractions", "msgraph", "sync_core")

SPANS = InMemorySpanExporter()


def listen(caplog: pytest.LogCaptureFixture) -> None:
    """To every logger at its most talkative, and to every span."""
    for name in DEBUGGED:
        caplog.set_level("DEBUG", logger=name)
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(SPANS))
        trace.set_tracer_provider(provider)
    SPANS.clear()


def invited(*rooms: Room) -> Any:
    return [*(Outlook.guest(person) for person in PEOPLE), *(Outlook.room(room) for room in rooms)]


async def forget(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """What was said while it was no secret."""
    checked(await world.ibss.http.delete("/_sim/requests"))
    for queue in (world.pull_queue, world.sync_queue):
        queue.sent.clear()
    for table in ("journal", "kept"):
        assert not sings(world.tables[table].rows)
    caplog.clear()
    SPANS.clear()


def sings(said: Any) -> bool:
    return "canary" in str(said).lower()


async def leaks(world: World, caplog: pytest.LogCaptureFixture, slot: Slot, room: Room) -> list[str]:
    """Where the canary is heard."""
    requests = checked(await world.ibss.http.get("/_sim/requests"))["value"]
    said: dict[str, Any] = {
        "requests to IBSS": requests,
        "bookings": checked(await world.ibss.http.get("/v2/1/bookings", headers={"Authorization": "apikey sync"})),
        **{f"table {name}": table.rows for name, table in world.tables.items()},
        "queue pull-room": world.pull_queue.sent,
        "queue sync-instance": world.sync_queue.sent,
        "log": caplog.text,
        "spans": [span.to_json() for span in SPANS.get_finished_spans()],
    }
    for accept in ("application/json", "text/html"):
        said[f"status {accept}"] = await world.ask("status", accept)
        said[f"plan {accept}"] = await world.ask("plan", accept, room=room.space)
        said[f"explain {accept}"] = await world.ask("explain", accept, room=room.space, at=slot.start.isoformat())
    assert any(json.loads(span)["attributes"] for span in said["spans"]), "no span was recorded"
    return [where for where, what in said.items() if sings(what)]
