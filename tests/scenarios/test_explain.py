"""B14: why is this meeting (not) on the other side?"""

from datetime import datetime, timedelta
from typing import Any

import pytest

from localdev.world import ANA, BEN, ELM, OAK
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import at, explained, from_panel, the_meeting
from tests.scenarios.people import checked


@pytest.mark.end_to_end
async def test_B14_a_meeting_is_explained_by_its_booking(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    booking = await world.eventually(lambda: world.ibss.the_booking(OAK, slot))

    async def linked() -> Any:
        meeting = await the_meeting(world, booking=booking["Booking_Id"])
        assert meeting["standing"].startswith("linked: ")
        assert meeting["journal"]
        return meeting

    meeting = await world.eventually(linked)
    for side in ("outlook", "ibss"):
        told = meeting[side]
        assert (told["state"], told["start"], told["end"]) == ("stands", slot.start.isoformat(), slot.end.isoformat())
        assert (told["subject"], told["host"], told["people"]) == ("Plan the move", ANA.address, [BEN.address])
    assert (meeting["room"]["name"], meeting["link"]["event"]) == (OAK.name, event["id"])
    assert (meeting["agreed"]["start"], meeting["agreed"]["changed_in_outlook"]) == (slot.start.isoformat(), [])
    assert meeting["journal"][-1]["rule"] == "new in Outlook"
    assert {look["by"] for look in meeting["next_look"]} == {"sweep_rooms", "sweep_bookings", "roll_horizon"}
    assert all(look["at"] for look in meeting["next_look"])


async def test_B14_it_is_the_same_meeting_by_event_by_mailbox_and_by_room_and_time(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,))
    await world.settle()
    copy = await world.outlook.the_event(OAK.mailbox, slot)
    booking = await world.ibss.the_booking(OAK, slot)
    expected = await the_meeting(world, booking=booking["Booking_Id"])
    assert await the_meeting(world, event=event["id"], mailbox=ANA.address) == expected
    assert await the_meeting(world, event=copy["id"], mailbox=OAK.mailbox) == expected
    assert await the_meeting(world, room=OAK.space, at=at(slot)) == expected
    assert await the_meeting(world, room=OAK.mailbox, at=at(slot)) == expected


async def test_B14_a_meeting_in_two_rooms_is_explained_for_each(world: World) -> None:
    event = await world.outlook.book(ANA, world.slot(), "Plan", (OAK, ELM))
    await world.settle()
    told = await explained(world, event=event["id"], mailbox=ANA.address)
    assert {meeting["room"]["name"] for meeting in told["meetings"]} == {OAK.name, ELM.name}


async def test_B14_every_decision_is_told_newest_first_under_every_name_the_link_had(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    await world.outlook.change(ANA, event["id"], subject="Planning")
    await world.settle()
    await world.ibss.change(ANA, await world.ibss.booking(booking), Space_Id=ELM.space)
    await world.settle()
    await world.ibss.cancel(ANA, await world.ibss.booking(booking))
    await world.settle()
    meeting = await the_meeting(world, booking=booking["Booking_Id"])
    rules = [entry["rule"] for entry in meeting["journal"]]
    assert rules == ["cancelled in IBSS", "changed in IBSS", "changed in Outlook", "new in IBSS"]
    assert [entry["room"] for entry in meeting["journal"]] == [ELM.space, ELM.space, OAK.space, OAK.space]
    assert meeting["ibss"]["state"] == "cancelled"
    assert meeting["outlook"]["state"] == "not there"


async def test_B14_what_is_not_synced_says_why_in_words(world: World) -> None:
    slot = world.slot()
    booking = await from_panel(world, OAK, slot)
    await world.sweep()
    for question in ({"booking": booking["Booking_Id"]}, {"room": OAK.space, "at": at(slot)}):
        meeting = await the_meeting(world, **question)
        assert meeting["standing"] == "not synced: made without a directory account"
        assert (meeting["ibss"]["state"], meeting["outlook"]["state"]) == ("stands", "not there")


async def test_B14_a_meeting_that_was_never_looked_at_says_what_a_look_would_do(world: World) -> None:
    slot = world.slot()
    checked(await world.ibss.http.patch("/_sim/posting", json={"lost": True}))
    booking = await world.ibss.book(ANA, OAK, slot, "Unheard of", (BEN,))
    meeting = await the_meeting(world, booking=booking["Booking_Id"])
    assert meeting["standing"] == "not looked at yet: new in IBSS"
    assert meeting["now"]["actions"] == ["make the event in the host's calendar and invite the room"]
    sweep = next(look for look in meeting["next_look"] if look["by"] == "sweep_bookings")
    assert world.clock.now() < datetime.fromisoformat(sweep["at"]) <= world.clock.now() + timedelta(minutes=5)


async def test_B14_of_a_private_meeting_nothing_is_told_but_its_slot(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Merger", (OAK,), (BEN,), sensitivity="private")
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    for question in ({"booking": booking["Booking_Id"]}, {"event": event["id"], "mailbox": ANA.address}):
        meeting = await the_meeting(world, **question)
        for side in ("outlook", "ibss"):
            assert meeting[side]["start"] == slot.start.isoformat()
            assert meeting[side]["private"] is True
            assert not {"subject", "host", "people"} & set(meeting[side])
        _, page = await world.ask("explain", accept="text/html", **question)
        assert not any(word in page for word in ("Merger", BEN.address, ANA.name, "Private meeting"))


async def test_B14_a_meeting_that_became_private_is_private_in_both_copies(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Merger", (BEN,))
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    await world.outlook.change(ANA, event["id"], sensitivity="private")
    _, told = await world.ask("explain", booking=booking["Booking_Id"])
    assert "Merger" not in told
    assert BEN.address not in told


async def test_B14_a_private_meeting_stays_private_when_its_host_cannot_be_read(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Merger", (OAK,), (BEN,), sensitivity="private")
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    door = f"{world.outlook.side_door}/mailboxes/{ANA.address}"
    checked(await world.outlook.http.patch(door, json={"unreadable": {"status": 403, "code": "ErrorAccessDenied"}}))
    meeting = await the_meeting(world, booking=booking["Booking_Id"])
    assert meeting["outlook"]["state"] == "could not be read"
    assert meeting["ibss"]["private"] is True
    assert "host" not in meeting["ibss"]


async def test_B14_decisions_from_before_there_was_an_event_are_told_too(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot.later(days=190), "Next year")
    await world.settle()
    assert (await the_meeting(world, booking=booking["Booking_Id"]))["standing"] == "not synced: beyond the horizon"
    await world.ibss.change(ANA, booking, **world.ibss.times(slot))
    await world.settle()
    meeting = await the_meeting(world, booking=booking["Booking_Id"])
    assert [entry["rule"] for entry in meeting["journal"]] == ["new in IBSS", "beyond the horizon"]


async def test_B14_a_building_s_own_horizon_is_the_one_that_is_told(world: World) -> None:
    checked(await world.ibss.http.patch("/_sim/nodes/1", json={"Forward_Sync_Period": 30}))
    await world.service.subscriptions.renew_all()
    checked(await world.ibss.http.patch("/_sim/posting", json={"lost": True}))
    booking = await world.ibss.book(ANA, OAK, world.slot().later(days=40), "Later")
    meeting = await the_meeting(world, booking=booking["Booking_Id"])
    assert meeting["now"]["rule"] == "beyond the horizon"


async def test_B14_nobody_knows_it_and_the_answer_says_where_it_was_looked_for(world: World) -> None:
    told = await explained(world, booking="no-such-booking")
    assert told["meetings"] == []
    assert told["looked"] == [
        "links: none of booking no-such-booking",
        "IBSS, Harbour House: no such booking",
        "IBSS, Market Place: no such booking",
    ]
    bens = await world.outlook.book(BEN, world.slot(), "Ben's own")
    told = await explained(world, event=bens["id"], mailbox=ANA.address)
    assert told["looked"] == [f"Outlook, {ANA.address}: no such event"]
    told = await explained(world, room="NOWHERE", at="2026-03-09T10:00")
    assert told["looked"] == ["rooms: 6 are synced, and NOWHERE is none of them"]
    told = await explained(world, room=OAK.space, at="2026-04-30T03:00")
    places = ["links of Oak", "Outlook, oak@contoso.example", "IBSS, HH-1-OAK"]
    assert told["looked"] == [f"{place}: 0 at that time" for place in places]
    status, page = await world.ask("explain", accept="text/html", booking="no-such-booking")
    assert status == 404
    assert "Nobody knows this meeting" in page


async def test_B14_an_event_without_a_synced_room_says_so(world: World) -> None:
    event = await world.outlook.book(ANA, world.slot(), "At my desk", (), (BEN,))
    told = await explained(world, event=event["id"], mailbox=ANA.address)
    assert told["looked"] == [f"Outlook, {ANA.address}: found", "no room that is synced is on this event"]


@pytest.mark.parametrize("away", ["graph", "ibss"])
async def test_B14_when_a_side_is_away_what_is_known_is_still_told(world: World, away: str) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan", (OAK,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    fault = {"method": "GET", "path": ".*", "status": 503, "code": "", "times": 50}
    door = f"{world.outlook.side_door}/faults" if away == "graph" else "/_sim/faults"
    http = world.outlook.http if away == "graph" else world.ibss.http
    checked(await http.post(door, json=fault))
    meeting = await the_meeting(world, booking=booking["Booking_Id"])
    assert meeting["standing"].startswith("linked: ")
    assert meeting["outlook" if away == "graph" else "ibss"]["state"] == "could not be read"
    assert meeting["journal"]
