"""The page of the running product: what is booked on one side is found on the other."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.page_object import CHROMIUM, CHROMIUM_ARGS, CalendarPage, open_page
from tests.product import Product

pytestmark = pytest.mark.browser

A_WHILE = 20_000  # milliseconds
CROSSED = re.compile(r"Outlook → IBSS\s*\d+\.\d s")


@pytest.fixture
def page(product: Product) -> Iterator[CalendarPage]:
    with sync_playwright() as playwright:
        browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        page = open_page(browser, product.address("PAGE_PORT"))
        page.show("People")
        yield page
        browser.close()


def test_S02_S04_S13_booked_moved_and_cancelled_on_the_left_it_is_so_on_the_right(page: CalendarPage) -> None:
    fields = {"subject": "Left to right", "host": "Ana Diaz", "room": "Oak, Harbour House", "start": "11:00", "end": "12:00"}
    page.book("outlook", "Ben Okoro", **fields)
    booked = page.meeting("ibss", "Oak", "Left to right")
    expect(booked).to_contain_text("11:00", timeout=A_WHILE)
    expect(page.crossings.filter(has_text="Left to right")).to_have_text([CROSSED], timeout=A_WHILE)
    page.change(page.meeting("outlook", "Ana Diaz", "Left to right"), start="15:00", end="16:00")
    expect(booked).to_contain_text("15:00", timeout=A_WHILE)
    page.cancel(page.meeting("outlook", "Ana Diaz", "Left to right"))
    expect(booked).to_have_count(0, timeout=A_WHILE)
    expect(page.crossings.filter(has_text="Left to right")).to_have_text([CROSSED] * 3, timeout=A_WHILE)


def test_S01_S05_S13_booked_moved_and_cancelled_on_the_right_it_is_so_on_the_left(page: CalendarPage) -> None:
    fields = {"subject": "Right to left", "host": "Ben Okoro", "room": "Elm, Harbour House", "start": "08:00", "end": "09:00"}
    page.book("ibss", "Cleo Lind", **fields)
    event = page.meeting("outlook", "Ben Okoro", "Right to left")
    expect(event).to_contain_text("08:00", timeout=A_WHILE)
    page.change(page.meeting("ibss", "Elm", "Right to left"), start="16:00", end="17:00")
    expect(event).to_contain_text("16:00", timeout=A_WHILE)
    page.cancel(page.meeting("ibss", "Elm", "Right to left"))
    expect(event).to_have_count(0, timeout=A_WHILE)
