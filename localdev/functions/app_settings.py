"""The app's settings: the environment, filled up from local.settings.json as Core Tools does."""

import json
import re
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from localdev.functions.errors import HostError

HOST_STORAGE = "AzureWebJobsStorage"


def add_local_settings(folder: Path, environment: MutableMapping[str, str]) -> None:
    """`Values` of local.settings.json become environment variables; what is set already wins."""
    file = folder / "local.settings.json"
    if not file.exists():
        return
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        values = found.get("Values", {})
        pairs = [(str(name), str(value)) for name, value in values.items()]
    except (ValueError, AttributeError) as error:
        raise HostError(f"local.settings.json cannot be read: {error}") from None
    if found.get("IsEncrypted") is True:
        raise HostError("local.settings.json is encrypted, which only Core Tools can read: func settings decrypt")
    for name, value in pairs:
        environment.setdefault(name, value)


def resolved(text: str, environment: Mapping[str, str], where: str) -> str:
    """Replace every `%NAME%` by that setting (azure-webjobs-sdk, INameResolver)."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if not environment.get(name):
            raise HostError(f"{where}: '%{name}%' does not resolve to a value: set {name}")
        return environment[name]

    return re.sub(r"%([^%]+)%", value, text)


def connection_string(name: str, environment: Mapping[str, str], where: str) -> str:
    """A trigger's connection, looked up as the host does: with the prefix AzureWebJobs first, then as it is written."""
    for candidate in (f"AzureWebJobs{name}", name):
        if environment.get(candidate):
            return environment[candidate]
    if any(setting.startswith(f"{name}__") for setting in environment):
        raise HostError(f"{where}: {name} is given in its identity form; this local host needs a connection string")
    raise HostError(f"{where}: the connection setting {name} is missing: for Azurite, {name}=UseDevelopmentStorage=true")
