"""calendarView/delta: what changed in a frozen window since a token was given out. Microsoft docs, event-delta.

A token holds all that a round needs. Versions number every change of the tenant, so a page begins after a (version, id)
and nothing is missed when items change between two pages: they come again, later in the round.
"""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from localdev.graph import series
from localdev.graph.call import Answer, Call, collection
from localdev.graph.errors import GraphError, JsonObject, wrong_parameter
from localdev.graph.preferences import Preferences
from localdev.graph.rendering import show_in_delta, show_removed
from localdev.graph.state import DeltaHabits, Event, Mailbox, Tenant
from localdev.graph.views import read_window

_PAGE = 10
_SKIP, _DELTA = "$skiptoken", "$deltatoken"
_WINDOW = ("startDateTime", "endDateTime")


class Token(NamedTuple):
    """`since`: changes up to there are known. `begun`: where the tenant stood when the round began. `after`: the last item
    given out, None before the first page."""

    mailbox: str
    start: str
    end: str
    generation: int
    since: int
    begun: int
    after: tuple[int, str] | None = None

    def written(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(self, separators=(",", ":")).encode()).decode()

    @property
    def window(self) -> tuple[datetime, datetime]:
        return datetime.fromisoformat(self.start), datetime.fromisoformat(self.end)


@dataclass(frozen=True)
class Entry:
    place: tuple[int, str]
    event: Event | None
    id: str

    def shown(self, prefer: Preferences) -> JsonObject:
        return show_in_delta(self.event, prefer) if self.event else show_removed(self.id, prefer)


def delta(call: Call, tenant: Tenant, mailbox: Mailbox) -> Answer:
    """$select, $filter, $orderby, $search, $expand and $top are refused: Microsoft docs, event-delta."""
    options = call.options(*_WINDOW, _SKIP, _DELTA)
    token = _token(options, tenant, mailbox)
    if token.after is None and _SKIP not in options and _DELTA not in options and tenant.delta.empty_first_page:
        # A first page may be empty and yet not the last. microsoft-graph-docs issue 2839
        return collection(call, [], next_link=call.link({_SKIP: token._replace(after=(0, "")).written()}))
    entries = sorted(_changes(mailbox, token, tenant.delta), key=lambda entry: entry.place)
    left = [entry for entry in entries if token.after is None or entry.place > tuple(token.after)]
    preferred = call.prefer.page_size or _PAGE
    page = left[: min(preferred, tenant.delta.most_per_page or preferred)]
    shown = [entry.shown(call.prefer) for entry in page]
    if len(left) > len(page):
        return collection(call, shown, next_link=call.link({_SKIP: token._replace(after=page[-1].place).written()}))
    done = token._replace(since=tenant.version, begun=tenant.version, after=None)
    return collection(call, shown, delta_link=call.link({_DELTA: done.written()}))


def _token(options: dict[str, str], tenant: Tenant, mailbox: Mailbox) -> Token:
    text = options.get(_SKIP) or options.get(_DELTA)
    if text is None:
        since, until = read_window(options)
        window = (since.isoformat(), until.isoformat())
        return Token(mailbox.address, *window, mailbox.delta_generation, 0, tenant.version)
    for name in _WINDOW:
        if name in options:  # a link is to be used as it is: microsoft-graph-docs issue 10328, msgraph-sdk-php issue 1575
            raise wrong_parameter(name[:1].upper() + name[1:], options[name])
    token = _read(text)
    if token.generation != mailbox.delta_generation or token.mailbox != mailbox.address:
        message = f"The sync state generation is not found; generation={token.generation};[highest={mailbox.delta_generation}]."
        raise GraphError(410, "SyncStateNotFound", message)  # microsoft-graph-docs issue 2350
    return token._replace(begun=tenant.version) if _DELTA in options else token


def _read(text: str) -> Token:
    try:
        token = Token(*json.loads(base64.urlsafe_b64decode(text)))
        return token._replace(after=(int(token.after[0]), str(token.after[1])) if token.after else None)
    except (ValueError, TypeError, IndexError, binascii.Error):
        raise wrong_parameter("SyncState", text) from None


def _changes(mailbox: Mailbox, token: Token, habits: DeltaHabits) -> Iterator[Entry]:
    since, until = token.window
    for event in list(mailbox.events.values()):
        if event.version <= token.since:
            continue
        occurrences = _occurrences(mailbox, event, since, until)
        if event.details.recurrence is not None and not habits.bare_master:
            yield from (Entry((item.version, item.id), item, item.id) for item in occurrences)
        if occurrences or (event.details.recurrence is None and series.overlaps(event, since, until)):
            yield Entry((event.version, event.id), event, event.id)
        elif event.version > token.begun or token.since:
            # Also what is merely outside the window is called removed. microsoft-graph-docs issue 6599
            yield Entry((event.version, event.id), None, event.id)
    yield from _removals(mailbox, token)


def _occurrences(mailbox: Mailbox, event: Event, since: datetime, until: datetime) -> list[Event]:
    if event.details.recurrence is None:
        return []
    return list(series.bare_occurrences(mailbox, event, since, until))


def _removals(mailbox: Mailbox, token: Token) -> Iterator[Entry]:
    """A first round has nothing to take back but what went while it lasted."""
    since, until = token.window
    for grave in mailbox.tombstones:
        known = grave.version > (token.since or token.begun)
        inside = grave.start is None or grave.end is None or (grave.start < until and grave.end > since)
        if known and inside and not _alive(mailbox, grave.id):
            yield Entry((grave.version, grave.id), None, grave.id)


def _alive(mailbox: Mailbox, event_id: str) -> bool:
    try:
        series.find(mailbox, event_id)
    except GraphError:
        return False
    return True
