"""`make simulate`: many seeds, and what came of them. One seed again, with `--seed`, as it is printed for one that failed."""

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import Pool, cpu_count

from tests.simulation.seeds import Outcome, run
from tests.simulation.shrink import Case, shrunk

SHRUNK = 5
"""So many of the seeds that fail are made small; the others are only named."""


@dataclass
class Figures:
    seeds: int = 0
    failed: list[int] = field(default_factory=list)
    differing: int = 0
    steps: int = 0
    requests: int = 0
    writes: int = 0
    needless: int = 0
    mails: int = 0
    virtual: float = 0.0

    def take(self, outcome: Outcome) -> None:
        self.seeds += 1
        self.steps += len(outcome.done)
        self.requests += outcome.requests
        self.writes += outcome.writes
        self.needless += outcome.needless
        self.mails += outcome.mails
        self.virtual += outcome.virtual
        if outcome.violations:
            self.failed.append(outcome.seed)

    def told(self, seconds: float) -> str:
        amplification = self.writes / max(1, self.writes - self.needless)
        return (
            f"{self.seeds} seeds in {seconds:.0f} s ({1000 * seconds / max(1, self.seeds):.0f} ms each), "
            f"{self.virtual / 86400:.0f} days of virtual time\n"
            f"{self.steps} edits by people, {self.requests} requests, {self.writes} writes by the service, "
            f"{self.needless} of them changed nothing (amplification {amplification:.3f}), {self.mails} mails\n"
            f"{len(self.failed)} seeds with violations"
        )


def main() -> int:
    logging.disable(logging.CRITICAL)
    arguments = _arguments()
    if arguments.seed is not None:
        return _one(arguments)
    figures, begun = Figures(), time.monotonic()
    for outcome in _outcomes(range(arguments.first, arguments.first + arguments.seeds), twice=arguments.twice):
        figures.take(outcome)
        if outcome.violations:
            print(f"seed {outcome.seed}: {outcome.violations[0]}", flush=True)
    print(figures.told(time.monotonic() - begun))
    for seed in figures.failed[:SHRUNK]:
        print(f"replay: {shrunk(Case.of(seed)).command}", flush=True)
    return 1 if figures.failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--twice", action="store_true", help="each seed twice: both must leave the same trace")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--steps", help="of its script only these: 0,2,5")
    parser.add_argument("--without", default="", help="faults to be switched off: crashes,stale")
    parser.add_argument("--trace", action="store_true", help="print all that happened")
    return parser.parse_args()


def _one(arguments: argparse.Namespace) -> int:
    case = Case.of(arguments.seed)
    steps = frozenset(map(int, arguments.steps.split(","))) if arguments.steps else case.steps
    case = Case(arguments.seed, steps, frozenset(filter(None, arguments.without.split(","))))
    outcome = case.run(keep_trace=arguments.trace)
    print("\n".join(outcome.lines + outcome.done))
    print(f"weather: {', '.join(case.weather.rough()) or 'calm'}\ntrace {outcome.trace}")
    print("\n".join(outcome.violations) or "no violations")
    return 1 if outcome.violations else 0


def _outcomes(seeds: range, *, twice: bool) -> Iterator[Outcome]:
    with Pool(cpu_count()) as pool:
        yield from pool.imap(_twice if twice else run, seeds, chunksize=8)


def _twice(seed: int) -> Outcome:
    one, other = run(seed), run(seed)
    if one.trace != other.trace:
        one.violations.append("the same seed has left two traces")
    return one


if __name__ == "__main__":
    sys.exit(main())
