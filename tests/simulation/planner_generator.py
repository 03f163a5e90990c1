"""Cases for the planner, made by chance: the three memories of one meeting are made from one essence by few edits."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random

from sync_core.model import (
    PRIVATE_SUBJECT,
    Absent,
    Address,
    Essence,
    Field,
    Link,
    Present,
    Reading,
    Reason,
    RoomId,
    Side,
    Slot,
    State,
    Unknown,
)
from sync_core.planner import Policy
from tests.simulation.planner_sides import Ibss, Sides

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HORIZONS = (14 * DAY, 180 * DAY)

HOST = Address("ana@contoso.example")
VERA = Address("vera@fabrikam.example")
PEOPLE = (*(Address(f"{name}@contoso.example") for name in ("ben", "cleo", "dan")), VERA)
ROOMS = tuple(RoomId(f"B1/01|{name}") for name in ("Oak", "Elm", "Ash"))
LINKED = tuple(RoomId(f"B1/02|{name}") for name in ("Fir", "Yew"))
ELSEWHERE = Address("elm@contoso.example")
SUBJECTS = ("Review", "Retro", "Review of the year", "Review of the yard", "Booking")


def _slot(start: timedelta, lasts: timedelta = HOUR, *, all_day: bool = False) -> Slot:
    return Slot(NOW + start, NOW + start + lasts, all_day)


AHEAD = (
    *(_slot(hours * HOUR) for hours in (2, 3, 4, 26, 50)),
    _slot(2 * HOUR, HOUR / 2),
    _slot(16 * HOUR, DAY),
    _slot(16 * HOUR, DAY, all_day=True),
)
NEAR = (
    *(_slot(hours * HOUR) for hours in (-50, -3, -1, -0.5, 0)),
    _slot(-HOUR, HOUR - timedelta(seconds=1)),
    _slot(timedelta(seconds=1)),
    _slot(-2 * HOUR, 12 * HOUR),
    *(_slot(days) for days in HORIZONS),
    *(_slot(days + timedelta(seconds=1)) for days in HORIZONS),
)
"""Over, running, about to begin, and at the horizons."""

GONE_EVENT = (Reason.EVENT_GONE, Reason.ROOM_REMOVED, Reason.ROOM_DECLINED, Reason.NOTHING_THERE)
GONE_BOOKING = (
    Reason.BOOKING_GONE,
    Reason.AUTO_CANCELLED,
    Reason.ROOM_NOT_SYNCED,
    Reason.ENDED_EARLY,
    Reason.NOTHING_THERE,
)
UNKNOWN_EVENT = tuple(
    Unknown(reason) for reason in (Reason.EVENT_UNREADABLE, Reason.ONLY_THE_ROOM_HAS_IT, Reason.READS_EMPTY, Reason.AMBIGUOUS)
)
UNKNOWN_BOOKING = tuple(Unknown(reason) for reason in (Reason.BOOKING_UNREADABLE, Reason.AMBIGUOUS))

type Change = Callable[[Essence], Essence]


@dataclass(frozen=True, slots=True)
class Case:
    """`sides`: any state that may be met. `agreed`, `in_outlook` and `in_ibss`: a story of independent changes."""

    number: int
    sides: Sides
    policy: Policy
    agreed: Sides
    in_outlook: tuple[Change, ...]
    in_ibss: tuple[Change, ...]


def case(seed: int, number: int) -> Case:
    rng = Random((seed << 40) + number)
    maker = Maker(rng)
    return Case(number, maker.sides(), maker.policy(), *maker.story())


def redacted(essence: Essence) -> Essence:
    """As the parse step leaves a private event."""
    return replace(essence, subject=PRIVATE_SUBJECT, people=frozenset(), private=True)


# changes


def _with(field: Field, value: object, essence: Essence) -> Essence:
    return replace(essence, **{field: value})


def _turned(person: Address, essence: Essence) -> Essence:
    """Invited, or taken off who was."""
    return replace(essence, people=essence.people ^ {person})


class Maker:
    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._ibss = Ibss(
            longest=10 if rng.random() < 0.2 else 255, refused=frozenset({VERA}) if rng.random() < 0.2 else frozenset()
        )

    def _often(self, share: float) -> bool:
        return self._rng.random() < share

    def policy(self) -> Policy:
        rng = self._rng
        return Policy(rng.choice((Side.OUTLOOK, Side.IBSS)), rng.choice(HORIZONS), self._often(0.2), self._often(0.4))

    def essence(self, slots: tuple[Slot, ...] = AHEAD) -> Essence:
        rng = self._rng
        people = frozenset(rng.sample(PEOPLE, rng.randrange(3)))
        linked = frozenset(LINKED[:1]) if self._often(0.15) else frozenset[RoomId]()
        return Essence(ROOMS[0], rng.choice(slots), rng.choice(SUBJECTS), HOST, people, linked=linked)

    def change(self, field: Field, slots: tuple[Slot, ...] = AHEAD) -> Change:
        rng = self._rng
        match field:
            case Field.ROOM:
                return partial(_with, field, rng.choice(ROOMS))
            case Field.SLOT:
                return partial(_with, field, rng.choice(slots))
            case Field.SUBJECT:
                return partial(_with, field, rng.choice(SUBJECTS))
            case Field.PEOPLE:
                return partial(_turned, rng.choice(PEOPLE))
            case Field.LINKED:
                return partial(_with, field, frozenset(rng.sample(LINKED, rng.randrange(3))))

    def edited(self, essence: Essence) -> Essence:
        if self._often(0.35):
            return essence
        for field in self._rng.choices(tuple(Field), k=self._rng.choice((1, 1, 1, 2, 2, 3))):
            essence = self.change(field, NEAR if self._often(0.2) else AHEAD)(essence)
        return essence

    # any state

    def sides(self) -> Sides:
        one = self.essence(NEAR if self._often(0.3) else AHEAD)
        private = self._often(0.15)
        link = self.link(one, was_private=private and self._often(0.8))
        event = self.event(one, private=private)
        booking = self.booking(link.kept or self._ibss.keeps(redacted(one) if private and self._often(0.8) else one))
        return Sides(link, event, booking, self._ibss, made_at_first=self._often(0.5))

    def link(self, one: Essence, *, was_private: bool) -> Link:
        base = redacted(one) if was_private else one
        kept, link = self._ibss.keeps(base), Link(one.room, "key", self._rng.choice((Side.OUTLOOK, Side.IBSS)))
        chance = self._rng.random()
        if chance < 0.62:
            return replace(link, state=State.LINKED, reason=Reason.IN_SYNC, base=base, kept=kept)
        if chance < 0.68:
            return replace(link, state=State.FROZEN, reason=Reason.DISPUTED, base=base, kept=kept)
        if chance < 0.78:
            return replace(link, state=State.CREATING, intent=base)
        if chance < 0.81:
            return replace(link, base=base)
        if chance < 0.84:
            return replace(link, kept=kept)
        if chance < 0.88:
            return replace(link, state=State.REJECTED, refused=base)
        return replace(link, state=State.CLOSED) if chance < 0.92 else link

    def event(self, one: Essence, *, private: bool) -> Reading:
        rng, chance = self._rng, self._rng.random()
        if chance < 0.05:
            return rng.choice(UNKNOWN_EVENT)
        essence = self.edited(one)
        there = Present(
            redacted(essence) if private else essence,
            writable=not self._often(0.1),
            others=frozenset({ELSEWHERE}) if self._often(0.2) else frozenset(),
        )
        if chance < 0.7:
            return there
        reason = rng.choice(GONE_EVENT)
        if reason is Reason.ROOM_REMOVED:
            there = replace(there, writable=True)  # of what only the room has, it cannot be taken off
        elsewhere = there if reason in {Reason.ROOM_REMOVED, Reason.ROOM_DECLINED} and self._often(0.8) else None
        return Absent(reason, elsewhere)

    def booking(self, kept: Essence) -> Reading:
        rng, chance = self._rng, self._rng.random()
        if chance < 0.05:
            return rng.choice(UNKNOWN_BOOKING)
        if chance < 0.28:
            return Absent(rng.choice(GONE_BOOKING))
        unsynced = Reason.NO_DIRECTORY_ACCOUNT if self._often(0.06) else None
        remark = Reason.CHECKED_OUT if self._often(0.1) else None
        return Present(self._ibss.keeps(self.edited(kept)), unsynced=unsynced, remark=remark)

    # two changes of different fields

    def story(self) -> tuple[Sides, tuple[Change, ...], tuple[Change, ...]]:
        rng, base = self._rng, self.essence(NEAR if self._often(0.2) else AHEAD)
        private = self._often(0.15)
        if private:
            base = redacted(base)
        link = Link(base.room, "key", rng.choice((Side.OUTLOOK, Side.IBSS)), State.LINKED, Reason.IN_SYNC)
        link = replace(link, base=base, kept=self._ibss.keeps(base))
        agreed = Sides(link, Present(base), Present(self._ibss.keeps(base)), self._ibss)
        fields = [field for field in Field if field is not Field.PEOPLE and not (private and field is Field.SUBJECT)]
        people = [] if private else rng.sample(PEOPLE, len(PEOPLE))
        rng.shuffle(fields)
        cut = rng.randrange(len(fields) + 1)
        outlook, ibss = ([self.change(field) for field in some if self._often(0.7)] for some in (fields[:cut], fields[cut:]))
        outlook += [partial(_turned, person) for person in people[:2] if self._often(0.3)]
        ibss += [partial(_turned, person) for person in people[2:] if self._often(0.3)]
        return agreed, tuple(outlook), tuple(ibss)
