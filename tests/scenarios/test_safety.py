"""B13: what cannot be read cancels nothing, and the brake. B18: who cannot be written is mirrored all the same."""

from datetime import timedelta
from typing import Any

import pytest

from localdev.world import ANA, BEN, ELM, OAK, VERA
from sync_core.model import Reason, State
from tests.scenarios.in_process import World
from tests.scenarios.people import Slot, checked
from tests.scenarios.series import weekly


async def three_meetings(world: World) -> list[Slot]:
    made = [world.slot(), world.slot(), world.slot()]
    await world.outlook.book(ANA, made[0], "From Outlook", (OAK,), (BEN,))
    await world.ibss.book(BEN, OAK, made[1], "From IBSS", (ANA,))
    await world.outlook.book(BEN, made[2], "Another", (OAK,))
    await world.settle()
    return made


async def unreadable(world: World, mailbox: str, refusal: Any) -> None:
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/mailboxes/{mailbox}", json={"unreadable": refusal}))


REFUSALS = [
    pytest.param({"status": 403, "code": "ErrorAccessDenied"}, id="403"),
    pytest.param({"status": 404, "code": "MailboxNotEnabledForRESTAPI"}, id="404 of the mailbox"),
]


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize(
    "mailboxes",
    [(OAK.mailbox,), (ANA.address, BEN.address), (OAK.mailbox, ANA.address, BEN.address)],
    ids=["room", "hosts", "all"],
)
async def test_B13_a_mailbox_that_cannot_be_read_cancels_nothing(world: World, refusal: Any, mailboxes: tuple[str, ...]) -> None:
    made = await three_meetings(world)
    for mailbox in mailboxes:
        await unreadable(world, mailbox, refusal)
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    for slot in made:
        assert await world.ibss.the_booking(OAK, slot)
    for mailbox in mailboxes:
        await unreadable(world, mailbox, None)
    await world.sweep()
    for slot in made:
        assert await world.outlook.the_event(OAK.mailbox, slot)
        assert await world.ibss.the_booking(OAK, slot)


async def test_B13_an_ibss_that_lists_no_rooms_does_not_end_the_watch(world: World) -> None:
    for building in ("1", "2"):
        checked(await world.ibss.http.patch(f"/_sim/nodes/{building}", json={"Bkng_Ext_System": 0}))
    await world.service.subscriptions.renew_all()
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Still watched", (OAK,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Still watched"


@pytest.mark.parametrize("code", ["MailboxNotEnabledForRESTAPI", "ErrorInvalidUser"])
async def test_B13_a_new_meeting_is_not_lost_when_its_room_says_for_a_while_that_it_is_nobody_s(world: World, code: str) -> None:
    door = f"{world.outlook.side_door}/faults"
    fault = {"method": "GET", "path": f"/users/{OAK.name.lower()}[^/]*/events/", "status": 404, "code": code, "times": 1000}
    checked(await world.outlook.http.post(door, json=fault))
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Told too early", (OAK,), (BEN,))
    await world.until(world.now() + timedelta(minutes=3))
    checked(await world.outlook.http.delete(door))
    await world.pass_time(hours=1)
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Told too early"


async def test_B13_an_archived_booking_is_no_cancelled_one(world: World) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Archived", (BEN,))
    await world.settle()
    checked(await world.ibss.http.post(f"/_sim/bookings/{booking['Booking_Id']}/archive"))
    await world.sweep()
    assert (await world.outlook.the_event(ANA.address, slot))["subject"] == "Archived"


async def from_outside(world: World, slot: Slot, room: Any = OAK) -> Any:
    checked(
        await world.outlook.http.patch(
            f"{world.outlook.side_door}/rooms/{room.mailbox}", json={"ProcessExternalMeetingMessages": True}
        )
    )
    event = {"subject": "From outside", **world.outlook.times(slot), "attendees": [world.outlook.room(room)]}
    body = {"organizer": VERA.address, "event": event}
    return checked(await world.outlook.http.post(f"{world.outlook.side_door}/external-meetings", json=body))


@pytest.mark.end_to_end
async def test_B18_a_meeting_from_outside_stands_in_ibss_with_its_host(world: World) -> None:
    slot = world.slot()
    await from_outside(world, slot)

    async def look() -> None:
        assert (await world.ibss.the_booking(OAK, slot))["Booking_Owner_Email"] == VERA.address

    await world.eventually(look)


async def test_B18_a_meeting_from_outside_is_mirrored_from_the_room_s_copy_once(world: World) -> None:
    slot = world.slot()
    await from_outside(world, slot)
    await world.settle()
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes


async def test_B18_a_change_in_ibss_of_a_meeting_from_outside_is_undone(world: World) -> None:
    slot = world.slot()
    await from_outside(world, slot)
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    moved = checked(
        await world.ibss.http.patch(
            f"/v2/{OAK.node}/bookings/{booking['Booking_Id']}",
            json=world.ibss.times(slot.later(hours=1)),
            headers={"Authorization": "apikey sync"},
        )
    )
    assert world.ibss.slot_of(moved) == slot.later(hours=1)
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Id"] == booking["Booking_Id"]


@pytest.mark.end_to_end
async def test_S10_an_event_forwarded_to_a_room_gets_a_booking_with_its_people(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Forwarded", (OAK,), (BEN, VERA))
    await world.eventually(lambda: world.ibss.the_booking(OAK, slot))
    forward = {"toRecipients": [{"emailAddress": {"address": ELM.mailbox, "name": ELM.name}}], "comment": "here too"}
    checked(await world.outlook.http.post(f"/users/{ANA.address}/events/{event['id']}/forward", json=forward))

    async def look() -> None:
        booking = await world.ibss.the_booking(ELM, slot)
        assert (booking["Booking_Name"], world.ibss.people(booking)) == ("Forwarded", {BEN.address, VERA.address})
        assert {party["Email"]: party["IsVisitor"] for party in booking["Booking_Parties"]} == {BEN.address: 0, VERA.address: 1}
        assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Forwarded"

    await world.eventually(look)


@pytest.mark.parametrize(
    ("visitors", "expected"),
    [
        pytest.param("external", {BEN.address: 0, VERA.address: 1}, marks=pytest.mark.settings(VISITORS="external")),
        pytest.param("all", {BEN.address: 1, VERA.address: 1}, marks=pytest.mark.settings(VISITORS="all")),
        pytest.param("none", {BEN.address: 0, VERA.address: 0}, marks=pytest.mark.settings(VISITORS="none")),
    ],
)
async def test_S10_who_becomes_a_visitor_is_a_setting(world: World, visitors: str, expected: dict[str, int]) -> None:
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Visit", (OAK,), (BEN, VERA))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    assert {party["Email"]: party["IsVisitor"] for party in booking["Booking_Parties"]} == expected, visitors


async def twelve_meetings(world: World) -> list[tuple[Slot, str]]:
    made = []
    for number in range(12):
        slot = world.slot()
        event = await world.outlook.book(ANA, slot, f"Meeting {number}", (OAK,))
        made.append((slot, event["id"]))
    await world.settle()
    return made


async def test_B13_the_brake_stops_what_would_empty_a_room_and_other_rooms_go_on(world: World) -> None:
    made = await twelve_meetings(world)
    elsewhere = world.slot()
    other = await world.outlook.book(BEN, elsewhere, "Elsewhere", (ELM,))
    await world.settle()
    for _, event in made:
        await world.outlook.cancel(ANA, event)
    await world.outlook.cancel(BEN, other["id"])
    await world.settle()
    await world.sweep()
    standing = [slot for slot, _ in made if await world.ibss.bookings(OAK, slot)]
    assert len(standing) == 2
    assert await world.ibss.bookings(ELM, elsewhere) == []
    held = [link for link in await world.store.links(OAK.space) if link.reason is Reason.BRAKED]
    assert [link.state for link in held] == [State.LINKED] * 2


async def test_B13_a_person_releases_the_brake(world: World) -> None:
    made = await twelve_meetings(world)
    for _, event in made:
        await world.outlook.cancel(ANA, event)
    await world.settle()
    status, _ = await world.order("resync", {"room": OAK.space, "release_brake": "yes"})
    assert status == 202
    await world.settle()
    assert [slot for slot, _ in made if await world.ibss.bookings(OAK, slot)] == []


async def test_B13_a_long_series_counts_as_one_meeting_for_the_brake(world: World) -> None:
    first = world.slot()
    master = await world.outlook.book(ANA, first, "Weekly", (OAK,), recurrence=weekly(first, 20))
    await world.settle()
    await world.outlook.cancel(ANA, master["id"])
    await world.settle()
    assert await world.ibss.bookings(OAK, Slot(first.start, first.end.replace(year=2027))) == []


@pytest.mark.settings(CANCEL_BRAKE="100%,10")
async def test_B13_the_brake_is_a_setting(world: World) -> None:
    made = await twelve_meetings(world)
    for _, event in made:
        await world.outlook.cancel(ANA, event)
    await world.settle()
    assert [slot for slot, _ in made if await world.ibss.bookings(OAK, slot)] == []
