"""Ways in which a side cannot be read, and the reads that they strike: what B13 is told with."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from localdev.world import ANA, OAK
from tests.scenarios.in_process import World
from tests.scenarios.people import checked

ALWAYS = 10**6


@dataclass(frozen=True)
class Kind:
    """How a read fails."""

    name: str
    fault: dict[str, Any]


def _spoilt(how: str) -> Kind:
    return Kind(how, {"spoil": how})


def _refused(status: int, code: str) -> Kind:
    return Kind(f"{status} {code}", {"status": status, "code": code})


HALF = _spoilt("half the items, no links")
EMPTY = _spoilt("no items")
EMPTY_END = _spoilt("no items, no links")
UNLINKED = _spoilt("no links")
CIRCLE = _spoilt("a link to itself")
FOREIGN = _spoilt("a link to another host")
CUT = _spoilt("cut short")
HTML = _spoilt("HTML")
NOTHING = Kind("204", {"status": 204})

TOKEN = _refused(401, "InvalidAuthenticationToken")
DENIED = _refused(403, "ErrorAccessDenied")
NOT_A_MAILBOX = tuple(
    _refused(404, code)
    for code in ("ErrorNonExistentMailbox", "ResourceNotFound", "Request_ResourceNotFound", "MailboxNotEnabledForRESTAPI")
)
STATELESS = _refused(410, "SyncStateNotFound")
BUSY = _refused(503, "ServiceUnavailable")
OF_GRAPH = (TOKEN, DENIED, *NOT_A_MAILBOX, STATELESS, BUSY)
SHUT = _refused(403, "Forbidden")
OF_IBSS = (
    _refused(401, "Unauthorized"),
    SHUT,
    _refused(404, "NotFound"),
    _refused(410, "Gone"),
    _refused(500, ""),
)


@dataclass(frozen=True)
class Read:
    """A read of one side: what its address looks like, and how it can fail."""

    side: str
    name: str
    path: str
    kinds: tuple[Kind, ...]

    @property
    def cases(self) -> list[Any]:
        return [pytest.param(self, kind, id=f"{self.side}, {self.name}: {kind.name}") for kind in self.kinds]


def _of(address: str | None) -> str:
    return "^/users/" + str(address).replace("@", "(@|%40)")


OF_GRAPH_READ = (
    Read("graph", "a delta round", "/delta.*deltatoken", (EMPTY, HALF, CIRCLE, CUT, DENIED, STATELESS)),
    Read("graph", "the whole window", "/delta.*(startDateTime|skiptoken)", (EMPTY, EMPTY_END, UNLINKED, FOREIGN, NOTHING, TOKEN)),
    Read("graph", "a host's window", f"{_of(ANA.address)}/calendarView[?]", (HALF, CUT, DENIED)),
    Read(
        "graph",
        "the organiser's copy",
        f"{_of(ANA.address)}/events/[^/?]+([?]|$)",
        (CUT, NOTHING, TOKEN, DENIED, STATELESS, BUSY),
    ),
    Read("graph", "the room's copy", f"{_of(OAK.mailbox)}/events/[^/?]+([?]|$)", (NOTHING, TOKEN, DENIED, NOT_A_MAILBOX[0])),
    Read("graph", "the search by iCalUId", "/events[?].*iCalUId", (EMPTY, CUT, DENIED)),
    Read("graph", "the instances of a series", "/instances", (EMPTY, HALF, DENIED)),
    Read("graph", "every read", "^/users/", (EMPTY, HALF, HTML, TOKEN, DENIED, *NOT_A_MAILBOX, STATELESS)),
)
OF_IBSS_READ = (
    Read("ibss", "one booking", "/bookings/", (HTML, NOTHING, *OF_IBSS)),
    Read("ibss", "the list of bookings", "/bookings[?]", (EMPTY, HALF, CIRCLE, FOREIGN, CUT, NOTHING, OF_IBSS[0], OF_IBSS[2])),
    Read("ibss", "every read", "^/v2/", (EMPTY, HTML, OF_IBSS[0], OF_IBSS[3])),
)
OF_THE_ESTATE = (
    Read("ibss", "the buildings", "^/v2/nodes", (EMPTY, HALF, HTML, NOTHING, OF_IBSS[1])),
    Read("ibss", "the spaces", "/spaces", (EMPTY, HALF, UNLINKED, FOREIGN, OF_IBSS[2])),
)
"""Each kind at the reads that differ in it: what fails alike everywhere is not told everywhere."""


@contextlib.asynccontextmanager
async def failing(world: World, *wanted: tuple[Read, Kind]) -> AsyncIterator[None]:
    """Such reads fail so until the end, when it is seen that they were asked for: people look only afterwards."""
    for read, kind in wanted:
        await _faults(world, read.side, "POST", {"method": "GET", "path": read.path, "times": ALWAYS, **kind.fault})
    yield
    for side in {read.side for read, _ in wanted}:
        planted = (await _faults(world, side, "GET"))["value"]
        await _faults(world, side, "DELETE")
        assert [fault["path"] for fault in planted if fault["times"] == ALWAYS] == [], "nobody asked for these"


async def asked_in_vain(world: World, read: Read, least: int = 5) -> None:
    """Some such reads have met what is planted."""
    [planted] = [fault for fault in (await _faults(world, read.side, "GET"))["value"] if fault["path"] == read.path]
    assert ALWAYS - planted["times"] >= least


async def _faults(world: World, side: str, method: str, fault: Any = None) -> Any:
    http = world.outlook.http if side == "graph" else world.ibss.http
    door = f"{world.outlook.side_door}/faults" if side == "graph" else "/_sim/faults"
    return checked(await http.request(method, door, json=fault))
