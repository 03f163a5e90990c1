"""What operators ask of the tables: over the in-memory twin and over Azurite."""

from datetime import timedelta

from sync_core.model import Reason, State
from sync_core.queues import PULL_ROOM
from sync_core.rows import Braking, Watch
from sync_core.store import Store
from tests.unit.examples import NOW, OAK, linked

pytest_plugins = ("tests.contract.storages",)


async def test_before_anything_is_written_there_is_nothing_to_tell(store: Store) -> None:
    assert await store.watches() == []
    assert await store.brakes() == []
    assert await store.standings(OAK) == {}
    assert await store.kept_one(PULL_ROOM, "row") is None
    await store.forget_kept(PULL_ROOM, "row")


async def test_links_are_counted_by_state_and_reason(store: Store) -> None:
    for key in ("a", "b"):
        await store.save_link(linked(key=key).standing(State.LINKED, Reason.IN_SYNC))
    await store.save_link(linked(key="c").standing(State.REJECTED, Reason.STARTS_IN_PAST))
    assert await store.standings(OAK) == {(State.LINKED, Reason.IN_SYNC): 2, (State.REJECTED, Reason.STARTS_IN_PAST): 1}


async def test_watches_and_brakes_are_listed_apart(store: Store) -> None:
    await store.save_watch(Watch(OAK, "link"))
    await store.save_braking(Braking(OAK, pulled=True))
    assert [watch.delta_link for watch in await store.watches()] == ["link"]
    assert [(braking.room, braking.pulled) for braking in await store.brakes()] == [(OAK, True)]


async def test_one_kept_message_is_read_whole_and_forgotten_alone(store: Store) -> None:
    long = "x" * 50_000
    await store.keep(PULL_ROOM, "m-1", long, NOW)
    await store.keep(PULL_ROOM, "m-2", "short", NOW + timedelta(seconds=1))
    newest, oldest = await store.kept(PULL_ROOM)
    one = await store.kept_one(PULL_ROOM, oldest["RowKey"])
    assert one is not None
    assert one["message"] == long
    await store.forget_kept(PULL_ROOM, oldest["RowKey"])
    assert [row["RowKey"] for row in await store.kept(PULL_ROOM)] == [newest["RowKey"]]


async def test_a_room_may_lose_more_meetings_than_one_value_of_a_row_holds(store: Store) -> None:
    lost = {f"{number:0120}": NOW for number in range(400)}
    await store.save_braking(Braking(OAK, lost))
    assert (await store.braking(OAK)).lost == lost
