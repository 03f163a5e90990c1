"""What is remembered, in Azure Table Storage.

| table     | partition      | row                | what                                            |
|-----------|----------------|--------------------|-------------------------------------------------|
| links     | room           | link key           | a link: one point read by (room, instance)      |
| links     | booking:<id>   | -                  | which link a booking has: this row decides      |
| links     | series:<uid>   | -                  | when a series repeats, as its first booking saw it |
| links     | instance:<key> | room               | the rooms in which a meeting was ever linked    |
| rooms     | room           | room               | a room as IBSS describes it                     |
| rooms     | watch          | room               | its delta link and window, its health           |
| rooms     | brake          | room               | what the room lost lately, and whether to stop  |
| rooms     | building       | building           | why its bookings cannot be listed               |
| rooms     | frozen         | room and key       | a meeting that a person has to look at          |
| rooms     | subscription   | subscription id    | whose it is and the hash of its client state    |
| journal   | room and key   | newest first       | what was seen, which rule, what was done        |
| kept      | queue          | newest first       | messages that could not be worked               |

Writes of links are optimistic: the row's etag decides between two workers, and the loser gets Stale.
"""

import logging
from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Self

from azure.data.tables.aio import TableClient, TableServiceClient

from sync_core import rows
from sync_core.errors import Stale
from sync_core.model import BookingId, EventId, Link, NodeId, Reason, Room, RoomId, Side, State
from sync_core.rows import Alarm, Braking, Subscribed, Trouble, Watch
from sync_core.tables import Row, Table, decode, encode, in_parts, whole

TABLES = ("links", "rooms", "journal", "kept")

log = logging.getLogger(__name__)


def buried(link: Link) -> Link:
    """What is left of a link that goes on elsewhere."""
    return replace(link, base=None, kept=None, intent=None, booking_id=None).standing(State.CLOSED, Reason.GOES_ON)


def _vacant(link: Link) -> bool:
    """Neither has nor wants a booking."""
    wanting = link.state is State.CREATING or link.base is not None or link.booking_id is not None
    return link.state is State.CLOSED or not wanting


def _begun(link: Link, pointer: Row) -> bool:
    return link.state is State.CREATING and link.generation == pointer["generation"]


def _newest_first(now: datetime) -> str:
    """Rows are sorted by their key, so a later moment needs a smaller one."""
    return f"{10**17 - int(now.timestamp() * 10**6):018d}"


class Store:
    """Every method raises Stale, or Later when storage is away, and nothing else."""

    def __init__(self, links: TableClient, rooms: TableClient, journal: TableClient, kept: TableClient) -> None:
        self._links, self._rooms, self._journal, self._kept = (Table(table) for table in (links, rooms, journal, kept))
        self._entries = count(1)

    @classmethod
    def of(cls, service: TableServiceClient) -> Self:
        return cls(*(service.get_table_client(name) for name in TABLES))

    # links

    async def link(self, room: RoomId, key: str) -> Link | None:
        row = await self._links.get(encode(room), encode(key))
        return rows.link(row) if row else None

    async def link_of_booking(self, booking: BookingId) -> Link | None:
        """The link that owns a booking. The pointer is written first, so it may name a link that is still to be saved; then the
        one that had the booking before has it still.
        """
        pointer = await self._links.get(encode(f"booking:{booking}"), "-")
        return await self._owner(booking, pointer) or await self._passed_by(booking, pointer) if pointer else None

    async def _passed_by(self, booking: BookingId, pointer: Row) -> Link | None:
        """Who was slower has pointed at a link that it could not save any more, and before it at one that had been renamed."""
        links = await self.links(RoomId(pointer["room"]))
        return next((link for link in links if link.booking_id == booking and link.state is not State.CLOSED), None)

    async def had_a_link(self, booking: BookingId) -> bool:
        """Also one that has let it go since."""
        return await self._links.get(encode(f"booking:{booking}"), "-") is not None

    async def _owner(self, booking: BookingId, pointer: Row) -> Link | None:
        link = await self.link(RoomId(pointer["room"]), pointer["key"])
        if link is not None and link.booking_id == booking:
            return link
        if link is not None and link.booking_id is None and _begun(link, pointer):
            return replace(link, booking_id=booking)
        former = await self.link(RoomId(pointer["former_room"]), pointer["former_key"]) if pointer.get("former_key") else None
        return former if former is not None and former.booking_id == booking else None

    async def links(self, room: RoomId) -> list[Link]:
        return [rows.link(row) async for row in self._links.query("PartitionKey eq @partition", partition=encode(room))]

    async def links_with_age(self, room: RoomId) -> list[tuple[Link, datetime]]:
        """And when each was last written."""
        found = self._links.query("PartitionKey eq @partition", partition=encode(room))
        return [(rows.link(row), row.metadata["timestamp"]) async for row in found]

    async def forget_link(self, link: Link) -> None:
        """With all that leads to it, and its journal. Raises Stale when it has been written since."""
        if link.row_etag is not None:
            await self._links.drop(rows.link_row(link), link.row_etag)
        owner = await self._links.get(encode(f"booking:{link.booking_id}"), "-") if link.booking_id else None
        if owner is not None and (owner["room"], owner["key"]) == (link.room, link.key):
            await self._links.delete(encode(f"booking:{link.booking_id}"), "-")
        await self._links.delete(encode(f"instance:{link.key}"), encode(link.room))
        await self._rooms.delete("frozen", encode(f"{link.room}|{link.key}"))
        for entry in await self.journal(link.room, link.key):
            await self._journal.delete(entry["PartitionKey"], entry["RowKey"])

    async def link_of_room_event(self, room: RoomId, event: EventId) -> Link | None:
        wanted = "PartitionKey eq @partition and room_event_id eq @event"
        async for row in self._links.query(wanted, partition=encode(room), event=event):
            return rows.link(row)
        return None

    async def save_link(self, link: Link) -> Link:
        """New when it has no row etag. Raises Stale when another worker was faster."""
        row = rows.link_row(link)
        etag = await (self._links.insert(row) if link.row_etag is None else self._links.replace(row, link.row_etag))
        return replace(link, row_etag=etag)

    async def point(self, booking: BookingId, link: Link, was: Link | None) -> None:
        """Says whose a booking is, before that link is saved. `was` is the link as it is stored. Raises Stale when the booking is
        another's, or is about to be. Whoever pointed at a link and did not save it has died, or is slow: its row is written, so
        that it cannot save it any more.
        """
        row: Row = {"PartitionKey": encode(f"booking:{booking}"), "RowKey": "-", "room": link.room, "key": link.key}
        row["generation"] = link.generation
        if was is not None and was.booking_id == booking and was.state is not State.CLOSED:
            await self._links.put(row | {"former_room": was.room, "former_key": was.key})
            return
        try:
            await self._links.insert(row)
        except Stale:
            await self._point_instead(booking, link, row)

    async def _point_instead(self, booking: BookingId, link: Link, row: Row) -> None:
        pointer = await self._links.get(row["PartitionKey"], row["RowKey"])
        if pointer is None:
            raise Stale("booking-pointer")
        target = RoomId(pointer["room"]), pointer["key"]
        if target == (link.room, link.key):
            await self._links.replace(row, pointer.metadata["etag"])
            return
        owner = await self._owner(booking, pointer)
        if owner is not None and (owner.base is not None or owner.state is State.CREATING):
            raise Stale("booking-taken")
        there = await self.link(*target)
        await self.save_link(there or Link(*target, link.born, State.CLOSED, Reason.GOES_ON))
        await self._links.replace(row, pointer.metadata["etag"])

    async def remember_room(self, instance_key: str, room: RoomId) -> None:
        await self._links.put({"PartitionKey": encode(f"instance:{instance_key}"), "RowKey": encode(room)})

    async def rooms_of(self, instance_key: str) -> list[RoomId]:
        found = self._links.query("PartitionKey eq @partition", partition=encode(f"instance:{instance_key}"))
        return [RoomId(decode(row["RowKey"])) async for row in found]

    async def series_shape(self, uid: str) -> str | None:
        row = await self._links.get(encode(f"series:{uid}"), "-")
        return row["shape"] if row else None

    async def remember_series(self, uid: str, shape: str) -> None:
        await self._links.put({"PartitionKey": encode(f"series:{uid}"), "RowKey": "-", "shape": shape})

    async def rename_link(self, old: Link, new: Link) -> Link:
        """The link under another room or key. In the same room at once; to another room by writing the new one first. The old
        room keeps a tombstone, so that what comes after it there is not taken for a repeat; and so does what was half made for
        a booking, so that a worker who is slower does not begin it once more. What has this very booking there was left by a
        worker that died between the two.
        """
        taken, half_made = await self.link(new.room, new.key), old.base is None and old.born is Side.IBSS
        if old.room == new.room and taken is None and old.row_etag is not None:
            left = rows.link_row(buried(old)) if half_made else None
            return replace(new, row_etag=await self._links.swap(rows.link_row(old), old.row_etag, rows.link_row(new), left))
        same = taken is not None and taken.booking_id is not None and taken.booking_id == new.booking_id
        if taken is not None and not (same or _vacant(taken)):
            raise Stale("link-row")
        generation = max(new.generation, taken.generation + 1) if taken else new.generation
        moved = replace(new, generation=generation, row_etag=taken.row_etag if taken else None)
        if half_made:  # nothing is lost with it; left over, it would be made once more
            await self.save_link(buried(old))
            return await self.save_link(moved)
        saved = await self.save_link(moved)
        await self.save_link(buried(old))
        return saved

    # rooms

    async def rooms(self) -> list[Room]:
        return [rows.room(row) async for row in self._rooms.query("PartitionKey eq @partition", partition="room")]

    async def save_room(self, room: Room) -> None:
        await self._rooms.put(rows.room_row(room))

    async def forget_room(self, room: RoomId) -> None:
        await self._rooms.delete("room", encode(room))

    async def watch(self, room: RoomId) -> Watch:
        row = await self._rooms.get("watch", encode(room))
        return rows.watch(row) if row else Watch(room)

    async def save_watch(self, watch: Watch) -> None:
        """Raises Stale when another pull has saved since: then its link stands, and what this one did is merely repeated."""
        row = rows.watch_row(watch)
        await (self._rooms.insert(row) if watch.row_etag is None else self._rooms.replace(row, watch.row_etag))

    async def braking(self, room: RoomId) -> Braking:
        row = await self._rooms.get("brake", encode(room))
        return rows.braking(row) if row else Braking(room)

    async def save_braking(self, braking: Braking) -> None:
        """Raises Stale when another worker was faster."""
        row = rows.braking_row(braking)
        await (self._rooms.insert(row) if braking.row_etag is None else self._rooms.replace(row, braking.row_etag))

    async def release_brake(self, room: RoomId) -> None:
        await self._rooms.delete("brake", encode(room))

    async def remember_trouble(self, building: NodeId, trouble: Trouble) -> None:
        row: Row = {"PartitionKey": "building", "RowKey": encode(building), "trouble": trouble.code, "since": trouble.since}
        await self._rooms.put(row)

    async def forget_trouble(self, building: NodeId) -> None:
        await self._rooms.delete("building", encode(building))

    async def troubled_buildings(self) -> dict[NodeId, Trouble]:
        """Those whose bookings could not be listed when they were last asked for, and why."""
        found = self._rooms.query("PartitionKey eq @partition", partition="building")
        return {NodeId(decode(row["RowKey"])): Trouble(row["trouble"], row["since"]) async for row in found}

    async def raise_alarm(self, link: Link, now: datetime) -> None:
        await self._rooms.put(rows.alarm_row(link, now))

    async def alarms(self) -> list[Alarm]:
        return [rows.alarm(row) async for row in self._rooms.query("PartitionKey eq @partition", partition="frozen")]

    async def clear_alarm(self, room: RoomId, key: str) -> None:
        await self._rooms.delete("frozen", encode(f"{room}|{key}"))

    async def subscription(self, subscription: str) -> Subscribed | None:
        row = await self._rooms.get("subscription", encode(subscription))
        return rows.subscribed(row) if row else None

    async def subscriptions(self) -> list[Subscribed]:
        return [rows.subscribed(row) async for row in self._rooms.query("PartitionKey eq @partition", partition="subscription")]

    async def save_subscription(self, subscribed: Subscribed) -> None:
        await self._rooms.put(rows.subscribed_row(subscribed))

    async def forget_subscription(self, subscription: str) -> None:
        await self._rooms.delete("subscription", encode(subscription))

    # what people read

    async def note(
        self, room: RoomId, key: str, now: datetime, reason: Reason, done: str, result: str, overruled: str = ""
    ) -> None:
        """Ids, rules and results; of what a meeting is about only what somebody changed in vain, for it stands nowhere else."""
        row_key = f"{_newest_first(now)}-{10**9 - next(self._entries)}"
        row = {"PartitionKey": encode(f"{room}|{key}"), "RowKey": row_key, "at": now, "reason": reason}
        await self._journal.put({**row, "done": done, "result": result} | in_parts("overruled", overruled))

    async def journal(self, room: RoomId, key: str) -> list[Row]:
        found = self._journal.query("PartitionKey eq @partition", partition=encode(f"{room}|{key}"))
        return [{**row, "overruled": whole(row, "overruled")} async for row in found]

    async def keep(self, queue: str, message_id: str, text: str, now: datetime) -> None:
        """A message that could not be worked, so that a person sees it and can send it again."""
        row_key = f"{_newest_first(now)}-{encode(message_id)}"
        await self._kept.put({"PartitionKey": queue, "RowKey": row_key, "at": now} | in_parts("message", text))
        log.error("queue %s: a message was given up and is kept", queue)

    async def kept(self, queue: str) -> list[Row]:
        found = [row async for row in self._kept.query("PartitionKey eq @partition", partition=queue)]
        return [_joined(row) for row in found]

    async def kept_one(self, queue: str, row_key: str) -> Row | None:
        row = await self._kept.get(queue, row_key)
        return _joined(row) if row else None

    async def forget_kept(self, queue: str, row_key: str) -> None:
        await self._kept.delete(queue, row_key)

    # counts and lists

    async def watches(self) -> list[Watch]:
        return [rows.watch(row) async for row in self._rooms.query("PartitionKey eq @partition", partition="watch")]

    async def brakes(self) -> list[Braking]:
        return [rows.braking(row) async for row in self._rooms.query("PartitionKey eq @partition", partition="brake")]

    async def standings(self, room: RoomId) -> Counter[tuple[State, Reason]]:
        """How many of a room's links stand how, and why. What the meetings are about is not even read."""
        found = self._links.query("PartitionKey eq @partition", ["state", "reason"], partition=encode(room))
        return Counter([(State(row["state"]), Reason(row["reason"])) async for row in found])


def _joined(row: Row) -> Row:
    return {**row, "message": whole(row, "message")}
