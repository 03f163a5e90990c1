"""The parts that the operator's pages are made of: plain HTML and CSS, no script. What they are given as a text is escaped; a
cell or a body is HTML already.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"


@cache
def _style() -> str:
    return Path(__file__).with_name("pages.css").read_text()


def document(title: str, at: str, body: str) -> str:
    hint = f"<p class=hint>as of {time(at, 'UTC')}</p>" if at else ""
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>"
        f'<meta name=viewport content="width=device-width"><meta name=referrer content=no-referrer>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{_style()}</style></head><body>'
        f"<header><h1><span class=outlook>Outlook</span> and <span class=ibss>IBSS</span>: {escape(title)}</h1>{hint}</header>"
        f"<main>{body}</main></body></html>"
    )


def section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2><div class=body>{body}</div></section>"


def tile(name: str, number: int, alarm: bool) -> str:  # noqa: FBT001 — a row of a table
    return f'<div class="tile{" alarm" if alarm else ""}"><b>{number}</b><span>{escape(name)}</span></div>'


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def link(path: str, query: Mapping[str, str], words: str) -> str:
    return f'<a href="{escape(f"{path}?{urlencode(query)}")}">{escape(words)}</a>'


def back(code: str) -> str:
    return f"<p>{link('status', {'code': code} if code else {}, 'Status')}</p>"


def time(moment: str | None, zone: str) -> str:
    """In the room's zone; the exact moment stands behind it."""
    if not moment:
        return "&ndash;"
    try:
        local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    except ValueError:
        return escape(moment)
    exact = f'datetime="{escape(moment)}" title="{escape(moment)}"'
    return f"<time {exact}>{local:%a %d %b %Y, %H:%M} <small>{escape(zone)}</small></time>"


def key(code: str) -> str:
    return f'<input type=hidden name=code value="{escape(code)}">' if code else ""


def field(name: str, words: str, query: Mapping[str, str]) -> str:
    return f'<label>{escape(words)}<input name={name} value="{escape(query.get(name, ""))}" required></label>'
