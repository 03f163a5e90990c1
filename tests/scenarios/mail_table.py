"""Who is mailed by what: the table that is printed after the tests that count the mails."""

from collections import Counter
from collections.abc import Iterable

MAILS = "mails"
"""The property of a test's report that holds its row: what happened, and (to, kind) of each mail."""

type Mails = list[tuple[str, str]]


def lines(reports: Iterable[object]) -> list[str]:
    told: dict[str, Mails] = {}
    for report in reports:
        told |= dict(value for name, value in getattr(report, "user_properties", ()) if name == MAILS)
    widest = max(map(len, told), default=0)
    return [f"{what:<{widest + 2}}{len(mails):>2}  {_spelled(mails)}" for what, mails in told.items()]


def _spelled(mails: Mails) -> str:
    counted = Counter((to.partition("@")[0], kind) for to, kind in mails)
    return ", ".join(f"{to} {kind}" + f" x{times}" * (times > 1) for (to, kind), times in counted.items()) or "nobody"
