"""Meetings that are not one hour in one room, in the page's form: what a person does not touch stays as it is."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.page_object import CalendarPage, open_page

pytestmark = pytest.mark.browser


def day_from_now(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days)).date().isoformat()


class Calendar:
    """Somebody's Outlook, without the page. It books for tomorrow; `+` is the day after."""

    def __init__(self, graph_url: str, owner: str) -> None:
        self._client = httpx.Client(base_url=f"{graph_url}/users/{owner}/events", headers={"Authorization": "Bearer person"})

    def book(self, subject: str, start: str, end: str, rooms: Sequence[str]) -> dict[str, Any]:
        days = {"": day_from_now(1), "+": day_from_now(2)}
        starts, ends = ({"dateTime": days[at[: at.index("T")]] + at[at.index("T") :], "timeZone": "UTC"} for at in (start, end))
        guests = [{"type": "resource", "emailAddress": {"address": f"{room}@contoso.example"}} for room in rooms]
        all_day = (start, end) == ("T00:00", "+T00:00")
        made = {"subject": subject, "start": starts, "end": ends, "isAllDay": all_day, "attendees": guests}
        return self._answer(self._client.post("", json=made))

    def event(self, event: str) -> dict[str, Any]:
        return self._answer(self._client.get(f"/{event}"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @staticmethod
    def _answer(answer: httpx.Response) -> dict[str, Any]:
        assert answer.is_success, answer.text
        return dict(answer.json())


def invited(event: dict[str, Any]) -> list[str]:
    return sorted(attendee["emailAddress"]["address"] for attendee in event["attendees"])


@pytest.mark.parametrize(
    ("start", "end", "rooms"),
    [
        pytest.param("T10:30", "T11:30", ("oak", "elm"), id="two rooms"),
        pytest.param("T10:30", "T11:30", (), id="no room"),
        pytest.param("T10:30", "T11:30", ("fir",), id="a room that the page does not show"),
        pytest.param("T22:00", "+T01:00", ("elm",), id="over midnight"),
        pytest.param("T00:00", "+T00:00", ("elm",), id="all day"),
    ],
)
def test_what_is_not_touched_in_the_form_stays(
    page: CalendarPage, addresses: tuple[str, str], start: str, end: str, rooms: tuple[str, ...]
) -> None:
    with Calendar(addresses[0], "ana@contoso.example") as calendar:
        made = calendar.book("Odd one", start, end, rooms)
        page.change(page.meeting("outlook", "Ana Diaz", "Odd one"), subject="Even one")
        expect(page.meeting("outlook", "Ana Diaz", "Even one")).to_be_visible()
        after = calendar.event(made["id"])
    assert {name: after[name] for name in ("start", "end", "isAllDay")} == {
        name: made[name] for name in ("start", "end", "isAllDay")
    }
    assert invited(after) == invited(made)


def test_a_new_room_takes_the_place_of_the_one_that_the_form_showed(page: CalendarPage, addresses: tuple[str, str]) -> None:
    with Calendar(addresses[0], "ana@contoso.example") as calendar:
        made = calendar.book("Odd one", "T10:30", "T11:30", ("elm", "oak", "fir"))
        page.change(page.meeting("outlook", "Ana Diaz", "Odd one"), room="Ivy, Market Place")
        assert invited(calendar.event(made["id"])) == [f"{room}@contoso.example" for room in ("fir", "ivy", "oak")]


def test_a_click_is_not_lost_when_the_calendar_changes_under_it(page: CalendarPage, addresses: tuple[str, str]) -> None:
    other = open_page(page.page.context.browser, page.page.url)
    other.show("People")
    page.meeting("outlook", "Ana Diaz", "Design review").hover()
    page.page.mouse.down()
    with Calendar(addresses[0], "ana@contoso.example") as calendar:
        calendar.book("Odd one", "T10:30", "T11:30", ())
    expect(other.meeting("outlook", "Ana Diaz", "Odd one")).to_be_visible()
    page.page.mouse.up()
    expect(page.page.get_by_role("heading", name="A meeting in Outlook")).to_be_visible()
    expect(page.page.locator("#outlook").get_by_text("Odd one")).to_be_visible()


def test_a_meeting_over_midnight_is_moved_to_another_day(page: CalendarPage) -> None:
    page.book("ibss", subject="Night", room="Oak, Harbour House", start="22:00", until=day_from_now(2), end="01:00")
    page.change(page.meeting("ibss", "Oak", "Night"), day=day_from_now(3))
    expect(page.meeting("ibss", "Oak", "Night")).to_have_count(0)
    page.page.locator("#days button").nth(4).click()
    expect(page.meeting("ibss", "Oak", "Night")).to_contain_text(re.compile("22:00.01:00"))
