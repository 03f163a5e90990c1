"""Both simulators with the network they post to, and the folder that keeps what they know."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from localdev import world
from localdev.launcher.places import Places

SAVE_SECONDS = 1.0


def utc_now() -> datetime:
    return datetime.now(UTC)


class DataError(Exception):
    """The data folder cannot be used. The message is one line."""


class Kept:
    """A document that is written to its file when it has changed: whole or not at all, so a crash leaves the older one."""

    def __init__(self, dump: Callable[[], Any], file: Path | None) -> None:
        self._dump = dump
        self._file = file
        self._saved = ""

    def save(self) -> None:
        if self._file is None:
            return
        text = json.dumps(self._dump())
        if text != self._saved:
            part = self._file.with_suffix(".part")
            part.write_text(text, encoding="utf-8")
            part.replace(self._file)
            self._saved = text


def graph_app(client: httpx.AsyncClient, folder: Path | None) -> tuple[Any, Kept]:
    from localdev.graph.app import create_app  # noqa: PLC0415 - `host` runs without simulators
    from localdev.graph.clock import Clock  # noqa: PLC0415
    from localdev.graph.simulator import GraphSimulator  # noqa: PLC0415

    async def post(url: str, content_type: str, body: bytes) -> tuple[int, str, str]:
        answer = await client.post(url, content=body, headers={"content-type": content_type})
        return answer.status_code, answer.headers.get("content-type", ""), answer.text

    file, clock = _file(folder, "graph"), Clock(utc_now)
    stored = _stored(file)
    if stored is None:
        simulator = GraphSimulator(clock.now, post, clock=clock)
        simulator.seed(world.COLLEAGUES, world.ROOMS, world.meetings(utc_now()))
    else:
        with _understood(file):
            simulator = GraphSimulator.load(stored, clock.now, post, clock=clock)
    return create_app(simulator), Kept(simulator.dump, file)


def ibss_app(client: httpx.AsyncClient, folder: Path | None, places: Places | None) -> tuple[Any, Kept]:
    """With `places`, bookings are posted to the service that runs there."""
    from localdev.ibss.app import create_app  # noqa: PLC0415 - `host` runs without simulators
    from localdev.ibss.posting import over_http  # noqa: PLC0415
    from localdev.ibss.simulator import IbssSimulator  # noqa: PLC0415

    file = _file(folder, "ibss")
    simulator = IbssSimulator(utc_now, over_http(client), service_url=places.host_url if places else None)
    stored = _stored(file)
    if stored is None:
        simulator.seed(world)
    else:
        with _understood(file):
            simulator.load(stored)
    return create_app(simulator), Kept(simulator.dump, file)


def _file(folder: Path | None, name: str) -> Path | None:
    return folder / f"{name}.json" if folder else None


def _stored(file: Path | None) -> dict[str, Any] | None:
    if file is None or not file.exists():
        return None
    with _understood(file):
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


@contextlib.contextmanager
def _understood(file: Path | None) -> Iterator[None]:
    """What an older version has kept need not be what this one reads."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise DataError(f"{file} is not what this version keeps ({type(error).__name__}): name another folder") from None


@contextlib.asynccontextmanager
async def saved_while_open(*kept: Kept) -> AsyncIterator[None]:
    async def keep_saving() -> None:
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            for each in kept:
                each.save()

    saving = asyncio.create_task(keep_saving())
    try:
        yield
    finally:
        saving.cancel()
        await asyncio.gather(saving, return_exceptions=True)
        for each in kept:
            each.save()
