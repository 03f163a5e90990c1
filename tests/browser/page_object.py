"""The page as a person sees it: what can be done with it, in the words of its forms."""

import re
from typing import Literal

from playwright.sync_api import Browser, Locator, Page

type Side = Literal["outlook", "ibss"]

CHROMIUM = "/usr/bin/chromium"
# No window, no sandbox inside a container, and no word to anyone but the page.
CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FIELDS = {"subject": "Subject", "host": "Host", "room": "Room", "day": "Day", "until": "Until", "start": "From", "end": "To"}
CHOICES = ("host", "room")


def open_page(browser: Browser, url: str) -> "CalendarPage":
    """The page at `url`, with both calendars read."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(url)
    page.wait_for_selector("body[data-live]")
    return CalendarPage(page)


class CalendarPage:
    """It opens on tomorrow. The rooms' names and the people's are those of `localdev.world`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._form = page.locator("#form")

    def show(self, whose: Literal["Rooms", "People"]) -> None:
        """Whose Outlook calendars the left side shows."""
        self.page.get_by_role("button", name=whose, exact=True).click()

    def meetings(self, side: Side, calendar: str) -> Locator:
        """What one calendar shows: of a room (`Oak`) or, on the left, of a person (`Ana Diaz`)."""
        column = self.page.locator(f"#{side} .head b").all_inner_texts().index(calendar)
        return self.page.locator(f"#{side} .column").nth(column).locator(".meeting")

    def meeting(self, side: Side, calendar: str, text: str) -> Locator:
        return self.meetings(side, calendar).filter(has_text=text)

    def book(self, side: Side, *people: str, **fields: str) -> None:
        """Fills the form and sends it; `error` tells whether that was refused."""
        self.page.locator(f"button.book[data-side={side}]").click()
        self._fill(fields, invite=people)
        self._send("Book")

    def change(self, meeting: Locator, *, invite: tuple[str, ...] = (), uninvite: tuple[str, ...] = (), **fields: str) -> None:
        meeting.click()
        self._fill(fields, invite, uninvite)
        self._send("Save")

    def cancel(self, meeting: Locator) -> None:
        meeting.click()
        self._send("Cancel this")

    @property
    def error(self) -> Locator:
        return self._form.get_by_role("alert")

    @property
    def crossings(self) -> Locator:
        return self.page.locator("#crossings li")

    @property
    def problems(self) -> Locator:
        return self.page.locator("#problems")

    def _fill(self, fields: dict[str, str], invite: tuple[str, ...] = (), uninvite: tuple[str, ...] = ()) -> None:
        for name, value in fields.items():
            field = self._form.locator("label", has_text=re.compile(f"^{FIELDS[name]}")).locator("input, select")
            if name in CHOICES:
                field.select_option(label=value)
            else:
                field.fill(value)
        for person in invite:
            self._form.get_by_role("checkbox", name=person).check()
        for person in uninvite:
            self._form.get_by_role("checkbox", name=person).uncheck()

    def _send(self, button: str) -> None:
        """Comes back once the form is closed or says why it is not."""
        self._form.get_by_role("button", name=button).click()
        self.page.wait_for_function("!document.getElementById('form').open || !document.getElementById('form-error').hidden")
