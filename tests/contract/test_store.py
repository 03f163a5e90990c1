"""One suite for what is remembered, over the in-memory twin and over Azurite: the twin is held to its word."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync_core.errors import Later, Stale
from sync_core.model import Address, BookingId, Essence, Instance, Link, Reason, RoomId, Side, Slot, State
from sync_core.store import Store
from sync_core.tables import decode, encode
from tests.contract.keys import TRICKY_KEYS
from tests.unit.examples import ANA, BEN, ELM, MEETING, NOW, OAK, VERA, linked, meeting, slot

row = pytest.param

# links


async def test_before_anything_is_written_there_is_nothing(store: Store) -> None:
    assert await store.link(OAK, "1") is None
    assert await store.links(OAK) == []
    assert await store.link_of_booking(BookingId("B|1")) is None
    assert await store.link_of_room_event(OAK, "AAMk1") is None


FULL = linked(
    detail="BookingInPast",
    base=meeting(slot=slot(2.25), people=frozenset({BEN, VERA})),
    kept=meeting(subject="Rev", slot=slot(2.25), people=frozenset({BEN})),
    refused=meeting(slot=slot(3)),
    intent=meeting(slot=Slot(NOW, NOW + timedelta(days=1), all_day=True), private=True),
    instance=Instance("040000", datetime(2026, 3, 1, 10, tzinfo=UTC)),
    organiser=ANA,
    room_event_id="AAMkR",
    event_etag='W/"7"',
    booking_id="B|1/2",
    node_id="11",
    booking_etag='W/"8"',
    generation=3,
)
CROWD = meeting(people=frozenset(Address(f"{'somebody' * 7}{number}@{'long-' * 20}name.example") for number in range(500)))
LINKS = [
    row(Link(OAK, "1", Side.IBSS), id="as little as there can be"),
    row(FULL, id="as much as there can be"),
    row(linked(base=CROWD, kept=MEETING, intent=CROWD), id="as many people as an event takes, with long addresses"),
    row(linked(base=None, kept=MEETING), id="a base on the one side only"),
    row(linked(kept=None), id="a base on the other side only"),
    *(row(linked(state=state), id=state) for state in State),
    *(row(linked(reason=reason), id=reason.name) for reason in (Reason.REMADE, Reason.REFUSED)),
]


@pytest.mark.parametrize("link", LINKS)
async def test_a_link_is_read_as_it_was_saved(store: Store, link: Link) -> None:
    saved = await store.save_link(link)
    assert saved.row_etag
    assert await store.link(link.room, link.key) == link
    assert (await store.link(link.room, link.key)).row_etag == saved.row_etag


async def test_a_text_that_is_too_long_for_a_table_is_refused(store: Store) -> None:
    with pytest.raises(Later):
        await store.note(OAK, "1", NOW, Reason.REFUSED, "x" * (32 * 1024 + 1), "")
    await store.note(OAK, "1", NOW, Reason.REFUSED, "x" * 32 * 1024, "")


@pytest.mark.parametrize("key", TRICKY_KEYS)
async def test_any_room_key_and_booking_can_be_found_again(store: Store, key: str) -> None:
    link = linked(room=RoomId(key), key=key, booking_id=BookingId(key), instance=Instance(key))
    await store.save_link(link)
    await store.point(BookingId(key), link, None)
    assert await store.link(RoomId(key), key) == link
    assert await store.links(RoomId(key)) == [link]
    assert await store.link_of_booking(BookingId(key)) == link


@pytest.mark.parametrize("key", TRICKY_KEYS)
def test_an_encoded_key_holds_nothing_that_a_table_or_an_address_minds(key: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.~=-]+", encode(key))
    assert decode(encode(key)) == key


async def test_keys_that_look_alike_once_encoded_are_kept_apart(store: Store) -> None:
    alike = [linked(key=key) for key in ("a/b", "a=2Fb", "a%2Fb", "a%3D2Fb")]
    for link in alike:
        await store.save_link(link)
    assert sorted(link.key for link in await store.links(OAK)) == sorted(link.key for link in alike)


async def test_a_meeting_of_many_people_is_kept_whole(store: Store) -> None:
    """500 is the most that Graph lets a meeting have."""
    crowd: Essence = meeting(people=frozenset(f"person-{number}@fabrikam.example" for number in range(500)))
    await store.save_link(linked(base=crowd, intent=crowd))
    assert (await store.link(OAK, linked().key)).base == crowd


async def test_of_two_workers_who_make_a_link_the_second_is_stale(store: Store) -> None:
    await store.save_link(linked())
    with pytest.raises(Stale):
        await store.save_link(linked(detail="second"))
    assert (await store.link(OAK, linked().key)).detail == ""


async def test_of_two_workers_who_change_a_link_the_second_is_stale(store: Store) -> None:
    first = second = await store.save_link(linked())
    await store.save_link(replace(first, detail="first"))
    with pytest.raises(Stale):
        await store.save_link(replace(second, detail="second"))
    assert (await store.link(OAK, linked().key)).detail == "first"


async def test_a_worker_may_save_again_what_it_has_saved(store: Store) -> None:
    saved = await store.save_link(linked())
    for detail in ("one", "two"):
        saved = await store.save_link(replace(saved, detail=detail))
    assert (await store.link(OAK, linked().key)).detail == "two"


async def test_a_value_that_is_taken_back_is_gone(store: Store) -> None:
    saved = await store.save_link(FULL)
    bare = replace(Link(FULL.room, FULL.key, FULL.born), row_etag=saved.row_etag)
    await store.save_link(bare)
    assert await store.link(FULL.room, FULL.key) == bare


async def test_a_link_that_vanished_meanwhile_is_stale(store: Store) -> None:
    saved = await store.save_link(linked())
    await store.rename_link(saved, replace(saved, key="other"))
    with pytest.raises(Stale):
        await store.save_link(replace(saved, detail="late"))
    assert await store.link(OAK, saved.key) is None


# other names


async def test_within_a_room_a_renamed_link_stands_under_its_new_name_only(store: Store) -> None:
    saved = await store.save_link(linked(key="t-1"))
    renamed = await store.rename_link(saved, replace(saved, key="040000", detail="renamed"))
    assert await store.links(OAK) == [replace(saved, key="040000", detail="renamed")]
    assert (await store.save_link(replace(renamed, detail="again"))).detail == "again"


async def test_across_rooms_a_tombstone_is_left_under_the_old_name(store: Store) -> None:
    saved = await store.save_link(FULL)
    renamed = await store.rename_link(saved, replace(saved, room=ELM, detail="renamed"))
    assert await store.link(ELM, FULL.key) == replace(FULL, room=ELM, detail="renamed")
    left = await store.link(OAK, FULL.key)
    assert left is not None
    assert (left.state, left.booking_id, left.base, left.kept, left.intent) == (State.CLOSED, None, None, None, None)
    assert (await store.save_link(replace(renamed, detail="again"))).detail == "again"


@pytest.mark.parametrize("old_room", [OAK, ELM], ids=["within the room", "across rooms"])
async def test_a_tombstone_gives_its_name_away_and_what_follows_it_counts_on(store: Store, old_room: RoomId) -> None:
    await store.save_link(linked(key="040000", state=State.CLOSED, generation=4))
    saved = await store.save_link(linked(room=old_room, key="t-1", generation=1))
    renamed = await store.rename_link(saved, replace(saved, room=OAK, key="040000"))
    assert await store.link(OAK, "040000") == renamed
    assert (renamed.state, renamed.generation) == (State.LINKED, 5)


async def test_within_a_room_a_stale_rename_changes_nothing(store: Store) -> None:
    saved = await store.save_link(linked(key="t-1"))
    await store.save_link(replace(saved, detail="faster"))
    with pytest.raises(Stale):
        await store.rename_link(saved, replace(saved, key="040000"))
    assert [(link.key, link.detail) for link in await store.links(OAK)] == [("t-1", "faster")]


@pytest.mark.parametrize("room", [OAK, ELM], ids=["within the room", "across rooms"])
async def test_a_name_that_is_taken_is_not_taken_over(store: Store, room: RoomId) -> None:
    saved = await store.save_link(linked(key="t-1"))
    await store.save_link(linked(room=room, key="040000", detail="was here"))
    with pytest.raises(Stale):
        await store.rename_link(saved, replace(saved, room=room, key="040000"))
    assert (await store.link(room, "040000")).detail == "was here"
    assert await store.link(OAK, "t-1") == saved


async def test_across_rooms_a_stale_rename_does_not_bury_what_was_faster(store: Store) -> None:
    saved = await store.save_link(linked(key="t-1"))
    faster = await store.save_link(replace(saved, detail="faster"))
    with pytest.raises(Stale):
        await store.rename_link(saved, replace(saved, room=ELM, key="040000"))
    assert await store.link(OAK, "t-1") == faster


async def test_a_pointer_leads_to_the_link_wherever_it_moves(store: Store) -> None:
    booking = BookingId("B|1")
    saved = await store.save_link(linked(key="t-1", booking_id=booking))
    await store.point(booking, saved, None)
    moved = await store.rename_link(saved, replace(saved, room=ELM, key="040000"))
    assert await store.link_of_booking(booking) is None
    await store.point(booking, moved, saved)
    assert await store.link_of_booking(booking) == moved


async def test_a_pointer_to_a_link_that_has_another_booking_by_now_leads_nowhere(store: Store) -> None:
    saved = await store.save_link(linked(booking_id=BookingId("B|2")))
    await store.point(BookingId("B|1"), saved, None)
    assert await store.link_of_booking(BookingId("B|1")) is None


async def test_a_pointer_may_be_written_before_its_link_has_the_booking(store: Store) -> None:
    begun = await store.save_link(linked(state=State.CREATING, generation=2))
    await store.point(BookingId("B|1"), begun, None)
    assert await store.link_of_booking(BookingId("B|1")) == replace(begun, booking_id="B|1")


@pytest.mark.parametrize("by_now", [{"generation": 3}, {"state": State.LINKED}, {"booking_id": "B|2"}], ids=str)
async def test_a_pointer_to_what_was_begun_anew_leads_nowhere(store: Store, by_now: dict[str, object]) -> None:
    begun = await store.save_link(linked(state=State.CREATING, generation=2))
    await store.point(BookingId("B|1"), begun, None)
    await store.save_link(replace(begun, **by_now))
    assert await store.link_of_booking(BookingId("B|1")) is None


@pytest.mark.parametrize("key", TRICKY_KEYS)
async def test_the_rooms_of_a_meeting_are_remembered_each_once(store: Store, key: str) -> None:
    assert await store.rooms_of(key) == []
    for room in (RoomId(key), ELM, ELM):
        await store.remember_room(key, room)
    assert sorted(await store.rooms_of(key)) == sorted([RoomId(key), ELM])
    assert await store.links(ELM) == []


async def test_links_are_listed_by_room_and_pointers_are_not_among_them(store: Store) -> None:
    for link in (linked(key="1"), linked(key="2"), linked(room=ELM, key="3")):
        await store.point(BookingId(link.key), await store.save_link(link), None)
    assert sorted(link.key for link in await store.links(OAK)) == ["1", "2"]
    assert [link.key for link in await store.links(ELM)] == ["3"]


async def test_a_link_is_found_by_its_event_in_the_room(store: Store) -> None:
    await store.save_link(linked(key="1", room_event_id="AAMk'1"))
    await store.save_link(linked(key="2", room_event_id="AAMk2"))
    found = await store.link_of_room_event(OAK, "AAMk'1")
    assert found is not None
    assert found.key == "1"
    assert await store.link_of_room_event(ELM, "AAMk'1") is None


async def test_a_booking_that_is_another_links_is_not_taken_over(store: Store) -> None:
    owner = await store.save_link(linked(key="1", booking_id=BookingId("B|1")))
    await store.point(BookingId("B|1"), owner, None)
    with pytest.raises(Stale):
        await store.point(BookingId("B|1"), linked(key="2", booking_id=BookingId("B|1")), None)
    assert await store.link_of_booking(BookingId("B|1")) == owner


async def test_who_pointed_and_did_not_save_cannot_save_after_another_has_pointed(store: Store) -> None:
    slow = linked(key="1", booking_id=BookingId("B|1"))
    await store.point(BookingId("B|1"), slow, None)
    other = linked(key="2", booking_id=BookingId("B|1"))
    await store.point(BookingId("B|1"), other, None)
    with pytest.raises(Stale):
        await store.save_link(slow)
    assert await store.link_of_booking(BookingId("B|1")) is None
    saved = await store.save_link(other)
    assert await store.link_of_booking(BookingId("B|1")) == saved


async def test_a_booking_whose_move_was_never_saved_is_found_where_it_was(store: Store) -> None:
    owner = await store.save_link(linked(key="1", booking_id=BookingId("B|1")))
    await store.point(BookingId("B|1"), replace(owner, room=ELM), owner)
    assert await store.link_of_booking(BookingId("B|1")) == owner
