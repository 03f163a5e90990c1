"""The lint when the code or host.json changes and the templates do not."""

from dataclasses import replace

import pytest

from infra.lint.facts import Facts
from infra.lint.run import FOLDER
from tests.deploy.broken import APP, STORAGE, code, said

__all__ = ["code"]

row = pytest.param


MORE = [
    row({"settings": {"NEW"}}, f"{APP}: NEW is read by the code or its host, and not set", id="a setting"),
    row({"queues": {"new"}}, f"{STORAGE}: queue new is used by the code, and not made", id="a queue"),
    row({"tables": {"new"}}, f"{STORAGE}: table new is used by the code, and not made", id="a table"),
]


@pytest.mark.parametrize(("more", "told"), MORE)
def test_what_the_code_begins_to_need_is_missed(code: Facts, more: dict[str, set[str]], told: str) -> None:
    [(what, new)] = more.items()
    assert told in said(FOLDER, replace(code, **{what: getattr(code, what) | new}))


def test_a_function_that_goes_takes_its_scaling_along(code: Facts) -> None:
    gone = replace(code, other_functions=code.other_functions - {"sync_instance"})
    assert f"{APP}: there is no scaling group function:sync_instance" in said(FOLDER, gone)


HOST = [
    row("logging.logLevel.default", "Warning", "the alerts look for lines of level Information"),
    row("telemetryMode", None, "telemetry goes out by identity only as OpenTelemetry"),
    row("extensions.http.routePrefix", "", "subscriptions are made with addresses under /api"),
    row("extensions.queues.messageEncoding", "base64", "sync_core/queues.py sends texts as they are"),
    row("extensions.queues.batchSize", 64, "a queue hands out 32 messages at most"),
    row("extensions.queues.visibilityTimeout", "00:00:00", "a failure must not be repeated at once"),
]


@pytest.mark.parametrize(("path", "value", "why"), HOST)
def test_host_json_is_what_the_code_and_the_alerts_count_on(code: Facts, path: str, value: object, why: str) -> None:
    def changed(old: object, names: list[str]) -> object:
        return {**old, names[0]: changed(old[names[0]], names[1:])} if names and isinstance(old, dict) else value

    spoilt = replace(code, host=changed(code.host, path.split(".")))
    assert said(FOLDER, spoilt) == [f"host.json: {path} is {value}: {why}"]
