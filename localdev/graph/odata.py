"""The parts of OData's query language that calendars are asked in: $filter, $orderby, $select, $expand."""

import operator
import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localdev.graph.errors import GraphError, bad_request
from localdev.graph.identity import ical_uid
from localdev.graph.state import Event
from localdev.graph.times import query_instant

type Test = Callable[[Event], bool]

_READ: dict[str, Callable[[Event], Any]] = {
    "iCalUId": ical_uid,
    "subject": lambda event: event.details.subject,
    "start/dateTime": lambda event: event.details.start,
    "end/dateTime": lambda event: event.details.end,
    "createdDateTime": lambda event: event.created,
    "lastModifiedDateTime": lambda event: event.modified,
    "isCancelled": lambda event: event.is_cancelled,
    "isAllDay": lambda event: event.details.all_day,
    "isOrganizer": lambda event: event.is_organizer,
    "showAs": lambda event: event.show_as,
    "sensitivity": lambda event: event.details.sensitivity,
    "type": lambda event: event.type,
    "organizer/emailAddress/address": lambda event: event.organizer,
}
_COMPARE = {"eq": operator.eq, "ne": operator.ne, "ge": operator.ge, "gt": operator.gt, "le": operator.le, "lt": operator.lt}
_CLAUSE = re.compile(r"^(?P<path>[\w/]+)\s+(?P<op>eq|ne|ge|gt|le|lt)\s+(?P<value>'(?:[^']|'')*'|[\w:.+\-]+)$")
_STARTS = re.compile(r"^startswith\(\s*subject\s*,\s*'(?P<value>(?:[^']|'')*)'\s*\)$")
_EXTENDED = re.compile(
    r"^singleValueExtendedProperties/any\(\s*(\w+)\s*:\s*\1/id eq '(?P<id>[^']*)'\s+and\s+\1/value eq '(?P<value>[^']*)'\s*\)$",
    re.IGNORECASE,
)
_EXPAND = re.compile(r"^singleValueExtendedProperties\(\s*\$filter\s*=\s*id eq '(?P<id>[^']*)'\s*\)$")


def _refused(text: str) -> GraphError:
    return bad_request("ErrorInvalidUrlQueryFilter", f"The query filter '{text}' is not supported or malformed.")


def read_filter(text: str | None) -> Test:
    tests = [_clause(clause) for clause in _conjuncts(text)] if text else []
    return lambda event: all(test(event) for test in tests)


def _conjuncts(text: str) -> Iterable[str]:
    """Split at the `and`s that stand outside quotes and brackets."""
    depth, quoted, begin = 0, False, 0
    for at, letter in enumerate(text):
        quoted ^= letter == "'"
        if quoted:
            continue
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0 and text[at : at + 5].lower() == " and ":
            yield text[begin:at].strip()
            begin = at + 5
    yield text[begin:].strip()


def _clause(text: str) -> Test:
    extended, starts, compared = _EXTENDED.match(text), _STARTS.match(text), _CLAUSE.match(text)
    if extended:
        wanted = {"id": extended["id"], "value": extended["value"]}
        return lambda event: wanted in event.extended
    if starts:
        return lambda event: event.details.subject.startswith(_unquoted(f"'{starts['value']}'"))
    if compared is None or compared["path"] not in _READ:
        raise _refused(text)
    read, compare = _READ[compared["path"]], _COMPARE[compared["op"]]
    value = _literal(compared["path"], compared["value"])
    return lambda event: bool(compare(read(event), value))


def _literal(path: str, text: str) -> datetime | bool | str:
    if path.lower().endswith("datetime"):
        return query_instant("$filter", _unquoted(text))
    if path.startswith("is"):
        if text not in ("true", "false"):
            raise _refused(text)
        return text == "true"
    if not text.startswith("'"):
        raise _refused(text)
    return _unquoted(text)


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


@dataclass
class Order:
    path: str
    descending: bool

    def sort(self, events: list[Event]) -> list[Event]:
        return sorted(events, key=_READ[self.path], reverse=self.descending)


def read_order(text: str | None, default: str) -> Order:
    words = (text or default).split()
    if words[0] not in _READ or len(words) > 2 or (len(words) == 2 and words[1] not in ("asc", "desc")):
        raise bad_request("ErrorInvalidUrlQuery", f"The $orderby '{text}' is not supported.")
    return Order(words[0], words[-1] == "desc")


def read_select(text: str | None, known: Container[str], kind: str) -> list[str] | None:
    """Each name must be a member of the type."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            raise bad_request(
                "BadRequest",
                f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type '{kind}'.",
            )
    return names


def read_expand(text: str | None) -> str | None:
    """The id of the extended property that is to be shown; without $expand none is. Microsoft docs,
    singleValueLegacyExtendedProperty-get."""
    if text is None:
        return None
    match = _EXPAND.match(text)
    if match is None:
        raise bad_request("ErrorInvalidUrlQuery", f"The $expand '{text}' is not supported.")
    return match["id"]
