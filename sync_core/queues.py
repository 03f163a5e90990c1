"""The two work messages and the queues that carry them.

Messages are sent with the queue SDK, not with output bindings: those run after the function has returned, so that a delta link
could be saved without its messages.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import MISSING, asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from sync_core.errors import Later, Malformed, Refused, SyncError
from sync_core.http import moment
from sync_core.model import Address, BookingId, EventId, NodeId, RoomId

PULL_ROOM = "pull-room"
SYNC_INSTANCE = "sync-instance"

API_VERSION = "2021-12-02"
"""An old one that every Azurite speaks; nothing newer is used."""

FIRST_WAIT, LONGEST_WAIT = 5.0, 600.0
LONGEST_ASKED = 6 * 3600.0
"""Seconds. A longer Retry-After is waited for in pieces; a queue hides a message for a week at most."""

MOST_ATTEMPTS = 12
"""With the waits between them about an hour. Then the message goes where a person sees it."""


LATE = timedelta(minutes=5)
"""In a queue: then there is more work than hands, and somebody should know."""


@dataclass(frozen=True, slots=True)
class PullRoom:
    """Read what changed in a room's calendar, or which linked meetings changed in a host's. `fresh`: read the whole window, not
    only what changed. `resubscribe`: Graph has asked for the subscription to be renewed or made again first.
    """

    room: RoomId | None = None
    host: Address | None = None
    fresh: bool = False
    resubscribe: bool = False
    attempt: int = 0
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One of a series: its id in the room's mailbox, its link's key, and the key that it had before the series was moved."""

    event: EventId | None = None
    key: str | None = None
    was: str | None = None
    removed: bool = False


@dataclass(frozen=True, slots=True)
class SyncInstance:
    """Bring one meeting together. It names where to look: a copy in a room's mailbox or in a host's, a link, or a booking.
    `was` is the key of the link that this occurrence had before its series was moved; `posted` is the etag of the booking as it
    was told: often it is our own write that comes back. `removed`: the room's calendar told that it is gone.
    """

    room: RoomId | None = None
    host: Address | None = None
    event: EventId | None = None
    key: str | None = None
    was: str | None = None
    booking: BookingId | None = None
    node: NodeId | None = None
    posted: str | None = None
    removed: bool = False
    attempt: int = 0
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class SyncSeries:
    """Bring some occurrences of one series together, in one go: then each side is read in pages, and not once for each of them.
    `series` is the master's id in the room's mailbox, `uid` its iCalUId: one of them is known. They all are, or were, between
    `since` and `until` (ISO 8601).
    """

    room: RoomId
    since: str
    until: str
    occurrences: tuple[Occurrence, ...]
    series: EventId | None = None
    uid: str | None = None
    attempt: int = 0
    last_error: str = ""


log = logging.getLogger(__name__)

type SyncWork = SyncInstance | SyncSeries
type Work = PullRoom | SyncWork


def read(queue: str, text: str) -> Work:
    """What one of the two queues carries. Raises Malformed."""
    return decode(PullRoom, text) if queue == PULL_ROOM else decode_sync(text)


def decode_sync(text: str) -> SyncWork:
    """What the queue sync-instance carries. Raises Malformed."""
    try:
        told = json.loads(text)
        if "occurrences" not in told:
            return decode(SyncInstance, text)
        occurrences = tuple(_checked(Occurrence(**occurrence)) for occurrence in told["occurrences"])
        work = SyncSeries(**told | {"occurrences": occurrences})
        spans = [moment(told).utcoffset() for told in (work.since, work.until)]
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed("message", type(error).__name__) from error
    if not occurrences or None in spans:
        raise Malformed("message", "a series without occurrences or times")
    return _checked(work)


def decode[Kind: (PullRoom, SyncInstance)](kind: type[Kind], text: str) -> Kind:
    """Raises Malformed when the text is not such a message: whoever wrote it into the queue, it was not this service."""
    try:
        return _checked(kind(**json.loads(text)))
    except (ValueError, TypeError, RecursionError) as error:
        raise Malformed("message", type(error).__name__) from error


def _checked[Told: (PullRoom, SyncInstance, SyncSeries, Occurrence)](told: Told) -> Told:
    """What has no default, or None, is a text. Raises Malformed for what is not, and for half a character."""
    for member in fields(told):
        value, usual = getattr(told, member.name), member.default
        kind = str if usual is None or usual is MISSING else type(usual)
        good = type(value) is kind or (value is None and usual is None) or isinstance(value, tuple)
        if not good or (isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value)):
            raise Malformed("message", f"{member.name} is of the wrong type")
    return told


def again(work: Work, error: SyncError) -> tuple[Work, float]:
    """The same work and the seconds to wait for it: what the other side asked for, or longer each time. Raises the error itself
    when it has been tried often enough.
    """
    if work.attempt + 1 >= MOST_ATTEMPTS:
        raise error
    asked = error.after if isinstance(error, Later) and error.after is not None else 0.0
    wait = max(min(asked, LONGEST_ASKED), min(LONGEST_WAIT, FIRST_WAIT * 2**work.attempt))
    return replace(work, attempt=work.attempt + 1, last_error=f"{type(error).__name__} {error.code}"), wait


def tell_if_late(work: Work, queued: datetime | None, now: datetime) -> None:
    """Of what comes for the first time: a repeat was to wait."""
    waited = now - queued.astimezone(UTC) if queued else timedelta()
    if work.attempt == 0 and waited > LATE:
        log.warning("%s waited %d s in its queue", type(work).__name__, waited.total_seconds())


class Queues:
    """Sends work. Raises Later when it could not be queued for certain."""

    def __init__(self, pull_room: QueueClient, sync_instance: QueueClient) -> None:
        self._clients = {PullRoom: pull_room, SyncInstance: sync_instance, SyncSeries: sync_instance}

    @classmethod
    def of(cls, service: QueueServiceClient) -> Self:
        """Texts go as they are: were they base64, the host would hide whatever is not from the keepers of its poison queues, and
        so from everybody (azure-sdk-for-net, QueueListener; host.json, messageEncoding).
        """
        return cls(service.get_queue_client(PULL_ROOM), service.get_queue_client(SYNC_INSTANCE))

    async def send(self, work: Work, wait: float = 0) -> None:
        client = self._clients[type(work)]
        text = json.dumps(_sparse(work))
        try:
            try:
                await client.send_message(text, visibility_timeout=int(wait))
            except ResourceNotFoundError:
                await _create(client)
                await client.send_message(text, visibility_timeout=int(wait))
        except AzureError as error:
            raise Later("queue-unreachable", type(error).__name__) from error

    async def attempt[Kind: Work](self, use_case: Callable[[Kind], Awaitable[None]], work: Kind) -> None:
        """Does the work; what time may cure goes back into the queue, and all else goes to the host, which keeps it."""
        try:
            await use_case(work)
        except (Refused, Malformed):
            raise
        except SyncError as error:
            repeated, wait = again(work, error)
            log.info("%s is tried again in %d s: %s", type(work).__name__, wait, error)
            await self.send(repeated, wait)


async def _create(client: QueueClient) -> None:
    try:
        await client.create_queue()
    except ResourceExistsError:
        return


def _sparse(work: Work) -> dict[str, Any]:
    """What is not set is left out. A tuple of occurrences becomes a list of the like."""
    told = {name: value for name, value in asdict(work).items() if value}
    if isinstance(work, SyncSeries):
        told["occurrences"] = [{name: text for name, text in asdict(one).items() if text} for one in work.occurrences]
    return told
