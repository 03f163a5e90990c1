"""Visitors of a booking get a visit each ("Modifying a booking in Flex"; `Visit_Id`: "Bookings Analytics")."""

from collections.abc import Callable
from dataclasses import replace

from localdev.ibss.records import Party


def with_visits(wanted: tuple[Party, ...], had: tuple[Party, ...], new_visit: Callable[[], str]) -> tuple[Party, ...]:
    """The whole new list. IBSS alone gives out visit ids: what a writer sends as one is not looked at."""
    kept = {party.email.lower(): party.visit_id for party in had if party.is_visitor}

    def visit(party: Party) -> str | None:
        if not party.is_visitor:
            return None
        return kept.get(party.email.lower()) or new_visit()

    return tuple(replace(party, visit_id=visit(party)) for party in wanted)
