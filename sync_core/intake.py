"""The doors: what Graph and IBSS send us is checked, queued and answered. Nothing is believed of it but where to look.

Kept light: a cold start must answer Graph's handshake within 10 s and a notification within 3 s (Microsoft docs,
change-notifications-delivery-webhooks).
"""

import html
import json
import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sync_core.errors import Later
from sync_core.model import BookingId, EventId, NodeId
from sync_core.queues import PullRoom, Queues, SyncInstance, Work
from sync_core.replies import Reply, problem
from sync_core.rows import Subscribed
from sync_core.store import Store

LARGEST_BODY = 256 * 1024
LONGEST_TOKEN = 4096
MOST_RECORDS = 100
LONGEST_ID = 256
LONGEST_SUBSCRIPTION = 128
MOST_UNKNOWN = 50
"""Subscriptions named in one request that are none of ours: the rest is then not looked up, for each guess costs a read."""
LONGEST_NUMBER = 18
LONGEST_EVENT_ID = 1024
LOST = frozenset({"reauthorizationRequired", "subscriptionRemoved"})
"""Lifecycle events after which the subscription itself needs work. All others, known or not, are treated like "missed"."""

log = logging.getLogger(__name__)


class Intake:
    def __init__(self, store: Store, queues: Queues) -> None:
        self._store, self._queues = store, queues

    async def graph_notifications(self, query: Mapping[str, str], body: bytes) -> Reply:
        return await _or_busy(self._notifications(query, body))

    async def graph_lifecycle(self, query: Mapping[str, str], body: bytes) -> Reply:
        return await _or_busy(self._lifecycle(query, body))

    async def ibss_bookings(self, body: bytes) -> Reply:
        return await _or_busy(self._bookings(body))

    async def _notifications(self, query: Mapping[str, str], body: bytes) -> Reply:
        """Work for each room, or host's meeting, that a genuine item names. What is not genuine is dropped, and answered alike,
        so that who tries learns nothing.
        """
        if (reply := _handshake(query) or _too_large(body)) is not None:
            return reply
        items = _items(body)
        if items is None:
            return problem(400, "The body is not a list of change notifications: expected JSON with a list named value.")
        work = [_hint(known, item) for item, known in await self._genuine(items)]
        await self._queue(list(dict.fromkeys(work)), len(items))
        return Reply(202)

    async def _lifecycle(self, query: Mapping[str, str], body: bytes) -> Reply:
        """Lifecycle notifications become work like all else: a pull that also renews or remakes the room's subscription."""
        if (reply := _handshake(query) or _too_large(body)) is not None:
            return reply
        items = _items(body)
        if items is None:
            return problem(400, "The body is not a list of lifecycle notifications: expected JSON with a list named value.")
        told: dict[Subscribed, set[str]] = {}
        for item, known in await self._genuine(items):
            told.setdefault(known, set()).add(str(item.get("lifecycleEvent")))
        work = [replace(_pull(known), fresh=True, resubscribe=bool(events & LOST)) for known, events in told.items()]
        await self._queue(work, len(items))
        return Reply(202)

    async def _bookings(self, body: bytes) -> Reply:
        """A record or a list of at most 100 (the contract's webhook). A receipt for each, or nothing at all is taken."""
        if (reply := _too_large(body)) is not None:
            return reply
        if not body:
            return problem(400, "The request has no body: send it with a Content-Length, not chunked.")
        records, wrong = _records(body)
        if wrong:
            return problem(400, wrong)
        work = [_posted(record) for record in records]
        await self._queue(work, len(work))
        receipts = {"value": [{"Booking_Id": record["Booking_Id"], "Status": "accepted"} for record in records]}
        return Reply(202, json.dumps(receipts), "application/json")

    async def _genuine(self, items: list[Any]) -> list[tuple[Any, Subscribed]]:
        """The items whose subscription is ours and whose client state is the one that only Graph was told, with what they are
        about. Each subscription is read once, however many items name it.
        """
        told = [(item, claim) for item in items if (claim := _claim(item)) is not None]
        known: dict[str, Subscribed | None] = {}
        for subscription in dict.fromkeys(subscription for _, (subscription, _) in told):
            if list(known.values()).count(None) < MOST_UNKNOWN:
                known[subscription] = await self._store.subscription(subscription)
        genuine = [
            (item, subscribed)
            for item, (subscription, given) in told
            if (subscribed := known.get(subscription)) is not None and compare_digest(subscribed.client_state_hash, given)
        ]
        if len(genuine) < len(items):
            log.warning(
                "%d of %d notifications were dropped: not one of our subscriptions", len(items) - len(genuine), len(items)
            )
        return genuine

    async def _queue(self, work: Sequence[Work], taken: int) -> None:
        for message in work:
            await self._queues.send(message)
        log.info("%d items taken, %d messages queued", taken, len(work))


async def _or_busy(answer: Awaitable[Reply]) -> Reply:
    """Only what is queued for certain is accepted; otherwise the sender is told to come again."""
    try:
        return await answer
    except Later as error:
        log.error("nothing was taken: %s", error.code)  # noqa: TRY400 — one line says it
        return problem(503, "The work could not be queued. Send it again.")


def _claim(item: Any) -> tuple[str, str] | None:
    """The subscription that an item names, and the hash of the client state that it gives."""
    if not isinstance(item, dict):
        return None
    subscription, client_state = item.get("subscriptionId"), item.get("clientState")
    if not (isinstance(subscription, str) and isinstance(client_state, str) and 0 < len(subscription) <= LONGEST_SUBSCRIPTION):
        return None
    return (subscription, hash_of(client_state)) if subscription.isascii() and _is_unicode(client_state) else None


def hash_of(client_state: str) -> str:
    return sha256(client_state.encode()).hexdigest()


def _pull(known: Subscribed) -> PullRoom:
    return PullRoom(known.room, None if known.room else known.mailbox)


def _hint(known: Subscribed, item: Any) -> Work:
    """A room's calendar is read for what changed; of a host's only the one event is looked at, for most are no room's."""
    resource = item.get("resourceData")
    event = resource.get("id") if isinstance(resource, dict) else None
    if known.room is None and isinstance(event, str) and 0 < len(event) <= LONGEST_EVENT_ID and _is_unicode(event):
        return SyncInstance(host=known.mailbox, event=EventId(event))
    return _pull(known)


def _posted(record: Any) -> SyncInstance:
    etag = record.get("@odata.etag")
    told = isinstance(etag, str) and 0 < len(etag) <= LONGEST_ID and _is_unicode(etag)
    return SyncInstance(
        booking=BookingId(record["Booking_Id"]), node=NodeId(str(record["Node_Id"])), posted=etag if told else None
    )


def _handshake(query: Mapping[str, str]) -> Reply | None:
    """Graph wants its token back as plain text, and warns that it may hold script (Microsoft docs, endpoint validation)."""
    token = query.get("validationToken")
    if token is None:
        return None
    if len(token) > LONGEST_TOKEN:
        return problem(400, f"The validation token is longer than {LONGEST_TOKEN} characters.")
    return Reply(200, html.escape(token, quote=False))


def _too_large(body: bytes) -> Reply | None:
    return problem(413, "The body is larger than 256 KiB.") if len(body) > LARGEST_BODY else None


def _items(body: bytes) -> list[Any] | None:
    try:
        value = json.loads(body)["value"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def _records(body: bytes) -> tuple[list[Any], str]:
    """The records, and what is wrong with the first that does not keep to the contract."""
    try:
        posted = json.loads(body)
    except (ValueError, RecursionError):
        return [], "The body is not JSON."
    if not isinstance(posted, dict):
        return [], "The body is neither a booking nor an object with a list named value."
    records = posted.get("value", [posted])
    if not isinstance(records, list) or not 1 <= len(records) <= MOST_RECORDS:
        return [], f"value: expected a list of 1 to {MOST_RECORDS} records."
    wrong = (f"record {number}: {what}" for number, record in enumerate(records) if (what := _wrong(record)))
    return records, next(wrong, "")


def _wrong(record: Any) -> str:
    if not isinstance(record, dict):
        return "expected an object"
    for member in ("Booking_Id", "Node_Id"):
        value = record.get(member)
        if member == "Node_Id" and type(value) is int and abs(value) < 10**LONGEST_NUMBER:
            continue
        if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_ID or not _is_unicode(value):
            return f"{member}: expected a text of 1 to {LONGEST_ID} characters"
    return ""


def _is_unicode(text: str) -> bool:
    """JSON can spell half a character; no address, key or hash can be made of it."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
