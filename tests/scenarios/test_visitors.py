"""Visitors: whom IBSS expects at the door. Who is one is settled when somebody comes to a booking, and never again."""

from collections.abc import Awaitable, Callable

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, IVY, OAK, VERA, Person
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot, checked

DORA = Person("dora@contoso.example", "Dora", "Ek")
"""A colleague who has never used IBSS."""
KIM = Person("kim@fabrikam.example", "Kim", "Lee")
"""Somebody of another company whom IBSS knows."""
TEAM = Person("team@contoso.example", "The", "team")
"""A distribution list: in Graph it is an attendee like any other."""
SUPPLIERS = Person("all-suppliers@fabrikam.example", "All", "suppliers")
"""A list of another company: neither Graph nor IBSS tells it from a person."""
BOARD = Person("/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=4f-board", "The", "board")
"""An X.500 name in place of an address (microsoft-graph-docs issue 13898)."""
WRAPPED = Person("IMCEAEX-_o=ExchangeLabs_ou=Exchange+20Group_cn=Recipients_cn=5a@fabrikam.example", "The", "archive")
"""An X.500 name made to look like an address (MS-OXCMAIL, IMCEA encapsulation)."""


def visitors(booking: Json) -> dict[str, int]:
    return {party["Email"].lower(): party["IsVisitor"] for party in booking["Booking_Parties"]}


def visit(booking: Json, person: Person = VERA) -> str | None:
    [found] = [party["Visit_Id"] for party in booking["Booking_Parties"] if party["Email"].lower() == person.address]
    return str(found) if found else None


async def known_to_ibss(world: World, person: Person) -> None:
    body = {"Email": person.address, "First_Name": person.first_name, "Last_Name": person.last_name}
    checked(await world.ibss.http.post("/_sim/persons", json=body))


EVERYBODY = (BEN, DORA, VERA, KIM, TEAM, SUPPLIERS, BOARD, WRAPPED)
EXTERNAL = {BEN.address: 0, DORA.address: 0, TEAM.address: 0, KIM.address: 0, VERA.address: 1, SUPPLIERS.address: 1}
ALL = {BEN.address: 1, DORA.address: 0, TEAM.address: 0, KIM.address: 1, VERA.address: 1, SUPPLIERS.address: 1}
"""Of the tenant's own addresses only people are visitors, and IBSS knows which are people."""
POLICIES = [
    pytest.param(EXTERNAL, marks=pytest.mark.settings(VISITORS="external"), id="external"),
    pytest.param(ALL, marks=pytest.mark.settings(VISITORS="all"), id="all"),
    pytest.param(dict.fromkeys(EXTERNAL, 0), marks=pytest.mark.settings(VISITORS="none"), id="none"),
]


@pytest.mark.parametrize("expected", POLICIES)
async def test_S10_of_a_meeting_from_outlook_the_policy_says_who_is_a_visitor(world: World, expected: dict[str, int]) -> None:
    await known_to_ibss(world, KIM)
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Visit", (OAK, ELM), (ANA, *EVERYBODY))
    await world.settle()
    assert visitors(await world.ibss.the_booking(OAK, slot)) == expected
    assert visitors(await world.ibss.the_booking(ELM, slot)) == expected


@pytest.mark.parametrize("expected", POLICIES)
@pytest.mark.parametrize("born_in", ["outlook", "ibss"])
async def test_S06_of_who_is_added_in_outlook_the_policy_says_who_is_a_visitor(
    world: World, born_in: str, expected: dict[str, int]
) -> None:
    await known_to_ibss(world, KIM)
    slot = world.slot()
    event = await a_meeting(world, slot, born_in, ())
    everybody = [world.outlook.guest(person) for person in EVERYBODY]
    await world.outlook.change(ANA, event["id"], attendees=[*everybody, world.outlook.room(OAK)])
    await world.settle()
    assert visitors(await world.ibss.the_booking(OAK, slot)) == expected


@pytest.mark.parametrize("policy", [pytest.param(p, marks=pytest.mark.settings(VISITORS=p)) for p in ("external", "all", "none")])
async def test_S07_whom_ibss_calls_a_visitor_stays_one_under_every_policy(world: World, policy: str) -> None:
    slot = world.slot()
    booking = await world.ibss.book(ANA, OAK, slot, "Visit")
    parties = [world.ibss.party(BEN, visitor=True), world.ibss.party(CLEO), world.ibss.party(VERA)]
    await world.ibss.change(ANA, booking, Booking_Parties=parties)
    await world.settle()
    said = {BEN.address: 1, CLEO.address: 0, VERA.address: 0}
    assert visitors(await world.ibss.the_booking(OAK, slot)) == said, policy
    event = await world.outlook.the_event(ANA.address, slot)
    people = [world.outlook.guest(person) for person in (BEN, CLEO, VERA, TEAM)]
    await world.outlook.change(ANA, event["id"], subject="Visitors", attendees=[*people, world.outlook.room(OAK)])
    await world.settle()
    assert visitors(await world.ibss.the_booking(OAK, slot)) == said | {TEAM.address: 0}, policy


async def a_meeting(world: World, slot: Slot, born_in: str, people: tuple[Person, ...]) -> Json:
    """The event of a meeting of Ana's in Oak, whichever side it was booked on."""
    if born_in == "outlook":
        await world.outlook.book(ANA, slot, "Visit", (OAK,), people)
    else:
        booking = await world.ibss.book(ANA, OAK, slot, "Visit")
        parties = [world.ibss.party(person, visitor=person is VERA) for person in people]
        await world.ibss.change(ANA, booking, Booking_Parties=parties)
    await world.settle()
    return await world.outlook.the_event(ANA.address, slot)


async def renamed_in_outlook(world: World, event: Json, _: Json) -> None:
    await world.outlook.change(ANA, event["id"], subject="Another visit")


async def moved_in_outlook(world: World, event: Json, _: Json) -> None:
    await world.outlook.change(ANA, event["id"], **world.outlook.times(world.outlook.slot_of(event).later(hours=1)))


def attending(*people: Person, room: str = "oak@contoso.example") -> Callable[[World, Json, Json], Awaitable[None]]:
    async def change(world: World, event: Json, _: Json) -> None:
        rooms = [{"type": "resource", "emailAddress": {"address": room}}]
        await world.outlook.change(ANA, event["id"], attendees=[*map(world.outlook.guest, people), *rooms])

    return change


def parties(*people: Person) -> Callable[[World, Json, Json], Awaitable[None]]:
    async def change(world: World, _: Json, booking: Json) -> None:
        """As an app does that knows nothing of visits: the ids are left out."""
        kept = [world.ibss.party(person, visitor=person is VERA) for person in people]
        await world.ibss.change(ANA, booking, Booking_Parties=kept)

    return change


def changed(**members: Json) -> Callable[[World, Json, Json], Awaitable[None]]:
    async def change(world: World, _: Json, booking: Json) -> None:
        await world.ibss.change(ANA, booking, **members)

    return change


async def moved_in_ibss(world: World, _: Json, booking: Json) -> None:
    await world.ibss.change(ANA, booking, **world.ibss.times(world.ibss.slot_of(booking).later(hours=1)))


async def forgotten(world: World, _event: Json, booking: Json) -> None:
    """The table row is lost: the two halves find each other again."""
    row = next(row for row in world.tables["links"].rows if row.get("booking_id") == booking["Booking_Id"])
    await world.tables["links"].delete_entity(row["PartitionKey"], row["RowKey"])
    await world.service.pull.roll_horizon()


EDITS = [
    pytest.param(renamed_in_outlook, id="renamed in Outlook"),
    pytest.param(moved_in_outlook, id="moved in Outlook"),
    pytest.param(attending(BEN, VERA, CLEO), id="somebody added in Outlook"),
    pytest.param(attending(VERA), id="somebody removed in Outlook"),
    pytest.param(attending(BEN, VERA, room=str(ELM.mailbox)), id="into another room in Outlook"),
    pytest.param(attending(BEN, VERA, room=str(IVY.mailbox)), id="into another building in Outlook"),
    pytest.param(attending(CLEO, VERA, room=str(ELM.mailbox)), id="into another room with other people in Outlook"),
    pytest.param(changed(Booking_Name="Another visit"), id="renamed in IBSS"),
    pytest.param(moved_in_ibss, id="moved in IBSS"),
    pytest.param(parties(BEN, CLEO, VERA), id="somebody added in IBSS"),
    pytest.param(parties(VERA), id="somebody removed in IBSS"),
    pytest.param(changed(Space_Id=ELM.space), id="into another room in IBSS"),
    pytest.param(changed(Space_Id=IVY.space, Node_Id=IVY.node), id="into another building in IBSS"),
    pytest.param(forgotten, id="the table row is lost"),
]


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("born_in", ["outlook", "ibss"])
async def test_S06_S07_a_visitor_who_stays_keeps_the_visit(
    world: World, born_in: str, edit: Callable[[World, Json, Json], Awaitable[None]]
) -> None:
    slot = world.slot()
    event = await a_meeting(world, slot, born_in, (BEN, VERA))
    booking = await world.ibss.the_booking(OAK, slot)
    arranged = visit(booking)
    assert arranged
    await edit(world, event, booking)
    await world.settle()
    await world.sweep()
    after = await the_same(world, booking)
    assert after["Booking_Modified_Time"] > booking["Booking_Modified_Time"] or edit is forgotten
    assert (visitors(after)[VERA.address], visit(after)) == (1, arranged)
    assert BEN.address not in visitors(after) or visitors(after)[BEN.address] == 0


async def the_same(world: World, booking: Json) -> Json:
    """A booking keeps its id wherever it goes; it is asked for in its building."""
    found = [
        answer.json()
        for node in ("1", "2")
        if (
            answer := await world.ibss.http.get(
                f"/v2/{node}/bookings/{booking['Booking_Id']}", headers={"Authorization": "apikey sync"}
            )
        ).is_success
    ]
    assert len(found) == 1
    return found[0]


async def test_S06_a_visitor_who_left_and_comes_again_gets_a_new_visit(world: World) -> None:
    slot = world.slot()
    event = await a_meeting(world, slot, "outlook", (BEN, VERA))
    first = visit(await world.ibss.the_booking(OAK, slot))
    await attending(BEN)(world, event, None)
    await world.settle()
    assert visitors(await world.ibss.the_booking(OAK, slot)) == {BEN.address: 0}
    await attending(BEN, VERA)(world, event, None)
    await world.settle()
    assert visit(await world.ibss.the_booking(OAK, slot)) not in {None, first}
