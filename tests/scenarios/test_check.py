"""Before and after a room is switched on: what the identity can do there, what it cannot, and what mends it."""

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest

from localdev.world import ANA, BEN, ELM, OAK, YEW, Room
from tests.scenarios.in_process import World
from tests.scenarios.people import checked
from tests.scenarios.test_outages import graph_fault, ibss_fault
from tests.scenarios.test_plan import switch, traces
from tests.scenarios.test_safety import from_outside, unreadable

row = pytest.param
APP = "5a1e7b1c-0000-4000-8000-000000000001"
READ, FOLLOW, TOLD = "read the room's calendar", "follow what changes in it", "be told of changes"
WRITE, BOOKINGS, PEOPLE = "write to calendars", "read its bookings in IBSS", "ask IBSS whom it knows"
DENIED = {"status": 403, "code": "ErrorAccessDenied"}


def token(*roles: str) -> str:
    """As Entra gives one to an app: what it is granted stands in `roles`, and nowhere when there is none."""
    claims = {"appid": APP, "oid": "object", **({"roles": roles} if roles else {})}
    header, body = (urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "RS256"}, claims))
    return f"{header}.{body}.signature"


async def checked_all(world: World, **query: str) -> Any:
    status, body = await world.ask("check", **query)
    assert status == 200, body
    return json.loads(body)


async def the_room(world: World, room: Room = OAK) -> Any:
    [told] = (await checked_all(world, room=room.space))["rooms"]
    return told


def needs_of(told: Any) -> dict[str, Any]:
    return {need["need"].partition(" (")[0]: need for need in told["needs"]}


async def needs(world: World, room: Room = OAK) -> dict[str, Any]:
    return needs_of(await the_room(world, room))


async def test_B14_a_room_in_order_can_be_read_followed_and_watched_and_nothing_is_written_to_say_so(world: World) -> None:
    before = await traces(world)
    told = await the_room(world)
    assert await traces(world) == before
    assert told["switched_on"] is True
    assert {name: need["can"] for name, need in needs_of(told).items()} == {
        READ: True,
        FOLLOW: True,
        TOLD: True,
        "read its hosts' calendars": True,
        WRITE: None,
        BOOKINGS: True,
        PEOPLE: True,
    }


@pytest.mark.end_to_end
async def test_B14_the_running_product_is_checked_too(world: World) -> None:
    async def in_order() -> None:
        told = await needs(world, ELM)
        assert [told[name]["can"] for name in (READ, FOLLOW, TOLD)] == [True, True, True]

    await world.eventually(in_order)


@pytest.mark.parametrize(
    ("status", "code", "why", "mend"),
    [
        row(403, "ErrorAccessDenied", "outside the scope", "Test-ServicePrincipalAuthorization -Identity <client id> -Resource"),
        row(404, "MailboxNotEnabledForRESTAPI", "not in Exchange Online", "Get-Mailbox -Identity"),
        row(404, "ResourceNotFound", "no such mailbox", "Get-Recipient -Identity"),
    ],
)
async def test_B13_B14_a_mailbox_that_refuses_is_told_with_the_reason_and_what_mends_it(
    world: World, status: int, code: str, why: str, mend: str
) -> None:
    await unreadable(world, str(OAK.mailbox), {"status": status, "code": code})
    told = await needs(world)
    for name in (READ, FOLLOW):
        assert told[name]["can"] is False
        assert why in told[name]["why"]
        assert code in told[name]["why"]
        assert told[name]["mend"].startswith(f"{mend} {OAK.mailbox}")
    assert told[BOOKINGS]["can"] is True
    assert (await needs(world, ELM))[READ]["can"] is True


async def test_B14_hosts_out_of_scope_are_named_and_guests_of_other_tenants_are_not_tried(world: World) -> None:
    await world.outlook.book(ANA, world.slot(), "Linked", (OAK,))
    await from_outside(world, world.slot())
    await world.settle()
    await world.ibss.book(BEN, OAK, world.slot(), "Not linked yet")
    await unreadable(world, BEN.address, DENIED)
    told = await the_room(world)
    hosts = next(need for need in told["needs"] if need["need"].startswith("read its hosts' calendars"))
    assert hosts["need"] == "read its hosts' calendars (2 of 2 tried)"
    assert hosts["can"] is False
    assert hosts["why"].startswith(f"{BEN.address}: Graph refuses it")
    assert f"-Resource {BEN.address}" in hosts["mend"]
    await unreadable(world, BEN.address, None)
    assert (await needs(world))["read its hosts' calendars"]["can"] is True


NO_SCOPE, NO_WRITING = "Grants add up", "Entra grants no writing: only what Exchange grants"
MORE, NOT_TOLD = "more is granted than this service uses: Calendars.Read, Mail.Send", "does not tell what Entra grants"


@pytest.mark.parametrize(
    ("writes", "notes"),
    [
        row("yes", [NO_SCOPE], marks=pytest.mark.settings(GRAPH_TOKEN=token("Calendars.ReadWrite")), id="the role"),
        row(
            "unknown",
            [NO_WRITING, MORE],
            marks=pytest.mark.settings(GRAPH_TOKEN=token("Mail.Send", "Calendars.Read")),
            id="others",
        ),
        row("unknown", [NO_WRITING], marks=pytest.mark.settings(GRAPH_TOKEN=token()), id="none"),
        row("unknown", [NOT_TOLD], id="a token of another form"),
        row("unknown", [NOT_TOLD], marks=pytest.mark.settings(GRAPH_TOKEN="a.bm8gSlNPTg.b"), id="no JSON in it"),
    ],
)
async def test_B14_what_entra_grants_is_told_and_whether_a_scope_in_exchange_would_count(
    world: World, writes: str, notes: list[str]
) -> None:
    told = await checked_all(world, room=OAK.space)
    [room] = told["rooms"]
    assert needs_of(room)[WRITE]["can"] is {"yes": True, "unknown": None}[writes]
    assert len(told["identity"]["notes"]) == len(notes)
    assert all(note in told_note for note, told_note in zip(notes, told["identity"]["notes"], strict=True))


@pytest.mark.settings(GRAPH_TOKEN=token())
async def test_B14_the_commands_name_the_apps_own_identity(world: World) -> None:
    told = await checked_all(world, room=OAK.space)
    assert (told["identity"]["client_id"], told["identity"]["object_id"]) == (APP, "object")
    assert f"-Identity {APP} -Resource {OAK.mailbox}" in needs_of(told["rooms"][0])[WRITE]["mend"]


async def building_off(world: World) -> None:
    checked(await world.ibss.http.patch("/_sim/nodes/2", json={"Bkng_Ext_System": 0}))
    await world.service.subscriptions.renew_all()


async def space_off(world: World) -> None:
    await switch(world, YEW, on=False)


async def just_on(world: World) -> None:
    await space_off(world)
    checked(await world.ibss.http.patch(f"/_sim/spaces/{YEW.space}", json={"Meta_Ext_Booking_System": 1}))
    await world.pass_time(minutes=2)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        row(building_off, "Bkng_Ext_System", id="building"),
        row(space_off, "Meta_Ext_Booking_System", id="space"),
        row(just_on, "renew_subscriptions", id="just now"),
    ],
)
async def test_B11_B14_a_room_that_is_not_switched_on_says_why_and_can_be_checked_before(
    world: World, happens: Any, why: str
) -> None:
    await happens(world)
    told = await the_room(world, YEW)
    assert told["switched_on"] is False
    assert why in told["not_switched_on_because"]
    found = needs_of(told)
    assert (found[READ]["can"], found[TOLD]["can"]) == (True, None)


@pytest.mark.parametrize("other", [row(ELM, id="of one building"), row(YEW, id="of two buildings")])
async def test_B14_two_spaces_with_one_mailbox_are_told_of_each_other(world: World, other: Room) -> None:
    checked(await world.ibss.http.patch(f"/_sim/spaces/{other.space}", json={"Meta_Ext_Booking_SpaceId": OAK.mailbox}))
    await world.service.subscriptions.renew_all()
    for one, its_twin in ((OAK, other), (other, OAK)):
        told = await the_room(world, one)
        assert told["not_switched_on_because"] == f"another space has the same mailbox: {its_twin.space}"


async def test_S15_B14_a_subscription_that_graph_no_longer_has_is_told(world: World) -> None:
    subscribed = next(one for one in await world.store.subscriptions() if one.room == OAK.space)
    checked(await world.outlook.http.delete(f"/subscriptions/{subscribed.id}"))
    told = (await needs(world))[TOLD]
    assert (told["can"], told["mend"]) == (False, "docs/operate.md: no subscription")
    assert (await needs(world, ELM))[TOLD]["can"] is True
    await world.service.subscriptions.renew_all()
    assert (await needs(world))[TOLD]["can"] is True


async def test_B14_when_graph_grants_nothing_at_all_that_is_the_answer(world: World) -> None:
    await graph_fault(world, method="GET", path=".*", times=100, **DENIED)
    told = await needs(world)
    assert [told[name]["can"] for name in (READ, FOLLOW, TOLD, BOOKINGS)] == [False, False, False, True]


@pytest.mark.parametrize(("status", "code"), [row(503, "ServiceUnavailable"), row(401, "InvalidAuthenticationToken")])
async def test_B14_what_only_time_can_tell_is_not_called_a_missing_right(world: World, status: int, code: str) -> None:
    await graph_fault(world, method="GET", path="/users/", times=100, status=status, code=code)
    told = (await needs(world))[READ]
    assert told["can"] is None
    assert code in told["why"]


async def test_B14_a_right_that_ibss_does_not_give_is_told(world: World) -> None:
    await ibss_fault(world, method="GET", path="/bookings", status=403, code="Forbidden", times=1)
    await ibss_fault(world, method="GET", path="/persons", status=403, code="Forbidden", times=1)
    told = await needs(world)
    for name in (BOOKINGS, PEOPLE):
        assert (told[name]["can"], told[name]["mend"]) == (False, "docs/ibss.md: rights of the Application User")
        assert "lacks a right" in told[name]["why"]
    assert told[READ]["can"] is True


async def test_B14_hosts_are_known_from_the_links_too(world: World) -> None:
    await ibss_fault(world, method="GET", path="/bookings", status=403, code="Forbidden", times=1)
    assert [need["need"] for need in (await the_room(world))["needs"] if "hosts" in need["need"]] == [
        "read its hosts' calendars (1 of 1 tried)"
    ]


async def test_B14_without_a_name_all_rooms_are_checked_and_a_building_is_its_rooms(world: World) -> None:
    assert (await checked_all(world))["of"] == 6
    assert [room["id"] for room in (await checked_all(world, building="2"))["rooms"]] == ["MP-0-IVY", "MP-0-YEW"]
    assert (await world.ask("check", room="nobody"))[0] == 404
    assert (await world.ask("check", room=OAK.space, building="1"))[0] == 400


async def test_B14_many_rooms_are_checked_page_by_page(world: World) -> None:
    [model] = [room for room in await world.store.rooms() if room.id == OAK.space]
    for number in range(6):
        await world.store.save_room(replace(model, id=f"T-{number}"))
    await world.pass_time(minutes=2)
    first, second = [await checked_all(world, page=number) for number in ("1", "2")]
    assert [(told["of"], len(told["rooms"]), told["next_page"]) for told in (first, second)] == [(12, 10, 2), (12, 2, None)]
    assert 'href="check?code=k&amp;page=2"' in (await world.ask("check", accept="text/html", code="k"))[1]


async def test_B14_the_check_is_a_page_in_a_browser(world: World) -> None:
    await unreadable(world, str(OAK.mailbox), DENIED)
    status, page = await world.ask("check", accept="text/html", room=OAK.space, code="k&y")
    assert status == 200
    assert page.count("<span class=alarm>no</span>") == 2
    assert "Test-ServicePrincipalAuthorization -Identity &lt;client id&gt;" in page
    assert 'href="status?code=k%26y"' in page
