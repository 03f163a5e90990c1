"""Problems 10, 12, 13: the minutes that people see, what they keep to themselves, and what they are mailed."""

import json
import logging
from typing import Any

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK
from tests.clock_changes import ZONES, Change, changes_of
from tests.scenarios.calendars import Place
from tests.scenarios.canaries import GUEST as SECRET
from tests.scenarios.canaries import SUBJECT as CANARY
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, checked
from tests.scenarios.series import all_bookings, weekly


def begun(change: Change) -> Any:
    return pytest.param(change, id=change.name, marks=pytest.mark.begins(Place(change, change.windows).begin))


THREE_YEARS = [
    begun(change)
    for windows in ("GMT Standard Time", "Eastern Standard Time", "Lord Howe Standard Time", "Chatham Islands Standard Time")
    for change in changes_of(windows, ZONES[windows])
    if change.at.year > 2025
]


@pytest.mark.parametrize("change", THREE_YEARS)
async def test_problem_10_a_series_keeps_its_wall_clock_over_every_change_of_three_years(world: World, change: Change) -> None:
    """OGCS 67, 381, 506, 508, 1274, 1728, 2278; aluxnimm 289. The expected minutes come from the time zone database."""
    place = Place(change, change.windows)
    expected = [place.at(day, hour=9, minute=15) for day in (-1, 0, 1)]
    pattern = {"type": "daily", "interval": 1}
    ends = {"type": "numbered", "numberOfOccurrences": 3, "startDate": f"{place.day(-1)}", "recurrenceTimeZone": change.windows}
    series = {"pattern": pattern, "range": ends}
    await world.outlook.book(ANA, expected[0], "Daily", (OAK,), recurrence=series, **place.wall_clocks(expected[0]))
    across = await world.ibss.book(BEN, ELM, place.across(), "Night shift")
    await world.settle()
    assert await all_bookings(world, expected[0]) == expected
    assert await world.outlook.the_event(BEN.address, place.across())
    writes = await world.writes()
    await world.sweep()
    assert await world.writes() == writes
    assert world.ibss.slot_of(await world.ibss.booking(across)) == place.across()


@pytest.mark.parametrize("change", ["moved", "occurrence moved", "refused", "cancelled"])
async def test_problem_12_no_word_of_a_private_meeting_is_in_a_request_a_log_or_a_table(
    world: World, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    """OGCS 2, 267, 1813; MRBS 2789; MS365-Calendar 57; aluxnimm 367."""
    caplog.set_level(logging.DEBUG)
    first = world.slot()
    if change == "refused":
        fault = {"method": "POST", "path": "/bookings", "status": 400, "code": "PolicyViolation"}
        checked(await world.ibss.http.post("/_sim/faults", json=fault))
    secret: Json = {"sensitivity": "private", "body": {"contentType": "text", "content": CANARY}}
    event = await world.outlook.book(ANA, first, CANARY, (OAK,), (BEN, SECRET), recurrence=weekly(first, 2), **secret)
    await world.settle()
    match change:
        case "moved":
            await world.outlook.change(ANA, event["id"], **world.outlook.times(first.later(hours=1)))
        case "occurrence moved":
            booking = await world.ibss.the_booking(OAK, first)
            await world.ibss.change(ANA, booking, **world.ibss.times(first.later(hours=1)))
        case "cancelled":
            await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    await world.sweep()
    status = await world.ask("status", room=OAK.space)
    explained = await world.ask("explain", room=OAK.space, at=first.start.isoformat())
    seen = [
        caplog.text,
        json.dumps(checked(await world.ibss.http.get("/_sim/requests"))),
        json.dumps(world.ibss_simulator.dump()),
        str([table.rows for table in world.tables.values()]),
        str([world.pull_queue.sent, world.sync_queue.sent]),
        str([status, explained]),
    ]
    for number, text in enumerate(seen):
        assert text, number
        assert CANARY.split()[0] not in text, number
        assert SECRET.address not in text, number


CHANGES = ["time", "subject", "people", "room", "cancelled"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("side", ["Outlook", "IBSS"])
async def test_problem_13_one_change_by_a_person_is_one_mail_at_most_to_each(world: World, side: str, change: str) -> None:
    """OGCS 131, 197, 683, 2104; Odoo 115253, 260329, 109915; sdk-dotnet 1549; graph-docs 16366."""
    slot = world.slot()
    await world.ibss.book(ANA, OAK, slot, "Plan", (BEN,))
    await world.settle()
    event, booking = await world.outlook.the_event(ANA.address, slot), await world.ibss.the_booking(OAK, slot)
    assert await mailed(world, BEN.address) == 1
    later = slot.later(hours=1)
    if side == "Outlook":
        guests = [world.outlook.guest(BEN), world.outlook.guest(CLEO), world.outlook.room(OAK)]
        members: dict[str, Json] = {
            "time": world.outlook.times(later),
            "subject": {"subject": "Party"},
            "people": {"attendees": guests},
            "room": {"attendees": [world.outlook.guest(BEN), world.outlook.room(ELM)]},
        }
        await (
            world.outlook.cancel(ANA, event["id"])
            if change == "cancelled"
            else world.outlook.change(ANA, event["id"], **members[change])
        )
    else:
        members = {
            "time": world.ibss.times(later),
            "subject": {"Booking_Name": "Party"},
            "people": {"Booking_Parties": [world.ibss.party(BEN), world.ibss.party(CLEO)]},
            "room": {"Space_Id": ELM.space},
            "cancelled": {"Booking_IsCancelled": 1},
        }
        await world.ibss.change(ANA, booking, **members[change])
    await world.settle()
    told = {person.address: await mailed(world, person.address) for person in (BEN, CLEO)}
    assert told[BEN.address] <= 2
    assert told[CLEO.address] == (1 if change == "people" else 0)
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    assert told == {person.address: await mailed(world, person.address) for person in (BEN, CLEO)}


async def mailed(world: World, person: str) -> int:
    return sum(mail["to"] == person for mail in await world.outlook.mails())
