"""S01 to S08 and the cancellation of a single meeting: what the product is for."""

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK, VERA
from tests.scenarios.in_process import World


def gone(found: list[object]) -> None:
    assert found == []


@pytest.mark.end_to_end
async def test_S01_booked_in_ibss_stands_in_outlook(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN, VERA))

    async def look() -> None:
        event = await world.outlook.the_event(ANA.address, slot)
        assert event["isOrganizer"]
        assert event["subject"] == "Plan the move"
        assert world.outlook.attendees(event, "required") == {BEN.address, VERA.address}
        assert world.outlook.attendees(event, "resource") == {OAK.mailbox}
        room_copy = await world.outlook.the_event(OAK.mailbox, slot)
        assert room_copy["iCalUId"] == event["iCalUId"]
        assert room_copy["responseStatus"]["response"] == "accepted"
        linked = await world.ibss.the_booking(OAK, slot)
        assert linked["Booking_Id"] == booking["Booking_Id"]
        assert linked["Meta_Ext_Booking_EventId"] == event["iCalUId"]

    await world.eventually(look)


@pytest.mark.end_to_end
async def test_S02_booked_in_outlook_stands_in_ibss(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN, VERA))

    async def look() -> None:
        booking = await world.ibss.the_booking(OAK, slot)
        assert booking["Booking_Name"] == "Plan the move"
        assert booking["Booking_Owner_Email"] == ANA.address
        visitors = {party["Email"]: party["IsVisitor"] for party in booking["Booking_Parties"]}
        assert visitors == {BEN.address: 0, VERA.address: 1}

    await world.eventually(look)


@pytest.mark.end_to_end
async def test_S03_a_room_added_to_an_event_gets_a_booking(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (), (BEN,))
    await world.eventually(lambda: world.outlook.the_event(BEN.address, slot))
    gone(await world.ibss.bookings(OAK, slot))
    await world.outlook.change(ANA, event["id"], attendees=[world.outlook.guest(BEN), world.outlook.room(OAK)])

    async def look() -> None:
        booking = await world.ibss.the_booking(OAK, slot)
        assert (booking["Booking_Name"], world.ibss.people(booking)) == ("Plan the move", {BEN.address})

    await world.eventually(look)


@pytest.mark.end_to_end
async def test_S03_B08_a_second_room_gets_a_booking_and_the_first_keeps_its_own(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    first = await world.eventually(lambda: world.ibss.the_booking(OAK, slot))
    both = [world.outlook.guest(BEN), world.outlook.room(OAK), world.outlook.room(ELM)]
    await world.outlook.change(ANA, event["id"], attendees=both)

    async def look() -> None:
        assert (await world.ibss.the_booking(ELM, slot))["Booking_Name"] == "Plan the move"
        assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == first["Booking_Id"]

    await world.eventually(look)


@pytest.mark.end_to_end
async def test_S04_rescheduled_in_outlook_moves_the_same_booking(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    booking = await world.eventually(lambda: world.ibss.the_booking(OAK, slot))
    later = slot.later(hours=2)
    await world.outlook.change(ANA, event["id"], **world.outlook.times(later))

    async def look() -> None:
        moved = await world.ibss.the_booking(OAK, later)
        assert moved["Booking_Id"] == booking["Booking_Id"]
        gone(await world.ibss.bookings(OAK, slot))

    await world.eventually(look)


@pytest.mark.end_to_end
async def test_S05_rescheduled_in_ibss_moves_the_same_event(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN,))
    event = await world.eventually(lambda: world.outlook.the_event(OAK.mailbox, slot))
    later = slot.later(hours=2)
    mails = len(await world.outlook.mails())
    await world.ibss.change(ANA, booking, **world.ibss.times(later))

    async def look() -> None:
        assert (await world.outlook.the_event(ANA.address, later))["iCalUId"] == event["iCalUId"]
        assert (await world.outlook.the_event(OAK.mailbox, later))["responseStatus"]["response"] == "accepted"
        gone(await world.outlook.calendar(ANA.address, slot))

    await world.eventually(look)
    to_ben = [mail for mail in (await world.outlook.mails())[mails:] if mail["to"] == BEN.address]
    assert [mail["kind"] for mail in to_ben] == ["update"]


async def test_S06_attendees_changed_in_outlook_are_the_booking_s_people(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN, VERA))
    await world.settle()
    visit = [p["Visit_Id"] for p in (await world.ibss.the_booking(OAK, slot))["Booking_Parties"] if p["IsVisitor"]]
    people = [world.outlook.guest(CLEO), world.outlook.guest(VERA), world.outlook.room(OAK)]
    await world.outlook.change(ANA, event["id"], attendees=people)
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    assert world.ibss.people(booking) == {CLEO.address, VERA.address}
    assert [p["Visit_Id"] for p in booking["Booking_Parties"] if p["IsVisitor"]] == visit


async def test_S07_attendees_changed_in_ibss_are_the_event_s_and_nobody_else_is_mailed(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN, CLEO))
    await world.settle()
    mails = len(await world.outlook.mails())
    booking = await world.ibss.the_booking(OAK, slot)
    stays = next(party for party in booking["Booking_Parties"] if party["Email"] == CLEO.address)
    await world.ibss.change(ANA, booking, Booking_Parties=[stays, world.ibss.party(VERA, visitor=True)])
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(event, "required") == {CLEO.address, VERA.address}
    assert world.outlook.attendees(event, "resource") == {OAK.mailbox}
    sent = [(mail["to"], mail["kind"]) for mail in (await world.outlook.mails())[mails:]]
    assert (BEN.address, "cancellation") in sent
    assert [kind for who, kind in sent if who in {CLEO.address, OAK.mailbox}].count("cancellation") == 0


@pytest.mark.end_to_end
async def test_S08_a_subject_changed_in_outlook_is_the_booking_s_name(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    before = await world.eventually(lambda: world.ibss.the_booking(OAK, slot))
    await world.outlook.change(ANA, event["id"], subject="Plan the party")

    async def look() -> None:
        after = await world.ibss.the_booking(OAK, slot)
        assert (after["Booking_Id"], after["Booking_Name"]) == (before["Booking_Id"], "Plan the party")

    await world.eventually(look)


@pytest.mark.end_to_end
async def test_S08_a_name_changed_in_ibss_is_the_event_s_subject(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN,))
    event = await world.eventually(lambda: world.outlook.the_event(ANA.address, slot))
    await world.ibss.change(ANA, booking, Booking_Name="Plan the party")

    async def look() -> None:
        after = await world.outlook.the_event(ANA.address, slot)
        assert (after["id"], after["subject"]) == (event["id"], "Plan the party")
        assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Plan the party"

    await world.stays(look)


async def test_S08_a_blank_subject_and_the_name_that_ibss_gives_it_are_the_same(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "", (OAK,), (BEN,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Booking"
    await world.sweep()
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == ""


@pytest.mark.end_to_end
async def test_S13_cancelled_in_outlook_is_cancelled_in_ibss(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    booking = await world.eventually(lambda: world.ibss.the_booking(OAK, slot))
    await world.outlook.cancel(ANA, event["id"])

    async def look() -> None:
        assert (await world.ibss.booking(booking))["Booking_IsCancelled"] == 1

    await world.eventually(look)


@pytest.mark.end_to_end
async def test_S13_cancelled_in_ibss_is_cancelled_in_outlook(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Plan the move", (BEN,))
    await world.eventually(lambda: world.outlook.the_event(BEN.address, slot))
    await world.ibss.cancel(ANA, booking)

    async def look() -> None:
        for mailbox in (ANA.address, BEN.address, OAK.mailbox):
            gone(await world.outlook.calendar(mailbox, slot))

    await world.eventually(look)


async def test_S13_an_outlook_meeting_cancelled_in_ibss_is_cancelled_in_outlook(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    await world.ibss.cancel(ANA, await world.ibss.the_booking(OAK, slot))
    await world.settle()
    gone(await world.outlook.calendar(ANA.address, slot))
    gone(await world.outlook.calendar(OAK.mailbox, slot))


@pytest.mark.settings(ON_BOOKING_CANCELLED="remove_room")
async def test_S13_with_remove_room_a_cancelled_booking_leaves_the_meeting_without_its_room(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    await world.ibss.cancel(ANA, await world.ibss.the_booking(OAK, slot))
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(event) == {BEN.address}
    gone(await world.outlook.calendar(OAK.mailbox, slot))
    await world.sweep()
    gone(await world.ibss.bookings(OAK, slot))


async def test_S13_a_meeting_with_another_room_outlives_the_cancelled_booking_of_one(world: World) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Plan the move", (OAK, ELM), (BEN,))
    await world.settle()
    await world.ibss.cancel(ANA, await world.ibss.the_booking(OAK, slot))
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(event, "resource") == {ELM.mailbox}
    assert (await world.ibss.the_booking(ELM, slot))["Booking_Name"] == "Plan the move"
