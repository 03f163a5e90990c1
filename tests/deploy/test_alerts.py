"""The alerts look for lines that are logged: each for one that there is, and no trouble is logged that none looks for."""

import re
from datetime import timedelta
from typing import Any

import pytest

from infra.lint.facts import ROOT, facts, triggers
from tests.deploy.log_lines import Line, logged
from tests.deploy.watch import ALERTS, sought, watched

row = pytest.param

LINES = logged()
FREQUENCIES = {timedelta(minutes=minutes) for minutes in (5, 10, 15, 30, 60)}
ENDED = "Executed 'Functions.{}' ({}, Id=2f6c7d6e-7f3f-4f8a-9a41-9d3b2c6f0a11, Duration=12ms)"
"""What the host logs of each function (Azure WebJobs SDK, LoggerExtensions)."""
TIMERS = {name for name, trigger in triggers(ROOT / "function_app.py").items() if trigger == "timer_trigger"}


def minutes(duration: str) -> timedelta:
    told = re.fullmatch(r"PT(\d+)([MH])", duration)
    assert told, duration
    return timedelta(minutes=int(told[1]) * (60 if told[2] == "H" else 1))


WAYS = [row(way, id=f"{alert['name']}: {way}") for alert in ALERTS for way in re.split(r"\|(?![^(]*\))", sought(alert))]


@pytest.mark.parametrize("way", WAYS)
def test_every_alert_looks_for_a_line_that_there_is(way: str) -> None:
    of_the_host = [ENDED.format(function, how) for function in facts().functions for how in ("Succeeded", "Failed")]
    assert any(re.search(way, text) for text in [*(line.text for line in LINES), *of_the_host])


@pytest.mark.parametrize("line", [line for line in LINES if line.level == "error"], ids=lambda line: line.where)
def test_every_trouble_that_is_logged_is_looked_for(line: Line) -> None:
    assert len(watched(line.text)) == 1, line.text


QUIET = [line for line in LINES if line.level in {"info", "warning"} and "in its queue" not in line.text]


@pytest.mark.parametrize("line", QUIET, ids=lambda line: line.where)
def test_nobody_is_woken_for_what_is_no_trouble(line: Line) -> None:
    assert watched(line.text) == []


LOGGED = [
    row("the brake is pulled, 12 meetings would be cancelled within the hour", "brake-pulled"),
    row("queue pull-room: a message was given up and is kept", "message-kept"),
    row("SyncSeries waited 412 s in its queue", "sync-late"),
    row("room B9/7|None cannot be read: ErrorAccessDenied", "graph-refuses"),
    row("the calendar of a host has no live subscription: http-403", "graph-refuses"),
    row("building 11 cannot be swept: http-401", "ibss-refuses"),
    row(ENDED.format("renew_subscriptions", "Failed"), "watch-fails"),
]


@pytest.mark.parametrize(("text", "alert"), LOGGED)
def test_the_line_of_a_trouble_wakes_its_alert(text: str, alert: str) -> None:
    assert watched(text) == [alert]


def test_every_timer_is_looked_after() -> None:
    assert {name for name in TIMERS if watched(ENDED.format(name, "Failed")) == ["watch-fails"]} == TIMERS


def test_a_sync_that_stands_still_is_told_by_what_is_missing() -> None:
    [alert] = [alert for alert in ALERTS if alert["operator"] == "LessThan"]
    assert (alert["name"], alert["threshold"]) == ("sync-stopped", 1)
    assert watched(ENDED.format("sweep_bookings", "Succeeded")) == ["sync-stopped"]
    assert watched(ENDED.format("sweep_bookings", "Failed")) == ["watch-fails"]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["name"])
def test_every_alert_can_be_deployed_and_read(alert: dict[str, Any]) -> None:
    assert minutes(alert["every"]) in FREQUENCIES
    assert minutes(alert["every"]) <= minutes(alert["window"])
    assert alert["severity"] in range(5)
    assert alert["operator"] in {"GreaterThan", "LessThan"}
    assert {*alert} == {*ALERTS[0]}, "the template reads the same members of each"
    assert alert["title"][0].isupper()
    assert alert["description"].endswith(".")


def test_no_two_alerts_have_one_name() -> None:
    assert len({alert["name"] for alert in ALERTS}) == len(ALERTS)
