"""The page in a real browser, over both simulators and without the service: each side on its own."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import NOWHERE, opened
from tests.browser.page_object import CalendarPage, Side

pytestmark = pytest.mark.browser

OAK = "Oak, Harbour House"
BOTH: list[tuple[Side, str]] = [("outlook", "Ana Diaz"), ("ibss", "Oak")]  # a side, and a calendar there that has Ana's meetings


def test_both_sides_show_the_meetings_they_start_with(page: CalendarPage) -> None:
    expect(page.meeting("outlook", "Ben Okoro", "Design review")).to_be_visible()
    expect(page.meeting("ibss", "Oak", "Design review")).to_contain_text("Ana Diaz")


def test_what_is_booked_in_outlook_stands_in_outlook(page: CalendarPage) -> None:
    page.book("outlook", "Cleo Lind", subject="Budget", host="Ben Okoro", room=OAK, start="15:00", end="16:00")
    expect(page.meeting("outlook", "Ben Okoro", "Budget")).to_contain_text(re.compile("15:00.16:00"))
    expect(page.meeting("outlook", "Cleo Lind", "Budget")).to_be_visible()


def test_a_rooms_calendar_shows_the_organisers_name_as_outlook_does(page: CalendarPage) -> None:
    page.book("outlook", subject="Budget", host="Ben Okoro", room=OAK, start="15:00", end="16:00")
    page.show("Rooms")
    shown = page.meeting("outlook", "Oak", "15:00")
    expect(shown.locator("b")).to_have_text(re.compile("Ben Okoro"))
    expect(shown).to_have_attribute("title", "Organiser's subject: Budget")


def test_what_is_booked_in_ibss_stands_in_ibss(page: CalendarPage) -> None:
    page.book("ibss", "Vera Noor", subject="Interview", host="Cleo Lind", room=OAK, start="15:00", end="16:00")
    expect(page.meeting("ibss", "Oak", "Interview")).to_contain_text("Cleo Lind · Flex · New")


@pytest.mark.parametrize(("side", "calendar"), BOTH)
def test_a_meeting_is_moved_renamed_and_cancelled(page: CalendarPage, side: Side, calendar: str) -> None:
    page.change(page.meeting(side, calendar, "Design review"), subject="Second review", start="16:00", end="16:45")
    expect(page.meeting(side, calendar, "Second review")).to_contain_text(re.compile("16:00.16:45"))
    page.cancel(page.meeting(side, calendar, "Second review"))
    expect(page.meetings(side, calendar).filter(has_text="review")).to_have_count(0)


@pytest.mark.parametrize(("side", "calendar"), BOTH)
def test_people_are_invited_and_uninvited(page: CalendarPage, side: Side, calendar: str) -> None:
    page.change(page.meeting(side, calendar, "Design review"), invite=("Vera Noor",), uninvite=("Ben Okoro",))
    expect(page.crossings).to_contain_text(["invited Vera to and uninvited Ben from “Design review” in Oak"])
    page.meeting(side, calendar, "Design review").click()
    invited = page.page.locator("#people .person:has(:checked)")
    expect(invited).to_have_text(["Cleo Lind", "Vera Noor"])


def test_what_a_cancelled_meeting_leaves_in_its_room_does_not_cross(page: CalendarPage) -> None:
    page.cancel(page.meeting("outlook", "Ana Diaz", "Design review"))
    page.show("Rooms")
    expect(page.meetings("outlook", "Oak")).to_have_text([re.compile("Canceled: Ana Diaz")])
    expect(page.crossings).to_have_text([re.compile("Outlook → IBSS.*crossing….*cancelled “Design review” in Oak")])


def test_a_room_that_is_not_shown_here_is_refused_in_words(page: CalendarPage) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(1)).date()
    wish = {"host": "ana@contoso.example", "subject": "x", "room": "nowhere", "people": []}
    order = {"wish": {**wish, "start": f"{tomorrow}T10:00", "end": f"{tomorrow}T11:00"}}
    for side in ("outlook", "ibss"):
        answer = page.page.request.post(f"{page.page.url}api/{side}/book", data=order)
        assert (answer.status, answer.json()) == (422, {"error": "Please fill in every field."})


@pytest.mark.parametrize(
    ("side", "fields", "words"),
    [
        ("outlook", {"start": "16:00", "end": "15:00"}, "Outlook says: "),
        ("ibss", {"start": "16:00", "end": "15:00"}, "IBSS says: The booking would end before it starts"),
        ("ibss", {"start": "09:30", "end": "10:30"}, "IBSS says: The space is already booked at that time"),
        ("ibss", {"day": "2020-01-01"}, "IBSS says: The booking would start in the past"),
        ("outlook", {"day": ""}, "Please fill in every field."),
    ],
)
def test_a_refusal_is_told_in_words(page: CalendarPage, side: Side, fields: dict[str, str], words: str) -> None:
    page.book(side, subject="Refused", room=OAK, **fields)
    expect(page.error).to_contain_text(words)
    expect(page.page.get_by_text("Refused", exact=True)).to_have_count(0)


@pytest.mark.parametrize(("side", "calendar"), BOTH)
def test_a_subject_is_never_markup(page: CalendarPage, side: Side, calendar: str) -> None:
    subject = "<img src=x onerror=document.title='hit'>"
    page.book(side, subject=subject, room=OAK, start="15:00", end="16:00")
    expect(page.meeting(side, calendar, subject)).to_be_visible()
    expect(page.crossings).to_contain_text([subject])
    expect(page.page.locator("main img")).to_have_count(0)


def test_a_change_is_crossing_until_the_other_side_shows_it(page: CalendarPage) -> None:
    same = {"subject": "Budget", "host": "Ana Diaz", "room": OAK, "start": "15:00", "end": "16:00"}
    page.book("outlook", **same)
    expect(page.crossings).to_have_text([re.compile("Outlook → IBSS.*crossing….*booked “Budget” in Oak")])
    page.book("ibss", **same)  # by hand, for no service runs here
    expect(page.crossings).to_have_text([re.compile(r"Outlook → IBSS.*\d\.\d s.*booked “Budget” in Oak")])


def test_another_day_shows_its_own_meetings(page: CalendarPage) -> None:
    page.page.locator("#days button").nth(2).click()
    expect(page.meeting("ibss", "Ivy", "Supplier day")).to_be_visible()
    expect(page.meetings("ibss", "Oak")).to_have_count(0)


def test_a_side_that_does_not_answer_is_named(browser: Browser, addresses: tuple[str, str]) -> None:
    with opened(browser, addresses[0], NOWHERE) as page:
        expect(page.problems).to_have_text("IBSS does not answer.")
        page.book("ibss", subject="Nobody hears this", room=OAK)
        expect(page.error).to_have_text("IBSS does not answer.")
