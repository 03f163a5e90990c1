"""Subscriptions, their handshake and their end; notifications and how they fail."""

from typing import Any

import pytest

from localdev import world
from localdev.graph.identity import object_id
from localdev.graph.workbench import Workbench

ANA, BEN, OAK = world.ANA.address, world.BEN.address, world.OAK.mailbox or ""
NINE, TEN = "2026-03-03T09:00:00", "2026-03-03T10:00:00"


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.simulator.seed(world.COLLEAGUES, world.ROOMS)
    return bench


def changes(bench: Workbench) -> list[str]:
    return [item["changeType"] for item in bench.listener.items if "changeType" in item]


def lifecycle(bench: Workbench) -> list[str]:
    return [item["lifecycleEvent"] for item in bench.listener.items if "lifecycleEvent" in item]


async def test_both_addresses_are_asked_to_echo_a_token(bench: Workbench) -> None:
    made = await bench.subscribe(OAK, notificationUrl="https://sync.example/n?code=k")
    assert made["clientState"] == "secret"
    assert [url.split("validationToken=")[0] for url in bench.listener.handshakes] == [
        "https://sync.example/n?code=k&",
        "https://sync.example/lifecycle?",
    ]


@pytest.mark.parametrize("echo", [(500, "text/plain", ""), (200, "application/json", ""), (200, "text/plain", "something else")])
async def test_a_wrong_echo_makes_no_subscription(bench: Workbench, echo: tuple[int, str, str]) -> None:
    bench.listener.echo = echo
    with pytest.raises(Exception, match="400"):
        await bench.subscribe(OAK)
    assert (await bench.get("/subscriptions"))["value"] == []


@pytest.mark.parametrize(
    "members",
    [
        {"expirationDateTime": "2026-03-09T08:01:00Z"},
        {"expirationDateTime": "2026-03-02T07:59:00Z"},
        {"notificationUrl": "http://sync.example/n"},
        {"resource": "me/events"},
        {"resource": f"users/{OAK}/messages"},
        {"changeType": "moved"},
        {"clientState": "x" * 129},
        {"includeResourceData": True},
    ],
)
async def test_a_wrong_subscription_is_refused(bench: Workbench, members: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="400"):
        await bench.subscribe(OAK, **members)


async def test_the_same_subscription_twice_is_a_conflict(bench: Workbench) -> None:
    await bench.subscribe(OAK)
    with pytest.raises(Exception, match="409"):
        await bench.subscribe(OAK.upper())
    await bench.subscribe(OAK, changeType="created")
    await bench.subscribe(ANA)


async def test_the_client_state_is_not_told_again(bench: Workbench) -> None:
    made = await bench.subscribe(OAK)
    assert (await bench.get(f"/subscriptions/{made['id']}"))["clientState"] is None
    assert [item["clientState"] for item in (await bench.get("/subscriptions"))["value"]] == [None]


async def test_a_subscription_ends_unless_it_is_renewed(bench: Workbench) -> None:
    made = await bench.subscribe(OAK, minutes=60)
    path = f"/subscriptions/{made['id']}"
    await bench.pass_time(minutes=45)
    assert lifecycle(bench) == []
    await bench.pass_time(seconds=1)
    assert lifecycle(bench) == ["reauthorizationRequired"]
    renewed = await bench.ask("PATCH", path, {"expirationDateTime": "2026-03-02T10:00:00Z"})
    assert renewed.json()["expirationDateTime"] == "2026-03-02T10:00:00.0000000Z"
    await bench.pass_time(minutes=30)
    assert (await bench.ask("GET", path)).status_code == 200
    await bench.pass_time(hours=1)
    assert (await bench.ask("GET", path)).status_code == 404


async def test_a_short_life_is_made_45_minutes_long(bench: Workbench) -> None:
    assert (await bench.subscribe(OAK, minutes=1))["expirationDateTime"].startswith("2026-03-02T08:45")


async def test_one_meeting_gives_created_and_then_several_updated(bench: Workbench) -> None:
    made = await bench.subscribe(OAK)
    await bench.make(ANA, NINE, TEN, rooms=(OAK,))
    await bench.settle()
    assert changes(bench) == ["created", "updated", "updated"]
    copy = (await bench.calendar(OAK))[0]
    last = bench.listener.items[-1]
    assert last["resource"] == f"Users/{object_id(OAK)}/Events/{copy['id']}"
    assert last["resourceData"]["@odata.etag"] == copy["@odata.etag"]
    assert (last["subscriptionId"], last["clientState"]) == (made["id"], "secret")
    await bench.ask("DELETE", f"/users/{OAK}/events/{copy['id']}")
    await bench.settle()
    assert changes(bench)[-1] == "deleted"


async def test_only_the_wanted_changes_of_the_wanted_mailbox_are_told(bench: Workbench) -> None:
    await bench.subscribe(OAK, changeType="deleted")
    await bench.make(ANA, NINE, TEN, rooms=(OAK,), people=(BEN,))
    await bench.settle()
    assert changes(bench) == []


async def test_ids_are_immutable_when_the_subscription_was_made_so(bench: Workbench) -> None:
    body = {"changeType": "created", "notificationUrl": "https://s.example/n", "resource": f"users/{ANA}/events"}
    body["expirationDateTime"] = "2026-03-04T00:00:00Z"
    await bench.ask("POST", "/subscriptions", body, Prefer='IdType="ImmutableId"')
    made = await bench.make(ANA, NINE, TEN)
    await bench.settle()
    fixed = await bench.get(f"/users/{ANA}/events/{made['id']}", Prefer='IdType="ImmutableId"')
    assert bench.listener.items[0]["resourceData"]["id"] == fixed["id"]


async def test_what_is_due_together_comes_in_one_post(bench: Workbench) -> None:
    await bench.subscribe(ANA)
    await bench.make(ANA, NINE, TEN)
    await bench.make(ANA, NINE, TEN)
    await bench.settle()
    assert [len(body["value"]) for _, body in bench.listener.posts] == [2]


async def test_a_refused_notification_comes_again_later_and_later(bench: Workbench) -> None:
    await bench.subscribe(ANA)
    bench.listener.statuses.extend([503, 500])
    await bench.make(ANA, NINE, TEN)
    await bench.pass_time(seconds=1)
    for wait, sent in ((4, 1), (1, 2), (9, 2), (1, 3), (3600, 3)):
        await bench.pass_time(seconds=wait)
        assert len(bench.listener.posts) == sent


async def test_after_four_hours_of_refusals_it_is_missed(bench: Workbench) -> None:
    await bench.subscribe(ANA, minutes=1000)
    bench.listener.statuses.extend([503] * 500)
    await bench.make(ANA, NINE, TEN)
    for _ in range(26):
        await bench.pass_time(minutes=10)
    bench.listener.statuses.clear()
    await bench.pass_time(minutes=20)
    assert set(lifecycle(bench)) == {"missed"}


async def test_notifications_are_lost_on_demand(bench: Workbench) -> None:
    await bench.subscribe(ANA)
    await bench.side_door("PATCH", "/notifications", {"lost": True})
    await bench.make(ANA, NINE, TEN)
    await bench.side_door("PATCH", "/notifications", {"lost": False})
    await bench.settle()
    assert changes(bench) == []


async def test_notifications_come_late_twice_and_shuffled_on_demand(bench: Workbench) -> None:
    await bench.subscribe(ANA)
    await bench.side_door("PATCH", "/notifications", {"copies": 2, "delay_seconds": 90.0, "shuffle": False})
    await bench.make(ANA, NINE, TEN)
    await bench.pass_time(seconds=80)
    assert changes(bench) == []
    await bench.pass_time(seconds=20)
    assert changes(bench) == ["created", "created"]
    await bench.side_door("PATCH", "/notifications", {"copies": 1, "shuffle": True})
    made = [(await bench.make(ANA, NINE, TEN))["id"] for _ in range(8)]
    await bench.pass_time(seconds=100)
    seen = [item["resourceData"]["id"] for item in bench.listener.items[2:]]
    assert seen != made
    assert sorted(seen) == sorted(made)


async def test_a_subscription_removed_by_the_side_door_tells_its_lifecycle_address(bench: Workbench) -> None:
    made = await bench.subscribe(OAK)
    await bench.side_door("POST", "/lifecycle", {"subscription": made["id"], "event": "subscriptionRemoved"})
    await bench.settle()
    url, body = bench.listener.posts[0]
    assert url == "https://sync.example/lifecycle"
    assert body["value"][0] | {"tenantId": ""} == {
        "subscriptionId": made["id"],
        "subscriptionExpirationDateTime": "2026-03-05T06:00:00+00:00",
        "tenantId": "",
        "clientState": "secret",
        "lifecycleEvent": "subscriptionRemoved",
    }
    assert (await bench.get("/subscriptions"))["value"] == []


async def test_until_it_is_reauthorised_a_subscription_tells_nothing(bench: Workbench) -> None:
    made = await bench.subscribe(ANA)
    await bench.side_door("POST", "/lifecycle", {"subscription": None, "event": "reauthorizationRequired"})
    await bench.make(ANA, NINE, TEN)
    await bench.settle()
    assert (lifecycle(bench), changes(bench)) == (["reauthorizationRequired"], [])
    assert (await bench.ask("POST", f"/subscriptions/{made['id']}/reauthorize")).status_code == 204
    await bench.make(ANA, NINE, TEN)
    await bench.settle()
    assert changes(bench) == ["created"]
    assert (await bench.get(f"/subscriptions/{made['id']}"))["expirationDateTime"] == made["expirationDateTime"]
