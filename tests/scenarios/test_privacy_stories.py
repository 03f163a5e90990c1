"""B06: whatever happens to a private meeting, nothing of it is heard outside Outlook."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from localdev.world import ANA, ELM, OAK
from tests.scenarios.canaries import PEOPLE, PRIVATE, SPANS, SUBJECT, forget, invited, leaks, listen
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot, checked
from tests.scenarios.test_series import occurrence, slots, weekly

type Story = Callable[[World, Slot, pytest.LogCaptureFixture], Awaitable[Slot]]
"""Tells a story that begins in a slot of Oak, and says where the private meeting is in the end."""


async def book(world: World, slot: Slot, *rooms: Any, **more: Any) -> Any:
    secret = {**PRIVATE, **more}
    event = await world.outlook.book(ANA, slot, secret.pop("subject"), rooms or (OAK,), PEOPLE, **secret)
    await world.settle()
    return event


async def shown(world: World, slot: Slot, room: Any = OAK) -> Any:
    booking = await world.ibss.the_booking(room, slot)
    assert (booking["Booking_Name"], booking["Booking_Parties"]) == ("Private meeting", [])
    return booking


async def made_private(world: World, slot: Slot, _: Any) -> Slot:
    await book(world, slot)
    await shown(world, slot)
    return slot


async def made_private_later(world: World, slot: Slot, log: pytest.LogCaptureFixture) -> Slot:
    event = await book(world, slot, sensitivity="normal")
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == SUBJECT
    await forget(world, log)
    await world.outlook.change(ANA, event["id"], sensitivity="private")
    await world.settle()
    await shown(world, slot)
    return slot


async def born_in_ibss(world: World, slot: Slot, log: pytest.LogCaptureFixture) -> Slot:
    await world.ibss.book(ANA, OAK, slot, SUBJECT, PEOPLE)
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    await forget(world, log)
    await world.outlook.change(ANA, event["id"], sensitivity="confidential")
    await world.settle()
    await shown(world, slot)
    return slot


async def a_series(world: World, slot: Slot, _: Any) -> Slot:
    await book(world, slot, recurrence=weekly(slot, 3))
    for each in slots(slot, 3):
        await shown(world, each)
    return slot


async def one_of_a_series(world: World, slot: Slot, _: Any) -> Slot:
    master = await world.outlook.book(ANA, slot, "Weekly", (OAK,), recurrence=weekly(slot, 3))
    await world.settle()
    second = slots(slot, 3)[1]
    event = await occurrence(world, master["id"], second)
    await world.outlook.change(ANA, event["id"], attendees=invited(OAK), **PRIVATE)
    await world.settle()
    await shown(world, second)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Weekly"
    return second


async def moved(world: World, slot: Slot, _: Any) -> Slot:
    event = await book(world, slot)
    later = slot.later(hours=1)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(later))
    await world.settle()
    latest = later.later(hours=1)
    await world.ibss.change(ANA, await shown(world, later), **world.ibss.times(latest))
    await world.settle()
    await shown(world, latest)
    return latest


async def into_two_rooms(world: World, slot: Slot, _: Any) -> Slot:
    event = await book(world, slot)
    await world.outlook.change(ANA, event["id"], attendees=invited(OAK, ELM))
    await world.settle()
    await shown(world, slot, ELM)
    await world.outlook.change(ANA, event["id"], attendees=invited(ELM))
    await world.settle()
    await shown(world, slot, ELM)
    return slot


async def cancelled(world: World, slot: Slot, _: Any) -> Slot:
    event = await book(world, slot)
    await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    assert await world.ibss.bookings(OAK, slot) == []
    return slot


async def cancelled_in_ibss(world: World, slot: Slot, _: Any) -> Slot:
    await book(world, slot)
    await world.ibss.cancel(ANA, await shown(world, slot))
    await world.settle()
    assert await world.outlook.calendar(ANA.address, slot) == []
    return slot


async def renamed_in_ibss(world: World, slot: Slot, _: Any) -> Slot:
    event = await book(world, slot)
    await world.ibss.change(ANA, await shown(world, slot), Booking_Name="I know", Booking_Parties=[])
    await world.outlook.change(ANA, event["id"], subject=f"{SUBJECT} tomorrow")
    await world.settle()
    await shown(world, slot)
    return slot


async def adopted(world: World, slot: Slot, _: Any) -> Slot:
    await switch(world, 0)
    await book(world, slot)
    await world.ibss.book(ANA, OAK, slot, "Booked by hand")
    await switch(world, 1)
    await world.sweep()
    await shown(world, slot)
    return slot


async def switch(world: World, on: int) -> None:
    checked(await world.ibss.http.patch(f"/_sim/spaces/{OAK.space}", json={"Meta_Ext_Booking_System": on}))
    await world.service.subscriptions.renew_all()
    await world.settle()


async def refused(world: World, slot: Slot, _: Any) -> Slot:
    fault = {"method": "POST", "path": "/bookings$", "status": 400, "code": "PolicyViolation", "times": 1000}
    checked(await world.ibss.http.post("/_sim/faults", json=fault))
    await book(world, slot)
    assert await world.ibss.bookings(OAK, slot) == []
    return slot


async def given_up(world: World, slot: Slot, _: Any) -> Slot:
    checked(await world.ibss.http.post("/_sim/faults", json={"method": "POST", "path": "/bookings$", "times": 1000}))
    await book(world, slot)
    for _hour in range(10):
        await world.pass_time(minutes=10)
    assert world.poisoned
    return slot


async def declined(world: World, slot: Slot, _: Any) -> Slot:
    door = f"{world.outlook.side_door}/rooms/{OAK.mailbox}"
    checked(await world.outlook.http.patch(door, json={"MaximumDurationInMinutes": 10}))
    await book(world, slot)
    assert await world.ibss.bookings(OAK, slot) == []
    return slot


async def host_lost_afterwards(world: World, slot: Slot, _: Any) -> Slot:
    await book(world, slot)
    await cannot_be_read(world, ANA.address)
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    await shown(world, slot)
    return slot


async def host_never_read(world: World, slot: Slot, _: Any) -> Slot:
    """The room's copy is private too, where the room leaves that as it is."""
    door = f"{world.outlook.side_door}/rooms/{OAK.mailbox}"
    left = {"RemovePrivateProperty": False, "DeleteSubject": False}
    checked(await world.outlook.http.patch(door, json=left))
    await cannot_be_read(world, ANA.address)
    await book(world, slot)
    await world.sweep()
    await shown(world, slot)
    return slot


async def cannot_be_read(world: World, mailbox: str) -> None:
    """By the service: it may still be written by its owner, who is at the same door."""
    fault = {"method": "GET", "path": f"^/users/{mailbox.replace('@', '(@|%40)')}/", "times": 10**6}
    denied = {"status": 403, "code": "ErrorAccessDenied"}
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/faults", json=fault | denied))


STORIES: list[Story] = [
    made_private,
    made_private_later,
    born_in_ibss,
    a_series,
    one_of_a_series,
    moved,
    into_two_rooms,
    cancelled,
    cancelled_in_ibss,
    renamed_in_ibss,
    adopted,
    refused,
    given_up,
    declined,
    host_lost_afterwards,
    host_never_read,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.replace("_", " "))
async def test_B06_nothing_of_a_private_meeting_is_heard(world: World, story: Story, caplog: pytest.LogCaptureFixture) -> None:
    listen(caplog)
    slot = await story(world, world.slot(), caplog)
    await world.sweep()
    assert await leaks(world, caplog, slot, OAK) == []
    assert not [span.name for span in SPANS.get_finished_spans() if "contoso" in span.to_json()]
