"""N01, N02, N04, B16: what the product does instead of failing."""

from datetime import timedelta

import pytest

from localdev.world import ANA, ASH, BEN, CLEO, ELM, OAK, VERA
from sync_core.model import Reason, State
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import the_meeting
from tests.scenarios.people import Slot, checked, zulu


async def from_panel(world: World, slot: Slot, source: str) -> str:
    body = {"Space_Id": OAK.space, "Booking_Start": zulu(slot.start), "Booking_End": zulu(slot.end), "Booking_Source": source}
    return str(checked(await world.ibss.http.post("/_sim/bookings", json=body))["Booking_Id"])


@pytest.mark.end_to_end
async def test_N01_what_is_booked_at_a_panel_stays_out_of_outlook(world: World) -> None:
    slot = world.slot()
    booking = await from_panel(world, slot, "Unity")

    async def look() -> None:
        link = (await the_meeting(world, booking=booking))["link"]
        assert (link["state"], link["reason"]) == ("not synced", "made without a directory account")
        assert await world.outlook.calendar(OAK.mailbox, slot) == []
        assert await world.ibss.the_booking(OAK, slot)

    await world.stays(look)


@pytest.mark.end_to_end
async def test_N02_a_meeting_that_is_under_way_is_rejected_and_left_alone(world: World) -> None:
    begun = world.now().replace(microsecond=0) - timedelta(minutes=10)
    slot = Slot(begun, begun + timedelta(hours=1))
    event = await world.outlook.book(ANA, slot, "Already on", (ASH,), (BEN,))

    async def look() -> None:
        link = (await the_meeting(world, event=event["id"], mailbox=ANA.address))["link"]
        assert (link["state"], link["reason"]) == ("rejected", "starts in the past")
        assert await world.ibss.bookings(ASH, slot) == []
        assert (await world.outlook.the_event(ANA.address, slot))["id"] == event["id"]

    await world.stays(look)


@pytest.mark.parametrize("source", ["Unity", "Inspire"])
async def test_N01_a_panel_booking_is_not_sent_to_outlook_and_says_why(world: World, source: str) -> None:
    slot = world.slot()
    booking = await from_panel(world, slot, source)
    await world.settle()
    await world.sweep()
    assert await world.outlook.calendar(OAK.mailbox, slot) == []
    link = await world.store.link_of_booking(booking)
    assert link is not None
    assert (link.state, link.reason) == (State.NOT_SYNCED, Reason.NO_DIRECTORY_ACCOUNT)
    assert f"{link.state}: {link.reason}" == "not synced: made without a directory account"


async def test_N02_a_meeting_that_started_before_it_arrived_is_rejected_once_and_left_alone(world: World) -> None:
    now = world.clock.now()
    slot = Slot(now - timedelta(minutes=10), now + timedelta(minutes=50))
    event = await world.outlook.book(ANA, slot, "Already on", (OAK,), (BEN,))
    await world.settle()
    link = await world.store.link(OAK.space, event["iCalUId"])
    assert link is not None
    assert f"{link.state}: {link.reason}" == "rejected: starts in the past"
    assert await world.ibss.bookings(OAK, slot) == []
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes
    assert (await world.outlook.the_event(ANA.address, slot))["id"] == event["id"]


async def test_N02_when_ibss_says_that_the_start_is_past_nothing_is_deleted_or_repeated(world: World) -> None:
    slot = world.slot()
    fault = {"method": "POST", "path": ".*/bookings", "status": 400, "code": "BookingInPast", "times": 1}
    checked(await world.ibss.http.post("/_sim/faults", json=fault))
    event = await world.outlook.book(ANA, slot, "Too late", (OAK,))
    await world.settle()
    link = await world.store.link(OAK.space, event["iCalUId"])
    assert link is not None
    assert f"{link.state}: {link.reason}" == "rejected: starts in the past"
    assert await world.outlook.the_event(ANA.address, slot)


async def test_N04_no_change_in_ibss_touches_the_body_the_attachments_or_the_join_link(world: World) -> None:
    slot = world.slot()
    body = {"contentType": "html", "content": "<p>Agenda</p>"}
    event = await world.outlook.book(
        ANA, slot, "Plan", (OAK,), (BEN,), body=body, isOnlineMeeting=True, onlineMeetingProvider="teamsForBusiness"
    )
    attachment = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "plan.txt", "contentBytes": "cGxhbg=="}
    checked(await world.outlook.http.post(f"/users/{ANA.address}/events/{event['id']}/attachments", json=attachment))
    await world.settle()
    kept = await untouchable(world, event["id"])
    assert "Agenda" in kept[0]["content"]
    assert kept[2]
    assert kept[3]

    async def change(**members: object) -> None:
        await world.ibss.change(
            ANA, (await world.ibss.bookings(OAK, Slot(slot.start, slot.end + timedelta(hours=5))))[0], **members
        )
        await world.settle()

    await change(Booking_Name="Renamed")
    await change(**world.ibss.times(slot.later(hours=2)))
    await change(Booking_Parties=[world.ibss.party(BEN), world.ibss.party(CLEO), world.ibss.party(VERA, visitor=True)])
    await change(Booking_Parties=[world.ibss.party(CLEO)])
    await change(Space_Id=ELM.space)
    after = await world.outlook.event(ANA.address, event["id"])
    assert (after["subject"], world.outlook.attendees(after)) == ("Renamed", {CLEO.address, ELM.mailbox})
    assert await untouchable(world, event["id"]) == kept


async def untouchable(world: World, event: str) -> tuple[object, ...]:
    now = await world.outlook.event(ANA.address, event)
    attachments = checked(await world.outlook.http.get(f"/users/{ANA.address}/events/{event}/attachments"))["value"]
    return now["body"], now["isOnlineMeeting"], now["onlineMeeting"], attachments


async def test_B18_a_meeting_that_we_may_not_cancel_is_declined_by_its_room(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Not ours to end", (BEN,))
    await world.settle()
    fault = {"method": "POST", "path": "/cancel", "status": 400, "code": "ErrorAccessDenied", "times": 1}
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/faults", json=fault))
    await world.ibss.cancel(ANA, await world.ibss.booking(booking))
    await world.settle()
    assert await world.outlook.calendar(OAK.mailbox, slot) == []
    event = await world.outlook.the_event(ANA.address, slot)
    (room,) = [a for a in event["attendees"] if a["type"] == "resource"]
    assert room["status"]["response"] == "declined"
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes


@pytest.mark.settings(HORIZON_DAYS="30")
async def test_B16_B11_what_was_booked_on_both_sides_beyond_the_horizon_is_one_meeting_when_its_time_comes(world: World) -> None:
    """Outlook is read a day further than meetings are made: the event was seen, and left alone."""
    start = world.now() + timedelta(days=30, hours=5)
    slot = Slot(start, start + timedelta(minutes=30))
    event = await world.outlook.book(ANA, slot, "Next month", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.book(ANA, OAK, slot, "Next month", (BEN,))
    await world.settle()
    await world.pass_time(days=1)
    await world.service.pull.sweep_bookings()
    await world.settle()
    assert (await world.outlook.the_event(ANA.address, slot))["id"] == event["id"]
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == booking["Booking_Id"]


@pytest.mark.parametrize("who_renames", ["Outlook", "IBSS"])
async def test_S04_S08_what_was_renamed_when_it_was_over_is_told_when_it_is_held_again(world: World, who_renames: str) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await world.until(slot.end + timedelta(hours=1))
    await world.service.subscriptions.renew_all()
    if who_renames == "Outlook":
        await world.outlook.change(ANA, event["id"], subject="Plan, second attempt")
    else:
        await world.ibss.change(ANA, booking, Booking_Name="Plan, second attempt")
    await world.sweep()
    again = slot.later(days=3)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(again))
    await world.sweep()
    told = await world.outlook.the_event(ANA.address, again), await world.ibss.the_booking(OAK, again)
    assert (told[0]["subject"], told[1]["Booking_Name"]) == ("Plan, second attempt", "Plan, second attempt")
    assert told[1]["Booking_Id"] == booking["Booking_Id"]
