"""How little it takes: each edit that a person makes on one side earns one write to the other, and each person whom it concerns
one mail. What the service writes or has mailed beyond that, nobody has asked for.

Who is concerned is Exchange's to say (Microsoft docs, event-update): whoever is added or taken off, by that alone; everybody by a
new subject, time or room, by a new meeting and by its end. An edit in Outlook mails by itself, and carrying it over mails nobody.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from localdev.graph.state import Mail
from tests.simulation.network import Write
from tests.simulation.script import IBSS, OUTLOOK
from tests.simulation.sides import Changes, Shown, Sides, Standing, agreed, changes, without_the_write
from tests.simulation.town import Town

OTHER = {OUTLOOK: IBSS, IBSS: OUTLOOK}
TO_ATTENDEES = frozenset({"invite", "update", "cancellation"})
"""A room's answers are its own."""
CREATES = ("/events", "/bookings")


@dataclass
class Owed:
    """One edit in IBSS, and who has been told of it. `whom`: None is everybody in the meeting."""

    whom: frozenset[str] | None
    told: set[str] = field(default_factory=set)

    def concerns(self, person: str) -> bool:
        return person not in self.told and (self.whom is None or person in self.whom)


@dataclass
class Least:
    """`note` hears of what nobody has asked for: writes and mails that no edit has earned, and mails to strangers."""

    town: Town
    note: Callable[..., None]
    writes: int = 0
    earned: int = 0
    repeated: int = 0
    """Creates that were asked for once more, and answered with what the first had made."""
    mails: int = 0
    earned_mails: int = 0
    _writes_owed: Counter[tuple[int, str]] = field(default_factory=Counter)
    _names_owed: Counter[int] = field(default_factory=Counter)
    _mails_owed: defaultdict[int, list[Owed]] = field(default_factory=lambda: defaultdict(list))
    _members: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    _mails_seen: int = 0

    def __post_init__(self) -> None:
        self._sides = Sides(self.town)
        self._last = self._sides.look()

    def watch(self, write: Write) -> None:
        """Hears of every write, of a person or of the service, right after it."""
        before, names = self._last, self._sides.names
        now = self._last = self._sides.look()
        sent = self.town.graph.tenant.mails[self._mails_seen :]
        self._mails_seen += len(sent)
        mails = [mail for mail in sent if mail.ical_uid in write.mailed]  # not what a host elsewhere has sent before
        if write.who == "person":
            self._edited(before, now)
        else:
            side = IBSS if write.path.startswith("/v2/") else OUTLOOK
            by_itself = before if write.path.endswith("/decline") else without_the_write(before, now, side)
            self._edited(before, by_itself)
            if write.worked and is_of_a_meeting(write):
                changed = changes(by_itself, now, side)
                self._written(write, side, changed, self._sides.names - names)
                self._mailed(write, mails)
                self._written_half_blind(changed, now)
                self._settled(now)

    def _written_half_blind(self, changed: Changes, now: Standing) -> None:
        """While a mailbox cannot be read, what a room's copy tells has to do: it is put right when it can be read again."""
        if any(mailbox.unreadable for mailbox in self.town.graph.tenant.mailboxes.values()):
            for meeting in changed:
                self._writes_owed[meeting, IBSS] += not agreed(now, meeting)

    def _settled(self, now: Standing) -> None:
        """Where the service has brought both sides together, no edit is left to be carried over. Where people have, by undoing an
        edit, it may be on its way already: then it is carried over, and its undoing too.
        """
        for meeting in {meeting for meeting, _ in self._writes_owed}:
            if agreed(now, meeting):
                del self._writes_owed[meeting, OUTLOOK], self._writes_owed[meeting, IBSS]
                self._mails_owed.pop(meeting, None)

    def _edited(self, before: Standing, now: Standing) -> None:
        """By people; a room that declines is one of them."""
        for side in (OUTLOOK, IBSS):
            for meeting, pairs in changes(before, now, side).items():
                self._writes_owed[meeting, OTHER[side]] += len(pairs)
                for was, became in pairs:
                    self._members[meeting] |= _in(was) | _in(became)
                    if side == IBSS:
                        self._mails_owed[meeting].append(Owed(_concerned(was, became)))

    def _written(self, write: Write, side: str, changed: Changes, named: Counter[tuple[int, str]]) -> None:
        """That an event was made for a booking is written into the booking: both halves name each other."""
        self.writes += 1
        for meeting, pairs in changed.items():
            self._names_owed[meeting] += side == OUTLOOK and any(was is None for was, _ in pairs)
        if self._pays_an_edit(side, changed) or (not changed and self._pays_a_name(side, named)):
            self.earned += 1
        elif write.needless and write.path.endswith(CREATES):
            self.repeated += 1
        else:
            self.note(f"a write that no edit has earned: {write}")

    def _pays_an_edit(self, side: str, changed: Changes) -> bool:
        for meeting in changed:
            if self._writes_owed[meeting, side]:
                self._writes_owed[meeting, side] -= 1
                return True
        return False

    def _pays_a_name(self, side: str, named: Counter[tuple[int, str]]) -> bool:
        for meeting, _ in named:
            if side == IBSS and self._names_owed[meeting]:
                self._names_owed[meeting] -= 1
                return True
        return False

    def _mailed(self, write: Write, mails: list[Mail]) -> None:
        for mail in mails:
            meeting = self._sides.meeting_of.get(mail.ical_uid)
            if mail.kind not in TO_ATTENDEES or meeting is None:
                continue
            self.mails += 1
            to = mail.to.lower()
            if to not in self._members[meeting]:
                self.note(f"a mail to somebody who is not in the meeting: {to} {write}")
            owed = next((one for one in self._mails_owed[meeting] if one.concerns(to)), None)
            if owed is None:
                self.note(f"a mail that no edit has earned: {to} {mail.kind} {write}")
            else:
                owed.told.add(to)
                self.earned_mails += 1


def is_of_a_meeting(write: Write) -> bool:
    return "/subscriptions" not in write.path and not write.path.endswith("$batch")


def _in(shown: Shown | None) -> set[str]:
    return {shown.room, *shown.people} if shown else set()


def _concerned(was: Shown | None, became: Shown | None) -> frozenset[str] | None:
    if was is None or became is None or _plain(was) != _plain(became):
        return None
    return frozenset(_in(was) ^ _in(became))


def _plain(shown: Shown) -> object:
    return shown.room, shown.start, shown.end, shown.subject
