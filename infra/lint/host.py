"""host.json, which is deployed with the code: what the code and the alerts count on."""

from collections.abc import Callable, Iterator
from typing import Any

from infra.lint.facts import Facts
from infra.lint.template import Finding

FILE = "host.json"
MOST_AT_ONCE = 32
QUEUES = ("extensions", "queues")

type Right = Callable[[Any], bool]

EXPECTED: list[tuple[tuple[str, ...], Right, str]] = [
    (("version",), lambda value: value == "2.0", "the version of the format is 2.0"),
    (("telemetryMode",), lambda value: value == "OpenTelemetry", "telemetry goes out by identity only as OpenTelemetry"),
    (
        ("logging", "logLevel", "default"),
        lambda value: value in {"Information", "Debug", "Trace"},
        "the alerts look for lines of level Information",
    ),
    (("extensions", "http", "routePrefix"), lambda value: value == "api", "subscriptions are made with addresses under /api"),
    ((*QUEUES, "messageEncoding"), lambda value: value == "none", "sync_core/queues.py sends texts as they are"),
    ((*QUEUES, "batchSize"), lambda value: 0 < int(value or 0) <= MOST_AT_ONCE, "a queue hands out 32 messages at most"),
    ((*QUEUES, "visibilityTimeout"), lambda value: value not in {None, "00:00:00"}, "a failure must not be repeated at once"),
    (
        ("extensionBundle", "id"),
        lambda value: value == "Microsoft.Azure.Functions.ExtensionBundle",
        "queues come from the bundle",
    ),
]


def host(facts: Facts) -> Iterator[Finding]:
    for path, right, why in EXPECTED:
        value: Any = facts.host
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        if not right(value):
            yield Finding(FILE, 1, f"{'.'.join(path)} is {value}: {why}")
