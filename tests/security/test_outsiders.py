"""What somebody outside may put into an invitation to a room: it stays their meeting's trouble, and no other's."""

from typing import Any

import pytest

from localdev.world import ANA, BEN, OAK
from sync_core.model import RoomId
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, checked
from tests.scenarios.test_crowds import crowd

EVE = "eve@fabrikam.example"
AS_SENT = {"ProcessExternalMeetingMessages": True, "DeleteSubject": False, "AddOrganizerToSubject": False}


async def invited_from_outside(world: World, organiser: str = EVE, uid: str = "", people: Any = (), **event: Any) -> Json:
    """The room takes invitations from anywhere, and leaves them as they are."""
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/rooms/{OAK.mailbox}", json=AS_SENT))
    slot = world.slot()
    attendees = [*map(world.outlook.guest, people), world.outlook.room(OAK)]
    body = {"organizer": organiser, "event": {"subject": "Hello", **world.outlook.times(slot), "attendees": attendees, **event}}
    made = checked(await world.outlook.http.post(f"{world.outlook.side_door}/external-meetings", json=body))
    for box in world.graph.tenant.mailboxes.values() if uid else ():
        for copy in box.events.values():
            copy.ical_uid = uid if copy.ical_uid == made["iCalUId"] else copy.ical_uid
    await world.settle()
    await world.sweep()
    return await world.ibss.the_booking(OAK, slot)


async def others_are_served(world: World) -> None:
    """A meeting of our own in the same room, made afterwards and changed from both sides; and nothing waits for a person."""
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Ours", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await world.ibss.change(ANA, booking, **world.ibss.times(slot.later(hours=1)))
    await world.outlook.change(ANA, event["id"], subject="Ours, renamed")
    await world.settle()
    await world.service.pull.roll_horizon()
    await world.sweep()
    assert (await world.ibss.the_booking(OAK, slot.later(hours=1)))["Booking_Name"] == "Ours, renamed"
    assert world.poisoned == []
    assert {row["trouble"] for row in world.tables["rooms"].rows if row["PartitionKey"] == "watch"} == {""}


SUBJECTS = [
    pytest.param("<img src=x onerror=alert(1)>", id="markup"),
    pytest.param('=HYPERLINK("http://elsewhere.example","click")', id="a formula"),
    pytest.param("a\x1b[31m\r\nBcc: x", id="control characters"),
    pytest.param("\u202egnp.exe", id="turned round"),
    pytest.param("x" * 255, id="255 letters"),
    pytest.param("\N{PILE OF POO}" * 60, id="emoji"),
]


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_any_subject_is_carried_as_it_is_and_disturbs_nobody(world: World, subject: str) -> None:
    assert (await invited_from_outside(world, subject=subject))["Booking_Name"] == subject
    await others_are_served(world)


UIDS = [
    pytest.param("x" * 3000, id="3000 letters"),
    pytest.param("\N{PILE OF POO}" * 300, id="300 emoji"),
    pytest.param("x' or iCalUId ne 'x", id="a filter"),
    pytest.param("../../x?y#z\\%2e%2e", id="a path"),
    pytest.param("=2F|@20260302T100000Z", id="as our own keys are written"),
]


@pytest.mark.parametrize("uid", UIDS)
async def test_any_name_of_a_meeting_is_one_meeting_and_disturbs_nobody(world: World, uid: str) -> None:
    assert (await invited_from_outside(world, uid=uid))["Booking_Owner_Email"] == EVE
    await others_are_served(world)


ORGANISERS = ["boss@contoso.example/messages?x=@fabrikam.example", "../boss@fabrikam.example", "o'neil' or 'a@fabrikam.example"]


@pytest.mark.parametrize("organiser", ORGANISERS)
async def test_an_organiser_whose_address_could_be_a_path_is_not_asked_for_and_disturbs_nobody(
    world: World, organiser: str
) -> None:
    assert (await invited_from_outside(world, organiser))["Booking_Owner_Email"] == organiser
    watched = [one.resource for one in world.graph.tenant.subscriptions.values()]
    assert not [resource for resource in watched if resource.count("/") != 2 or "?" in resource]
    assert not [one.path for one in world.graph.tenant.requests if "boss" in one.path or "neil" in one.path]
    await others_are_served(world)


async def test_a_crowd_is_asked_for_once_and_disturbs_nobody(world: World) -> None:
    """Each guest costs one question to IBSS, and is a visitor at the door unless VISITORS says otherwise."""
    people = crowd(400)
    booking = await invited_from_outside(world, people=people)
    assert len(booking["Booking_Parties"]) == 400
    await others_are_served(world)
    asked = checked(await world.ibss.http.get("/_sim/requests"))["value"]
    assert sum("/persons" in one["path"] for one in asked) <= 401


async def test_a_series_without_end_is_booked_as_far_as_the_room_is_synced(world: World) -> None:
    slot = world.slot()
    pattern = {"type": "daily", "interval": 1}
    endless = {"pattern": pattern, "range": {"type": "noEnd", "startDate": f"{slot.start:%Y-%m-%d}"}}
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/rooms/{OAK.mailbox}", json=AS_SENT))
    checked(await world.ibss.http.patch("/_sim/nodes/1", json={"Forward_Sync_Period": 20}))
    await world.service.subscriptions.renew_all()
    body = {"subject": "Daily", **world.outlook.times(slot), "attendees": [world.outlook.room(OAK)], "recurrence": endless}
    meeting = {"organizer": EVE, "event": body}
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/external-meetings", json=meeting))
    await world.settle()
    links = [link for link in await world.store.links(RoomId(OAK.space)) if link.organiser == EVE]
    assert 10 < len(links) <= 20
    assert world.poisoned == []
