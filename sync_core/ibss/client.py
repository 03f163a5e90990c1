"""The one shell that sends requests to IBSS; `wire` says what they are."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import httpx

from sync_core.errors import Gone, Later, Malformed
from sync_core.http import Answer, Json, Request
from sync_core.ibss import estate, requests, wire
from sync_core.ibss.estate import Node, Space
from sync_core.ibss.wire import Booking
from sync_core.model import Address, BookingId, Essence, Field, NodeId, Room, RoomId

MOST_PAGES = 10_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listed:
    """All bookings of a room that overlap a window."""

    bookings: Mapping[BookingId, Booking]
    room: RoomId
    start: datetime
    end: datetime


class Ibss:
    """Every method raises the classes of `sync_core.errors` and nothing else."""

    def __init__(self, base_url: str, api_key: str, http: httpx.AsyncClient) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"apikey {api_key}"}
        self._http = http
        self._listed: Listed | None = None

    def having_read(self, bookings: Sequence[Booking], room: RoomId, start: datetime, end: datetime) -> Self:
        """The same, but what this list of a room's bookings tells is not asked again. For one piece of work: it grows old."""
        ahead = copy(self)
        ahead._listed = Listed({booking.id: booking for booking in bookings}, room, start, end)  # noqa: SLF001 — its own
        return ahead

    async def close(self) -> None:
        await self._http.aclose()

    async def nodes(self) -> list[Node]:
        return [estate.parse_node(item) async for item in self._items(requests.list_nodes())]

    async def spaces(self, node: NodeId) -> list[Space]:
        return [estate.parse_space(item) async for item in self._items(requests.list_spaces(node))]

    async def bookings(self, node: NodeId, start: datetime, end: datetime, room: RoomId | None = None) -> list[Booking]:
        """Those that keep to the contract; one that does not must not hold up the others."""
        known = self._listed
        if known is not None and room == known.room and known.start <= start and end <= known.end:
            return [booking for booking in known.bookings.values() if booking.start < end and booking.end > start]
        found = []
        async for item in self._items(requests.list_bookings(node, start, end, room)):
            try:
                found.append(wire.parse_booking(item))
            except Malformed as error:
                log.error("a booking is left out: %s", error)  # noqa: TRY400 — the record is at fault, not the code
        return found

    async def booking(self, node: NodeId, booking: BookingId) -> Booking | None:
        """None means unknown here or archived: it never means cancelled."""
        if self._listed is not None and booking in self._listed.bookings:
            return self._listed.bookings[booking]
        try:
            return wire.parse_booking(await self._send(requests.get_booking(node, booking)))
        except Gone:
            return None

    async def create_booking(
        self, node: NodeId, essence: Essence, guests: Mapping[Address, wire.Guest], mirrors: str, key: str
    ) -> Booking:
        return wire.parse_booking(await self._send(requests.create_booking(node, essence, guests, mirrors, key)))

    async def update_booking(
        self,
        booking: Booking,
        target: Essence,
        fields: frozenset[Field],
        guests: Mapping[Address, wire.Guest],
        rooms: Mapping[RoomId, Room],
    ) -> Booking:
        return await self._write(booking, requests.update_booking(booking, target, fields, guests, rooms))

    async def cancel_booking(self, booking: Booking) -> Booking:
        return await self._write(booking, requests.cancel_booking(booking))

    async def mark_booking(self, booking: Booking, mirrors: str) -> Booking:
        return await self._write(booking, requests.mark_booking(booking, mirrors))

    async def knows(self, node: NodeId, person: Address) -> bool:
        return bool([item async for item in self._items(requests.find_person(node, person))])

    async def _write(self, booking: Booking, request: Request) -> Booking:
        """An answer without a body (204) is allowed; then the booking is read again."""
        body = await self._send(request)
        if body is not None:
            return wire.parse_booking(body)
        return wire.parse_booking(await self._send(requests.get_booking(booking.node, booking.id)))

    async def _items(self, request: Request) -> AsyncIterator[Json]:
        followed: set[str] = set()
        for _ in range(MOST_PAGES):
            page = wire.parse_page(await self._send(request))
            for item in page.items:
                yield item
            if page.next_link is None:
                return
            if page.next_link in followed:
                break
            followed.add(page.next_link)
            request = requests.follow(page.next_link)
        raise Later("endless-pages")

    async def _send(self, request: Request) -> Json:
        try:
            response = await self._http.request(
                request.method,
                request.address(self._base_url),
                json=request.body,
                headers={**self._headers, **request.headers},
            )
        except httpx.HTTPError as error:
            raise Later("ibss-unreachable", type(error).__name__) from error
        except httpx.InvalidURL as error:
            raise Malformed("bad-address") from error
        answer = Answer(response.status_code, response.headers, response.content)
        if failure := wire.failure(answer):
            raise failure
        return answer.json() if answer.body else None
