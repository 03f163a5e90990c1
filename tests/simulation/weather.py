"""What goes wrong, and how often: one mix of faults, drawn from a seed. Shares are of requests, or of awaits; times, seconds."""

import random
from dataclasses import dataclass, fields, replace
from typing import Self


@dataclass(frozen=True)
class Weather:
    latency: float = 0.2
    refused: float = 0.0
    """429 or 503, with a Retry-After."""
    failing: float = 0.0
    """500, 502 or 504, half of them after the request was worked."""
    answers_lost: float = 0.0
    unreached: float = 0.0
    """A time-out before the request arrives."""
    resync: float = 0.0
    """410 for a delta link."""
    stale: float = 0.0
    """Reads that show what stood there up to 30 s ago."""
    storage: float = 0.0
    """Table and queue operations that fail, half of them after they were done."""
    crashes: float = 0.0
    """Of awaits that separate two effects."""
    skew: float = 0.0
    """How far the workers' clocks are apart."""
    workers: int = 1
    notices_lost: float = 0.0
    notices_copies: int = 1
    notices_late: float = 0.0
    posts_lost: float = 0.0
    unreadable: bool = False
    """A mailbox that refuses to be read for a while."""
    subscription_dies: bool = False
    bare_masters: bool = False

    @classmethod
    def of(cls, seed: int) -> Self:
        """Each kind of fault is there in some seeds and not in others, so that a quiet one is not drowned by a loud one."""
        chance = random.Random(f"weather {seed}")

        def some[Value](share: float, value: Value, calm: Value) -> Value:
            return value if chance.random() < share else calm

        return cls(
            latency=chance.choice((0.05, 0.5, 3.0)),
            refused=some(0.4, 0.3, 0.0),
            failing=some(0.3, 0.1, 0.0),
            answers_lost=some(0.4, 0.1, 0.0),
            unreached=some(0.3, 0.1, 0.0),
            resync=some(0.2, 0.3, 0.0),
            stale=some(0.25, 0.2, 0.0),
            storage=some(0.3, 0.05, 0.0),
            crashes=some(0.4, 0.01, 0.0),
            skew=some(0.3, 600.0, 0.0),
            workers=chance.choice((1, 2, 2, 3)),
            notices_lost=some(0.4, chance.choice((0.1, 0.5, 1.0)), 0.0),
            notices_copies=some(0.2, chance.choice((2, 2, 2, 10)), 1),
            notices_late=some(0.3, chance.choice((30.0, 600.0, 4 * 3600.0)), 0.0),
            posts_lost=some(0.3, chance.choice((0.1, 1.0)), 0.0),
            unreadable=some(0.15, value=True, calm=False),
            subscription_dies=some(0.15, value=True, calm=False),
            bare_masters=some(0.2, value=True, calm=False),
        )

    def without(self, *names: str) -> Self:
        return replace(self, **{name: getattr(CALM, name) for name in names})

    def rough(self) -> list[str]:
        """What is not as it is when all is calm."""
        return [one.name for one in fields(self) if getattr(self, one.name) != getattr(CALM, one.name)]


CALM = Weather()
