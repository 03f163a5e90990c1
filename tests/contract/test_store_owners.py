"""Whose a booking is, when two workers are at it: on the twin and on Azurite."""

from dataclasses import replace

import pytest

from sync_core.errors import Stale
from sync_core.model import BookingId, State
from sync_core.store import Store
from tests.unit.examples import OAK, linked

BOOKING = BookingId("BK-1")


async def test_a_booking_is_not_lost_when_who_was_slower_pointed_last(store: Store) -> None:
    """The slower one has read the link before it was renamed: it can say whose the booking is, and cannot save it."""
    begun = await store.save_link(linked(key="t-1", booking_id=BOOKING, state=State.NOT_SYNCED))
    await store.point(BOOKING, begun, None)
    faster, slower = replace(begun, key="040000", state=State.LINKED), replace(begun, key="t-2", state=State.CREATING)
    await store.point(BOOKING, faster, begun)
    saved = await store.rename_link(begun, faster)
    await store.point(BOOKING, slower, begun)
    with pytest.raises(Stale):
        await store.rename_link(begun, slower)
    assert await store.link_of_booking(BOOKING) == saved
    assert [link.key for link in await store.links(OAK)] == ["040000"]


async def test_a_booking_whose_link_is_closed_or_gone_is_nobody_s(store: Store) -> None:
    closed = await store.save_link(linked(key="040000", booking_id=BOOKING, state=State.CLOSED))
    await store.point(BOOKING, linked(key="t-1", booking_id=BOOKING), None)
    assert await store.link_of_booking(BOOKING) is None
    assert await store.link(OAK, "040000") == closed
