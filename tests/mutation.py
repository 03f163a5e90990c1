"""Changes the decision line by line and asks its tests whether they notice: `python -m tests.mutation`, or `make mutate`.

Ends with an error below the share that is wanted, and when a change that went unnoticed is not explained in tests/mutation.md.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

WANTED = 90.0
ROOT = Path(__file__).resolve().parent.parent
COPY = ROOT / "mutants"
EXPLAINED = ROOT / "tests" / "mutation.md"


def main() -> int:
    shutil.rmtree(COPY, ignore_errors=True)
    mutmut("run")
    return verdict()


def verdict() -> int:
    mutmut("export-cicd-stats")
    counted = json.loads((COPY / "mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    killed, total = counted["killed"] + counted["timeout"], counted["total"]
    unexplained = [change for change in map(changed, survivors()) if not is_explained(change)]
    for change in unexplained:
        print(f"not explained in {EXPLAINED.name}: {change}")
    share = 100 * killed / total if total else 0.0
    print(f"{killed} of {total} killed, {total - killed} survived: {share:.1f} %, wanted {WANTED:.0f} %")
    return 1 if share < WANTED or unexplained else 0


def mutmut(*order: str) -> str:
    command = [sys.executable, "-m", "mutmut", *order]
    wanted = order[0] in {"results", "show"}
    return subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE if wanted else None).stdout or ""


def survivors() -> list[str]:
    """By the names that mutmut gives them. What never ends has been noticed."""
    told = (line.strip().partition(": ") for line in mutmut("results").splitlines())
    return [name for name, _, how in told if how and how != "timeout"]


def changed(name: str) -> str:
    """The line as it was changed; or the lines that were left out."""
    lines = mutmut("show", name).splitlines()
    told = [line[1:].strip() for line in lines if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))]
    new = [line[1:].strip() for line in lines if line.startswith("+") and not line.startswith("+++")]
    return " ".join(new or told)


def is_explained(change: str) -> bool:
    return f"`{change}`" in EXPLAINED.read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
