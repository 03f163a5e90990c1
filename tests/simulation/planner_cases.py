"""A million cases for the planner: `python -m tests.simulation.planner_cases --cases 1000000 --seed 1`.

The same seed makes the same cases; `--only <number>` looks at one of them.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import Pool
from time import perf_counter

from sync_core.model import Reason
from tests.simulation.planner_claims import hold
from tests.simulation.planner_generator import case

PART = 2_000
MOST_SHOWN = 20
TOLD = 100_000

OF_OTHERS = frozenset(
    {Reason.HOST_WITHOUT_MAILBOX, Reason.REFUSED, Reason.BRAKED, Reason.SERIES_CHANGED, Reason.GOES_ON},
)
"""Reasons that no plan has: the first two are found out in carrying it out, the brake and the shapes of series hold it back."""

ACTIONS = frozenset(
    {
        "CreateBooking",
        "UpdateBooking",
        "CancelBooking",
        "CreateEvent",
        "UpdateEvent",
        "CancelEvent",
        "ReleaseRoom",
        "UpdateEvent and UpdateBooking",
        "no action",
    }
)


@dataclass
class Result:
    cases: int = 0
    met: Counter[str] = field(default_factory=Counter)
    broken: dict[int, str] = field(default_factory=dict)

    def add(self, other: "Result") -> None:
        self.cases += other.cases
        self.met += other.met
        self.broken |= other.broken

    @property
    def never_met(self) -> set[str]:
        wanted = (
            {reason.name for reason in Reason if reason not in OF_OTHERS} | ACTIONS | {"overruled", "two independent changes"}
        )
        return wanted - set(self.met)


def run(seed: int, numbers: range) -> Result:
    result = Result(len(numbers))
    for number in numbers:
        one = case(seed, number)
        try:
            result.met.update(hold(one))
        except Exception as broken:  # noqa: BLE001 — a planner without an answer is broken too
            result.broken[number] = f"{broken!r}\n  {one.sides}\n  {one.policy}"
    return result


def _part(order: tuple[int, range]) -> Result:
    return run(*order)


def in_parallel(seed: int, cases: int, processes: int) -> Iterator[Result]:
    parts = ((seed, range(start, min(start + PART, cases))) for start in range(0, cases, PART))
    with Pool(processes) as pool:
        yield from pool.imap_unordered(_part, parts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, help="the number of one case")
    asked = parser.parse_args()
    begun, result = perf_counter(), Result()
    parts = [run(asked.seed, range(asked.only, asked.only + 1))] if asked.only is not None else []
    for part in parts or in_parallel(asked.seed, asked.cases, asked.processes):
        result.add(part)
        if result.cases % TOLD == 0:
            print(f"{result.cases:,} cases, {len(result.broken):,} broken", flush=True)
    took = perf_counter() - begun
    report(result, asked.seed, took, complete=asked.only is None)
    return 1 if result.broken or (asked.only is None and result.never_met) else 0


def report(result: Result, seed: int, took: float, *, complete: bool) -> None:
    for number in sorted(result.broken)[:MOST_SHOWN]:
        print(f"seed {seed}, case {number}: {result.broken[number]}\n")
    for name, count in sorted(result.met.items(), key=lambda item: -item[1]):
        print(f"{count:>12,}  {name}")
    for name in sorted(result.never_met) if complete else ():
        print(f"{'never':>12}  {name}")
    speed = f"{took:.0f} s, {result.cases / took:,.0f} a second"
    print(f"{result.cases:,} cases of seed {seed} in {speed}: {len(result.broken):,} broken")


if __name__ == "__main__":
    sys.exit(main())
