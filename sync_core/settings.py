"""The settings: read from the environment once, checked as a whole, and then plain values."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from sync_core.model import Side

GRAPH_V1 = "https://graph.microsoft.com/v1.0"
WIDEST_WINDOW = 1825
"""Days: Graph refuses a wider calendarView (microsoft-graph-docs issue 6284)."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
NAMES = (
    "AzureWebJobsStorage",
    "GRAPH_URL",
    "GRAPH_TOKEN",
    "IBSS_URL",
    "IBSS_API_KEY",
    "PUBLIC_URL",
    "TENANT_DOMAINS",
    "HORIZON_DAYS",
    "CONFLICT_WINNER",
    "VISITORS",
    "ON_BOOKING_CANCELLED",
    "ON_ROOM_DECLINED",
    "SERIES_CHANGES",
    "HOLD_PANEL_BOOKINGS",
    "CANCEL_BRAKE",
    "SWEEP_ROOMS_SCHEDULE",
    "SWEEP_BOOKINGS_SCHEDULE",
    "RENEW_SCHEDULE",
    "ROLL_HORIZON_SCHEDULE",
)
"""Every setting that has an effect. The schedules are read by the Functions host itself."""


class SettingsError(ValueError):
    """A line for each setting that is missing or malformed: its name and what was expected. Never a value: some are keys."""


class Visitors(StrEnum):
    """Who of the people of a meeting becomes an in-person visitor in IBSS."""

    EXTERNAL = "external"
    ALL = "all"
    NONE = "none"


class OnBookingCancelled(StrEnum):
    CANCEL_EVENT = "cancel_event"
    REMOVE_ROOM = "remove_room"


class OnRoomDeclined(StrEnum):
    CANCEL_BOOKING = "cancel_booking"
    KEEP = "keep"


class Switch(StrEnum):
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class BrakeLimit:
    """A room may lose up to `count` meetings in an hour, and more as long as they are no more than `share` of all it has."""

    share: float = 0.2
    count: int = 10


@dataclass(frozen=True, slots=True)
class Storage:
    """A connection string; or, with an identity, the two addresses and the identity's client id (which may be empty)."""

    connection_string: str = field(default="", repr=False)
    queue_url: str = ""
    table_url: str = ""
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    storage: Storage
    graph_url: str
    graph_token: str = field(repr=False)
    ibss_url: str
    ibss_api_key: str = field(repr=False)
    public_url: str
    tenant_domains: frozenset[str]
    horizon_days: int
    conflict_winner: Side
    visitors: Visitors
    on_booking_cancelled: OnBookingCancelled
    on_room_declined: OnRoomDeclined
    series_changes: Switch
    hold_panel_bookings: Switch
    cancel_brake: BrakeLimit

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Raises SettingsError with a line for each thing that is wrong."""
        read = _Reader(environment)
        graph_url = read.url("GRAPH_URL", GRAPH_V1)
        settings = cls(
            storage=read.storage("AzureWebJobsStorage"),
            graph_url=graph_url,
            graph_token=read.loopback_token("GRAPH_TOKEN", graph_url),
            ibss_url=read.url("IBSS_URL"),
            ibss_api_key=read.text("IBSS_API_KEY", "the key of the service's IBSS Application User"),
            public_url=read.url("PUBLIC_URL"),
            tenant_domains=read.domains("TENANT_DOMAINS"),
            horizon_days=read.days("HORIZON_DAYS", 180),
            conflict_winner=read.choice("CONFLICT_WINNER", Side, Side.OUTLOOK),
            visitors=read.choice("VISITORS", Visitors, Visitors.EXTERNAL),
            cancel_brake=read.brake("CANCEL_BRAKE", BrakeLimit()),
            on_booking_cancelled=read.choice("ON_BOOKING_CANCELLED", OnBookingCancelled, OnBookingCancelled.CANCEL_EVENT),
            on_room_declined=read.choice("ON_ROOM_DECLINED", OnRoomDeclined, OnRoomDeclined.CANCEL_BOOKING),
            series_changes=read.choice("SERIES_CHANGES", Switch, Switch.ON),
            hold_panel_bookings=read.choice("HOLD_PANEL_BOOKINGS", Switch, Switch.OFF),
        )
        if read.problems:
            raise SettingsError("\n".join(read.problems))
        return settings


def _is_safe(address: str) -> bool:
    """Keys travel there: over https, or not further than this machine. Reading the port refuses one that is no number."""
    try:
        parts = urlsplit(address)
        return parts.port != 0 and (
            parts.hostname in LOOPBACK if parts.scheme == "http" else parts.scheme == "https" and bool(parts.hostname)
        )
    except ValueError:
        return False


class _Reader:
    """Reads one setting at a time and remembers what is wrong, so that all of it is told at once."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.problems: list[str] = []

    def _get(self, name: str) -> str:
        return self._environment.get(name, "").strip()

    def _wrong(self, name: str, expected: str) -> None:
        self.problems.append(f"{name} is {'malformed' if self._get(name) else 'missing'}: expected {expected}")

    def text(self, name: str, expected: str) -> str:
        value = self._get(name)
        if not value or not (value.isascii() and value.isprintable()):  # it goes into a header
            self._wrong(name, expected)
        if value.startswith("@Microsoft.KeyVault("):
            self._wrong(name, f"{expected}; the Key Vault reference was not resolved: see the app's identity and its access")
        return value

    def url(self, name: str, default: str = "") -> str:
        value = (self._get(name) or default).rstrip("/")
        if not _is_safe(value):
            self._wrong(name, "an https address (http only on this machine)")
        return value

    def loopback_token(self, name: str, graph_url: str) -> str:
        value = self._get(name)
        if value and not (_is_safe(graph_url) and urlsplit(graph_url).hostname in LOOPBACK):
            self._wrong(name, "no value unless GRAPH_URL is an address of this machine: Graph itself is reached by identity")
        return value

    def domains(self, name: str) -> frozenset[str]:
        domains = frozenset(part.strip().lower() for part in self._get(name).split(",") if part.strip())
        if not domains or not all("." in domain and "@" not in domain for domain in domains):
            self._wrong(name, "the tenant's mail domains, separated by commas, such as contoso.example")
        return domains

    def days(self, name: str, default: int) -> int:
        expected = f"a number of days from 1 to {WIDEST_WINDOW}"
        return self._parsed(name, default, lambda text: int(text) if 0 < int(text) <= WIDEST_WINDOW else None, expected)

    def brake(self, name: str, default: BrakeLimit) -> BrakeLimit:
        expected = "a share and a count, such as 20%,10"
        match = re.fullmatch(r"(\d{1,3})\s*%\s*,\s*(\d{1,6})", self._get(name) or "20%,10")
        if match is None or int(match[1]) > 100:  # noqa: PLR2004 — per cent
            self._wrong(name, expected)
            return default
        return BrakeLimit(int(match[1]) / 100, int(match[2]))

    def choice[Choice: StrEnum](self, name: str, choices: type[Choice], default: Choice) -> Choice:
        return self._parsed(name, default, lambda text: choices(text.lower()), f"one of {', '.join(choices)}")

    def _parsed[Value](self, name: str, default: Value, parse: Callable[[str], Value | None], expected: str) -> Value:
        text = self._get(name)
        if not text:
            return default
        try:
            value = parse(text)
        except ValueError:
            value = None
        if value is None:
            self._wrong(name, expected)
            return default
        return value

    def storage(self, name: str) -> Storage:
        """The Functions host's own setting, in either of its forms (Microsoft docs, functions-reference)."""
        if self._get(name):
            return Storage(connection_string=self._get(name))
        account = self._get(f"{name}__accountName")
        queue, table = (
            self._get(f"{name}__{service}ServiceUri") or (f"https://{account}.{service}.core.windows.net" if account else "")
            for service in ("queue", "table")
        )
        if not (queue and table):
            self._wrong(name, f"a connection string, or {name}__queueServiceUri and {name}__tableServiceUri for an identity")
        return Storage(queue_url=queue, table_url=table, client_id=self._get(f"{name}__clientId"))
