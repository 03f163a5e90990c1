"""How links, rooms and subscriptions stand in table rows."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sync_core.model import (
    Address,
    BookingId,
    Essence,
    EventId,
    Instance,
    Link,
    Mark,
    NodeId,
    Reason,
    Room,
    RoomId,
    Side,
    Slot,
    State,
)
from sync_core.tables import Row, decode, encode, in_parts, whole


@dataclass(frozen=True, slots=True)
class Watch:
    """How far a room's calendar has been read. `row_etag` is None before the first save."""

    room: RoomId
    delta_link: str = ""
    window_end: datetime | None = None
    trouble: str = ""
    row_etag: str | None = None


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription of ours to a room's calendar, or to a host's (`room` is None). Only Graph knows the client state itself."""

    id: str
    mailbox: Address
    room: RoomId | None
    client_state_hash: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Braking:
    """What a room lost lately, by meeting; and whether its brake is pulled, which it stays until a person releases it."""

    room: RoomId
    lost: dict[str, datetime] = field(default_factory=dict)
    pulled: bool = False
    row_etag: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a building's bookings cannot be listed."""

    code: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """A meeting that is frozen: its link, and its booking, by which people know it."""

    room: RoomId
    key: str
    booking: BookingId | None
    since: datetime


def alarm_row(link: Link, now: datetime) -> Row:
    keys = {"PartitionKey": "frozen", "RowKey": encode(f"{link.room}|{link.key}")}
    return keys | {"room": link.room, "key": link.key, "booking": link.booking_id or "", "since": now}


def alarm(row: Any) -> Alarm:
    return Alarm(RoomId(row["room"]), row["key"], BookingId(row["booking"]) or None, row["since"])


def link_row(link: Link) -> Row:
    instance = link.instance
    return {
        "PartitionKey": encode(link.room),
        "RowKey": encode(link.key),
        "born": link.born,
        "state": link.state,
        "reason": link.reason,
        "detail": link.detail,
        **in_parts("base", _essence_text(link.base)),
        **in_parts("kept", _essence_text(link.kept) if link.kept != link.base else "="),
        **in_parts("intent", _essence_text(link.intent)),
        **in_parts("refused", _essence_text(link.refused)),
        "ical_uid": instance.ical_uid if instance else "",
        "original_start": instance.original_start if instance else None,
        "organiser": link.organiser or "",
        "event_id": link.event_id or "",
        "room_event_id": link.room_event_id or "",
        "event_etag": link.event_etag,
        "event_at": link.event_at,
        "booking_id": link.booking_id or "",
        "node_id": link.node_id or "",
        "booking_etag": link.booking_etag,
        "booking_at": link.booking_at,
        "generation": link.generation,
        "asked": link.asked,
        "trail": _trail_text(link.trail),
        "writing": " ".join(sorted(f"{side}:{value}" for side, value in link.writing)),
    }


def link(row: Any) -> Link:
    uid, base, kept = row["ical_uid"], _essence(whole(row, "base")), whole(row, "kept")
    return Link(
        room=RoomId(decode(row["PartitionKey"])),
        key=decode(row["RowKey"]),
        born=Side(row["born"]),
        state=State(row["state"]),
        reason=Reason(row["reason"]),
        detail=row["detail"],
        base=base,
        kept=base if kept == "=" else _essence(kept),
        intent=_essence(whole(row, "intent")),
        refused=_essence(whole(row, "refused")),
        instance=Instance(uid, _plain(row.get("original_start"))) if uid else None,
        organiser=Address(row["organiser"]) or None,
        event_id=EventId(row["event_id"]) or None,
        room_event_id=EventId(row["room_event_id"]) or None,
        event_etag=row["event_etag"],
        event_at=_plain(row.get("event_at")),
        booking_id=BookingId(row["booking_id"]) or None,
        node_id=NodeId(row["node_id"]) or None,
        booking_etag=row["booking_etag"],
        booking_at=_plain(row.get("booking_at")),
        generation=row["generation"],
        asked=row.get("asked", ""),
        trail=_trail(row["trail"]),
        writing=_writing(row.get("writing", "")),
        row_etag=row.metadata["etag"],
    )


def _plain(moment: datetime | None) -> datetime | None:
    """The SDK gives datetimes of a class of its own."""
    return datetime.fromtimestamp(moment.timestamp(), UTC) if moment else None


def _trail_text(trail: tuple[Mark, ...]) -> str:
    return json.dumps([[mark.at.isoformat(), mark.value, mark.side] for mark in trail]) if trail else ""


def _writing(text: str) -> frozenset[tuple[Side, str]]:
    marks = (mark.split(":", 1) for mark in text.split())
    return frozenset((Side(side), value) for side, value in marks)


def _trail(text: str) -> tuple[Mark, ...]:
    marks = json.loads(text or "[]")
    return tuple(Mark(datetime.fromisoformat(at), value, Side(*side) if any(side) else None) for at, value, *side in marks)


def _essence_text(essence: Essence | None) -> str:
    if essence is None:
        return ""
    slot = essence.slot
    return json.dumps(
        {
            "room": essence.room,
            "slot": [slot.start.isoformat(), slot.end.isoformat(), slot.all_day],
            "subject": essence.subject,
            "host": essence.host,
            "people": sorted(essence.people),
            "private": essence.private,
            "linked": sorted(essence.linked),
        }
    )


def _essence(text: str) -> Essence | None:
    if not text:
        return None
    kept = json.loads(text)
    start, end, all_day = kept["slot"]
    slot = Slot(datetime.fromisoformat(start), datetime.fromisoformat(end), all_day)
    people, linked = frozenset(kept["people"]), frozenset(kept.get("linked", ()))
    return Essence(RoomId(kept["room"]), slot, kept["subject"], kept["host"], people, kept["private"], linked)


def room_row(room: Room) -> Row:
    return {
        "PartitionKey": "room",
        "RowKey": encode(room.id),
        "node": room.node,
        "building": room.building,
        "name": room.name,
        "mailbox": room.mailbox,
        "time_zone": room.time_zone,
        "time_zone_windows": room.time_zone_windows,
        "horizon_days": room.horizon_days,
    }


def room(row: Any) -> Room:
    return Room(
        id=RoomId(decode(row["RowKey"])),
        node=NodeId(row["node"]),
        building=NodeId(row["building"]),
        name=row["name"],
        mailbox=Address(row["mailbox"]),
        time_zone=row["time_zone"],
        time_zone_windows=row["time_zone_windows"],
        horizon_days=row["horizon_days"],
    )


def subscribed(row: Any) -> Subscribed:
    room = RoomId(row["room"]) or None
    return Subscribed(decode(row["RowKey"]), Address(row["mailbox"]), room, row["client_state_hash"], row["expires"])


def subscribed_row(subscribed: Subscribed) -> Row:
    return {
        "PartitionKey": "subscription",
        "RowKey": encode(subscribed.id),
        "mailbox": subscribed.mailbox,
        "room": subscribed.room or "",
        "client_state_hash": subscribed.client_state_hash,
        "expires": subscribed.expires,
    }


def watch(row: Any) -> Watch:
    return Watch(RoomId(decode(row["RowKey"])), row["delta_link"], row.get("window_end"), row["trouble"], row.metadata["etag"])


def watch_row(watch: Watch) -> Row:
    return {
        "PartitionKey": "watch",
        "RowKey": encode(watch.room),
        "delta_link": watch.delta_link,
        "window_end": watch.window_end,
        "trouble": watch.trouble,
    }


def braking_row(braking: Braking) -> Row:
    lost = {meeting: at.isoformat() for meeting, at in braking.lost.items()}
    row = {"PartitionKey": "brake", "RowKey": encode(braking.room), "pulled": braking.pulled}
    return row | in_parts("lost", json.dumps(lost))


def braking(row: Any) -> Braking:
    lost = {meeting: datetime.fromisoformat(at) for meeting, at in json.loads(whole(row, "lost")).items()}
    return Braking(RoomId(decode(row["RowKey"])), lost, row["pulled"], row.metadata["etag"])
