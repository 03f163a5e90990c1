"""One meeting is brought together: look at both sides, plan, do it, remember."""

import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime

from sync_core.ahead import ReadAhead
from sync_core.batches import single
from sync_core.brake import Brake
from sync_core.dispute import disputed
from sync_core.errors import Gone, Later, Stale, SyncError
from sync_core.execution import SLOT_TAKEN, Execution, Outcome
from sync_core.graph.client import Graph
from sync_core.look import PATIENCE, Look
from sync_core.model import Address, Essence, EventId, Field, Link, Present, Reason, RoomId, Side, Slot, State
from sync_core.planner import CancelBooking, CancelEvent, CreateEvent, Plan, Policy, ReleaseRoom, UpdateEvent
from sync_core.queues import PullRoom, Queues, SyncInstance, SyncSeries, SyncWork, again
from sync_core.rooms import Rooms
from sync_core.shapes import Shapes
from sync_core.situation import Situation, decided, older_than_known, work_of
from sync_core.store import Store

ROUNDS = 4
"""How often one piece of work reads and plans anew, because somebody was faster, before it is queued again."""

ON_ITS_WAY = frozenset({Reason.EVENT_UNREADABLE, Reason.ONLY_THE_ROOM_HAS_IT})
SOON = 4

ITS_OWN = frozenset({"on-its-way", "contended", "lags-behind", "not-there-yet", "no-trace", "room-lags", "host-lags"})
"""Why one occurrence has to wait while the others of its series go on."""

QUIET = frozenset({Reason.IN_SYNC, Reason.OVER, Reason.NOTHING_THERE})

log = logging.getLogger(__name__)


class Sync:
    def __init__(
        self,
        graph: Graph,
        store: Store,
        queues: Queues,
        rooms: Rooms,
        look: Look,
        read_ahead: ReadAhead,
        execution: Execution,
        brake: Brake,
        shapes: Shapes,
        policy: Policy,
        watch_host: Callable[[Address], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._graph, self._store, self._queues, self._rooms = graph, store, queues, rooms
        self._look, self._read_ahead = look, read_ahead
        self._execution, self._brake, self._shapes, self._policy = execution, brake, shapes, policy
        self._watch_host, self._clock = watch_host, clock

    async def work_on(self, work: SyncWork) -> None:
        """Raises Later when it could not be settled now."""
        await (self.sync_series(work) if isinstance(work, SyncSeries) else self.sync_instance(work))

    async def sync_instance(self, work: SyncInstance) -> None:
        if work.host is not None and work.event is not None:
            await self._each_room(work.host, work.event)
        else:
            await self._bring_together(work, self._look)

    async def sync_series(self, work: SyncSeries) -> None:
        """What one occurrence comes to does not hold up the others: it is queued for itself."""
        room = await self._rooms.get(work.room)
        if room is None:
            return
        before = {link.row_etag for link in await self._store.links(room.id)}
        look = await self._read_ahead.look(room, work)
        for one in (single(room.id, occurrence) for occurrence in work.occurrences):
            try:
                await self._bring_together(one, look, before)
            except Later as error:
                if error.code not in ITS_OWN:
                    raise
                await self._queues.send(*again(one, error))
            except SyncError as error:
                log.info("one of a series is worked for itself: %s", error)
                await self._queues.send(one)

    async def _bring_together(self, work: SyncInstance, look: Look, before: Collection[str | None] = ()) -> None:
        """`before`: the rows as they were before the look read ahead. What it read says nothing of a link written since."""
        for _ in range(ROUNDS):
            try:
                situation = await look.at(work)
                if situation is None:
                    return None
                if look is not self._look and situation.stored is not None and situation.stored.row_etag not in before:
                    look = self._look
                    continue
                _refuse_doubtful(situation, work)
                _refuse_what_the_room_lost(situation, work)
                outcome = await self._settle(situation, work)
                if outcome is not None and outcome.settled and not _begins_to_wait(situation.stored, outcome.link):
                    return self._soon(work, outcome)
            except (Stale, Gone) as error:
                log.info("somebody was faster (%s): looking again", error.code)
            look = self._look  # what was read ahead is old by now
        raise Later("contended")

    def _soon(self, work: SyncInstance, outcome: Outcome) -> None:
        """What is on its way between two mailboxes is there in a moment: it is looked at again soon, before the sweeps do."""
        if outcome.link.reason in ON_ITS_WAY and work.attempt < SOON:
            raise Later("on-its-way")

    async def _each_room(self, host: Address, event_id: EventId) -> None:
        """A host's event changed: in each of its rooms that is linked, the meeting is looked at."""
        event = await self._graph.event(host, event_id)
        rooms = {room.mailbox: room for room in (await self._rooms.all()).values()}
        inside = [rooms[a.address] for a in (event.attendees if event else ()) if a.address in rooms]
        if event is not None and event.kind == "seriesMaster" and inside:
            await self._queues.send(PullRoom(host=host))
            return
        for room in inside:
            await self.sync_instance(SyncInstance(room.id, key=event.instance.key if event else None))

    async def _settle(self, situation: Situation, work: SyncInstance) -> Outcome | None:
        """None when another meeting was moved out of the way first."""
        plan = decided(situation, self._policy, self._clock())
        if await self._neighbours_moved(situation, plan, work):
            return None
        outcome = await self._carry_out(situation, plan)
        await self._look_in_linked(situation, plan)
        if outcome.link.organiser is not None and outcome.link.state is State.LINKED:
            await self._watch_host(outcome.link.organiser)
        return outcome

    async def _look_in_linked(self, situation: Situation, plan: Plan) -> None:
        """Where the booking of a meeting that stands is cancelled, for its room has declined, its other rooms are without one."""
        base = situation.link.base
        if base is not None and base.linked and CancelBooking() in plan.actions:
            for room in sorted(base.linked):
                await self._queues.send(PullRoom(room, fresh=True))

    async def _neighbours_moved(self, situation: Situation, plan: Plan, work: SyncInstance) -> bool:
        """IBSS never has two bookings in one slot. So before a slot is taken in Outlook for one, any other link that still holds
        it is looked at first: its booking was cancelled or moved, and the news came in another order.
        """
        wanted = _slot_taken_by(plan)
        if wanted is None:
            return False
        moved = False
        held = [link for room in (wanted.room, *sorted(wanted.linked)) for link in await self._store.links(room)]
        for link in held:
            if link.booking_id != situation.link.booking_id and link.base is not None and _overlap(link.base, wanted):
                other = await self._look.at(SyncInstance(booking=link.booking_id, node=link.node_id))
                if other is not None:
                    _refuse_doubtful(other, work)
                if other is not None and (link.room, link.key) != (situation.room.id, situation.link.key):
                    moved = await self._give_way(other) or moved
        return moved

    async def _give_way(self, other: Situation) -> bool:
        """True when the other meeting has left its slot by this."""
        plan = decided(other, self._policy, self._clock())
        if not plan.actions:
            return False
        await self._carry_out(other, plan)
        return True

    async def _carry_out(self, situation: Situation, plan: Plan) -> Outcome:
        now = self._clock()
        cancels = any(isinstance(action, CancelBooking | CancelEvent | ReleaseRoom) for action in plan.actions)
        booking = situation.booking.booking
        if disputed(situation.link, plan, now):
            outcome = await self._freeze(situation)
        elif await self._shapes.forbid(situation, plan):
            outcome = await self._execution.hold(situation, Reason.SERIES_CHANGED)
        elif cancels and not await self._brake.lets_go(situation.link, booking.series if booking else None):
            outcome = await self._execution.hold(situation, Reason.BRAKED)
        else:
            outcome = await self._execution.carry_out(situation, plan, now)
        was = situation.stored
        if was is not None and was.state is State.FROZEN and outcome.link.state is not State.FROZEN:
            await self._store.clear_alarm(was.room, was.key)
        await self._note(situation, outcome, plan)
        if was is not None and _leaves_a_slot(was, outcome.link):
            await self._wake_who_waits_in(was)
        return outcome

    async def _wake_who_waits_in(self, left: Link) -> None:
        """What was refused because the slot was taken is looked at again at once, before the sweeps do."""
        for room in (left.room, *sorted(left.base.linked if left.base else ())):
            for link in await self._store.links(room):
                if link.detail in SLOT_TAKEN:
                    await self._queues.send(work_of(link))

    async def _freeze(self, situation: Situation) -> Outcome:
        """Saved first: an alarm names a meeting that is frozen for certain."""
        outcome = await self._execution.hold(situation, Reason.DISPUTED, State.FROZEN)
        await self._store.raise_alarm(outcome.link, self._clock())
        log.error("room %s, booking %s: %s", outcome.link.room, outcome.link.booking_id, Reason.DISPUTED)
        return outcome

    async def _note(self, situation: Situation, outcome: Outcome, plan: Plan) -> None:
        """The journal tells what was decided and done; a look that finds all as it was leaves no entry. A create may be found
        made: its worker died, or was slower to say so.
        """
        before, link = situation.stored, outcome.link
        if before is not None and before.state is State.CREATING and link.state is State.LINKED and not plan.actions:
            reason = Reason.NEW_EVENT if link.born is Side.OUTLOOK else Reason.NEW_BOOKING
            await self._store.note(link.room, link.key, self._clock(), reason, "nothing", "found made")
            return
        unchanged = before is not None and (before.state, before.reason) == (link.state, link.reason)
        if not plan.actions and (unchanged or plan.reason in QUIET):
            return
        done = " ".join(type(action).__name__ for action in plan.actions) or "nothing"
        log.info("room %s, booking %s: %s: %s, %s", link.room, link.booking_id, plan.reason, done, outcome.result)
        overruled = "; ".join(map(str, plan.overruled))
        await self._store.note(link.room, link.key, self._clock(), plan.reason, done, outcome.result, overruled)


def _refuse_doubtful(situation: Situation, work: SyncInstance) -> None:
    """A side may answer from a copy that lags behind by half a minute. What reads older than it was known, or is gone without a
    trace, is read again a little later, a few times; then it is believed.
    """
    if work.attempt < PATIENCE and older_than_known(situation):
        raise Later("lags-behind")
    known = situation.link.base or situation.link.intent
    if work.attempt < PATIENCE and situation.event.traceless and known is not None:
        raise Later("no-trace")
    if work.attempt < PATIENCE and _only_its_copy_tells(situation):
        raise Later("room-lags")


def _refuse_what_the_room_lost(situation: Situation, work: SyncInstance) -> None:
    """The room's calendar told that it is gone, and its host's shows it just as it was known."""
    original, stands = situation.event.original, isinstance(situation.event.reading, Present)
    known = situation.stored.event_at if situation.stored else None
    newer = original is None or original.modified is None or known is None or original.modified > known
    if work.attempt < PATIENCE and work.removed and stands and not newer:
        raise Later("host-lags")


def _only_its_copy_tells(situation: Situation) -> bool:
    """The room has a copy of a meeting that is not known in it, and whose host's copy does not name it: it was forwarded to the
    room, or has just left it for another.
    """
    original, present = situation.event.original, isinstance(situation.event.reading, Present)
    return situation.stored is None and present and original is not None and not original.is_in(situation.room.mailbox)


def _slot_taken_by(plan: Plan) -> Essence | None:
    """The slot that a plan takes in Outlook."""
    for action in plan.actions:
        match action:
            case CreateEvent(target):
                return target
            case UpdateEvent(target, fields) if fields & {Field.SLOT, Field.ROOM, Field.LINKED}:
                return target
    return None


def _leaves_a_slot(was: Link, now: Link) -> bool:
    """By what was saved, not by what was planned: who wrote it may have died, and another finds it written."""
    if now.state is State.CLOSED:
        return was.state is not State.CLOSED
    return was.base is not None and (now.base is None or _place(was.base) != _place(now.base))


def _place(essence: Essence) -> tuple[Slot, RoomId, frozenset[RoomId]]:
    return essence.slot, essence.room, essence.linked


def _begins_to_wait(was: Link | None, now: Link) -> bool:
    """For its slot. It is tried once more at once: who left the slot while it was refused could not know that it waits."""
    return now.detail in SLOT_TAKEN and (was is None or was.detail not in SLOT_TAKEN)


def _overlap(one: Essence, other: Essence) -> bool:
    return one.room in {other.room, *other.linked} and one.slot.start < other.slot.end and other.slot.start < one.slot.end
