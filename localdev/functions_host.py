"""The Functions host on one machine: what `func start` does for this app, without Core Tools.

    python -m localdev.functions_host [--app FOLDER] [--port 7071] [--storage-wait SECONDS]

It finds, decodes and calls the functions through Microsoft's own worker library, and does around it what the real host
does: routes and keys, queue listeners, timers, the manual trigger `POST /admin/functions/<name>`. Not covered: output
bindings, other triggers, more than one instance (singleton leases, scaling), and restarts of the worker process.
"""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from localdev.functions.app_settings import add_local_settings
from localdev.functions.errors import HostError
from localdev.functions.host_json import HostRules, read_host_json
from localdev.functions.http import HttpFrontEnd
from localdev.functions.invocations import Invocations
from localdev.functions.keys import Keys
from localdev.functions.listeners import Listeners
from localdev.functions.routes import Route
from localdev.functions.worker import Function, load_functions, release_threads
from localdev.serving import LOOPBACK, PortTakenError, Server, listen

log = logging.getLogger("host")

DEFAULT_PORT = 7071
LOG_LEVELS = {"trace": "DEBUG", "debug": "DEBUG", "information": "INFO", "warning": "WARNING", "error": "ERROR"}
QUIET_LIBRARIES = ("azure", "urllib3", "uvicorn", "httpx", "httpcore", "asyncio")


async def run_host(folder: Path, port: int, storage_wait: float) -> None:
    """Start, serve until a signal, stop: polling ends, work under way is finished."""
    add_local_settings(folder, os.environ)
    rules = read_host_json(folder, os.environ)
    _configure_logging(rules)
    with listen(port, "Functions host") as taken:
        stopping = _stop_on_signals()
        functions = await load_functions(folder)
        invocations = Invocations(rules.function_timeout, stopping)
        async with Listeners(functions, rules, invocations, os.environ, stopping) as listeners:
            keys = Keys(os.environ.get("FUNCTIONS_HOST_KEY") or "local")
            front_end = HttpFrontEnd(functions, rules.route_prefix, keys, invocations, listeners.trigger)
            await listeners.reach_storage(storage_wait)
            if not stopping.is_set():
                await _serve(front_end, taken, listeners, folder, functions, stopping)
            await invocations.drain()
    release_threads()


def listing(functions: Iterable[Function], routes: Iterable[Route], port: int) -> str:
    """The function list as `func start` prints it."""
    lines = ["", "Functions:", ""]
    for route in sorted(routes, key=lambda each: each.function.name):
        methods = f"[{','.join(sorted(route.methods))}] " if route.methods else ""
        lines += [f"\t{route.function.name}: {methods}http://{LOOPBACK}:{port}/{route.path}", ""]
    lines += [f"\t{each.name}: {each.kind}\n" for each in functions if each.kind != "httpTrigger"]
    return "\n".join(lines)


async def _serve(
    front_end: HttpFrontEnd,
    taken: socket.socket,
    listeners: Listeners,
    folder: Path,
    functions: Iterable[Function],
    stopping: asyncio.Event,
) -> None:
    async with Server(front_end, taken, lifespan=False):
        listening = listeners.start(folder)
        print(listing(functions, front_end.routes, taken.getsockname()[1]), flush=True)
        until_stop = asyncio.create_task(stopping.wait())
        await asyncio.wait([until_stop, *listening], return_when=asyncio.FIRST_COMPLETED)  # a listener ends only by a bug
        stopping.set()
        log.info("Stopping: no new work is taken, work under way is finished")
    await asyncio.gather(until_stop, *listening)


def _stop_on_signals() -> asyncio.Event:
    """The first signal stops in order; a second one, of an impatient person, ends the process at once."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stopping.set()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop)
    return stopping


def _configure_logging(rules: HostRules) -> None:
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        stream=sys.stdout,
        level=LOG_LEVELS.get(rules.log_level.lower(), "CRITICAL"),
        format="[%(asctime)s.%(msecs)03dZ] %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
    )
    for library in QUIET_LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m localdev.functions_host", description="Run a Functions app on this machine.")
    parser.add_argument("--app", type=Path, default=Path.cwd(), help="folder of host.json and function_app.py")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--storage-wait", type=float, default=30, metavar="SECONDS", help="how long to wait for storage")
    asked = parser.parse_args()
    try:
        asyncio.run(run_host(asked.app.resolve(), asked.port, asked.storage_wait))
    except (HostError, PortTakenError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        logging.disable()  # what the app left open is closed by the end of the process, and need not be told
    return 0


if __name__ == "__main__":
    sys.exit(main())
