"""B14, B11: what a sync would do, before it does it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, Room
from sync_core.model import Reason
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import from_panel, the_meeting
from tests.scenarios.people import Slot, checked


async def switch(world: World, room: Room, *, on: bool) -> None:
    checked(await world.ibss.http.patch(f"/_sim/spaces/{room.space}", json={"Meta_Ext_Booking_System": int(on)}))
    await world.service.subscriptions.renew_all()
    await world.settle()


async def planned(world: World, **query: str) -> Any:
    status, body = await world.ask("plan", **query)
    assert status == 200
    [room] = json.loads(body)["rooms"]
    return room


async def requests(world: World) -> list[Any]:
    seen = checked(await world.outlook.http.get(f"{world.outlook.side_door}/requests"))["value"]
    return [*seen, *checked(await world.ibss.http.get("/_sim/requests"))["value"]]


async def traces(world: World) -> Any:
    """All that a write could have left: requests, rows, messages, mails."""
    written = [one for one in await requests(world) if one["method"] != "GET"]
    tables = {name: sorted(map(repr, table.rows)) for name, table in world.tables.items()}
    return written, tables, len(world.pull_queue.sent), len(world.sync_queue.sent), await world.outlook.mails()


async def a_room_in_use(world: World) -> dict[str, Slot]:
    """Before it is switched on: meetings on both sides, on one side, and what will not be mirrored."""
    await switch(world, ELM, on=False)
    names = ("alike", "renamed", "outlook", "ibss", "panel", "far")
    slots = {name: world.slot() for name in names}
    slots["far"] = slots["far"].later(days=170)
    await world.outlook.book(ANA, slots["alike"], "Alike", (ELM,), (BEN,))
    await world.ibss.book(ANA, ELM, slots["alike"], "Alike", (BEN,))
    await world.outlook.book(BEN, slots["renamed"], "In Outlook", (ELM,), (CLEO,))
    await world.ibss.book(BEN, ELM, slots["renamed"], "In IBSS", (ANA,))
    await world.outlook.book(ANA, slots["outlook"], "Only Outlook", (ELM,), (BEN,))
    await world.ibss.book(CLEO, ELM, slots["ibss"], "Only IBSS", (ANA, BEN))
    await from_panel(world, ELM, slots["panel"])
    begun = Slot(world.clock.now() - timedelta(minutes=30), world.clock.now() + timedelta(minutes=30))
    await world.outlook.book(ANA, begun, "Under way", (ELM,))
    await world.settle()
    return slots | {"begun": begun}


EXPECTED = {
    "alike": ("adopted: the same meeting stood on both sides", 0, []),
    "renamed": ("adopted: the same meeting stood on both sides", 0, ["change the booking in IBSS: people, subject"]),
    "outlook": ("new in Outlook", 0, ["make the booking in IBSS"]),
    "ibss": ("new in IBSS", 3, ["make the event in the host's calendar and invite the room"]),
    "panel": ("made without a directory account", 0, []),
    "begun": ("starts in the past", 0, []),
}


async def test_B14_B11_a_plan_of_a_room_that_is_not_switched_on_yet_shows_all_and_writes_nothing(world: World) -> None:
    slots = await a_room_in_use(world)
    before = await traces(world)
    plan = await planned(world, room=ELM.space)
    assert await traces(world) == before
    assert plan["switched_on"] is False
    told = {one["start"]: one for one in plan["meetings"]}
    for name, expected in EXPECTED.items():
        one = told[slots[name].start.isoformat()]
        assert (one["reason"], one["mails"], one["actions"]) == expected, name
    assert not any(word in json.dumps(plan) for word in ("Alike", "Only", BEN.address))


DONE = {
    "CreateBooking": "make the booking in IBSS",
    "CreateEvent": "make the event in the host's calendar and invite the room",
    "UpdateBooking": "change the booking in IBSS",
    "nothing": "",
}


async def test_B14_B11_the_plan_is_what_the_sync_then_does_item_by_item(world: World) -> None:
    await a_room_in_use(world)
    plan = await planned(world, room=ELM.space)
    mails, writes = len(await people_mailed(world)), await world.writes()
    await world.pass_time(minutes=1)
    since = world.clock.now()
    await switch(world, ELM, on=True)
    await world.sweep()
    for one in plan["meetings"]:
        link = await world.store.link_of_booking(one["booking"]) if one["booking"] else None
        link = link or await world.store.link(ELM.space, one["key"]) or await by_slot(world, one)
        assert link.state == one["state"]
        done = [entry for entry in await world.store.journal(link.room, link.key) if entry["at"] >= since]
        if one["reason"] == Reason.IN_SYNC:
            assert done == []
            continue
        [entry] = done
        assert entry["reason"] == one["reason"]
        assert [DONE[word] for word in entry["done"].split() if DONE[word]] == [text.split(":")[0] for text in one["actions"]]
    decided = [row for row in world.tables["journal"].rows if row["at"] >= since]
    assert len(decided) == sum(one["reason"] != Reason.IN_SYNC for one in plan["meetings"])
    assert len(await people_mailed(world)) - mails == plan["mails"]
    assert await world.writes() - writes == plan["requests"]


async def by_slot(world: World, one: Any) -> Any:
    links = await world.store.links(ELM.space)
    return next(link for link in links if link.base and link.base.slot.start.isoformat() == one["start"])


async def people_mailed(world: World) -> list[Any]:
    return [mail for mail in await world.outlook.mails() if mail["to"] != ELM.mailbox]


async def test_B14_after_the_sync_a_plan_is_empty(world: World) -> None:
    await a_room_in_use(world)
    await switch(world, ELM, on=True)
    await world.sweep()
    plan = await planned(world, room=ELM.space)
    assert plan["switched_on"] is True
    assert (plan["mails"], plan["requests"], plan["ambiguous"]) == (0, 0, [])


@pytest.mark.parametrize("change", ["moved", "renamed", "people", "cancelled"])
async def test_B14_the_mails_of_a_plan_are_those_that_go_out(world: World, change: str) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, ELM, slot, "Plan", (BEN, CLEO))
    await world.settle()
    checked(await world.ibss.http.patch("/_sim/posting", json={"lost": True}))
    written = {
        "moved": world.ibss.times(slot.later(hours=1)),
        "renamed": {"Booking_Name": "Planning"},
        "people": {"Booking_Parties": [world.ibss.party(BEN)]},
        "cancelled": {"Booking_IsCancelled": 1},
    }[change]
    await world.ibss.change(ANA, await world.ibss.booking(booking), **written)
    plan = await planned(world, room=ELM.space)
    mails = len(await people_mailed(world))
    await world.sweep()
    assert len(await people_mailed(world)) - mails == plan["mails"] > 0


async def test_B14_B11_halves_that_could_belong_to_several_are_listed_for_a_person(world: World) -> None:
    await switch(world, ELM, on=False)
    door = f"{world.outlook.side_door}/rooms/{ELM.mailbox}"
    checked(await world.outlook.http.patch(door, json={"AllowConflicts": True}))
    slot = world.slot()
    one = await world.outlook.book(ANA, slot, "One", (ELM,))
    two = await world.outlook.book(ANA, slot, "Two", (ELM,))
    booking = await world.ibss.book(ANA, ELM, slot, "One or two")
    await world.settle()
    plan = await planned(world, room=ELM.space)
    [unclear] = plan["ambiguous"]
    assert (unclear["start"], unclear["bookings"], len(unclear["events"])) == (slot.start.isoformat(), [booking["Booking_Id"]], 2)
    assert {each["reason"] for each in plan["meetings"] if each["start"] == unclear["start"]} == {Reason.AMBIGUOUS}
    assert plan["requests"] == 0
    writes, mails = await world.writes(), await world.outlook.mails()
    await switch(world, ELM, on=True)
    await world.sweep()
    assert (await world.writes(), await world.outlook.mails()) == (writes, mails)
    await world.outlook.cancel(ANA, two["id"])
    await world.settle()
    await world.sweep()
    meeting = await the_meeting(world, booking=booking["Booking_Id"])
    assert (meeting["link"]["event"], meeting["link"]["state"]) == (one["id"], "linked")


async def test_B14_a_plan_of_a_building_comes_in_pages(world: World) -> None:
    status, body = await world.ask("plan", building="1")
    told = json.loads(body)
    assert (status, told["of"], len(told["rooms"]), told["next_page"]) == (200, 4, 4, None)
    status, body = await world.ask("plan", building="2", page="2")
    assert (status, json.loads(body)["rooms"]) == (200, [])
