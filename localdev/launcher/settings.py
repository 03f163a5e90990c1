"""The settings that the Functions host is started with."""

import json
import os
from pathlib import Path

from localdev.functions.app_settings import HOST_STORAGE, add_local_settings
from localdev.launcher.places import Places
from localdev.world import TENANT_DOMAINS

SAMPLE = "local.settings.sample.json"


def of_this_machine(app: Path) -> dict[str, str]:
    """The environment first, then local.settings.json, then the sample's schedules, without which no timer can be listed."""
    settings = dict(os.environ)
    add_local_settings(app, settings)
    for name, value in _sample_values(app).items():
        if name.endswith("_SCHEDULE"):
            settings.setdefault(name, value)
    return settings


def to_meet_the_simulators(places: Places) -> dict[str, str]:
    return {
        HOST_STORAGE: places.storage.connection_string,
        "GRAPH_URL": places.graph_url,
        "GRAPH_TOKEN": "local",
        "IBSS_URL": places.ibss_url,
        "IBSS_API_KEY": "sync",
        "PUBLIC_URL": places.host_url,
        "TENANT_DOMAINS": ",".join(TENANT_DOMAINS),
    }


def _sample_values(app: Path) -> dict[str, str]:
    file = app / SAMPLE
    if not file.exists():
        return {}
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))["Values"]
    return found
