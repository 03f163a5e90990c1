"""What cannot be worked is kept with its reason where a person sees it; all else goes on; and it can be sent again."""

from azure.storage.queue import QueueClient

from localdev.world import ANA, BEN, ELM, OAK
from tests.rugged.inspection import bookings
from tests.rugged.load import Load
from tests.rugged.parts import Parts
from tests.scenarios.people import Slot, checked

QUEUE = "sync-instance"


STRAYS = {"Hello?": "JSONDecodeError", "eyJyb29tIjogIkhILTEtT0FLIn0=": "JSONDecodeError", '{"who": "knows"}': "TypeError"}
"""What is no JSON, what another program has put into base64, what has another form; and what is said of it."""


def write_by_hand(parts: Parts, text: str) -> None:
    with QueueClient.from_connection_string(parts.storage_account, QUEUE) as queue:
        queue.send_message(text)


async def names(parts: Parts, reach: Slot) -> set[str]:
    return {booking["Booking_Name"] for booking in await bookings(parts.ibss, reach)}


async def test_S14_what_cannot_be_worked_is_kept_with_its_reason_and_replayed_when_the_cause_has_ended(parts: Parts) -> None:
    reach = Load(parts, seed=0).reach
    slot = Slot(reach.end, reach.end).later(days=-20)
    slot = Slot(slot.start, slot.later(hours=1).end)
    events = [await parts.outlook.book(ANA, slot, name, (room,), (BEN,)) for name, room in (("Sick", OAK), ("Well", ELM))]
    await parts.quiet()
    sick = next(booking for booking in await bookings(parts.ibss, reach) if booking["Booking_Name"] == "Sick")
    fault = {"path": f"/bookings/{sick['Booking_Id']}$", "status": 500, "code": "Broken", "times": 10_000}
    checked(await parts.ibss.http.post("/_sim/faults", json=fault))

    for stray in STRAYS:
        write_by_hand(parts, stray)
    for event in events:
        await parts.outlook.change(ANA, event["id"], subject=f"{event['subject']} for ever")
    await parts.quiet()
    assert {"Sick", "Well for ever"} <= await names(parts, reach)
    kept = (await parts.status())["kept"]
    reasons = [f"not a message of this service (message: {wrong})" for wrong in sorted(STRAYS.values())]
    assert {one["queue"] for one in kept} == {QUEUE}
    assert sorted(one["reason"] for one in kept if one["reason"] != "Later Broken") == reasons
    assert len(kept) > len(reasons)

    checked(await parts.ibss.http.delete("/_sim/faults"))
    strays = len(STRAYS)
    assert await parts.replay(QUEUE) == {"replayed": len(kept) - strays, "not_messages_of_ours": strays, "left": strays}
    await parts.quiet()
    assert {"Sick for ever", "Well for ever"} <= await names(parts, reach)
    assert sorted(one["reason"] for one in (await parts.status())["kept"]) == reasons
