"""What Azure charges in a month, and how long the timers run, for estates of several sizes: docs/costs.md is made from it.

    python -m bench.costs          prints the tables
    python -m bench.costs --write  puts them into docs/costs.md

Measured are requests, messages and table operations (measured.json, held by tests/scenarios/test_monthly_costs.py). Prices are
list prices (prices.json). What is neither stands in `Usage` and `Assumed`, and is an assumption.
"""

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from sync_core.abreast import AT_ONCE

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "costs.md"
MEASURED: dict[str, dict[str, int]] = json.loads((HERE / "measured.json").read_text())
PRICES: dict[str, dict[str, str | float]] = json.loads((HERE / "prices.json").read_text())
SECONDS, DAYS, MINUTES = 2_628_000, 365 / 12, 43_800
"""Of an average month."""
HOUR = 60


@dataclass(frozen=True)
class Usage:
    """What an estate does. `meetings`: begun in a room on a working day. `ahead`: of a room, within the horizon."""

    rooms: int
    meetings: float = 4
    working_days: float = 21
    from_ibss: float = 0.3
    moved: float = 0.3
    cancelled: float = 0.1
    ahead: int = 40
    hosts: float = 3
    """Whose calendars are watched, for each room."""
    together: int = 100
    """Rooms in one building."""


@dataclass(frozen=True)
class Schedules:
    """Minutes between two runs."""

    sweep_rooms: int = 10
    sweep_bookings: int = 5
    renew: int = 15


@dataclass(frozen=True)
class Assumed:
    """Not measured: how long others take, what runs beside each other, what a log line weighs."""

    memory_gb: float = 2
    request_seconds: float = 0.25
    storage_seconds: float = 0.01
    least_seconds: float = 1
    """Flex Consumption bills no activity shorter (Microsoft docs, functions-consumption-costs)."""
    parallel: float = 8
    """Messages of one round worked on at the same time, of the 12 that host.json allows."""
    log_kb: float = 2
    """For each execution."""
    polled_queues: int = 4
    table_mb: float = 1
    """For each room."""


@dataclass(frozen=True)
class Month:
    executions: float
    gb_seconds: float
    tables: float
    queues: float
    graph: float
    ibss: float
    log_gb: float
    table_gb: float

    @property
    def charged(self) -> dict[str, float]:
        return {
            "functions": max(0, self.gb_seconds - _price("free_gb_seconds")) * _price("gb_second")
            + max(0, self.executions - _price("free_executions")) / 1e6 * _price("million_executions"),
            "tables": self.tables / 1e4 * _price("table_operations") + self.table_gb * _price("table_gb"),
            "queues": self.queues / 1e4 * _price("queue_operations"),
            "logs": max(0, self.log_gb - _price("free_log_gb")) * _price("log_gb"),
        }

    @property
    def total(self) -> float:
        return sum(self.charged.values())


def _price(name: str) -> float:
    return float(PRICES[name]["usd"])


def recommended(rooms: int) -> Schedules:
    """Up to 1,000 rooms those that the service comes with."""
    return Schedules() if rooms <= 1000 else Schedules(sweep_rooms=60, sweep_bookings=30)


def month(usage: Usage, schedules: Schedules, assumed: Assumed = Assumed()) -> Month:
    stories, rounds = _stories(usage), _rounds(usage, schedules)
    told, swept = _summed(stories), _summed(rounds)
    runs = {name: MINUTES / every for name, every in vars(schedules).items()} | {"roll_horizon": DAYS}
    timers = timer_seconds(usage, schedules, assumed)
    executions = told["doors"] + told["messages"] + swept["messages"] + sum(runs.values())
    in_rounds = (swept["graph"] + swept["ibss"]) * assumed.request_seconds + swept["tables"] * assumed.storage_seconds
    active = (told["doors"] + told["messages"]) * assumed.least_seconds + in_rounds / assumed.parallel
    active += sum(runs[name] * max(assumed.least_seconds, timers[name]) for name in runs)
    tables = told["tables"] + swept["tables"] + runs["sweep_bookings"] * usage.rooms + 2 * DAYS * usage.rooms
    pages = runs["sweep_bookings"] * _pages(usage) + runs["renew"] * (usage.rooms * (1 + usage.hosts) / 100 + usage.rooms / 100)
    return Month(
        executions,
        active * assumed.memory_gb,
        tables,
        3 * (told["messages"] + swept["messages"]) + assumed.polled_queues * SECONDS,
        told["graph"] + swept["graph"] + _renewals(usage),
        told["ibss"] + swept["ibss"] + pages,
        executions * assumed.log_kb / 1e6,
        usage.rooms * assumed.table_mb / 1e3,
    )


def _stories(usage: Usage) -> dict[str, float]:
    """How often each happens."""
    made = usage.rooms * usage.meetings * usage.working_days
    shares = {"Outlook": 1 - usage.from_ibss, "IBSS": usage.from_ibss}
    often = {"booked": 1.0, "moved": usage.moved, "cancelled": usage.cancelled}
    return {f"{what} in {side}": made * share * times for side, share in shares.items() for what, times in often.items()}


def _rounds(usage: Usage, schedules: Schedules) -> dict[str, float]:
    sweeps, hosts = MINUTES / schedules.sweep_rooms, usage.rooms * usage.hosts
    return {
        "a room asked for changes": sweeps * usage.rooms,
        "a host's calendar looked through": sweeps * hosts,
        "each meeting of that host": sweeps * usage.rooms * usage.ahead,
        "a room's daily round": DAYS * usage.rooms,
        "each meeting in that round": DAYS * usage.rooms * usage.ahead,
    }


def _summed(often: dict[str, float]) -> dict[str, float]:
    return {
        unit: sum(times * MEASURED[name][unit] for name, times in often.items())
        for unit in ("doors", "messages", "tables", "graph", "ibss")
    }


def _pages(usage: Usage) -> float:
    """Of bookings, 100 on each, in one sweep."""
    return usage.rooms * usage.ahead / 100


def _renewals(usage: Usage) -> float:
    """A subscription lives 70 hours and is renewed at half of that."""
    return usage.rooms * (1 + usage.hosts) * SECONDS / (35 * 3600)


def timer_seconds(usage: Usage, schedules: Schedules, assumed: Assumed = Assumed()) -> dict[str, float]:
    """How long one run takes. Several messages, subscriptions and buildings have their turn at the same time; the pages of a
    list come one after the other.
    """
    subscriptions, request, stored = usage.rooms * (1 + usage.hosts), assumed.request_seconds, assumed.storage_seconds
    renewals = subscriptions * schedules.renew / (35 * 60)
    building = min(usage.rooms, usage.together)
    turns = -(-usage.rooms // usage.together // AT_ONCE)
    return {
        "sweep_rooms": subscriptions * stored / AT_ONCE,
        "sweep_bookings": turns * building * (usage.ahead / 100 * request + stored),
        "renew": (renewals / AT_ONCE + subscriptions / 100 + turns * building / 100) * request,
        "roll_horizon": usage.rooms * 3 * stored / AT_ONCE,
    }


# --- the page


SIZES = (50, 500, 5_000, 10_000)


def tables() -> dict[str, str]:
    """Each under the name that stands in the page."""
    shown = {size: recommended(size) for size in SIZES}
    return {
        "prices": _table(
            ["What", "US dollars", "Unit", "Seen in"],
            [[str(one["what"]), _exact(float(one["usd"])), str(one["unit"]), str(one["source"])] for one in PRICES.values()],
        ),
        "measured": _table(
            ["What happens", "Requests to the doors", "Messages", "Table operations", "Graph", "IBSS"],
            [[name, *(str(spent[unit]) for unit in spent)] for name, spent in MEASURED.items()],
        ),
        "settings": _settings(shown),
        "month": _months({size: shown[size] for size in SIZES}),
        "month-default": _months({size: Schedules() for size in SIZES if shown[size] != Schedules()}),
        "timers": _table(
            ["Rooms", "`sweep_rooms`", "`sweep_bookings`", "`renew_subscriptions`", "`roll_horizon`"],
            [[f"{size:,}", *(_seconds(taken) for taken in timer_seconds(Usage(size), shown[size]).values())] for size in SIZES],
        ),
    }


def _settings(shown: dict[int, Schedules]) -> str:
    rows = []
    for size, one in shown.items():
        schedules = (_cron(0, one.sweep_rooms), _cron(30, one.sweep_bookings))
        values = (*schedules, _timeout(size, one), _stopped_after(one.sweep_bookings))
        rows.append([f"{size:,}", *(f"`{value}`" for value in values)])
    names = ("SWEEP_ROOMS_SCHEDULE", "SWEEP_BOOKINGS_SCHEDULE", "FUNCTION_TIMEOUT", "STOPPED_AFTER")
    return _table(["Rooms", *(f"`{name}`" for name in names)], rows)


def _cron(second: int, minutes: int) -> str:
    """The bookings half an hour after the rooms, where both are hourly."""
    return f"{second} {f'*/{minutes}' if minutes < HOUR else second} * * * *"


def _timeout(size: int, schedules: Schedules) -> str:
    """Twice the longest run, and not less than host.json has."""
    longest = max(timer_seconds(Usage(size), schedules).values())
    return f"00:{max(10, -(-2 * longest // 600) * 10):02.0f}:00"


def _stopped_after(minutes: float) -> str:
    """The alert waits for two sweeps at least."""
    return "PT30M" if 2 * minutes <= HOUR / 2 else f"PT{-(-2 * minutes // HOUR):.0f}H"


def _months(sizes: dict[int, Schedules]) -> str:
    rows = []
    for size, schedules in sizes.items():
        spent = month(Usage(size), schedules)
        every = f"{schedules.sweep_rooms} / {schedules.sweep_bookings} min"
        money = [f"{amount:,.0f}" for amount in (*spent.charged.values(), spent.total)]
        small = month(Usage(size), schedules, replace(Assumed(), memory_gb=0.5)).charged["functions"]
        millions = [f"{number / 1e6:,.2f}" for number in (spent.executions, spent.gb_seconds, spent.graph, spent.ibss)]
        rows.append([f"{size:,}", every, *millions, *money, f"{spent.total - spent.charged['functions'] + small:,.0f}"])
    heads = ["Rooms", "Rooms / bookings swept every", "Executions, M", "GB-s, M", "Graph, M", "IBSS, M"]
    return _table([*heads, "Functions $", "Tables $", "Queues $", "Logs $", "Sum $", "Sum $ at 512 MB"], rows)


def _exact(number: float) -> str:
    return f"{number:,.6f}".rstrip("0").rstrip(".")


def _seconds(taken: float) -> str:
    return f"{taken:.0f} s" if taken < 600 else f"**{taken / 60:.0f} min**"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rendered(page: str) -> str:
    for name, table in tables().items():
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        page = f"{before}{mark}{table}\n{end}{after}"
    return page


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(rendered(PAGE.read_text()))
    else:
        print("\n\n".join(f"{name}\n{table}" for name, table in tables().items()))
