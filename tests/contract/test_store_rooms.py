"""Rooms, watches, subscriptions, the journal and what could not be worked: over the in-memory twin and over Azurite."""

from datetime import timedelta

import pytest

from sync_core.errors import Later, Stale
from sync_core.model import Reason, Room, RoomId
from sync_core.rows import Subscribed, Watch
from sync_core.store import TABLES, Store
from tests.contract.keys import TRICKY_KEYS
from tests.unit.doors import Away
from tests.unit.examples import ANA, ELM_ROOM, HOUR, NOW, OAK, OAK_ROOM, linked, room

pytest_plugins = ("tests.contract.storages",)
KEY = "040000@20260302T100000Z"


# rooms


async def test_before_anything_is_written_there_is_nothing(store: Store) -> None:
    assert await store.rooms() == []
    assert await store.watch(OAK) == Watch(OAK)
    assert await store.subscription("s-1") is None
    assert await store.subscriptions() == []
    assert await store.journal(OAK, KEY) == []
    assert await store.kept("pull-room") == []


async def test_what_is_not_there_can_be_forgotten(store: Store) -> None:
    await store.forget_room(OAK)
    await store.forget_subscription("s-1")


async def test_rooms_are_saved_changed_and_forgotten(store: Store) -> None:
    for each in (OAK_ROOM, ELM_ROOM, room(horizon_days=30)):
        await store.save_room(each)
    assert sorted(await store.rooms(), key=lambda each: each.id) == sorted(
        [room(horizon_days=30), ELM_ROOM], key=lambda each: each.id
    )
    await store.forget_room(OAK)
    assert await store.rooms() == [ELM_ROOM]


@pytest.mark.parametrize("key", TRICKY_KEYS)
async def test_a_room_of_any_id_can_be_found_and_forgotten(store: Store, key: str) -> None:
    odd: Room = room(id=RoomId(key))
    await store.save_room(odd)
    assert await store.rooms() == [odd]
    await store.forget_room(odd.id)
    assert await store.rooms() == []


# watches


async def test_a_watch_is_read_as_it_was_saved(store: Store) -> None:
    await store.save_watch(Watch(OAK, "https://graph.example/delta?$deltatoken=x", NOW, "ErrorAccessDenied"))
    kept = await store.watch(OAK)
    assert (kept.room, kept.delta_link) == (OAK, "https://graph.example/delta?$deltatoken=x")
    assert (kept.window_end, kept.trouble) == (NOW, "ErrorAccessDenied")
    assert kept.row_etag


async def test_a_delta_link_as_long_as_graphs_longest_is_kept(store: Store) -> None:
    link = f"https://graph.example/delta?$deltatoken={'x' * 10_000}"
    await store.save_watch(Watch(OAK, link))
    assert (await store.watch(OAK)).delta_link == link


async def test_of_two_pulls_the_second_is_stale(store: Store) -> None:
    await store.save_watch(Watch(OAK, "one"))
    with pytest.raises(Stale):
        await store.save_watch(Watch(OAK, "another one"))
    first = second = await store.watch(OAK)
    await store.save_watch(Watch(OAK, "two", row_etag=first.row_etag))
    with pytest.raises(Stale):
        await store.save_watch(Watch(OAK, "three", row_etag=second.row_etag))
    assert (await store.watch(OAK)).delta_link == "two"


# subscriptions


def subscribed(identity: str, **changes: object) -> Subscribed:
    return Subscribed(identity, OAK_ROOM.mailbox, OAK, "ab" * 32, NOW, **changes)


async def test_a_subscription_of_a_room_and_one_of_a_host(store: Store) -> None:
    of_a_room, of_a_host = subscribed("s-1"), Subscribed("s-2", ANA, None, "cd" * 32, NOW + HOUR)
    await store.save_subscription(of_a_room)
    await store.save_subscription(of_a_host)
    assert await store.subscription("s-1") == of_a_room
    assert sorted(await store.subscriptions(), key=lambda each: each.id) == [of_a_room, of_a_host]
    await store.forget_subscription("s-1")
    assert await store.subscriptions() == [of_a_host]


async def test_a_renewed_subscription_stands_once(store: Store) -> None:
    for expires in (NOW, NOW + HOUR):
        await store.save_subscription(Subscribed("s-1", ANA, None, "cd", expires))
    assert [each.expires for each in await store.subscriptions()] == [NOW + HOUR]


@pytest.mark.parametrize("key", TRICKY_KEYS)
async def test_a_subscription_of_any_id_can_be_looked_for(store: Store, key: str) -> None:
    assert await store.subscription(key) is None
    await store.save_subscription(subscribed(key))
    assert await store.subscription(key) == subscribed(key)


async def test_rooms_watches_and_subscriptions_do_not_mix(store: Store) -> None:
    await store.save_room(OAK_ROOM)
    await store.save_watch(Watch(OAK, "d"))
    await store.save_subscription(subscribed("s-1"))
    assert (await store.rooms(), await store.subscriptions()) == ([OAK_ROOM], [subscribed("s-1")])


# what people read


async def test_the_journal_tells_the_newest_first(store: Store) -> None:
    for minutes in (5, 0, 10, 7):
        await store.note(OAK, KEY, NOW + timedelta(minutes=minutes), Reason.EVENT_CHANGED, f"after {minutes}", "done")
    told = await store.journal(OAK, KEY)
    assert [entry["done"] for entry in told] == ["after 10", "after 7", "after 5", "after 0"]
    assert (told[-1]["at"], told[-1]["reason"], told[-1]["result"]) == (NOW, "changed in Outlook", "done")


async def test_a_microsecond_is_enough_to_tell_two_entries_apart(store: Store) -> None:
    for micro in range(3):
        await store.note(OAK, KEY, NOW + timedelta(microseconds=micro), Reason.IN_SYNC, str(micro), "done")
    assert [entry["done"] for entry in await store.journal(OAK, KEY)] == ["2", "1", "0"]


async def test_of_two_entries_of_one_moment_both_are_kept(store: Store) -> None:
    for done in ("one", "two"):
        await store.note(OAK, KEY, NOW, Reason.IN_SYNC, done, "done")
    assert {entry["done"] for entry in await store.journal(OAK, KEY)} == {"one", "two"}


async def test_each_link_has_a_journal_of_its_own(store: Store) -> None:
    await store.note(OAK, "1", NOW, Reason.IN_SYNC, "one", "done")
    assert await store.journal(OAK, "2") == []
    assert await store.journal(ELM_ROOM.id, "1") == []


@pytest.mark.parametrize("key", TRICKY_KEYS)
async def test_a_journal_of_any_key_can_be_read(store: Store, key: str) -> None:
    await store.note(RoomId(key), key, NOW, Reason.IN_SYNC, "nothing", "done")
    assert len(await store.journal(RoomId(key), key)) == 1


async def test_what_could_not_be_worked_is_kept_newest_first_and_each_once(store: Store) -> None:
    for number in (1, 2, 2):
        await store.keep("pull-room", f"m/{number}", f"text {number}", NOW + number * HOUR)
    await store.keep("sync-instance", "m/3", "text 3", NOW)
    assert [kept["message"] for kept in await store.kept("pull-room")] == ["text 2", "text 1"]
    assert [kept["message"] for kept in await store.kept("sync-instance")] == ["text 3"]


async def test_the_longest_message_a_queue_carries_can_be_kept(store: Store) -> None:
    await store.keep("pull-room", "m-1", "x" * 48 * 1024, NOW)
    assert len((await store.kept("pull-room"))[0]["message"]) == 48 * 1024


async def test_what_is_kept_is_told_in_the_log_without_its_text(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    await store.keep("pull-room", "m-1", "Salaries", NOW)
    assert "queue pull-room: a message was given up and is kept" in caplog.messages
    assert "Salaries" not in caplog.text


# storage is away


async def test_storage_that_is_away_is_tried_again_later() -> None:
    away = Store(*[Away()] * len(TABLES))
    saved = linked(row_etag='W/"1"')
    asked = [
        away.link(OAK, KEY),
        away.save_link(linked()),
        away.save_link(saved),
        away.rename_link(saved, linked(key="other")),
        away.save_room(OAK_ROOM),
        away.forget_room(OAK),
        away.watch(OAK),
        away.save_watch(Watch(OAK)),
        away.save_subscription(subscribed("s-1")),
        away.note(OAK, KEY, NOW, Reason.IN_SYNC, "nothing", "done"),
        away.keep("pull-room", "m-1", "text", NOW),
    ]
    for each in asked:
        with pytest.raises(Later, match="table-unreachable"):
            await each
