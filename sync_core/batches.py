"""Work on many occurrences of one series is done together: in batches that one message and a few pages hold."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from sync_core.model import EventId, Link, RoomId
from sync_core.queues import Occurrence, SyncInstance, SyncSeries, SyncWork

FEW = 3
"""So many are looked at one by one: to read ahead for them would not be less."""
TOGETHER = 80
"""A page of either side holds a hundred. The last is worked with what was read before the first."""
LARGEST = 44_000
"""Characters that the occurrences of one message take: it holds 64 KiB, and what stands around them is left room."""


@dataclass(frozen=True, slots=True)
class Part:
    """An occurrence, when it is, and the series that it is of: by its master's id in the room, or by its iCalUId."""

    occurrence: Occurrence
    start: datetime
    end: datetime
    series: EventId | None = None
    uid: str | None = None


def part_of(link: Link, *, removed: bool = False) -> Part | None:
    """The occurrence that a link is of; None when it is a single meeting's."""
    instance = link.instance
    if instance is None or instance.original_start is None:
        return None
    slot = link.base.slot if link.base else None
    start, end = (slot.start, slot.end) if slot else (instance.original_start, instance.original_start)
    return Part(Occurrence(link.room_event_id, link.key, removed=removed), start, end, uid=instance.ical_uid)


def works(room: RoomId, parts: Iterable[Part]) -> Iterator[SyncWork]:
    series: defaultdict[tuple[EventId | None, str | None], dict[Occurrence, Part]] = defaultdict(dict)
    for part in parts:
        series[part.series, part.uid][part.occurrence] = part
    for (master, uid), members in series.items():
        for batch in _batches(sorted(members.values(), key=lambda part: part.start)):
            yield from _work(room, master, uid, batch)


def _batches(parts: Iterable[Part]) -> Iterator[tuple[Part, ...]]:
    batch: list[Part] = []
    size = 0
    for part in parts:
        more = len(json.dumps(asdict(part.occurrence)))
        if len(batch) == TOGETHER or (batch and size + more > LARGEST):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(part)
        size += more
    if batch:
        yield tuple(batch)


def _work(room: RoomId, master: EventId | None, uid: str | None, batch: tuple[Part, ...]) -> Iterator[SyncWork]:
    occurrences = tuple(part.occurrence for part in batch)
    if len(batch) <= FEW:
        yield from (single(room, occurrence) for occurrence in occurrences)
    else:
        since, until = min(part.start for part in batch), max(part.end for part in batch)
        yield SyncSeries(room, since.isoformat(), until.isoformat(), occurrences, master, uid)


def single(room: RoomId, occurrence: Occurrence) -> SyncInstance:
    return SyncInstance(room, event=occurrence.event, key=occurrence.key, was=occurrence.was, removed=occurrence.removed)
