"""Whatever comes to the doors, to the operators' functions, out of a queue or out of the settings: it is answered, or refused in
our own words. And whatever is remembered comes back as it was.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core import queues
from sync_core.asking import Unclear, moment, named, order_of, page_number
from sync_core.errors import Malformed
from sync_core.model import Address, Instance, Link, RoomId
from sync_core.queues import PullRoom, SyncInstance, SyncSeries
from sync_core.settings import Settings, SettingsError
from sync_core.store import TABLES, Store
from tests.scenarios.in_process import ENVIRONMENT
from tests.security.conforming import astray
from tests.security.fuzz import cases
from tests.security.mutants import ODD, bodies, mutants
from tests.storage_twin import TableTwin
from tests.unit.doors import Doors, notification
from tests.unit.examples import MEETING, NOW, OAK, OAK_ROOM, linked

HINT = notification(resourceData={"id": "AAMk1"}, lifecycleEvent="missed")
HOST = notification(subscriptionId="s-ana", resourceData={"id": "AAMk1"}, lifecycleEvent="subscriptionRemoved")
POSTED = {"Booking_Id": "B|1", "Node_Id": 11, "@odata.etag": 'W/"1"'}
DOORS = {
    "graph_notifications": {"value": [HINT, HOST]},
    "graph_lifecycle": {"value": [HINT, HOST]},
    "ibss_bookings": {"value": [POSTED, POSTED]},
}


@pytest.mark.parametrize("door", DOORS)
def test_a_door_answers_whatever_comes(door: str) -> None:
    statuses = set()

    async def answered(doors: Doors, body: bytes) -> int:
        query: Any = {} if door == "ibss_bookings" else {"query": {}}
        doors.pull.sent, doors.sync.sent = [], []
        reply = await getattr(doors.intake, door)(**query, body=body)
        assert all(list(astray(work, type(work))) == [] for work in doors.queued())
        assert reply.status == 202 or doors.queued() == []
        return int(reply.status)

    with asyncio.Runner() as runner:
        doors = runner.run(Doors().open())

        @cases
        @given(bodies(DOORS[door], POSTED))
        def holds(body: bytes) -> None:
            statuses.add(runner.run(answered(doors, body)))

        holds()
    assert statuses == {202, 400}


SERIES = {"room": "A|1", "since": "2026-03-02T10:00:00+00:00", "until": "2026-03-09T10:00:00+00:00", "uid": "u", "attempt": 2}
SERIES |= {"occurrences": [{"event": "AAMk1", "key": "u@20260302T100000Z"}, {"key": "k", "was": "k2", "removed": True}]}
INSTANCE = {"room": "A|1", "event": "AAMk1", "key": "u", "removed": True, "attempt": 1, "last_error": "Later busy"}
PULL = {"room": "A|1", "fresh": True, "attempt": 3}
MESSAGES: dict[str, tuple[Callable[[str], Any], Any, Any]] = {
    "pull-room": (lambda text: queues.decode(PullRoom, text), PullRoom, PULL),
    "sync-instance": (queues.decode_sync, SyncInstance | SyncSeries, INSTANCE),
    "sync-instance, a series": (queues.decode_sync, SyncInstance | SyncSeries, SERIES),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_decoded_into_what_its_type_says_or_refused(name: str) -> None:
    decode, kind, good = MESSAGES[name]
    outcomes = set()

    @cases
    @given(bodies(good, {"booking": "B|1", "node": "11", "posted": 'W/"1"'}))
    def holds(body: bytes) -> None:
        try:
            work = decode(body.decode(errors="replace"))
        except Malformed:
            outcomes.add("refused")
            return
        outcomes.add("decoded")
        assert list(astray(work, kind)) == []
        if isinstance(work, SyncSeries):
            assert [datetime.fromisoformat(time).utcoffset() for time in (work.since, work.until)] != [None, None]

    holds()
    assert outcomes == {"refused", "decoded"}


@cases
@given(bodies({"room": "A|1", "release_brake": "yes"}))
def test_an_order_is_a_few_texts_or_unclear(body: bytes) -> None:
    try:
        order = order_of(body, {"room", "building", "release_brake"})
    except Unclear:
        return
    assert order.keys() <= {"room", "building", "release_brake"}
    assert all(value and value.isprintable() for value in order.values())


@cases
@given(mutants("2026-03-09T14:30 01:00", "2026-03-09T14:30", "7").filter(lambda text: isinstance(text, str)))
def test_a_question_is_read_or_unclear(text: str) -> None:
    for read in (lambda: named({"x": text}, "x"), lambda: page_number({"page": text}), lambda: moment(text, OAK_ROOM)):
        try:
            told = read()
        except Unclear:
            continue
        assert told is None or (told.tzinfo if isinstance(told, datetime) else str(told).isprintable())


SECRET = "canary-secret"
KEYS = {"AzureWebJobsStorage", "GRAPH_TOKEN", "IBSS_API_KEY"}


@cases
@given(
    st.dictionaries(
        st.sampled_from(sorted(ENVIRONMENT)), st.sampled_from(ODD).filter(lambda odd: isinstance(odd, str)) | st.text(max_size=30)
    )
)
def test_settings_are_read_or_refused_and_no_key_is_repeated(changes: Any) -> None:
    environment = ENVIRONMENT | {name: f"{SECRET}:{name}:{value}" for name, value in changes.items()}
    try:
        told = str(Settings.from_environment(environment))
    except SettingsError as refusal:
        told = str(refusal)
    assert not any(f"{SECRET}:{name}:" in told for name in KEYS)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
LONG = TEXTS | st.builds(lambda text: text * 700, TEXTS)


@cases
@given(uid=LONG, subject=LONG, room=TEXTS, guests=st.frozensets(TEXTS, max_size=5), day=st.none() | st.just(NOW))
def test_a_link_comes_back_as_it_was_whatever_is_in_it(
    uid: str, subject: str, room: str, guests: frozenset[Address], day: datetime | None
) -> None:
    essence = replace(MEETING, room=RoomId(room), subject=subject, people=guests, linked=frozenset({OAK}))
    instance = Instance(uid, day)
    link = linked(room=RoomId(room), key=instance.key, base=essence, kept=essence, instance=instance)

    async def told() -> Link | None:
        store = Store(*(TableTwin() for _ in TABLES))
        await store.save_link(link)
        await store.remember_room(link.key, link.room)
        assert await store.rooms_of(link.key) == [room]
        return await store.link(link.room, link.key)

    assert asyncio.run(told()) == link
