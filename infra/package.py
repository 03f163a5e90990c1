"""What `azd deploy` uploads, built here: `make package`. It prints what is in it, its size, and how long a cold start takes.

azd copies the folder of the service without what .funcignore names and without virtual environments (azure-dev, project_utils.go
and framework_service_python.go). The packages of requirements.txt are installed in Azure.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from pathspec import GitIgnoreSpec

ROOT = Path(__file__).resolve().parents[1]
IMPORT = """\
import sys, time
sys.path.insert(0, sys.argv[1])
wall, cpu = time.perf_counter(), time.process_time()
import function_app
print(time.perf_counter() - wall, time.process_time() - cpu)
"""


def packed(root: Path = ROOT) -> list[str]:
    """The paths that are uploaded, as azd sees the folder: what git does not know is uploaded too."""
    ignored = GitIgnoreSpec.from_lines((root / ".funcignore").read_text(encoding="utf-8").splitlines())
    return sorted(_walk(root, root, ignored))


def _walk(root: Path, folder: Path, ignored: GitIgnoreSpec) -> Iterator[str]:
    for each in sorted(folder.iterdir()):
        path = each.relative_to(root).as_posix()
        if each.is_dir():
            if not ((each / "pyvenv.cfg").exists() or ignored.match_file(f"{path}/")):
                yield from _walk(root, each, ignored)
        elif not ignored.match_file(path):
            yield path


def build(target: Path, root: Path = ROOT) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for path in packed(root):
            archive.write(root / path, path)
    return target


def import_seconds(folder: Path, compiled: Path | None = None) -> tuple[float, float]:
    """How long a new process takes to import the app, by the clock and of computing. Where `compiled` is empty, nothing is
    compiled yet: not even libraries.
    """
    where = [] if compiled is None else ["-X", f"pycache_prefix={compiled}"]
    command = [sys.executable, *where, "-c", IMPORT, str(folder)]
    environment = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    wall, cpu = map(float, done.stdout.split())
    return wall, cpu


def main() -> None:
    target = build(ROOT / ".local" / "package" / "app.zip")
    with tempfile.TemporaryDirectory() as place, ZipFile(target) as archive:
        app, compiled = Path(place) / "app", Path(place) / "compiled"
        archive.extractall(app)
        names = archive.namelist()
        starts = {"with nothing compiled": import_seconds(app, compiled), "after that": import_seconds(app, compiled)}
    print("\n".join(names))
    print(f"{target.relative_to(ROOT)}: {len(names)} files, {target.stat().st_size / 1024:.0f} KB")
    for when, (wall, cpu) in starts.items():
        print(f"import of function_app {when}: {wall:.2f} s, of which {cpu:.2f} s computing")


if __name__ == "__main__":
    main()
