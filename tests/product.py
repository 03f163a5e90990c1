"""Fixture `product`: the started product, `python -m localdev run` on free ports, once for all tests that speak to it."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from localdev.azurite import StoragePorts
from localdev.serving import free_ports

PORTS = ("HOST_PORT", "PAGE_PORT", "GRAPH_PORT", "IBSS_PORT", "BLOB_PORT", "QUEUE_PORT", "TABLE_PORT")
START_SECONDS = 90
STOP_SECONDS = 30
LOOK_EVERY_SECONDS = 0.1


@dataclass
class Product:
    process: subprocess.Popen[bytes]
    ports: dict[str, int]
    log_file: Path

    @classmethod
    @contextlib.contextmanager
    def started(cls) -> Iterator["Product"]:
        ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
        environment = os.environ | {name: str(port) for name, port in ports.items()}
        command = [sys.executable, "-m", "localdev", "run"]
        with tempfile.NamedTemporaryFile(prefix="product-", suffix=".log") as log:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
            product = cls(process, ports, Path(log.name))
            try:
                product._wait_until_up()
                yield product
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=30)
                print(product.log)  # noqa: T201 — pytest shows it with what failed

    @property
    def log(self) -> str:
        """All that the product has said so far."""
        return self.log_file.read_text(errors="replace")

    @property
    def storage(self) -> str:
        """The connection string of its Azurite."""
        return StoragePorts(*(self.ports[part] for part in ("BLOB_PORT", "QUEUE_PORT", "TABLE_PORT"))).connection_string

    def address(self, part: str) -> str:
        return f"http://127.0.0.1:{self.ports[part]}"

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the product ended while it was starting"
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.address('HOST_PORT')}/api/health").is_success and self._subscribed():
                    return
            time.sleep(LOOK_EVERY_SECONDS)
        raise AssertionError("the product did not come up")

    def _subscribed(self) -> bool:
        answer = httpx.get(f"{self.address('GRAPH_PORT')}/v1.0/subscriptions", headers={"Authorization": "Bearer person"})
        return len(answer.json()["value"]) > 0


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    with Product.started() as running:
        yield running
