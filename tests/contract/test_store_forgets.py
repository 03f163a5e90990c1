"""What the store forgets, with everything that leads there: on the twin and on Azurite."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync_core.errors import Stale
from sync_core.model import BookingId, Reason
from sync_core.store import Store
from tests.unit.examples import NOW, OAK, linked

BOOKING = BookingId("BK-1")


async def test_a_link_is_as_old_as_its_last_write(store: Store) -> None:
    before = datetime.now(UTC) - timedelta(minutes=5)
    saved = await store.save_link(linked())
    [(link, touched)] = await store.links_with_age(OAK)
    assert link == saved
    assert before < touched < datetime.now(UTC) + timedelta(minutes=5)


async def test_a_link_is_forgotten_with_all_that_leads_to_it_and_its_journal(store: Store) -> None:
    link = await store.save_link(linked(booking_id=BOOKING))
    await store.point(BOOKING, link, None)
    await store.remember_room(link.key, link.room)
    await store.note(link.room, link.key, NOW, Reason.NEW_EVENT, "CreateBooking", "done")
    await store.raise_alarm(link, NOW)
    await store.forget_link(link)
    assert await store.link(link.room, link.key) is None
    assert await store.link_of_booking(BOOKING) is None
    assert await store.rooms_of(link.key) == []
    assert await store.journal(link.room, link.key) == []
    assert await store.alarms() == []


async def test_a_link_that_was_written_since_is_not_forgotten(store: Store) -> None:
    old = await store.save_link(linked())
    await store.save_link(replace(old, detail="alive"))
    with pytest.raises(Stale):
        await store.forget_link(old)
    assert await store.link(old.room, old.key) is not None


async def test_a_pointer_that_leads_elsewhere_by_now_stays(store: Store) -> None:
    old = await store.save_link(linked(booking_id=BOOKING))
    other = await store.save_link(linked(booking_id=BOOKING, key="another"))
    await store.point(BOOKING, other, None)
    await store.forget_link(old)
    assert await store.link_of_booking(BOOKING) == other
