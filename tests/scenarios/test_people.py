"""S06, S07: IBSS knows only some of the people of a meeting. No change there costs anybody else the invitation."""

from collections.abc import Awaitable, Callable

import pytest

from localdev.world import ANA, ASH, BEN, CLEO, ELM, OAK, VERA, Person
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot, checked

KIM = Person("kim@fabrikam.example", "Kim", "Lee")

type Guest = tuple[str, str, str]
"""Address, kind and name, as Graph has them."""

UNKNOWN_TO_IBSS: tuple[Guest, ...] = (
    ("/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=4f-board", "optional", "The board"),
    ("IMCEAEX-_o=ExchangeLabs_ou=Exchange+20Group_cn=Recipients_cn=5a@fabrikam.example", "required", "The archive"),
    ("Somebody", "required", "Somebody"),
    ("projector@contoso.example", "resource", "Projector"),
    (str(ELM.mailbox), "resource", ELM.name),
)
KNOWN: tuple[Guest, ...] = (
    ("cleo@contoso.example", "optional", "Cleo Lind"),
    ("team@contoso.example", "required", "The team"),
    ("Vera@Fabrikam.example", "optional", "Noor, Vera (Fabrikam)"),
    ("zoe+desk@fabrikam.example", "required", "Zoë Åström-Ødegård"),
    ("Noor Ali <noor@fabrikam.example>", "required", "Noor Ali"),
    ("o'neil@fabrikam.example", "required", "Pat O'Neil"),
)
PARTIES = {
    "cleo@contoso.example",
    "team@contoso.example",
    VERA.address,
    "zoe+desk@fabrikam.example",
    "noor@fabrikam.example",
    "o'neil@fabrikam.example",
}


def written(guest: Guest) -> Json:
    address, kind, name = guest
    return {"type": kind, "emailAddress": {"address": address, "name": name}}


def guests(event: Json) -> set[Guest]:
    return {(a["emailAddress"]["address"], a["type"], a["emailAddress"]["name"]) for a in event["attendees"]}


async def a_mixed_crowd(world: World, slot: Slot, *, hidden: bool = False) -> Json:
    attendees = [written(guest) for guest in (*UNKNOWN_TO_IBSS, *KNOWN)]
    attendees += [world.outlook.guest(BEN), world.outlook.room(OAK)]
    event = await world.outlook.book(ANA, slot, "Crowd", attendees=attendees, hideAttendees=hidden)
    await world.settle()
    return event


type Edit = Callable[[World, Json], Awaitable[None]]


def changed(**members: Json) -> Edit:
    async def edit(world: World, booking: Json) -> None:
        await world.ibss.change(ANA, booking, **members)

    return edit


async def moved(world: World, booking: Json) -> None:
    await world.ibss.change(ANA, booking, **world.ibss.times(world.ibss.slot_of(booking).later(hours=1)))


async def somebody_added(world: World, booking: Json) -> None:
    await world.ibss.change(ANA, booking, Booking_Parties=[*booking["Booking_Parties"], world.ibss.party(KIM, visitor=True)])


async def somebody_removed(world: World, booking: Json) -> None:
    left = [party for party in booking["Booking_Parties"] if party["Email"] != BEN.address]
    await world.ibss.change(ANA, booking, Booking_Parties=left)


async def everything(world: World, booking: Json) -> None:
    times = world.ibss.times(world.ibss.slot_of(booking).later(hours=1))
    await world.ibss.change(ANA, booking, Space_Id=ASH.space, Node_Id=ASH.node, Booking_Name="All new", **times)
    await world.settle()
    await somebody_removed(world, (await world.ibss.bookings(ASH, world.ibss.slot_of(booking).later(hours=1)))[0])


EDITS = [
    pytest.param(changed(Booking_Name="Renamed"), id="renamed"),
    pytest.param(moved, id="moved"),
    pytest.param(somebody_added, id="somebody added"),
    pytest.param(somebody_removed, id="somebody removed"),
    pytest.param(changed(Space_Id=ASH.space, Node_Id=ASH.node), id="into another room"),
    pytest.param(everything, id="everything"),
]


@pytest.mark.parametrize("hidden", [False, True], ids=["seen", "hidden from each other"])
@pytest.mark.parametrize("edit", EDITS)
async def test_S07_no_change_in_ibss_costs_an_attendee_whom_ibss_does_not_know(world: World, edit: Edit, *, hidden: bool) -> None:
    slot = world.slot()
    event = await a_mixed_crowd(world, slot, hidden=hidden)
    booking = await world.ibss.the_booking(OAK, slot)
    assert world.ibss.people(booking) == PARTIES | {BEN.address}
    await edit(world, booking)
    await world.settle()
    await world.sweep()
    after = await world.outlook.event(ANA.address, event["id"])
    assert after["@odata.etag"] != event["@odata.etag"]
    assert guests(after) >= {*UNKNOWN_TO_IBSS, *KNOWN}
    assert after["hideAttendees"] is hidden
    there = world.outlook.attendees(after)
    assert (BEN.address in there, KIM.address in there) == (edit not in {somebody_removed, everything}, edit is somebody_added)


async def test_S06_hidden_attendees_are_read_where_they_are_seen(world: World) -> None:
    slot = world.slot()
    event = await a_mixed_crowd(world, slot, hidden=True)
    assert world.outlook.attendees(await world.outlook.the_event(str(OAK.mailbox), slot)) == {OAK.mailbox}
    kept = [written(guest) for guest in (*UNKNOWN_TO_IBSS, *KNOWN)]
    await world.outlook.change(ANA, event["id"], attendees=[*kept, world.outlook.guest(KIM), world.outlook.room(OAK)])
    await world.settle()
    assert world.ibss.people(await world.ibss.the_booking(OAK, slot)) == PARTIES | {KIM.address}


async def test_B18_an_organiser_without_a_mail_address_is_one_whose_mailbox_is_not_ours(world: World) -> None:
    """Graph may tell an organiser by an X.500 name (msgraph-sdk-java issue 1479)."""
    rooms = f"{world.outlook.side_door}/rooms/{OAK.mailbox}"
    checked(await world.outlook.http.patch(rooms, json={"ProcessExternalMeetingMessages": True}))
    slot = world.slot()
    event = {
        "subject": "From afar",
        **world.outlook.times(slot),
        "attendees": [world.outlook.guest(BEN), world.outlook.room(OAK)],
    }
    meeting = {"organizer": UNKNOWN_TO_IBSS[0][0], "event": event}
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/external-meetings", json=meeting))
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    assert world.ibss.people(booking) == {BEN.address}
    await world.sweep()
    assert await world.ibss.the_booking(OAK, slot) == booking
    assert world.poisoned == []


@pytest.mark.end_to_end
async def test_S06_people_changed_in_outlook_are_the_booking_s_parties_and_a_visit_is_kept(world: World) -> None:
    slot = world.slot()
    attendees = [*map(written, (*UNKNOWN_TO_IBSS, *KNOWN)), world.outlook.room(OAK)]
    event = await world.outlook.book(ANA, slot, "Crowd", attendees=attendees)
    booking = await world.eventually(lambda: parties_are(world, slot, PARTIES))
    fewer = [*map(written, (*UNKNOWN_TO_IBSS, *KNOWN[1:])), world.outlook.guest(KIM), world.outlook.room(OAK)]
    await world.outlook.change(ANA, event["id"], attendees=fewer)
    after = await world.eventually(lambda: parties_are(world, slot, PARTIES - {CLEO.address} | {KIM.address}))
    assert visits(after)[VERA.address] == visits(booking)[VERA.address] is not None


async def parties_are(world: World, slot: Slot, people: set[str]) -> Json:
    booking = await world.ibss.the_booking(OAK, slot)
    assert world.ibss.people(booking) == people
    return booking


def visits(booking: Json) -> dict[str, str | None]:
    return {party["Email"]: party["Visit_Id"] for party in booking["Booking_Parties"]}


@pytest.mark.end_to_end
async def test_S07_people_changed_in_ibss_are_the_event_s_and_all_others_stay(world: World) -> None:
    slot = world.slot()
    attendees = [*map(written, (*UNKNOWN_TO_IBSS, *KNOWN)), world.outlook.guest(BEN), world.outlook.room(OAK)]
    event = await world.outlook.book(ANA, slot, "Crowd", attendees=attendees, hideAttendees=True)
    booking = await world.eventually(lambda: parties_are(world, slot, PARTIES | {BEN.address}))
    left = [party for party in booking["Booking_Parties"] if party["Email"] != BEN.address]
    await world.ibss.change(ANA, booking, Booking_Parties=[*left, world.ibss.party(KIM, visitor=True)])

    async def look() -> None:
        after = await world.outlook.event(ANA.address, event["id"])
        newcomer = (KIM.address, "required", KIM.name)
        assert guests(after) == {*UNKNOWN_TO_IBSS, *KNOWN, newcomer, (str(OAK.mailbox), "resource", OAK.name)}
        assert after["hideAttendees"] is True

    await world.eventually(look)
