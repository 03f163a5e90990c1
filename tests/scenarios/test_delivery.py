"""S14 and S15: notifications are hints that may fail, and subscriptions end; both sides come together all the same."""

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import checked


async def every_kind_of_change(world: World) -> None:
    """Told to a world whose notifications fail in some way; then its timers run once."""
    made, moved, cancelled = world.slot(), world.slot(), world.slot()
    to_move = await world.outlook.book(ANA, moved, "To move", (OAK,), (BEN,))
    to_cancel = await world.outlook.book(BEN, cancelled, "To cancel", (ELM,), (CLEO,))
    await world.settle()
    await world.sweep()
    assert await world.ibss.the_booking(OAK, moved)
    assert await world.ibss.the_booking(ELM, cancelled)

    later = moved.later(hours=3)
    await world.outlook.book(CLEO, made, "New in Outlook", (OAK,), (ANA,))
    await world.ibss.book(ANA, ELM, made, "New in IBSS", (BEN,))
    await world.outlook.change(ANA, to_move["id"], **world.outlook.times(later))
    await world.outlook.cancel(BEN, to_cancel["id"])
    await world.settle()
    await world.sweep()

    assert (await world.ibss.the_booking(OAK, made))["Booking_Name"] == "New in Outlook"
    assert {event["subject"] for event in await world.outlook.calendar(ANA.address, made)} == {"New in Outlook", "New in IBSS"}
    assert (await world.ibss.the_booking(OAK, later))["Booking_Name"] == "To move"
    assert await world.ibss.bookings(OAK, moved) == []
    assert await world.ibss.bookings(ELM, cancelled) == []


async def notifications(world: World, **how: object) -> None:
    checked(await world.outlook.http.patch(f"{world.outlook.side_door}/notifications", json=how))


async def posting(world: World, **how: object) -> None:
    checked(await world.ibss.http.patch("/_sim/posting", json=how))


async def subscriptions(world: World) -> list[dict[str, str]]:
    return checked(await world.outlook.http.get("/subscriptions"))["value"]


async def lifecycle(world: World, event: str) -> None:
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/lifecycle", json={"event": event}))


async def test_S14_when_every_notification_is_lost_the_timers_bring_both_sides_together(world: World) -> None:
    await notifications(world, lost=True)
    await posting(world, lost=True)
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Unheard of", (OAK,))
    await world.settle()
    assert await world.ibss.bookings(OAK, slot) == []
    await every_kind_of_change(world)


async def test_S14_a_change_of_people_that_no_room_is_told_of_is_found_by_the_sweep(world: World) -> None:
    slot = world.slot()
    event = await world.outlook.book(ANA, slot, "Plan the move", (OAK,), (BEN,))
    await world.settle()
    await notifications(world, lost=True)
    await world.outlook.change(ANA, event["id"], attendees=[world.outlook.guest(CLEO), world.outlook.room(OAK)])
    await world.settle()
    await world.sweep()
    assert world.ibss.people(await world.ibss.the_booking(OAK, slot)) == {CLEO.address}


@pytest.mark.parametrize(
    ("graph", "ibss"),
    [
        pytest.param({"copies": 10}, {"copies": 10}, id="tenfold"),
        pytest.param({"shuffle": True, "copies": 3}, {"copies": 3}, id="shuffled"),
        pytest.param({"delay_seconds": 200.0}, {"delay_seconds": 200.0}, id="late"),
    ],
)
async def test_S14_doubled_shuffled_and_late_notifications_change_nothing(
    world: World, graph: dict[str, object], ibss: dict[str, object]
) -> None:
    await notifications(world, **graph)
    await posting(world, **ibss)
    await every_kind_of_change(world)
    assert world.poisoned == []


async def test_S14_the_second_look_writes_nothing(world: World) -> None:
    for room in (OAK, ELM):
        await world.outlook.book(ANA, world.slot(), "From Outlook", (room,), (BEN,))
        await world.ibss.book(BEN, room, world.slot(), "From IBSS", (CLEO,))
    await world.settle()
    mails, writes = await world.outlook.mails(), await world.writes()
    await world.sweep()
    await world.service.pull.roll_horizon()
    await world.settle()
    assert await world.writes() == writes
    assert await world.outlook.mails() == mails


async def test_S15_a_subscription_is_renewed_before_it_ends(world: World) -> None:
    before = {one["id"]: one["expirationDateTime"] for one in await subscriptions(world)}
    await world.pass_time(hours=40)
    await world.service.subscriptions.renew_all()
    after = {one["id"]: one["expirationDateTime"] for one in await subscriptions(world)}
    assert after.keys() == before.keys()
    assert all(after[one] > before[one] for one in before)


async def test_S15_a_fresh_subscription_is_left_alone(world: World) -> None:
    before = await subscriptions(world)
    await world.pass_time(hours=1)
    await world.service.subscriptions.renew_all()
    assert await subscriptions(world) == before


async def test_S15_a_subscription_that_vanished_is_made_again_and_what_was_missed_is_caught_up_with(world: World) -> None:
    for one in await subscriptions(world):
        checked(await world.outlook.http.delete(f"/subscriptions/{one['id']}"))
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Missed", (OAK,))
    await world.settle()
    assert await world.ibss.bookings(OAK, slot) == []
    await world.service.subscriptions.renew_all()
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Missed"
    assert {one["resource"] for one in await subscriptions(world)} >= {
        f"users/{OAK.mailbox}/events",
        f"users/{ELM.mailbox}/events",
    }


@pytest.mark.parametrize("event", ["subscriptionRemoved", "missed", "reauthorizationRequired"])
async def test_S15_a_lifecycle_notification_heals_the_subscription_and_catches_up(world: World, event: str) -> None:
    await notifications(world, lost=True)
    slot = world.slot()
    await world.outlook.book(ANA, slot, "Missed", (OAK,))
    await world.settle()
    await notifications(world, lost=False)
    rooms = {one["resource"] for one in await subscriptions(world)}
    await lifecycle(world, event)
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "Missed"
    assert {one["resource"] for one in await subscriptions(world)} >= rooms
    heard = world.slot()
    await world.outlook.book(ANA, heard, "Heard again", (OAK,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, heard))["Booking_Name"] == "Heard again"


async def test_S15_a_dead_delta_link_is_answered_with_a_full_round(world: World) -> None:
    slot = world.slot()
    checked(await world.outlook.http.post(f"{world.outlook.side_door}/delta/expire", json={}))
    await world.outlook.book(ANA, slot, "After the flood", (OAK,))
    await world.settle()
    assert (await world.ibss.the_booking(OAK, slot))["Booking_Name"] == "After the flood"


async def test_S15_after_days_in_which_no_timer_ran_every_room_is_watched_again(world: World) -> None:
    before = {one["resource"] for one in await subscriptions(world)}
    await world.pass_time(days=4)
    await world.service.subscriptions.renew_all()
    await world.settle()
    assert {one["resource"] for one in await subscriptions(world)} == before
    assert all(one["expirationDateTime"] > world.clock.now().isoformat() for one in await subscriptions(world))


async def test_S15_a_stray_subscription_of_ours_is_deleted(world: World) -> None:
    stray = (await subscriptions(world))[0]["id"]
    await world.store.forget_subscription(stray)
    await world.service.subscriptions.renew_all()
    now = await subscriptions(world)
    assert stray not in {one["id"] for one in now}
    assert len({one["resource"] for one in now}) == len(now)
