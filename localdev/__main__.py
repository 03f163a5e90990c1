"""The cloud on one machine: `python -m localdev [run|host|graph|ibss] [--data FOLDER]`.

Ports come from HOST_PORT, PAGE_PORT, GRAPH_PORT, IBSS_PORT, BLOB_PORT, QUEUE_PORT and TABLE_PORT.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from localdev.azurite import AzuriteError
from localdev.functions.errors import HostError
from localdev.install import ROOT
from localdev.launcher.host_process import HostProcessError
from localdev.launcher.places import Places, PortError
from localdev.launcher.simulators import DataError
from localdev.launcher.verbs import ChildDied, run_everything, run_host, run_simulator
from localdev.serving import PortTakenError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m localdev", description=__doc__)
    parser.add_argument("verb", nargs="?", default="run", choices=("run", "host", "graph", "ibss"))
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep storage and both simulators here between runs")
    parser.add_argument("--app", type=Path, default=ROOT, metavar="FOLDER", help="another function app than the project's own")
    asked = parser.parse_args()
    try:
        if asked.data is not None:
            _make(asked.data)
        asyncio.run(_start(asked.verb, asked.app, Places.from_environment(), asked.data))
    except (AzuriteError, ChildDied, DataError, HostError, HostProcessError, PortError, PortTakenError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder} cannot be the data folder: {error.strerror}") from None


async def _start(verb: str, app: Path, places: Places, folder: Path | None) -> None:
    match verb:
        case "run":
            await run_everything(app, places, folder)
        case "host":
            await run_host(app, places)
        case _:
            await run_simulator(verb, places, folder)


if __name__ == "__main__":
    sys.exit(main())
