"""Problems 6, 7, 8, 16, 17: notices that fail, programs that fight, subscriptions that die, and sides that are throttled."""

import asyncio
import contextlib
import random
from collections import Counter
from datetime import timedelta

import pytest

from localdev.world import ANA, BEN, CLEO, ELM, OAK, ROOMS
from sync_core.errors import SyncError
from sync_core.queues import PullRoom
from tests.problems.timetable import REPAIRED_WITHIN, hours_pass
from tests.scenarios.in_process import World
from tests.scenarios.people import Json, Slot, checked
from tests.scenarios.test_delivery import notifications, posting, subscriptions
from tests.scenarios.test_outages import graph_fault, ibss_fault
from tests.scenarios.test_second_program import at_war, rounds

type State = tuple[Counter[object], Counter[object]]


class Days:
    """People at work on both sides, by a seed: they book, move, rename and cancel."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.rng = world, random.Random(seed)  # noqa: S311 - a story that repeats with its seed
        self.events: list[Json] = []
        self.bookings: list[Json] = []
        self.first = world.slot(60)
        self.days = 0

    async def one_thing(self) -> None:
        todo = [self.book_in_outlook, self.book_in_ibss]
        todo += [self.change_in_outlook] * (2 * bool(self.events)) + [self.change_in_ibss] * (2 * bool(self.bookings))
        await self.rng.choice(todo)()

    async def book_in_outlook(self) -> None:
        self.events.append(await self.world.outlook.book(ANA, self._slot(), "Made", (self._room(),), (BEN,)))

    async def book_in_ibss(self) -> None:
        self.bookings.append(await self.world.ibss.book(CLEO, self._room(), self._slot(), "Made", (BEN,)))

    async def change_in_outlook(self) -> None:
        event = self.rng.choice(self.events)
        match self.rng.choice(("move", "rename", "cancel")):
            case "move":
                await self.world.outlook.change(ANA, event["id"], **self.world.outlook.times(self._slot()))
            case "rename":
                await self.world.outlook.change(ANA, event["id"], subject=f"Renamed {self.rng.random():.3f}")
            case "cancel":
                self.events.remove(event)
                await self.world.outlook.cancel(ANA, event["id"])

    async def change_in_ibss(self) -> None:
        booking = self.rng.choice(self.bookings)
        match self.rng.choice(("move", "rename", "cancel")):
            case "move":
                await self.world.ibss.change(CLEO, booking, **self.world.ibss.times(self._slot()))
            case "rename":
                await self.world.ibss.change(CLEO, booking, Booking_Name=f"Renamed {self.rng.random():.3f}")
            case "cancel":
                self.bookings.remove(booking)
                await self.world.ibss.cancel(CLEO, booking)

    async def end_state(self) -> State:
        """What stands in the two rooms on either side: slot, room, host, subject, people."""
        window = Slot(self.first.start, self.first.start + timedelta(days=self.days + 1))
        outlook: Counter[object] = Counter()
        for host in (ANA, CLEO):
            for event in await self.world.outlook.calendar(host.address, window):
                if event["isOrganizer"]:
                    rooms = self.world.outlook.attendees(event, "resource")
                    people = self.world.outlook.attendees(event, "required")
                    outlook[self.world.outlook.slot_of(event), *rooms, host.address, event["subject"], *people] += 1
        ibss: Counter[object] = Counter()
        for room in (OAK, ELM):
            for booking in await self.world.ibss.bookings(room, window):
                host, people = booking["Booking_Owner_Email"], self.world.ibss.people(booking)
                ibss[self.world.ibss.slot_of(booking), room.mailbox, host, booking["Booking_Name"], *people] += 1
        return outlook, ibss

    def _slot(self) -> Slot:
        """Nobody asks for a slot that another has: what becomes of that is another problem."""
        self.days += 1
        return self.first.later(days=self.days)

    def _room(self) -> object:
        return self.rng.choice((OAK, ELM))


@pytest.mark.parametrize("late", [0, 4 * 3600.0], ids=["at once", "up to four hours late"])
@pytest.mark.parametrize("loss", [0.3, 0.7, 1.0])
async def test_problem_06_whatever_share_of_the_notices_is_lost_or_late_both_sides_agree_in_a_quarter_of_an_hour(
    world: World, loss: float, late: float
) -> None:
    """msgraph-sdk-dotnet 480; graph-docs 6709; sdk-java 1899; explorer 304."""
    days = Days(world, seed=int(loss * 10))
    for _ in range(12):
        for tell in (notifications, posting):
            await tell(world, lost=days.rng.random() < loss, delay_seconds=late * days.rng.random())
        await days.one_thing()
    await hours_pass(world, seconds=REPAIRED_WITHIN.total_seconds())
    outlook, ibss = await days.end_state()
    assert outlook == ibss
    assert outlook
    await notifications(world, lost=True)
    await posting(world, lost=True)
    writes = await world.writes()
    await world.until(world.clock.now() + timedelta(hours=5))
    assert (await days.end_state(), await world.writes()) == ((outlook, ibss), writes)


@pytest.mark.parametrize("seed", range(2))
async def test_problem_07_notices_tenfold_and_in_random_order_end_in_the_same_state(world: World, seed: int) -> None:
    """graph-docs 8497, 8498; contrib 3072. The same story is told to a world whose notices come once and in order."""
    plain = await World().start()
    told = []
    for each, copies in ((plain, 1), (world, 10)):
        await notifications(each, copies=copies, shuffle=copies > 1, delay_seconds=30.0 * (copies - 1) / 9)
        await posting(each, copies=copies)
        days = Days(each, seed)
        for _ in range(10):
            await days.one_thing()
            if days.rng.random() < 0.5:
                await each.settle()
        await each.settle()
        told.append(await days.end_state())
    await plain.close()
    assert told[0] == told[1]
    outlook, ibss = told[1]
    assert outlook == ibss
    assert world.poisoned == []


async def test_problem_08_two_programs_on_one_room_stop_within_three_rounds(world: World) -> None:
    """OGCS 46, 778, 856; karbassi 36; davdroid 620; GAS-ICS 21, 185; calcurse 232; IBSS's own page on its Connector."""
    connector, _ = await at_war(world)
    mails = len(await world.outlook.mails())
    assert 1 <= await rounds(world, connector.its_turn, 20) <= 3
    told_ben = [mail for mail in (await world.outlook.mails())[mails:] if mail["to"] == BEN.address]
    assert len(told_ben) <= 2 * 3
    writes = await world.writes()
    await hours_pass(world, minutes=20)
    assert await world.writes() == writes


@pytest.mark.parametrize("seed", [16])
async def test_problem_16_in_thirty_days_of_failing_renewals_no_room_is_unwatched_for_a_moment(world: World, seed: int) -> None:
    """cal.diy 12473, 18098; Respa 444; TbSync 475. The timer runs every hour, four times seldomer than in the sample."""
    rng = random.Random(seed)  # noqa: S311
    watched = {f"users/{room.mailbox}/events" for room in ROOMS if room.mailbox}
    down_until = 0
    for hour in range(30 * 24):
        if hour > down_until and rng.random() < 0.05:
            down_until = hour + rng.randrange(30)
        if hour <= down_until:
            status = rng.choice((429, 500, 503, 504))
            await graph_fault(world, method="PATCH|POST", path="^/subscriptions", status=status, times=100)
        await world.pass_time(hours=1)
        with contextlib.suppress(SyncError):  # the timer fails, as it should, and the host tells
            await world.service.subscriptions.renew_all()
        checked(await world.outlook.http.delete(f"{world.outlook.side_door}/faults"))
        alive = Counter(one["resource"] for one in await subscriptions(world))
        assert {resource: alive[resource] for resource in watched} == dict.fromkeys(watched, 1), hour


async def test_problem_16_a_subscription_that_vanishes_in_silence_is_made_again_by_the_next_timer(world: World) -> None:
    rng = random.Random(16)  # noqa: S311
    for _ in range(5):
        for one in await subscriptions(world):
            if rng.random() < 0.5:
                world.graph.tenant.subscriptions.pop(one["id"])
        slot = world.slot()
        await world.outlook.book(ANA, slot, "Unheard of", (OAK,))
        await hours_pass(world, seconds=REPAIRED_WITHIN.total_seconds() + 60)
        assert await world.ibss.the_booking(OAK, slot)
        alive = Counter(one["resource"] for one in await subscriptions(world))
        assert set(alive.values()) == {1}
        assert alive.keys() >= {f"users/{room.mailbox}/events" for room in ROOMS if room.mailbox}


async def test_problem_17_through_storms_of_429_and_503_nothing_is_lost_or_given_up(world: World) -> None:
    """inovex 280; OGCS 14; gcalendarsync 20, 48, 52; GAS-ICS 167; exchange-sync 15."""
    days = Days(world, seed=17)
    for _ in range(15):
        await days.one_thing()
        for throttled, path in ((graph_fault, "^/users/"), (ibss_fault, "^/v2/")):
            status, asked = days.rng.choice((429, 503)), days.rng.choice((None, 5, 40))
            times = days.rng.randint(0, 5)
            await throttled(world, method="GET|POST|PATCH", path=path, status=status, times=times, retry_after=asked)
        await world.until(world.clock.now() + timedelta(seconds=days.rng.choice((0, 2, 60))))
        checked(await world.outlook.http.delete(f"{world.outlook.side_door}/faults"))
        checked(await world.ibss.http.delete("/_sim/faults"))
    for _ in range(4):
        await world.pass_time(minutes=6)
    outlook, ibss = await days.end_state()
    assert outlook == ibss
    assert outlook
    assert world.poisoned == []


async def test_problem_17_however_many_work_at_once_a_mailbox_has_four_requests_in_flight(world: World) -> None:
    """A fifth is refused by Graph: "Application is over its MailboxConcurrency limit"."""
    for _ in range(6):
        await world.outlook.book(ANA, world.slot(), "Plan", (OAK,), (BEN,))
    await world.settle()
    checked(await world.outlook.http.delete(f"{world.outlook.side_door}/requests"))
    await asyncio.gather(*(world.service.pull.pull_room(PullRoom(OAK.space, fresh=True)) for _ in range(12)))
    seen = checked(await world.outlook.http.get(f"{world.outlook.side_door}/requests"))["value"]
    assert len(seen) >= 24
    assert Counter(one["status"] for one in seen).keys() == {200}
