"""Whether a value is what its type says, all the way down: a parser that lets a list through as an id has not parsed it."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, NewType, TypeAliasType, TypeVar, Union, get_args, get_origin, get_type_hints


def astray(value: Any, kind: Any, where: str = "it") -> Iterator[str]:
    """What does not conform, and where."""
    if isinstance(kind, TypeAliasType | NewType):
        yield from astray(value, getattr(kind, "__value__", None) or getattr(kind, "__supertype__", Any), where)
    elif get_origin(kind) in {Union, UnionType}:
        if all(any(astray(value, one)) for one in get_args(kind)):
            yield f"{where}: {value!r:.80} is not {kind}"
    elif get_origin(kind) is tuple and isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from astray(one, get_args(kind)[0], f"{where}[{number}]")
    elif is_dataclass(kind) and isinstance(value, kind if isinstance(kind, type) else object):
        hints = get_type_hints(kind)
        for member in fields(kind):
            yield from astray(getattr(value, member.name), hints[member.name], f"{where}.{member.name}")
    elif kind is not Any and not isinstance(kind, TypeVar) and type(value) is not (get_origin(kind) or kind):
        yield f"{where}: {value!r:.80} is not {kind}"
    elif isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        yield f"{where}: {value!r:.80} is no Unicode"
