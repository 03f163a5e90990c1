"""What an operator asks, and reads in the answers."""

import json
from typing import Any

from localdev.world import Room
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot, checked


async def explained(world: World, **query: str) -> Any:
    status, body = await world.ask("explain", **query)
    told = json.loads(body)
    assert status == (200 if told["meetings"] else 404)
    return told


async def the_meeting(world: World, **query: str) -> Any:
    meetings = (await explained(world, **query))["meetings"]
    assert len(meetings) == 1
    return meetings[0]


def at(slot: Slot) -> str:
    return slot.start.isoformat()


async def from_panel(world: World, room: Room, slot: Slot) -> Any:
    booked = {"Space_Id": room.space, "Booking_Name": "Walk-in", **world.ibss.times(slot), "Booking_Source": "Unity"}
    return checked(await world.ibss.http.post("/_sim/bookings", json=booked))


async def status_of(world: World, **query: str) -> Any:
    status, body = await world.ask("status", **query)
    assert status == 200
    return json.loads(body)
