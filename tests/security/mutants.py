"""Documents that are nearly right: a good one, in which a few parts are dropped, retyped, nested, made huge or spoilt."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

type Place = tuple[Any, ...]

DEEP: Any = []
for _ in range(100):
    DEEP = [DEEP]

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 7, 2**63, 10**4000, 0.5, 1e308, float("inf"), float("nan")),
    *("", " ", "0", "x" * 40_000, "\ud800", "\x00", "a\r\nb: c", "\x1b[31m", "..", ".", "a/b", "ü", "\N{PILE OF POO}"),
    *("0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "4501-01-01T00:00:00Z", "2026-03-02"),
    *("24:00", "2026-02-30T00:00:00", "https://elsewhere.example/", "W. Europe Standard Time", "America", "../../etc/passwd"),
    *([], {}, [None], [[]], {"": None}, {"id": None}, DEEP),
)


@st.composite
def mutants(draw: st.DrawFn, *good: Any) -> Any:
    """One of the good documents, changed in up to four places."""
    mutant = [deepcopy(draw(st.sampled_from(good)))]
    for _ in range(draw(st.integers(0, 4))):
        *path, name = draw(st.sampled_from(list(_places(mutant))))
        holder = mutant
        for step in path:
            holder = holder[step]
        match draw(st.sampled_from(("odd", "odd", "text", "drop", "double", "nest", "move"))):
            case "odd":
                holder[name] = deepcopy(draw(st.sampled_from(ODD)))
            case "text":
                holder[name] = draw(_spoilt(holder[name]) if isinstance(holder[name], str) else st.text(max_size=20))
            case "drop" if path:
                holder.pop(name)
            case "double":
                holder[name] = [holder[name], deepcopy(holder[name])]
            case "nest":
                holder[name] = {"value": holder[name]}
            case "move":
                holder[name] = deepcopy(_at(mutant, draw(st.sampled_from(list(_places(mutant))))))
    return mutant[0]


@st.composite
def bodies(draw: st.DrawFn, *good: Any) -> bytes:
    """Such a document as it comes over the wire, sometimes cut or with a byte that is wrong."""
    body = json.dumps(draw(mutants(*good)), ensure_ascii=True).encode()
    at = draw(st.integers(0, len(body)))
    match draw(st.sampled_from(("whole",) * 6 + ("cut", "wrong"))):
        case "cut":
            return body[:at]
        case "wrong":
            return body[:at] + draw(st.binary(min_size=1, max_size=3)) + body[at + 1 :]
    return body


@st.composite
def _spoilt(draw: st.DrawFn, text: str) -> str:
    at, wrong = draw(st.integers(0, len(text))), st.characters() | st.sampled_from("\ud800\x00\r\n'\"<&/\\?#%\x1b")
    return text[:at] + draw(wrong) + text[at + draw(st.integers(0, 2)) :]


def _places(document: Any, path: Place = ()) -> Iterator[Place]:
    """Every place in lists and objects; of what is deep, only the upper part."""
    steps = range(len(document)) if isinstance(document, list) else document if isinstance(document, dict) else ()
    for step in steps if len(path) < 8 else ():
        yield (*path, step)
        yield from _places(document[step], (*path, step))


def _at(document: Any, place: Place) -> Any:
    for step in place:
        document = document[step]
    return document
