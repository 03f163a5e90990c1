"""The occurrences of a series in as few messages as they fit into."""

from datetime import UTC, datetime, timedelta

import pytest

from sync_core.batches import Part, works
from sync_core.model import EventId, RoomId
from sync_core.queues import Occurrence, Queues, SyncSeries, decode_sync
from tests.storage_twin import QueueTwin

FIRST = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LONGEST_MESSAGE = 64 * 1024
"""Bytes (Microsoft docs, scalability targets for queues)."""


def occurrences(number: int, event: int, uid: int) -> list[Part]:
    """With names that are so many characters long; all were moved, so that each has two."""
    found = []
    for day in range(number):
        start, name = FIRST + timedelta(days=day), "u" * uid
        key, was = f"{name}@{start:%Y%m%dT%H%M%SZ}", f"{name}@{start:%Y%m%dT%H%M%S}+"
        told = Occurrence(EventId(f"{day:0{event}}"), key, was)
        found.append(Part(told, start, start + timedelta(hours=1), series=EventId("m" * event)))
    return found


@pytest.mark.parametrize(
    ("event", "uid", "messages"),
    [
        pytest.param(152, 112, 3, id="names as Exchange gives them"),
        pytest.param(250, 112, 3, id="long ids"),
        pytest.param(250, 500, 7, id="a series that another program has named"),
    ],
)
async def test_S12_a_message_is_never_longer_than_a_queue_takes_and_none_is_left_out(event: int, uid: int, messages: int) -> None:
    queue = QueueTwin(lambda: FIRST)
    queues, parts = Queues(queue, queue), occurrences(200, event, uid)
    for work in works(RoomId("R"), parts):
        await queues.send(work)
    told = [decode_sync(text) for text in queue.sent]
    assert [one for work in told if isinstance(work, SyncSeries) for one in work.occurrences] == [p.occurrence for p in parts]
    assert max(len(text.encode()) for text in queue.sent) <= LONGEST_MESSAGE
    assert len(queue.sent) == messages
