"""From a seed that fails to the little that is needed for it: steps that are left out, faults that are switched off."""

from dataclasses import dataclass, replace
from typing import Self

from tests.simulation.scenes import EVERYDAY, script_of
from tests.simulation.script import Script
from tests.simulation.seeds import Outcome, run
from tests.simulation.weather import Weather

MOST_RUNS = 400


@dataclass(frozen=True)
class Case:
    """A seed, and what was taken from it."""

    seed: int
    steps: frozenset[int]
    without: frozenset[str] = frozenset()
    scene: str = EVERYDAY

    @classmethod
    def of(cls, seed: int, scene: str = EVERYDAY) -> Self:
        return cls(seed, frozenset(range(len(script_of(seed, scene).steps))), scene=scene)

    @property
    def script(self) -> Script:
        return script_of(self.seed, self.scene).only(self.steps)

    @property
    def weather(self) -> Weather:
        return Weather.of(self.seed).without(*self.without)

    def run(self, *, keep_trace: bool = False) -> Outcome:
        return run(self.seed, self.script, self.weather, keep_trace=keep_trace)

    @property
    def command(self) -> str:
        steps = ",".join(map(str, sorted(self.steps)))
        without = f" --without {','.join(sorted(self.without))}" if self.without else ""
        scene = "" if self.scene == EVERYDAY else f" --scene {self.scene}"
        return f"python -m tests.simulation{scene} --seed {self.seed} --steps {steps}{without}"


def shrunk(case: Case) -> Case:
    """The smallest case on the way that still fails in the same way: no step and no fault can be taken from it alone."""
    wanted, runs = _kinds(case.run()), 0
    while runs < MOST_RUNS:
        for smaller in _smaller(case):
            runs += 1
            if _kinds(smaller.run()) & wanted:
                case = smaller
                break
        else:
            return case
    return case


def _smaller(case: Case) -> list[Case]:
    calmer = [replace(case, without=case.without | {fault}) for fault in case.weather.rough()]
    return calmer + [replace(case, steps=case.steps - {step}) for step in sorted(case.steps, reverse=True)]


def _kinds(outcome: Outcome) -> set[str]:
    return {violation.partition(":")[0] for violation in outcome.violations}
