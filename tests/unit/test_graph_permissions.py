"""The least that Graph has to grant: each request that this service can make, with the permission that Microsoft asks for it."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sync_core.graph import requests
from sync_core.graph.grants import WRITE
from sync_core.http import Request
from sync_core.model import Address, EventId
from tests.unit.examples import ANA, MEETING, NOW, OAK_ROOM
from tests.unit.graph_answers import event
from tests.unit.test_graph_wire import update

row = pytest.param
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "permissions.md").read_text()
LATER, EVENT, READ = NOW.replace(day=3), EventId("AAMk"), event(id=EventId("AAMk"))
URLS = ("https://sync.example.com/n", "https://sync.example.com/l")

LEAST = {
    "GET /users/{id}/events": "Calendars.ReadBasic",
    "GET /users/{id}/events/{id}": "Calendars.ReadBasic",
    "GET /users/{id}/events/{id}/instances": "Calendars.ReadBasic",
    "GET /users/{id}/calendarView": "Calendars.ReadBasic",
    "GET /users/{id}/calendarView/delta": "Calendars.Read",
    "POST /users/{id}/events": "Calendars.ReadWrite",
    "PATCH /users/{id}/events/{id}": "Calendars.ReadWrite",
    "DELETE /users/{id}/events/{id}": "Calendars.ReadWrite",
    "POST /users/{id}/events/{id}/cancel": "Calendars.ReadWrite",
    "POST /users/{id}/events/{id}/decline": "Calendars.ReadWrite",
    "GET /subscriptions": "Calendars.Read",
    "POST /subscriptions": "Calendars.Read",
    "PATCH /subscriptions/{id}": "Calendars.Read",
    "DELETE /subscriptions/{id}": "Calendars.Read",
}
"""Application permissions: "least" in permissions.json of microsoft-graph-devx-content, 7 August 2026. A subscription takes the
permission to read what it is about (Microsoft docs, outlook-subscription-notes).
"""

REQUESTS: dict[Callable[..., Request], list[Request]] = {
    requests.get_event: [requests.get_event(ANA, EVENT)],
    requests.find_event: [requests.find_event(ANA, "04")],
    requests.find_shape: [requests.find_shape(ANA, "04")],
    requests.list_instances: [requests.list_instances(ANA, EVENT, NOW, LATER)],
    requests.list_window: [requests.list_window(ANA, NOW, LATER)],
    requests.first_delta: [requests.first_delta(ANA, NOW, LATER)],
    requests.create_event: [requests.create_event(MEETING, OAK_ROOM, "t-1", {})],
    requests.update_event: [update(READ, MEETING)],
    requests.release_rooms: [requests.release_rooms(ANA, READ, [OAK_ROOM])],
    requests.end_event: [requests.end_event(ANA, READ), requests.end_event(ANA, event((), id=EVENT))],
    requests.decline_event: [requests.decline_event(ANA, EVENT)],
    requests.list_subscriptions: [requests.list_subscriptions()],
    requests.create_subscription: [requests.create_subscription(Address("oak@contoso.example"), URLS, "state", LATER)],
    requests.renew_subscription: [requests.renew_subscription("s", LATER)],
    requests.delete_subscription: [requests.delete_subscription("s")],
}
FOLLOWED = {requests.follow}
"""A link of Graph's own: it continues one of the above."""


def shape(request: Request) -> str:
    path = re.sub(r"(?<=/)(users|events|subscriptions)/[^/]+", r"\1/{id}", request.path)
    return f"{request.method} {path}"


def test_every_kind_of_request_is_known_here() -> None:
    functions = [made for _, made in inspect.getmembers(requests, inspect.isfunction) if made.__module__ == requests.__name__]
    public = {made for made in functions if not made.__name__.startswith("_")}
    assert {made for made in public if inspect.signature(made).return_annotation is Request} == REQUESTS.keys() | FOLLOWED


def test_the_requests_are_just_those_whose_permission_is_known() -> None:
    assert {shape(request) for requests in REQUESTS.values() for request in requests} == LEAST.keys()


def test_one_permission_is_enough_for_all_and_less_is_not() -> None:
    includes = {"Calendars.ReadBasic", "Calendars.Read", WRITE}
    assert set(LEAST.values()) == includes


def test_the_manual_names_each_request_with_its_permission() -> None:
    told = dict(re.findall(r"^\| `((?:GET|POST|PATCH|DELETE) \S+)` \| .*? \| `(\S+)` \|$", PAGE, re.MULTILINE))
    assert told == LEAST


def test_the_script_grants_that_one_and_the_manual_names_no_other_as_needed() -> None:
    script = (ROOT / "infra" / "scripts" / "grant-graph-app-roles.sh").read_text()
    assert re.findall(r"^role=(\S+) # (\S+), application$", script, re.MULTILINE) == [
        ("ef54d2bf-783f-4e0f-bca1-3210c0444d99", WRITE)
    ]
