"""What `python -m localdev` can do: everything, the host alone, one simulator alone."""

import asyncio
import contextlib
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx

from localdev.azurite import Azurite
from localdev.functions.app_settings import HOST_STORAGE
from localdev.functions.backoff import pause
from localdev.launcher.host_process import HostProcess
from localdev.launcher.places import Places
from localdev.launcher.settings import of_this_machine, to_meet_the_simulators
from localdev.launcher.simulators import graph_app, ibss_app, saved_while_open
from localdev.serving import Server, answers, listen, require_free

DEVELOPMENT_STORAGE = "UseDevelopmentStorage=true"


class ChildDied(Exception):
    """A part that should run has ended."""


async def run_everything(app: Path, places: Places, folder: Path | None) -> None:
    """Host, simulators, page and storage; leaves when a signal comes, and stops the host first."""
    for part, port in {"Functions host": places.host, **places.storage.named()}.items():
        require_free(port, part)
    stopping = stop_on_signals()
    async with contextlib.AsyncExitStack() as parts:
        sockets = [
            parts.enter_context(listen(port, part))
            for part, port in (("Graph simulator", places.graph), ("IBSS simulator", places.ibss), ("page", places.page))
        ]
        storage = Azurite(places.storage, _made(folder, "azurite"))
        await parts.enter_async_context(_stopped_at_the_end(storage))
        client = await parts.enter_async_context(httpx.AsyncClient(timeout=30))
        graph, kept_graph = graph_app(client, folder)
        ibss, kept_ibss = ibss_app(client, folder, places)
        await parts.enter_async_context(saved_while_open(kept_graph, kept_ibss))
        for served, sock in zip((graph, ibss, _page(places)), sockets, strict=True):
            await parts.enter_async_context(Server(served, sock))
        await asyncio.to_thread(storage.wait_until_up)
        settings = of_this_machine(app) | to_meet_the_simulators(places)
        host = await parts.enter_async_context(_host(app, places, settings, stopping, _addresses(places)))
        await _until_stopped(stopping, {"Azurite": storage.process, "Functions host": host.process})


async def run_host(app: Path, places: Places) -> None:
    """The Functions host with every setting from the environment; Azurite only where none is asked for or there."""
    require_free(places.host, "Functions host")
    stopping = stop_on_signals()
    async with contextlib.AsyncExitStack() as parts:
        settings = of_this_machine(app)
        children: dict[str, subprocess.Popen[bytes]] = {}
        if _needs_azurite(places, settings):
            storage = Azurite(places.storage)
            await parts.enter_async_context(_stopped_at_the_end(storage))
            await asyncio.to_thread(storage.wait_until_up)
            children["Azurite"] = storage.process
            settings[HOST_STORAGE] = storage.connection_string
        addresses = f"\nFunctions host  {places.host_url}  (key: local)\nCtrl-C stops it."
        host = await parts.enter_async_context(_host(app, places, settings, stopping, addresses))
        children["Functions host"] = host.process
        await _until_stopped(stopping, children)


async def run_simulator(which: str, places: Places, folder: Path | None) -> None:
    port, url, part = (
        (places.graph, places.graph_url, "Graph simulator")
        if which == "graph"
        else (places.ibss, places.ibss_url, "IBSS simulator")
    )
    with listen(port, part) as sock:
        stopping = stop_on_signals()
        async with httpx.AsyncClient(timeout=30) as client:
            served, kept = graph_app(client, folder) if which == "graph" else ibss_app(client, folder, None)
            async with saved_while_open(kept), Server(served, sock):
                print(url, flush=True)
                await stopping.wait()


def stop_on_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    return stopping


@contextlib.asynccontextmanager
async def _host(
    app: Path, places: Places, settings: Mapping[str, str], stopping: asyncio.Event, addresses: str
) -> AsyncIterator[HostProcess]:
    """What is printed last is that everything can be used."""
    host = HostProcess(app, places.host_url, places.host, settings)
    try:
        if await host.wait_until_up(stopping):
            await host.run_first()
            print(addresses, flush=True)
        yield host
    finally:
        await host.stop()


@contextlib.asynccontextmanager
async def _stopped_at_the_end(storage: Azurite) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await asyncio.to_thread(storage.stop)


async def _until_stopped(stopping: asyncio.Event, children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    while not stopping.is_set():
        for part, process in children.items():
            if process.poll() is not None:
                raise ChildDied(f"the {part} ended by itself (exit code {process.returncode}); everything else is stopped")
        await pause(0.2, stopping)


def _needs_azurite(places: Places, settings: Mapping[str, str]) -> bool:
    if settings.get(HOST_STORAGE, DEVELOPMENT_STORAGE) not in {"", DEVELOPMENT_STORAGE}:
        return False
    return not all(answers(port) for port in places.storage.named().values())


def _page(places: Places) -> object:
    from localdev.page.app import create_app  # noqa: PLC0415 - `host` runs without the page

    return create_app(graph_url=places.graph_url, ibss_url=places.ibss_url, host_url=places.host_url)


def _made(folder: Path | None, name: str) -> Path | None:
    if folder is None:
        return None
    (folder / name).mkdir(parents=True, exist_ok=True)
    return folder / name


def _addresses(places: Places) -> str:
    return f"""
Both calendars  {places.page_url}
Functions host  {places.host_url}  (key: local)
Graph           {places.graph_url}  (any bearer token)
IBSS            {places.ibss_url}  (Authorization: apikey sync, or apikey user:<address>)
Ctrl-C stops everything."""
