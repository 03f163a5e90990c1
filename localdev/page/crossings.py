"""Which change is on its way from one side to the other, and how long it took. Pure: it is told what is seen, and when."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from localdev.page.meetings import Meeting, Substance, name_of, room_of

OTHER = {"outlook": "ibss", "ibss": "outlook"}
KEPT = 30

type Seen = dict[str, Substance]


@dataclass(frozen=True)
class Crossing:
    """A change seen on `side`. It has crossed when the other side shows `now` and no longer shows `before`."""

    number: int
    side: str
    key: str
    before: Substance | None
    now: Substance | None
    since: float
    seconds: float | None = None

    def has_arrived(self, there: Iterable[Substance]) -> bool:
        shown = set(there)
        return (self.now is None or self.now in shown) and (self.before in (None, self.now) or self.before not in shown)

    def in_words(self) -> str:
        what = self.now or self.before
        assert what is not None  # noqa: S101 - a change of nothing is never made
        return f"{change(self.before, self.now)} “{what.subject}” in {room_of(what.room).name}"


@dataclass
class Crossings:
    """Newest first."""

    recent: list[Crossing] = field(default_factory=list)
    _seen: dict[str, Seen] = field(default_factory=dict)
    _count: int = 0

    def forget(self) -> None:
        """Nobody watched for a while: what is seen next is the new beginning."""
        self._seen.clear()
        self.recent = [crossing for crossing in self.recent if crossing.seconds is not None]

    def see(self, side: str, meetings: Iterable[Meeting], at: float, changed_at: float | None = None) -> None:
        """`changed_at`: when the change was asked for, where that is known; else it is as old as its first sight."""
        now = {key: it for meeting in meetings if meeting.owned for key, it in meeting.substances().items()}
        before, self._seen[side] = self._seen.get(side), now
        if before is not None and OTHER[side] in self._seen:
            for key in before.keys() | now.keys():
                if before.get(key) != now.get(key):
                    self._set_out(side, key, before.get(key), now.get(key), at if changed_at is None else changed_at)
        self._arrive(at)

    def _set_out(self, side: str, key: str, before: Substance | None, now: Substance | None, at: float) -> None:
        """A change that the other side already shows came from there. One that overtakes an earlier change stands for both."""
        overtaken = next((it for it in self.recent if (it.side, it.key, it.seconds) == (side, key, None)), None)
        if overtaken is not None:
            self.recent.remove(overtaken)
            before = overtaken.before
        crossing = Crossing(self._count, side, key, before, now, at)
        if before != now and not crossing.has_arrived(self._seen[OTHER[side]].values()):
            self._count += 1
            self.recent = [crossing, *self.recent][:KEPT]

    def _arrive(self, at: float) -> None:
        self.recent = [self._timed(crossing, at) for crossing in self.recent]

    def _timed(self, crossing: Crossing, at: float) -> Crossing:
        there = self._seen.get(OTHER[crossing.side])
        if crossing.seconds is not None or there is None or not crossing.has_arrived(there.values()):
            return crossing
        return replace(crossing, seconds=at - crossing.since)


def change(before: Substance | None, now: Substance | None) -> str:
    if before is None or now is None:
        return "booked" if now else "cancelled"
    if before.room != now.room:
        return "moved to another room"
    if (before.start, before.end) != (now.start, now.end):
        return "moved"
    if before.subject != now.subject:
        return "renamed"
    return in_or_out(now.people - before.people, before.people - now.people)


def in_or_out(came: frozenset[str], went: frozenset[str]) -> str:
    parts = [f"invited {names(came)} to"] * bool(came) + [f"uninvited {names(went)} from"] * bool(went)
    return " and ".join(parts)


def names(addresses: frozenset[str]) -> str:
    return ", ".join(sorted(name_of(address).split()[0] for address in addresses))
