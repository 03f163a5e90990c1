"""Which way a change is seen to cross when the service is quicker than the page looks. No browser is needed for it."""

import asyncio
import json
from dataclasses import replace
from datetime import datetime

import pytest

from localdev.page.meetings import Meeting, Wish
from localdev.page.watch import Watch
from tests.browser.test_page_crossings import BOOKING, EVENT

DEADLINE = 20


class Calendar:
    """One side, with what stands there; `looked` is set at every look."""

    def __init__(self, meeting: Meeting) -> None:
        self.meetings = [meeting]
        self.looked = asyncio.Event()

    async def read(self, _since: datetime, _until: datetime) -> list[Meeting]:
        self.looked.set()
        return self.meetings

    async def looked_at_again(self) -> None:
        self.looked.clear()
        await self.looked.wait()

    async def book(self, wish: Wish) -> None: ...
    async def change(self, edit: dict[str, str], wish: Wish) -> None: ...
    async def cancel(self, edit: dict[str, str]) -> None: ...


@pytest.mark.parametrize("done_on", ["outlook", "ibss"])
async def test_what_has_crossed_before_the_page_looks_crossed_from_where_it_was_done(done_on: str) -> None:
    outlook, ibss = Calendar(EVENT), Calendar(BOOKING)
    watch = Watch({"outlook": outlook, "ibss": ibss})
    states = watch.states()
    async with asyncio.timeout(DEADLINE):
        while not (state := json.loads(await anext(states)))["outlook"] or not state["ibss"]:
            pass
        async with watch.acting(done_on):
            outlook.meetings = [replace(EVENT, subject="Second")]
            ibss.meetings = [replace(BOOKING, subject="Second")]
            await (ibss if done_on == "outlook" else outlook).looked_at_again()
        while not (arrived := [it for it in json.loads(await anext(states))["crossings"] if it["seconds"] is not None]):
            pass
        await states.aclose()
    assert [(it["side"], it["words"]) for it in arrived] == [(done_on, "renamed “Second” in Oak")]
