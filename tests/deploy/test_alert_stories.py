"""Who is woken, and when: the troubles of the service, told, and the lines that they log looked for as Azure does."""

import pytest

from localdev.world import ANA, BEN, ELM, OAK
from sync_core.errors import SyncError
from sync_core.queues import SyncInstance
from tests.deploy.watch import watched
from tests.scenarios.in_process import World
from tests.scenarios.people import checked

ALWAYS = 10_000


def woken(caplog: pytest.LogCaptureFixture) -> set[str]:
    """By what the service logged; the simulators have no log that Azure sees."""
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("sync_core")]
    assert ours, "the log is what this is about"
    return {alert for text in ours for alert in watched(text)}


@pytest.fixture(autouse=True)
def everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "sync_core")


async def test_on_an_ordinary_day_nobody_is_woken(world: World, caplog: pytest.LogCaptureFixture) -> None:
    slots = [world.slot(), world.slot()]
    event = await world.outlook.book(ANA, slots[0], "Plan the move", (OAK,), (BEN,))
    booking = await world.ibss.book(BEN, ELM, slots[1], "Board lunch", (ANA,))
    await world.settle()
    await world.outlook.cancel(ANA, event["id"])
    await world.ibss.cancel(BEN, booking)
    await world.settle()
    await world.service.subscriptions.renew_all()
    await world.service.pull.roll_horizon()
    await world.sweep()
    assert woken(caplog) == set()


async def test_a_room_that_graph_does_not_show_wakes_somebody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    unreadable = {"unreadable": {"status": 403, "code": "ErrorAccessDenied"}}
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/mailboxes/{OAK.mailbox}", json=unreadable))
    await world.sweep()
    assert woken(caplog) == {"graph-refuses"}


async def test_an_ibss_that_takes_our_key_no_longer_wakes_somebody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    fault = {"method": "GET", "path": "/bookings", "status": 401, "code": "Unauthorized", "times": ALWAYS}
    checked(await world.ibss.http.post("/_sim/faults", json=fault))
    with pytest.raises(SyncError, match="Unauthorized"):
        await world.service.pull.sweep_bookings()
    assert woken(caplog) == {"ibss-refuses"}


async def test_a_room_that_is_emptied_wakes_somebody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    events = [await world.outlook.book(ANA, world.slot(), f"Meeting {number}", (OAK,)) for number in range(12)]
    await world.settle()
    for event in events:
        await world.outlook.cancel(ANA, event["id"])
    await world.settle()
    assert woken(caplog) == {"brake-pulled"}


async def test_work_that_is_given_up_wakes_somebody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    fault = {"method": "GET", "path": "/users/", "status": 503, "code": "ServiceUnavailable", "times": ALWAYS}
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/faults", json=fault))
    await world.queues.send(SyncInstance(OAK.space, host=ANA.address, event="AAMk-1"))
    for _ in range(12):
        await world.pass_time(minutes=11)
    assert "message-kept" in woken(caplog)


async def test_a_room_that_is_watched_no_longer_wakes_somebody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    fault = {"method": "PATCH|POST", "path": "/subscriptions", "status": 403, "code": "Forbidden", "times": ALWAYS}
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/faults", json=fault))
    world.clock.advance(60 * 3600)
    with pytest.raises(SyncError, match="Forbidden"):
        await world.service.subscriptions.renew_all()
    assert woken(caplog) == {"graph-refuses"}
