"""Where the parts of the local cloud listen."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from localdev.azurite import StoragePorts
from localdev.serving import LOOPBACK


class PortError(Exception):
    """A port setting is not a port."""


@dataclass(frozen=True)
class Places:
    host: int = 7071
    page: int = 7080
    graph: int = 7081
    ibss: int = 7082
    storage: StoragePorts = field(default_factory=StoragePorts)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Places":
        def port(name: str, default: int) -> int:
            text = environment.get(name) or str(default)
            if not (text.isdecimal() and 0 < int(text) < 65536):
                raise PortError(f"{name}={text} is not a port")
            return int(text)

        storage = StoragePorts(port("BLOB_PORT", 10000), port("QUEUE_PORT", 10001), port("TABLE_PORT", 10002))
        return cls(port("HOST_PORT", 7071), port("PAGE_PORT", 7080), port("GRAPH_PORT", 7081), port("IBSS_PORT", 7082), storage)

    @property
    def host_url(self) -> str:
        return f"http://{LOOPBACK}:{self.host}"

    @property
    def page_url(self) -> str:
        return f"http://{LOOPBACK}:{self.page}"

    @property
    def graph_url(self) -> str:
        return f"http://{LOOPBACK}:{self.graph}/v1.0"

    @property
    def ibss_url(self) -> str:
        return f"http://{LOOPBACK}:{self.ibss}"
