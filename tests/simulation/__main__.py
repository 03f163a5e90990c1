"""`make simulate`: many seeds, and what came of them. One seed again, with `--seed`, as it is printed for one that failed."""

import argparse
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing import Pool, cpu_count

from tests.simulation.scenes import EVERYDAY, SCENES
from tests.simulation.seeds import Outcome, run
from tests.simulation.shrink import Case, shrunk

SHRUNK = 5
"""So many of the seeds that fail are made small; the others are only named."""


@dataclass
class Figures:
    seeds: int = 0
    failed: list[tuple[str, int]] = field(default_factory=list)
    differing: int = 0
    steps: int = 0
    requests: int = 0
    writes: int = 0
    least: int = 0
    mails: int = 0
    least_mails: int = 0
    virtual: float = 0.0

    def take(self, scene: str, outcome: Outcome) -> None:
        self.seeds += 1
        self.steps += len(outcome.done)
        self.requests += outcome.requests
        if scene == EVERYDAY:
            self.writes += outcome.writes
            self.least += outcome.least
            self.mails += outcome.mails
            self.least_mails += outcome.least_mails
        self.virtual += outcome.virtual
        if outcome.violations:
            self.failed.append((scene, outcome.seed))

    def told(self, seconds: float) -> str:
        return (
            f"{self.seeds} seeds in {seconds:.0f} s ({1000 * seconds / max(1, self.seeds):.0f} ms each), "
            f"{self.virtual / 86400:.0f} days of virtual time\n"
            f"{self.steps} edits by people, {self.requests} requests by all\n"
            f"everyday seeds: {self.writes} writes by the service, {_over(self.writes, self.least)} the least possible; "
            f"{self.mails} mails, {_over(self.mails, self.least_mails)} the least\n"
            f"{len(self.failed)} seeds with violations"
        )


def _over(done: int, least: int) -> str:
    return f"{done / max(1, least):.4f} times"


def main() -> int:
    logging.disable(logging.CRITICAL)
    arguments = _arguments()
    if arguments.seed is not None:
        return _one(arguments)
    figures, begun = Figures(), time.monotonic()
    for scene, outcome in _outcomes(_asked(arguments), twice=arguments.twice):
        figures.take(scene, outcome)
        if outcome.violations:
            print(f"{scene} {outcome.seed}: {outcome.violations[0]}", flush=True)
    print(figures.told(time.monotonic() - begun))
    for scene, seed in figures.failed[:SHRUNK]:
        print(f"replay: {shrunk(Case.of(seed, scene)).command}", flush=True)
    return 1 if figures.failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--scene", choices=SCENES, help="only this one; otherwise half of the seeds are of the everyday one")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--twice", action="store_true", help="each seed twice: both must leave the same trace")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--steps", help="of its script only these: 0,2,5")
    parser.add_argument("--without", default="", help="faults to be switched off: crashes,stale")
    parser.add_argument("--trace", action="store_true", help="print all that happened")
    return parser.parse_args()


def _asked(arguments: argparse.Namespace) -> Sequence[tuple[str, int]]:
    first, number = arguments.first, arguments.seeds
    if arguments.scene:
        return [(arguments.scene, seed) for seed in range(first, first + number)]
    others = [scene for scene in SCENES if scene != EVERYDAY]
    share = number // 2 // len(others)
    asked = [(scene, seed) for scene in others for seed in range(first, first + share)]
    return [(EVERYDAY, seed) for seed in range(first, first + number - len(asked))] + asked


def _one(arguments: argparse.Namespace) -> int:
    case = Case.of(arguments.seed, arguments.scene or EVERYDAY)
    steps = frozenset(map(int, arguments.steps.split(","))) if arguments.steps else case.steps
    case = replace(case, steps=steps, without=frozenset(filter(None, arguments.without.split(","))))
    outcome = case.run(keep_trace=arguments.trace)
    print("\n".join(outcome.lines + outcome.done))
    print(f"weather: {', '.join(case.weather.rough()) or 'calm'}\ntrace {outcome.trace}")
    print("\n".join(outcome.violations) or "no violations")
    return 1 if outcome.violations else 0


def _outcomes(asked: Sequence[tuple[str, int]], *, twice: bool) -> Iterator[tuple[str, Outcome]]:
    with Pool(cpu_count()) as pool:
        yield from pool.imap(_twice if twice else _once, asked, chunksize=8)


def _once(asked: tuple[str, int]) -> tuple[str, Outcome]:
    scene, seed = asked
    return scene, run(seed, scene=scene)


def _twice(asked: tuple[str, int]) -> tuple[str, Outcome]:
    (scene, one), (_, other) = _once(asked), _once(asked)
    if one.trace != other.trace:
        one.violations.append("the same seed has left two traces")
    return scene, one


if __name__ == "__main__":
    sys.exit(main())
