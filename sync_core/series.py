"""Which occurrence was which, when a whole series is moved. Pure.

Moving a series gives every occurrence a new original start, and so a new name. A booking is worth more than its name: catering,
visits and check-ins hang on its id. So what vanished from a series and what appeared in it are paired, and the link is renamed.
"""

from collections.abc import Sequence

from sync_core.graph.events import Event
from sync_core.model import EventId, Link, State


def renamed(links: Sequence[Link], listed: Sequence[Event]) -> dict[EventId, str]:
    """The former key of each listed occurrence that took the place of one that vanished: one of the same day; and when no name is
    left as it was and the number is the same, the first of the first, and so on. One that has a tombstone comes back as itself.
    """
    present, known = {event.instance.key for event in listed}, {link.key for link in links}
    live = [link for link in links if link.state is not State.CLOSED]
    vanished = sorted((link for link in live if link.key not in present), key=lambda link: link.key)
    appeared = sorted((event for event in listed if event.instance.key not in known), key=lambda event: event.start)
    if len(vanished) == len(live) == len(appeared):
        return {event.id: link.key for event, link in zip(appeared, vanished, strict=True)}
    by_day = {
        link.instance.original_start.date(): link.key for link in vanished if link.instance and link.instance.original_start
    }
    days = {event.id: event.original_start.date() for event in appeared if event.original_start}
    return {event: by_day[day] for event, day in days.items() if day in by_day}
