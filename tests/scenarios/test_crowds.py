"""S06, S07 at their limits: as many attendees as an event takes, and attendees that are hardly anybody."""

import pytest

from localdev.graph.state import Attendee
from localdev.world import ANA, BEN, CLEO, ELM, OAK, Person
from sync_core.model import Reason, State
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, checked

MOST = 500
"""Attendees of one event, the room among them (Microsoft docs, resources/event)."""


def crowd(size: int, *, long: bool = False) -> tuple[Person, ...]:
    middle = "".join(f".{word}" for word in ("of", "the", "longest", "department", "name", "there", "is")) * long
    return tuple(Person(f"guest{number:03}{middle}@fabrikam.example", "Guest", f"{number:03}") for number in range(size))


def addresses(people: tuple[Person, ...]) -> set[str]:
    return {person.address for person in people}


@pytest.mark.parametrize("long", [False, True], ids=["short addresses", "long addresses"])
async def test_S06_the_largest_meeting_from_outlook_is_booked_with_everybody(world: World, *, long: bool) -> None:
    slot = world.slot()
    people = crowd(MOST - 1, long=long)
    event = await world.outlook.book(ANA, slot, "All hands", (OAK,), people)
    await world.settle()
    assert world.ibss.people(await world.ibss.the_booking(OAK, slot)) == addresses(people)
    replaced = (*people[:-1], BEN)
    attendees = [*map(world.outlook.guest, replaced), world.outlook.room(OAK)]
    await world.outlook.change(ANA, event["id"], attendees=attendees)
    await world.settle()
    assert world.ibss.people(await world.ibss.the_booking(OAK, slot)) == addresses(replaced)
    assert world.poisoned == []


async def test_S06_the_second_look_at_a_large_meeting_asks_ibss_about_newcomers_only(world: World) -> None:
    slot = world.slot()
    people = crowd(100)
    event = await world.outlook.book(ANA, slot, "All hands", (OAK,), people)
    await world.settle()
    asked = await asked_about_people(world)
    newcomer = Person("late@fabrikam.example", "Late", "Comer")
    attendees = [*map(world.outlook.guest, (*people, newcomer)), world.outlook.room(OAK)]
    await world.outlook.change(ANA, event["id"], attendees=attendees)
    await world.settle()
    assert (asked, await asked_about_people(world)) == (100, 101)


async def asked_about_people(world: World) -> int:
    seen = checked(await world.ibss.http.get("/_sim/requests"))["value"]
    return sum("/persons" in one["path"] for one in seen)


@pytest.mark.parametrize("long", [False, True], ids=["short addresses", "long addresses"])
async def test_S07_the_largest_meeting_from_ibss_is_invited_whole_and_edited_whole(world: World, *, long: bool) -> None:
    slot = world.slot()
    people = crowd(MOST - 1, long=long)
    booking = await world.ibss.book(ANA, OAK, slot, "All hands", people)
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(event) == addresses(people) | {OAK.mailbox}
    replaced = [world.ibss.party(person) for person in (*people[1:], BEN)]
    await world.ibss.change(ANA, await world.ibss.booking(booking), Booking_Parties=replaced)
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(event) == addresses(people[1:]) | {BEN.address, OAK.mailbox}
    assert world.poisoned == []


async def test_S07_a_meeting_too_large_for_outlook_says_so_and_is_made_when_somebody_leaves(world: World) -> None:
    slot = world.slot()
    people = crowd(MOST)
    booking = await world.ibss.book(ANA, OAK, slot, "Too many", people)
    await world.settle()
    link = await world.store.link_of_booking(booking["Booking_Id"])
    assert link is not None
    assert (link.state, link.reason) == (State.REJECTED, Reason.REFUSED)
    assert await world.outlook.calendar(ANA.address, slot) == []
    fewer = [world.ibss.party(person) for person in people[1:]]
    await world.ibss.change(ANA, await world.ibss.the_booking(OAK, slot), Booking_Parties=fewer)
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(event) == addresses(people[1:]) | {OAK.mailbox}


async def test_S07_one_too_many_added_in_ibss_costs_nobody_the_invitation_and_says_why(world: World) -> None:
    slot = world.slot()
    people = crowd(MOST - 1)
    await world.outlook.book(ANA, slot, "Full", (OAK,), people)
    await world.settle()
    booking = await world.ibss.the_booking(OAK, slot)
    await world.ibss.change(ANA, booking, Booking_Parties=[*booking["Booking_Parties"], world.ibss.party(BEN)])
    await world.settle()
    event = await world.outlook.the_event(ANA.address, slot)
    assert world.outlook.attendees(event) == addresses(people) | {OAK.mailbox}
    link = await world.store.link_of_booking(booking["Booking_Id"])
    assert link is not None
    assert (link.state, link.reason, link.detail) == (State.REJECTED, Reason.REFUSED, "ErrorInvalidParameter")
    await world.outlook.change(ANA, event["id"], subject="Full house")
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Full house"


async def as_exchange_has_it(world: World, event: Json, *more: Attendee) -> None:
    """Attendees that no client writes, but that are found in real calendars (microsoft-graph-docs issue 13898)."""
    mailbox = world.graph.tenant.mailboxes[ANA.address]
    held = next(one for one in mailbox.events.values() if one.ical_uid == event["iCalUId"])
    held.attendees.extend(more)
    world.graph.calendars.touch(held)
    await world.settle()


async def test_S06_the_same_person_twice_is_one_party(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Twice", (OAK,), (CLEO,))
    await as_exchange_has_it(world, event, Attendee("Cleo@Contoso.example", "Cleo"), Attendee("BEN@contoso.example", "Ben"))
    assert world.ibss.people(await world.ibss.the_booking(OAK, slot)) == {BEN.address, CLEO.address}
    await world.ibss.change(ANA, await world.ibss.the_booking(OAK, slot), Booking_Parties=[world.ibss.party(BEN)])
    await world.settle()
    assert world.outlook.attendees(await world.outlook.the_event(ANA.address, slot)) == {BEN.address, OAK.mailbox}


async def test_S07_an_attendee_without_an_address_is_never_dropped(world: World) -> None:
    """Whether Graph takes such a one back is not documented; the simulator refuses it. Then the link says so, and all stays."""
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Nobody", (OAK, ELM), (BEN,))
    await as_exchange_has_it(world, event, Attendee("", "Somebody unresolved"))
    booking = await world.ibss.the_booking(OAK, slot)
    assert world.ibss.people(booking) == {BEN.address}
    later = slot.later(hours=1)
    await world.ibss.change(ANA, booking, Booking_Name="Somebody", **world.ibss.times(later))
    await world.settle()
    assert names(await world.outlook.the_event(ANA.address, later)) == {"Ben Okoro", "Oak", "Elm", "Somebody unresolved"}
    await world.ibss.change(ANA, await world.ibss.the_booking(OAK, later), Booking_Parties=[])
    await world.settle()
    assert names(await world.outlook.the_event(ANA.address, later)) == {"Ben Okoro", "Oak", "Elm", "Somebody unresolved"}
    link = await world.store.link_of_booking(booking["Booking_Id"])
    assert link is not None
    assert (link.state, link.reason) == (State.REJECTED, Reason.REFUSED)


def names(event: Json) -> set[str]:
    return {a["emailAddress"]["name"] for a in event["attendees"]}
