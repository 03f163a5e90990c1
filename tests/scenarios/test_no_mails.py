"""What mails nobody: to take over a room, to look again, to repair, and whatever is no change of what both sides share."""

from collections.abc import Awaitable, Callable

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK, VERA
from sync_core.model import State
from tests.scenarios.in_process import World
from tests.scenarios.mail_table import MAILS, Mails
from tests.scenarios.people import Json
from tests.scenarios.test_mails import Meeting, Record, a_meeting, mailed, to
from tests.scenarios.test_plan import switch


@pytest.mark.parametrize(
    "ibss",
    [
        pytest.param({"Booking_Name": "Plan"}, id="alike"),
        pytest.param({"Booking_Name": "Another name"}, id="another name"),
        pytest.param({"Booking_Parties": [{"IsVisitor": 0, "Email": CLEO.address}]}, id="other people"),
        pytest.param({"Booking_Parties": []}, id="no people"),
    ],
)
async def test_B11_a_room_is_taken_over_without_a_mail(world: World, ibss: Json, record_property: Record) -> None:
    await switch(world, ELM, on=False)
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (ELM,), (BEN, VERA))
    booking = await world.ibss.book(ANA, ELM, slot, "Plan", (BEN, VERA))
    await world.ibss.change(ANA, booking, **ibss)
    await world.settle()
    before = len(await world.outlook.mails())
    await switch(world, ELM, on=True)
    await world.sweep()
    sent = await mailed(world, before)
    record_property(MAILS, ("a room is taken over", sent))
    assert sent == []
    link = await world.store.link_of_booking(booking["Booking_Id"])
    assert link is not None
    assert (link.state, link.event_id) == (State.LINKED, event["id"])
    assert world.ibss.people(await world.ibss.the_booking(ELM, slot)) == {BEN.address, VERA.address}


async def swept(world: World, _: Meeting) -> None:
    for _again in range(3):
        await world.service.subscriptions.renew_all()
        await world.service.pull.roll_horizon()
        await world.sweep()


async def the_rows_are_lost(world: World, meeting: Meeting) -> None:
    for row in world.tables["links"].rows:
        await world.tables["links"].delete_entity(row["PartitionKey"], row["RowKey"])
    await swept(world, meeting)
    link = await world.store.link_of_booking(meeting.booking["Booking_Id"])
    assert link is not None
    assert link.state is State.LINKED


async def for_the_host_alone(world: World, meeting: Meeting) -> None:
    await world.outlook.change(ANA, meeting.event["id"], categories=["Blue"], reminderMinutesBeforeStart=5, isReminderOn=True)


async def in_an_attendee_s_copy(world: World, meeting: Meeting) -> None:
    copy = await world.outlook.the_event(BEN.address, meeting.slot)
    await world.outlook.change(BEN, copy["id"], subject="Dull", categories=["Grey"])


async def saved_again_in_ibss(world: World, meeting: Meeting) -> None:
    same = ("Booking_Name", "Booking_Start", "Booking_End", "Space_Id", "Booking_Parties")
    await world.ibss.change(ANA, meeting.booking, **{name: meeting.booking[name] for name in same})


async def described_in_ibss(world: World, meeting: Meeting) -> None:
    await world.ibss.change(ANA, meeting.booking, Booking_Description="Coffee for three")


async def a_party_is_a_visitor_after_all(world: World, meeting: Meeting) -> None:
    parties = [party | {"IsVisitor": 1 - party["IsVisitor"]} for party in meeting.booking["Booking_Parties"]]
    await world.ibss.change(ANA, meeting.booking, Booking_Parties=parties)


NOTHING = [
    pytest.param(swept, id="all is looked at again"),
    pytest.param(the_rows_are_lost, id="all rows are lost"),
    pytest.param(for_the_host_alone, id="the host sets a category and a reminder"),
    pytest.param(in_an_attendee_s_copy, id="an attendee renames their own copy"),
    pytest.param(saved_again_in_ibss, id="a booking is saved as it was"),
    pytest.param(described_in_ibss, id="a booking is described"),
    pytest.param(a_party_is_a_visitor_after_all, id="colleagues and visitors change places"),
]


@pytest.mark.parametrize("kind", ["booked in IBSS", "of a series"])
@pytest.mark.parametrize("happens", NOTHING)
async def test_S14_what_changes_nothing_mails_nobody(
    world: World,
    happens: Callable[[World, Meeting], Awaitable[None]],
    kind: str,
    request: pytest.FixtureRequest,
    record_property: Record,
) -> None:
    meeting = await a_meeting(world, kind)
    before = len(await world.outlook.mails())
    await happens(world, meeting)
    await world.settle()
    await world.sweep()
    sent = await mailed(world, before)
    record_property(MAILS, (str(request.node.callspec.id).split("-")[1], sent))
    assert sent == []


EXCHANGES_OWN = to("update", BEN, VERA, OAK)


@pytest.mark.parametrize(
    "members", [{"subject": "Plan"}, {"importance": "high"}, {"body": {"contentType": "text", "content": "-"}}]
)
async def test_S08_an_edit_that_ibss_does_not_share_mails_what_exchange_mails_and_no_more(
    world: World, members: Json, record_property: Record
) -> None:
    meeting = await a_meeting(world, "booked in Outlook")
    before, writes = len(await world.outlook.mails()), await world.writes()
    await world.outlook.change(ANA, meeting.event["id"], **members)
    await world.settle()
    await world.sweep()
    sent = await mailed(world, before)
    record_property(MAILS, ("the host changes what IBSS does not have", sent))
    assert sent == sorted(EXCHANGES_OWN)
    assert await world.writes() == writes + 1


async def test_S10_a_forwarded_meeting_is_announced_to_its_room_and_to_nobody_else(world: World, record_property: Record) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan", (), (BEN, VERA))
    await world.settle()
    before = len(await world.outlook.mails())
    await world.outlook.forward(BEN, (await world.outlook.the_event(BEN.address, slot))["id"], OAK)
    await world.settle()
    await world.sweep()
    assert await world.ibss.the_booking(OAK, slot)
    sent: Mails = await mailed(world, before)
    record_property(MAILS, ("forwarded to a room by an attendee", sent))
    assert sent == sorted(to("forward", OAK) + to("forward_notice", ANA) + to("response", ANA))
