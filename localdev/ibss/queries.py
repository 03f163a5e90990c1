"""The OData of the contract: `$filter`, `$orderby`, `$top` and `$skiptoken`. Anything else is refused as Invalid."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from localdev.ibss.errors import invalid
from localdev.ibss.records import Booking, Space
from localdev.ibss.times import parse_time, utc_text

PAGE_SIZE, LARGEST_PAGE = 25, 100  # "Accessing the IBSS API"; 100 is the most that Flex asks for ("Schedule in Flex")

CLAUSE = re.compile(r"(?P<member>\w+) (?P<operator>eq|gt|ge|lt) (?P<value>'(?:[^']|'')*'|[^\s']+)(?: and (?=\w)|$)", re.ASCII)

type Test[T] = Callable[[T], bool]
type Clauses[T] = Mapping[tuple[str, str], Callable[[str], Test[T]]]


def parse_filter[T](expression: str | None, clauses: Clauses[T]) -> Test[T]:
    """What must hold of a record, for an expression of known clauses joined by `and`."""
    tests: list[Test[T]] = []
    rest = expression or ""
    while rest:
        found = CLAUSE.match(rest)
        known = found and clauses.get((found["member"], found["operator"]))
        if not found or not known:
            raise invalid(f"$filter is not understood from here on: {rest}")
        tests.append(known(found["value"]))
        rest = rest[found.end() :]
    return lambda record: all(test(record) for test in tests)


def literal(quoted: str) -> str:
    if not quoted.startswith("'"):
        raise invalid(f"$filter wants a text in quotes, not {quoted}")
    return quoted[1:-1].replace("''", "'")


def same_text[T](of: Callable[[T], str | None]) -> Callable[[str], Test[T]]:
    def clause(value: str) -> Test[T]:
        wanted = literal(value)
        return lambda record: of(record) == wanted

    return clause


def same_address[T](of: Callable[[T], str | None]) -> Callable[[str], Test[T]]:
    def clause(value: str) -> Test[T]:
        wanted = literal(value).lower()
        return lambda record: (of(record) or "").lower() == wanted

    return clause


def ends_after(value: str) -> Test[Booking]:
    limit = parse_time(value, "$filter")
    return lambda booking: booking.end > limit


def starts_before(value: str) -> Test[Booking]:
    limit = parse_time(value, "$filter")
    return lambda booking: booking.start < limit


def modified_since(value: str) -> Test[Booking]:
    limit = parse_time(value, "$filter")
    return lambda booking: booking.modified >= limit


def in_external_system(value: str) -> Test[Space]:
    if value not in ("0", "1"):
        raise invalid(f"$filter wants 0 or 1, not {value}")
    return lambda space: space.ext_system == int(value)


BOOKING_CLAUSES: Clauses[Booking] = {
    ("Booking_End", "gt"): ends_after,
    ("Booking_Start", "lt"): starts_before,
    ("Booking_Modified_Time", "ge"): modified_since,
    ("Space_Id", "eq"): same_text(lambda booking: booking.space),
    ("Booking_Owner_Email", "eq"): same_address(lambda booking: booking.owner_email),
    ("Booking_Series_Id", "eq"): same_text(lambda booking: booking.series),
}
SPACE_CLAUSES: Clauses[Space] = {
    ("Meta_Ext_Booking_System", "eq"): in_external_system,
    ("Meta_Ext_Booking_SpaceId", "eq"): same_address(lambda space: space.mailbox),
    ("Space_Id", "eq"): same_text(lambda space: space.id),
}
BOOKING_ORDERS: Mapping[str, Callable[[Booking], str]] = {
    "Booking_Start": lambda booking: utc_text(booking.start),
    "Booking_Modified_Time": lambda booking: utc_text(booking.modified),
}


@dataclass(frozen=True)
class Page[T]:
    records: list[T]
    skiptoken: str | None


def page_of[T](records: Iterable[T], position: Callable[[T], tuple[str, str]], top: str | None, skiptoken: str | None) -> Page[T]:
    """The records after the token's place. A place, not a count: what is added meanwhile shifts nobody off a page."""
    size = page_size(top)
    after = read_token(skiptoken) if skiptoken is not None else ("", "")
    rest = sorted((record for record in records if position(record) > after), key=position)
    more = len(rest) > size
    return Page(rest[:size], token_at(position(rest[size - 1])) if more else None)


def page_size(top: str | None) -> int:
    if top is None:
        return PAGE_SIZE
    if not re.fullmatch(r"[1-9]\d{0,2}", top, re.ASCII) or int(top) > LARGEST_PAGE:
        raise invalid(f"$top is a number from 1 to {LARGEST_PAGE}")
    return int(top)


def token_at(place: tuple[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def read_token(token: str) -> tuple[str, str]:
    try:
        place: Any = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise invalid("$skiptoken is not one of ours") from None
    match place:
        case [str(first), str(second)]:
            return first, second
    raise invalid("$skiptoken is not one of ours")
