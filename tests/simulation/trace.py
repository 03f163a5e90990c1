"""What happened, in order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any


@dataclass
class Trace:
    """All that passed, as one hash; and as lines, when somebody wants to read it."""

    now: Callable[[], float]
    keep: bool = False
    lines: list[str] = field(default_factory=list)
    requests: int = 0
    _hash: Any = field(default_factory=sha256)

    def note(self, *told: object) -> None:
        line = f"{self.now():10.3f} {' '.join(map(str, told))}"
        self._hash.update(line.encode())
        if self.keep:
            self.lines.append(line)

    @property
    def hash(self) -> str:
        return self._hash.hexdigest()
