"""SERIES_CHANGES=off: a series that is cancelled, split or given another pattern or time as a whole is noticed by its shape."""

from sync_core.errors import Unreadable
from sync_core.graph.client import Graph
from sync_core.planner import CancelBooking, CreateBooking, Plan, UpdateBooking
from sync_core.situation import Situation
from sync_core.store import Store


class Shapes:
    """`apply`: SERIES_CHANGES is on, and nobody has to look."""

    def __init__(self, graph: Graph, store: Store, *, apply: bool) -> None:
        self._graph, self._store, self._apply = graph, store, apply

    async def forbid(self, situation: Situation, plan: Plan) -> bool:
        """Whether the plan brings to IBSS what was changed for the series as a whole. Its shape is what its first booking saw."""
        instance = situation.link.instance
        to_ibss = any(isinstance(action, CreateBooking | UpdateBooking | CancelBooking) for action in plan.actions)
        if self._apply or not to_ibss or instance is None or instance.original_start is None:
            return False
        known, shape = await self._store.series_shape(instance.ical_uid), await self._shape(situation, instance.ical_uid)
        if known is None and shape is not None:
            await self._store.remember_series(instance.ical_uid, shape)
        return known not in {None, shape}

    async def _shape(self, situation: Situation, uid: str) -> str | None:
        """As its organiser has it; and where that mailbox cannot be read, as the room has it."""
        room = situation.room.mailbox
        try:
            return await self._graph.shape(situation.link.organiser or room, uid)
        except Unreadable:
            return await self._graph.shape(room, uid)
