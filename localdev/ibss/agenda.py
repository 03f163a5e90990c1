"""What is still to happen, soonest first. Nothing here runs by itself: `run_due` of the simulator works it off."""

import heapq
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class AutoCancel:
    """The moment to look whether somebody has checked in."""

    booking_id: str


@dataclass(frozen=True)
class Post:
    """One record to be posted to the service; `attempt` counts from 0."""

    record: str
    attempt: int = 0


type Item = AutoCancel | Post


@dataclass
class Agenda:
    _heap: list[tuple[datetime, int, Item]] = field(default_factory=list)
    _count: int = 0

    def add(self, due: datetime, item: Item) -> None:
        """Items of the same moment keep the order in which they were added."""
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, item))

    def next_due(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: datetime) -> Item | None:
        if self._heap and self._heap[0][0] <= now:
            return heapq.heappop(self._heap)[2]
        return None

    def items(self) -> list[tuple[datetime, Item]]:
        return [(due, item) for due, _, item in sorted(self._heap, key=lambda entry: entry[:2])]

    def posts_waiting(self) -> int:
        return sum(isinstance(item, Post) for _, _, item in self._heap)
