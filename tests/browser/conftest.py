"""The page in a real browser, over both simulators and without the service."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from localdev import world
from localdev.graph.app import create_app as create_graph
from localdev.graph.simulator import GraphSimulator
from localdev.ibss.app import create_app as create_ibss
from localdev.ibss.simulator import IbssSimulator
from localdev.page.app import create_app as create_page
from tests.browser.page_object import CHROMIUM, CHROMIUM_ARGS, CalendarPage, open_page

NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def addresses() -> Iterator[tuple[str, str]]:
    """Graph and IBSS, as the seed has them."""
    with ExitStack() as running:
        graph = running.enter_context(serving(create_graph(seeded_graph())))
        ibss = running.enter_context(serving(create_ibss(seeded_ibss())))
        yield f"{graph}/v1.0", ibss


@pytest.fixture
def page(browser: Browser, addresses: tuple[str, str]) -> Iterator[CalendarPage]:
    with opened(browser, *addresses) as page:
        page.show("People")
        yield page


@contextmanager
def opened(browser: Browser, graph_url: str, ibss_url: str) -> Iterator[CalendarPage]:
    with serving(create_page(graph_url=graph_url, ibss_url=ibss_url, host_url=NOWHERE)) as url:
        page = open_page(browser, url)
        try:
            yield page
        finally:
            page.page.close()


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The app on a free loopback port, in a thread of its own: Playwright keeps this one busy."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def now() -> datetime:
    return datetime.now(UTC)


def seeded_graph() -> GraphSimulator:
    async def nobody_listens(_url: str, _content_type: str, _body: bytes) -> tuple[int, str, str]:
        return 202, "", ""

    simulator = GraphSimulator(now, nobody_listens)
    simulator.seed(world.COLLEAGUES, world.ROOMS, world.meetings(now()))
    return simulator


def seeded_ibss() -> IbssSimulator:
    async def nobody_listens(_url: str, _headers: dict[str, str], _body: bytes) -> int:
        return 202

    simulator = IbssSimulator(now, nobody_listens)
    simulator.seed(world)
    return simulator
