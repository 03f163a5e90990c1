"""What an operator asks for: how it stands, why, what would happen, look again, send again. Each answers a page or JSON.

The questions are read here and the answers are put into shape; what is answered stands in `status`, `explain` and `rehearsal`.
"""

import logging
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import replace

from sync_core import pages, rehearsal
from sync_core.asking import Unclear, moment, named, order_of, page_number, wants_html
from sync_core.check import Check
from sync_core.errors import Later, Malformed, SyncError
from sync_core.explain import Explain
from sync_core.finding import ByBooking, ByEvent, ByMoment, Finding, Question
from sync_core.http import Json
from sync_core.model import BookingId, EventId, Reason, Room, RoomId, State, address
from sync_core.queues import PULL_ROOM, SYNC_INSTANCE, PullRoom, Queues, Work, read
from sync_core.rehearsal import Rehearsal
from sync_core.replies import Reply, document, page, problem
from sync_core.rooms import Rooms
from sync_core.status import Status
from sync_core.store import Store

ROOMS_PLANNED = 5
"""In one answer: each meeting takes a few reads, and the platform ends an HTTP request after 230 s (Microsoft docs, scale)."""
REPLAYED_AT_ONCE = 500
ROOMS_CHECKED = 10
"""In one answer: each takes a few reads, and one for each of its hosts."""
OK, NOT_FOUND = 200, 404
HOW_TO_ASK = "Ask with booking=<id>, with event=<id> and mailbox=<address>, or with room=<space id or mailbox> and at=<time>."

log = logging.getLogger(__name__)


class Operations:
    def __init__(
        self,
        status: Status,
        explain: Explain,
        finding: Finding,
        rehearsal: Rehearsal,
        check: Check,
        rooms: Rooms,
        store: Store,
        queues: Queues,
    ) -> None:
        self._status, self._explain, self._finding, self._rehearsal = status, explain, finding, rehearsal
        self._check, self._rooms, self._store, self._queues = check, rooms, store, queues

    async def status(self, query: Mapping[str, str], accept: str) -> Reply:
        return await _answered(self._told_status(query, accept))

    async def explain(self, query: Mapping[str, str], accept: str) -> Reply:
        return await _answered(self._told_explain(query, accept))

    async def plan(self, query: Mapping[str, str], accept: str) -> Reply:
        return await _answered(self._told_plan(query, accept))

    async def check(self, query: Mapping[str, str], accept: str) -> Reply:
        return await _answered(self._told_check(query, accept))

    async def resync(self, body: bytes) -> Reply:
        return await _answered(self._queue_pulls(body))

    async def replay(self, body: bytes) -> Reply:
        return await _answered(self._send_again(body))

    # questions

    async def _told_status(self, query: Mapping[str, str], accept: str) -> Reply:
        told = await self._status.told(page_number(query), named(query, "room") or "")
        return page(pages.status(told, query.get("code", ""))) if wants_html(query, accept) else document(told)

    async def _told_explain(self, query: Mapping[str, str], accept: str) -> Reply:
        wants_page = wants_html(query, accept)
        asked = any(query.get(name) for name in ("booking", "event", "room"))
        if wants_page and not asked:
            return page(pages.explain({"looked": [], "meetings": []}, query))
        told = await self._explain.told(await self._question(query))
        status = OK if told["meetings"] else NOT_FOUND
        return page(pages.explain(told, query), status) if wants_page else document(told, status)

    async def _question(self, query: Mapping[str, str]) -> Question:
        booking, event, room = named(query, "booking"), named(query, "event"), named(query, "room")
        mailbox, at = named(query, "mailbox"), named(query, "at")
        if booking:
            return ByBooking(BookingId(booking))
        if event and mailbox:
            return ByEvent(address(mailbox), EventId(event))
        if room and at:
            known = await self._finding.room(room)
            return ByMoment(room, moment(at, known))
        raise Unclear(HOW_TO_ASK)

    async def _told_plan(self, query: Mapping[str, str], accept: str) -> Reply:
        chosen, rooms = await self._chosen(named(query, "room"), named(query, "building"))
        number, known = page_number(query), await self._rooms.all()
        shown = chosen[(number - 1) * ROOMS_PLANNED : number * ROOMS_PLANNED]
        plans = [rehearsal.told(await self._rehearsal.of_room(room, rooms), switched_on=room.id in known) for room in shown]
        more = number + 1 if len(chosen) > number * ROOMS_PLANNED else None
        told = {"of": len(chosen), "page": number, "next_page": more, "rooms": plans}
        return page(pages.plan(told, query)) if wants_html(query, accept) else document(told)

    async def _told_check(self, query: Mapping[str, str], accept: str) -> Reply:
        """Of a room, of a building, or of all that are synced."""
        room, building, known = named(query, "room"), named(query, "building"), await self._rooms.all()
        asked = room is not None or building is not None
        chosen = (await self._chosen(room, building))[0] if asked else sorted(known.values(), key=lambda each: each.id)
        number = page_number(query)
        shown = chosen[(number - 1) * ROOMS_CHECKED : number * ROOMS_CHECKED]
        more = number + 1 if len(chosen) > number * ROOMS_CHECKED else None
        told = await self._check.told(shown, known) | {"of": len(chosen), "page": number, "next_page": more}
        return page(pages.check(told, query)) if wants_html(query, accept) else document(told)

    async def _chosen(self, room: str | None, building: str | None) -> tuple[list[Room], Rooms]:
        """Of those that are synced; and when it is none of them, of those that could be: a plan comes before switching on."""
        if (room is None) == (building is None):
            raise Unclear("Ask with room=<space id or mailbox>, or with building=<node id>.")
        if found := _matching((await self._rooms.all()).values(), room, building):
            return found, self._rooms
        if found := _matching(await self._rooms.candidates(), room, building):
            return found, self._rooms.joined_by(found)
        raise Unclear(f"No room with a mailbox is known to IBSS by {room or building}.", NOT_FOUND)

    # orders

    async def _queue_pulls(self, body: bytes) -> Reply:
        order = order_of(body, {"room", "building", "release_brake", "unfreeze"})
        room, building = order.get("room"), order.get("building")
        if (room is None) == (building is None):
            raise Unclear('Expected {"room": "<space id or mailbox>"} or {"building": "<node id>"}.')
        found = _matching((await self._rooms.all()).values(), room, building)
        if not found:
            raise Unclear(f"No room that is synced is known by {room or building}.", NOT_FOUND)
        for each in found:
            if order.get("release_brake") == "yes":
                await self._store.release_brake(each.id)
            if order.get("unfreeze") == "yes":
                await self._unfreeze(each.id)
            await self._queues.send(PullRoom(each.id, fresh=True))
        log.info("resync: %d rooms queued", len(found))
        return document({"queued": len(found), "rooms": [each.id for each in found]}, 202)

    async def _unfreeze(self, room: RoomId) -> None:
        """A person has looked: its trail is forgotten, and both sides are brought together again. Raises Stale when it is just
        being looked at.
        """
        for link in [link for link in await self._store.links(room) if link.state is State.FROZEN]:
            await self._store.save_link(replace(link, trail=()).standing(State.LINKED, Reason.DISPUTED))
        for alarm in [alarm for alarm in await self._store.alarms() if alarm.room == room]:
            await self._store.clear_alarm(alarm.room, alarm.key)

    async def _send_again(self, body: bytes) -> Reply:
        """Queued first, then forgotten: what stops between the two repeats work and loses none."""
        order = order_of(body, {"queue", "row", "forget"})
        queue, row_key = order.get("queue"), order.get("row")
        if queue not in {PULL_ROOM, SYNC_INSTANCE}:
            raise Unclear(f"queue: expected {PULL_ROOM} or {SYNC_INSTANCE}; with a row one message is sent again, else all are.")
        if order.get("forget", "yes") != "yes":
            raise Unclear('forget: expected "yes", or nothing.')
        rows = await self._store.kept(queue) if row_key is None else [await self._store.kept_one(queue, row_key)]
        if row_key is not None and rows == [None]:
            raise Unclear("No such message is kept.", NOT_FOUND)
        if "forget" in order:
            return await self._forgotten(queue, [row["RowKey"] for row in rows if row is not None])
        sent = [await self._sent(queue, row) for row in rows[:REPLAYED_AT_ONCE] if row is not None]
        log.info("replay: %d of %d messages of %s sent again", sum(sent), len(sent), queue)
        told = {"replayed": sum(sent), "not_messages_of_ours": sent.count(False), "left": len(rows) - sum(sent)}
        return document(told, 202)

    async def _forgotten(self, queue: str, rows: Sequence[str]) -> Reply:
        for row in rows[:REPLAYED_AT_ONCE]:
            await self._store.forget_kept(queue, row)
        log.info("replay: %d messages of %s forgotten", len(rows[:REPLAYED_AT_ONCE]), queue)
        return document({"forgotten": len(rows[:REPLAYED_AT_ONCE]), "left": len(rows[REPLAYED_AT_ONCE:])})

    async def _sent(self, queue: str, row: Mapping[str, Json]) -> bool:
        try:
            await self._queues.send(_anew(queue, row["message"]))
        except Malformed:
            return False
        await self._store.forget_kept(queue, row["RowKey"])
        return True


def _anew(queue: str, message: str) -> Work:
    """Raises Malformed. The attempts are counted from the first again."""
    return replace(read(queue, message), attempt=0, last_error="")


def _matching(rooms: Iterable[Room], room: str | None, building: str | None) -> list[Room]:
    """Sorted, so that pages do not overlap."""
    mailbox = (room or "").strip().lower()
    found = [
        each for each in rooms if each.building == building or (room is not None and (each.id == room or each.mailbox == mailbox))
    ]
    return sorted(found, key=lambda each: each.id)


async def _answered(reply: Awaitable[Reply]) -> Reply:
    """Bad input is told what was expected; what is away for now, that it is."""
    try:
        return await reply
    except Unclear as error:
        return problem(error.status, str(error))
    except Later as error:
        return problem(503, f"Not everything that this needs can be reached now: {error.code}.")
    except SyncError as error:
        return problem(502, f"The other side did not answer as it should: {error.code}.")
