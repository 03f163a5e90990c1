"""The IBSS simulator against its own contract: schemathesis asks what the contract allows, and much that it does not."""

from datetime import UTC, datetime
from typing import Any

import hypothesis
import schemathesis
from schemathesis.config import SchemathesisConfig

from localdev import world
from localdev.ibss.app import create_app
from localdev.ibss.simulator import IbssSimulator
from localdev.ibss.times import RFC_3339

SYNC = {"Authorization": "apikey sync"}
HOURS = tuple(f"2026-03-{day:02}T{hour:02}:00:00Z" for day in range(10, 28) for hour in (9, 10))

CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"deterministic": True, "database": "none", "with-security-parameters": False},
        "checks": {
            # The rules of booking (past, overlap, node, floor) are more than a schema can say: good data may be refused.
            "positive_data_acceptance": {"enabled": False},
        },
    }
)


async def nobody_listens(_url: str, _headers: dict[str, str], _body: bytes) -> int:
    return 202


simulator = IbssSimulator(lambda: datetime(2026, 3, 2, 8, tzinfo=UTC), nobody_listens)
simulator.seed(world)
contract = schemathesis.openapi.from_path("localdev/ibss/openapi.yaml", config=CONFIG)
contract.app = create_app(simulator, ticking=False)


@contract.parametrize()
@hypothesis.settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(hypothesis.HealthCheck))
def test_every_answer_is_one_the_contract_knows(case: schemathesis.Case) -> None:
    case.path_parameters = {name: known_id(name, value) for name, value in case.path_parameters.items()}
    if isinstance(case.body, dict):
        case.body = {member: known_value(member, value) for member, value in case.body.items() if not drops(member, case.body)}
    case.call_and_validate(headers=SYNC)


def test_the_cases_reached_what_lies_behind_the_first_refusals() -> None:
    reached = {(entry.method, entry.status) for entry in simulator.log.entries}
    assert {("POST", 201), ("POST", 409), ("PATCH", 200), ("GET", 200), ("GET", 400), ("GET", 401), ("GET", 404)} <= reached


def known_id(name: str, drawn: Any) -> Any:
    """A drawn id names nothing; most are changed for one that does, so that the rules behind are reached."""
    return pick({"nodeid": ("1", "2", "11"), "bookingid": ("BK-000001", "BK-000002", "BK-000003")}[name], drawn)


def known_value(member: str, drawn: Any) -> Any:
    """The same for members of a body. What is not even a time stays as it was drawn: it must be refused."""
    if member == "Space_Id":
        return pick(("HH-1-OAK", "MP-0-IVY"), drawn)
    if member in ("Booking_Start", "Booking_End") and isinstance(drawn, str) and RFC_3339.fullmatch(drawn):
        return pick(HOURS[::2] if member == "Booking_Start" else HOURS[1::2], drawn)
    return drawn


def drops(member: str, body: dict[str, Any]) -> bool:
    """Well-typed members that no drawn value can get right."""
    unguessable = member in ("Node_Id", "Booking_Source") and isinstance(body[member], str)
    return unguessable and len(body) > 1 and len(str(body)) % 2 == 1


def pick(known: tuple[str, ...], drawn: Any) -> Any:
    if not isinstance(drawn, str) or len(drawn) % 4 == 3:
        return drawn
    return known[sum(drawn.encode(errors="replace")) % len(known)]
