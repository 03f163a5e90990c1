"""B09, B10: both sides act before either is synced."""

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, IVY, OAK, VERA, Room
from sync_core.errors import Later
from sync_core.model import Reason
from sync_core.queues import SyncInstance
from tests.scenarios.in_process import World
from tests.scenarios.operator_desk import the_meeting
from tests.scenarios.people import Json, Slot
from tests.scenarios.test_crashes import ibss_fault, nobody_tells


async def a_meeting_that_both_change(world: World, slot: Slot, outlook: Json, ibss: Json) -> tuple[Json, Json]:
    """Both changes are made before any notification is delivered."""
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await world.outlook.change(ANA, event["id"], **outlook)
    await world.ibss.change(ANA, booking, **ibss)
    await world.settle()
    return await world.outlook.event(ANA.address, event["id"]), await world.ibss.booking(booking)


async def test_B09_changes_of_different_fields_are_merged(world: World) -> None:
    slot = world.slot()
    later = slot.later(hours=1)
    event, booking = await a_meeting_that_both_change(world, slot, world.outlook.times(later), {"Booking_Name": "Plan the party"})
    assert (event["subject"], world.outlook.slot_of(event)) == ("Plan the party", later)
    assert (booking["Booking_Name"], world.ibss.slot_of(booking)) == ("Plan the party", later)


async def test_B09_people_are_merged_one_by_one(world: World) -> None:
    slot = world.slot()
    outlook = {"attendees": [world.outlook.guest(BEN), world.outlook.guest(CLEO), world.outlook.room(OAK)]}
    ibss = {"Booking_Parties": [world.ibss.party(VERA, visitor=True)]}
    event, booking = await a_meeting_that_both_change(world, slot, outlook, ibss)
    assert world.outlook.attendees(event) - {OAK.mailbox} == {CLEO.address, VERA.address}
    assert world.ibss.people(booking) == {CLEO.address, VERA.address}


@pytest.mark.parametrize(
    ("winner", "stands"),
    [
        pytest.param("outlook", "From Outlook", marks=pytest.mark.settings(CONFLICT_WINNER="outlook")),
        pytest.param("ibss", "From IBSS", marks=pytest.mark.settings(CONFLICT_WINNER="ibss")),
    ],
)
async def test_B09_where_the_same_field_differs_the_winner_stands(world: World, winner: str, stands: str) -> None:
    event, booking = await a_meeting_that_both_change(
        world, world.slot(), {"subject": "From Outlook"}, {"Booking_Name": "From IBSS"}
    )
    assert (event["subject"], booking["Booking_Name"]) == (stands, stands), winner


@pytest.mark.parametrize(
    ("winner", "lost"),
    [
        pytest.param("outlook", "ibss wanted subject: From IBSS", marks=pytest.mark.settings(CONFLICT_WINNER="outlook")),
        pytest.param("ibss", "outlook wanted subject: From Outlook", marks=pytest.mark.settings(CONFLICT_WINNER="ibss")),
    ],
)
async def test_B09_what_loses_is_kept_in_the_journal(world: World, winner: str, lost: str) -> None:
    _, booking = await a_meeting_that_both_change(world, world.slot(), {"subject": "From Outlook"}, {"Booking_Name": "From IBSS"})
    told = await the_meeting(world, booking=booking["Booking_Id"])
    assert [entry["overruled"] for entry in told["journal"] if entry["overruled"]] == [lost], winner


async def test_B09_B06_of_a_private_meeting_only_a_time_that_loses_is_kept(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Canary", (OAK,), (BEN,), sensitivity="private")
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    later, latest = slot.later(hours=1), slot.later(hours=2)
    await world.outlook.change(ANA, event["id"], subject="Canary sings", **world.outlook.times(later))
    await world.ibss.change(ANA, booking, Booking_Name="I know", **world.ibss.times(latest))
    await world.settle()
    told = await the_meeting(world, booking=booking["Booking_Id"])
    (lost,) = [entry["overruled"] for entry in told["journal"] if entry["overruled"]]
    assert lost == f"ibss wanted slot: {latest.start:%Y-%m-%d %H:%M} to {latest.end:%Y-%m-%d %H:%M} UTC"


async def test_B09_an_edit_in_outlook_against_a_cancellation_in_ibss_makes_the_booking_again(world: World) -> None:
    slot = world.slot()
    event, old = await a_meeting_that_both_change(world, slot, {"subject": "Kept"}, {"Booking_IsCancelled": 1})
    assert not event["isCancelled"]
    made = await world.ibss.the_booking(OAK, slot)
    assert made["Booking_Name"] == "Kept"
    assert made["Booking_Id"] != old["Booking_Id"]


@pytest.mark.settings(CONFLICT_WINNER="ibss")
async def test_B09_a_cancellation_by_the_winner_stands_against_an_edit(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await world.outlook.change(ANA, event["id"], subject="Too late")
    await world.ibss.cancel(ANA, booking)
    await world.settle()
    assert await world.outlook.calendar(ANA.address, slot) == []
    assert await world.ibss.bookings(OAK, slot) == []


@pytest.mark.settings(CONFLICT_WINNER="ibss")
async def test_B09_an_edit_in_ibss_against_a_cancellation_in_outlook_makes_the_event_again(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await world.outlook.cancel(ANA, event["id"])
    await world.ibss.change(ANA, booking, Booking_Name="Kept")
    await world.settle()
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Kept"
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == booking["Booking_Id"]
    await world.sweep()
    assert (await world.outlook.the_event(OAK.mailbox, slot))["iCalUId"] != event["iCalUId"]


@pytest.mark.settings(CONFLICT_WINNER="ibss")
@pytest.mark.parametrize("room", [ELM, IVY], ids=["same floor", "another building"])
async def test_B09_S09_a_move_in_ibss_against_a_cancellation_in_outlook_makes_the_event_where_the_booking_is(
    world: World, room: Room
) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan", (OAK,), (BEN,))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await world.outlook.cancel(ANA, event["id"])
    await world.ibss.change(ANA, booking, Space_Id=room.space, Node_Id=room.node)
    await world.settle()
    await world.sweep()
    made = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(made, "resource") == {room.mailbox}
    assert (await world.ibss.the_booking(room, slot))["Booking_Id"] == booking["Booking_Id"]
    assert await world.ibss.bookings(OAK, slot) == []


@pytest.mark.end_to_end
async def test_B09_what_both_sides_change_at_once_is_merged(world: World) -> None:
    slot = world.slot()
    later = slot.later(hours=1)
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    booking = await world.eventually(lambda: world.ibss.the_booking(OAK, slot))
    await world.outlook.change(ANA, event["id"], **world.outlook.times(later))
    await world.ibss.change(ANA, booking, Booking_Name="Plan the party")

    async def look() -> None:
        there, here = await world.outlook.event(ANA.address, event["id"]), await world.ibss.booking(booking)
        assert (there["subject"], world.outlook.slot_of(there)) == ("Plan the party", later)
        assert (here["Booking_Name"], world.ibss.slot_of(here)) == ("Plan the party", later)

    await world.stays(look)


@pytest.mark.end_to_end
async def test_B10_of_two_that_book_a_slot_at_once_one_stands_on_both_sides(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Ana's", (OAK,))
    await world.ibss.book(BEN, OAK, slot, "Ben's")

    async def look() -> None:
        booking = await world.ibss.the_booking(OAK, slot)
        event = await world.outlook.the_event(OAK.mailbox, slot)
        assert booking["Booking_Owner_Email"] == event["organizer"]["emailAddress"]["address"]
        assert event["responseStatus"]["response"] == "accepted"

    await world.stays(look)


async def test_B10_when_both_sides_book_the_slot_at_once_exactly_one_stands_on_both(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Ana's", (OAK,))
    bens = await world.ibss.book(BEN, OAK, slot, "Ben's")
    await world.settle()
    await world.sweep()
    booking = await world.ibss.the_booking(OAK, slot)
    event = await world.outlook.the_event(OAK.mailbox, slot)
    assert booking["Booking_Owner_Email"] == event["organizer"]["emailAddress"]["address"]
    link = await world.store.link_of_booking(bens["Booking_Id"])
    assert link is not None
    assert link.reason is Reason.ROOM_DECLINED
    declined = [mail for mail in await world.outlook.mails() if mail["sender"] == OAK.mailbox and mail["to"] == BEN.address]
    assert len(declined) == 1


async def both_book(world: World, slot: Slot) -> tuple[SyncInstance, SyncInstance]:
    """Unseen by the service; what is to be looked at: Ana's event, which the room has accepted, and Ben's booking."""
    await nobody_tells(world)
    await world.outlook.book(ANA, slot, "Ana's", (OAK,))
    await world.settle()
    anas = SyncInstance(OAK.space, event=(await world.outlook.the_event(OAK.mailbox, slot))["id"])
    bens = await world.ibss.book(BEN, OAK, slot, "Ben's")
    return anas, SyncInstance(booking=bens["Booking_Id"], node=bens["Node_Id"])


async def test_B10_B14_who_waits_is_looked_at_at_once_also_when_who_freed_the_slot_died_of_it(world: World) -> None:
    slot = world.slot()
    anas, bens = await both_book(world, slot)
    await world.service.sync.sync_instance(bens)
    await world.service.sync.sync_instance(anas)
    await world.settle()
    await ibss_fault(world, method="PATCH", path="/v2/.*/bookings", status=504, code="", times=1, after=True)
    with pytest.raises(Later):
        await world.service.sync.sync_instance(bens)
    await world.service.sync.sync_instance(bens)
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Owner_Email"] == ANA.address


async def test_B10_a_slot_that_is_left_while_it_is_refused_is_taken_at_once(world: World) -> None:
    """Who left it looked for those who wait before this one was known to."""
    slot = world.slot()
    anas, _ = await both_book(world, slot)
    await world.ibss.cancel(BEN, await world.ibss.the_booking(OAK, slot))
    await ibss_fault(world, method="POST", path="/v2/.*/bookings", status=409, code="SpaceConflict", times=1)
    await world.service.sync.sync_instance(anas)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Owner_Email"] == ANA.address
