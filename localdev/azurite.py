"""Azurite, Microsoft's storage emulator, as a child process."""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from localdev.install import azurite_script, find_node
from localdev.serving import LOOPBACK, answers

# The account and the key that every Azurite has (Azurite's README, "Default Storage Account").
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class AzuriteError(Exception):
    """Azurite cannot run. The message is one line."""


@dataclass(frozen=True)
class StoragePorts:
    blob: int = 10000
    queue: int = 10001
    table: int = 10002

    @property
    def connection_string(self) -> str:
        services = {"Blob": self.blob, "Queue": self.queue, "Table": self.table}
        endpoints = "".join(f"{name}Endpoint=http://{LOOPBACK}:{port}/{ACCOUNT};" for name, port in services.items())
        return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};{endpoints}"

    def named(self) -> dict[str, int]:
        return {"Azurite blob service": self.blob, "Azurite queue service": self.queue, "Azurite table service": self.table}


class Azurite:
    """In memory, or in a folder that keeps it. Ends with SIGTERM, which lets it write what it holds."""

    def __init__(self, ports: StoragePorts, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
        self._ports = ports
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        place = ["--location", str(folder)] if folder else ["--inMemoryPersistence"]
        self.process = subprocess.Popen(
            [*_command(), *place, *_port_options(ports)],
            env=os.environ | (environment or {}),
            stdout=self._told,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C at the terminal is for the launcher, which stops the host first
        )

    @property
    def connection_string(self) -> str:
        return self._ports.connection_string

    def wait_until_up(self) -> None:
        end = time.monotonic() + START_SECONDS
        while not all(answers(port) for port in self._ports.named().values()):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AzuriteError(f"Azurite does not start: {self._last_line()}")
            time.sleep(0.02)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._told.close()

    def __enter__(self) -> Self:
        try:
            self.wait_until_up()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _last_line(self) -> str:
        self._told.seek(0)
        lines = self._told.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _command() -> list[str]:
    node, script = find_node(), azurite_script()
    if node is None or not script.exists():
        raise AzuriteError("Azurite is not installed: make install")
    # azure-storage-queue speaks an API version that is newer than this Azurite, and every operation used here is older.
    return [node, str(script), "--silent", "--skipApiVersionCheck", "--disableTelemetry"]


def _port_options(ports: StoragePorts) -> list[str]:
    return ["--blobPort", str(ports.blob), "--queuePort", str(ports.queue), "--tablePort", str(ports.table)]
