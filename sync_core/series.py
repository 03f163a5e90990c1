"""Which occurrence was which, when a whole series is moved. Pure.

Moving a series gives every occurrence a new original start, and so a new name. A booking is worth more than its name: catering,
visits and check-ins hang on its id. So what vanished from a series and what appeared in it are paired, and the link is renamed.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from sync_core.graph.events import Event
from sync_core.model import EventId, Link, State

NEARLY_ALL = 0.8
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def renamed(links: Sequence[Link], listed: Sequence[Event]) -> dict[EventId, str]:
    """The former key of each listed occurrence that took the place of one that vanished: one of the same day; and when no name is
    left as it was, as far away as most of them moved. One that has a tombstone comes back as itself.
    """
    present, known = {event.instance.key for event in listed}, {link.key for link in links}
    live = [link for link in links if link.state is not State.CLOSED]
    vanished = sorted((link for link in live if link.key not in present), key=_was_at)
    appeared = sorted((event for event in listed if event.instance.key not in known), key=lambda event: event.start)
    if len(vanished) == len(live):
        return _moved(vanished, appeared)
    by_day = {_was_at(link).date(): link.key for link in vanished}
    days = {event.id: event.original_start.date() for event in appeared if event.original_start}
    return {event: by_day[day] for event, day in days.items() if day in by_day}


def _moved(vanished: Sequence[Link], appeared: Sequence[Event]) -> dict[EventId, str]:
    """By the shortest distance that nearly all moved: at the edges of the window some come and go. What did not move so far takes
    what is left, in order, where the numbers agree.
    """
    distances = Counter(event.start - _was_at(link) for event in appeared for link in vanished)
    if not distances:
        return {}
    often = NEARLY_ALL * max(distances.values())
    distance = min((moved for moved, times in distances.items() if times >= often), key=abs)
    there = {_was_at(link) + distance: link for link in vanished}
    former = {event.id: there.pop(event.start).key for event in appeared if event.start in there}
    left = [event for event in appeared if event.id not in former]
    if len(left) == len(there):
        former |= {event.id: link.key for event, link in zip(left, there.values(), strict=True)}
    return former


def _was_at(link: Link) -> datetime:
    start = link.instance.original_start if link.instance else None
    return start or LONG_AGO
