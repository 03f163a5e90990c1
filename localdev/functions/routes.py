"""Route templates of ASP.NET, as HTTP triggers write them: `rooms/{id:int}/{*rest}`, `plan/{what?}`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from localdev.functions.errors import HostError
from localdev.functions.worker import Function

PARAMETER = re.compile(r"\{(?P<rest>\*{0,2})(?P<name>\w+)(?::(?P<constraint>\w+))?(?P<optional>\??)\}")
CONSTRAINTS = {
    None: r"[^/]+",
    "alpha": r"[A-Za-z]+",
    "bool": r"(?:true|false)",
    "guid": r"[0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}",
    "int": r"-?\d+",
    "long": r"-?\d+",
}


@dataclass(frozen=True)
class Route:
    function: Function
    path: str
    methods: frozenset[str]  # empty: any
    level: str
    pattern: re.Pattern[str]

    def match(self, method: str, path: str) -> dict[str, str] | None:
        found = self.pattern.fullmatch(path)
        if found is None or (self.methods and method not in self.methods):
            return None
        return {name: _decoded(value) for name, value in found.groupdict().items() if value is not None}


def routes_of(functions: Iterable[Function], prefix: str) -> list[Route]:
    """Literal segments go before parameters, whatever the order in the file."""
    found = [_route(function, prefix) for function in functions if function.kind == "httpTrigger"]
    return sorted(found, key=lambda route: [_precedence(segment) for segment in route.path.split("/")])


def _route(function: Function, prefix: str) -> Route:
    own = str(function.trigger.get("route") or function.name).strip("/")
    path = f"{prefix}/{own}" if prefix else own
    return Route(
        function,
        path,
        frozenset(str(method).upper() for method in function.trigger.get("methods") or ()),
        str(function.trigger.get("authLevel") or "function").lower(),
        _pattern(path, function.name),
    )


def _pattern(path: str, name: str) -> re.Pattern[str]:
    expression = ""
    for segment in path.split("/"):
        whole = PARAMETER.fullmatch(segment)
        if whole is None and ("{" in segment or "}" in segment):
            raise HostError(f"function {name}: this local host does not know the route segment {segment!r}")
        expression += f"/{re.escape(segment)}" if whole is None else _parameter(whole, name)
    return re.compile(expression + "/?", re.IGNORECASE)


def _parameter(match: re.Match[str], name: str) -> str:
    if match["constraint"] not in CONSTRAINTS:
        raise HostError(f"function {name}: this local host does not know the route constraint {match['constraint']!r}")
    if match["rest"]:
        return f"(?:/(?P<{match['name']}>.*))?"
    value = f"/(?P<{match['name']}>{CONSTRAINTS[match['constraint']]})"
    return f"(?:{value})?" if match["optional"] else value


def _precedence(segment: str) -> int:
    parameter = PARAMETER.fullmatch(segment)
    if parameter is None:
        return 0
    if parameter["rest"]:
        return 3
    return 1 if parameter["constraint"] else 2


def _decoded(segment: str) -> str:
    """Kestrel decodes everything but the slash."""
    return unquote(re.sub(r"%2f", lambda slash: "%25" + slash[0][1:], segment, flags=re.IGNORECASE))
