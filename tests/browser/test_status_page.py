"""B14: the operator's pages in a browser, with the key in the address and without JavaScript."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from localdev.world import ANA, OAK
from tests.browser.page_object import CHROMIUM, CHROMIUM_ARGS
from tests.product import Product

pytestmark = pytest.mark.browser

A_WHILE = 20_000  # milliseconds
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
"""A folder to leave pictures of the pages in."""


@pytest.fixture
def page(product: Product) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
        page.goto(f"{product.address('HOST_PORT')}/api/status?code=local")
        yield page
        browser.close()


def picture(page: Page, name: str) -> None:
    if SCREENSHOTS:
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=True)


def booked(product: Product) -> datetime:
    """A meeting of Ana's in Oak, made in Outlook."""
    start = (datetime.now(UTC) + timedelta(days=4)).replace(hour=9, minute=0, second=0, microsecond=0)
    times = [{"dateTime": f"{start + timedelta(hours=h):%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"} for h in (0, 1)]
    attendees = [{"type": "resource", "emailAddress": {"address": OAK.mailbox, "name": OAK.name}}]
    event = {"subject": "Plan <b>the move</b>", "start": times[0], "end": times[1], "attendees": attendees}
    door = f"{product.address('GRAPH_PORT')}/v1.0/users/{ANA.address}/events"
    httpx.post(door, json=event, headers={"Authorization": "Bearer any"}).raise_for_status()
    return start


def test_B14_from_the_status_to_the_reason_of_one_meeting(product: Product, page: Page) -> None:
    start = booked(product)
    row = page.get_by_role("row").filter(has_text=OAK.mailbox)
    expect(row).to_contain_text("in order")
    picture(page, "status")
    page.get_by_label("Room (space id or mailbox)").fill(OAK.mailbox)
    page.get_by_label("At, such as").fill(f"{start:%Y-%m-%dT%H:%MZ}")
    page.get_by_role("button", name="Explain").nth(1).click()
    decided = page.get_by_role("cell", name="new in Outlook")  # the last that a sync writes, and the last that a page reads
    linked = page.get_by_role("heading", name="Oak: linked")
    for _ in range(20):
        if decided.count() and linked.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(decided).to_be_visible()
    expect(linked).to_be_visible()
    expect(page.get_by_text("Plan <b>the move</b>")).to_have_count(2)
    picture(page, "explain")
    page.get_by_role("link", name="Status").click()
    row.get_by_role("link", name="Plan").click()
    expect(page.get_by_role("heading", name="Oak")).to_be_visible()
    expect(page.get_by_role("cell", name="in sync").first).to_be_visible(timeout=A_WHILE)
    picture(page, "plan")


def test_B14_without_the_key_nothing_is_told(product: Product) -> None:
    for path in ("status", "explain?booking=1", "plan?room=1"):
        assert httpx.get(f"{product.address('HOST_PORT')}/api/{path}").status_code == 401
    for path in ("resync", "replay"):
        assert httpx.post(f"{product.address('HOST_PORT')}/api/{path}", json={}).status_code == 401
