"""The operator's answers as pages: plain HTML and CSS, no script, everything escaped.

A key that came in the address (`code`) is carried on in the page's own links, for a browser cannot send a header.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

type Told = Mapping[str, Any]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"


@cache
def _style() -> str:
    return Path(__file__).with_name("pages.css").read_text()


def status(told: Told, code: str) -> str:
    summary, rooms = told["summary"], told["rooms"]
    tiles = [
        ("rooms", summary["rooms"], False),
        ("watched", summary["rooms_watched"], summary["rooms_watched"] < summary["rooms"]),
        ("with a problem", summary["rooms_with_problems"], summary["rooms_with_problems"] > 0),
        ("unreadable", summary["rooms_unreadable"], summary["rooms_unreadable"] > 0),
        ("hosts watched", summary["hosts_watched"], False),
        ("subscriptions ended", summary["subscriptions_ended"], summary["subscriptions_ended"] > 0),
        ("messages kept", sum(summary["kept"].values()), sum(summary["kept"].values()) > 0),
    ]
    body = [
        f"<div class=tiles>{''.join(_tile(*tile) for tile in tiles)}</div>",
        _section("Why is a meeting (not) on the other side?", _ask({}, code)),
        _section(f"Rooms ({rooms['of']})", _rooms(rooms, code)),
        _section(f"Kept messages ({sum(summary['kept'].values())})", _kept(told["kept"])),
    ]
    return _page("Status", told["at"], "".join(body))


def explain(told: Told, query: Mapping[str, str]) -> str:
    code = query.get("code", "")
    meetings = [_meeting(meeting) for meeting in told["meetings"]]
    looked = "".join(f"<li>{escape(line)}</li>" for line in told["looked"])
    body = [_section("Why is a meeting (not) on the other side?", _ask(query, code))]
    if told["looked"] and not meetings:
        body.append('<section><h2>Nobody knows this meeting</h2><p class="body">This is where it was looked for.</p></section>')
    body += meetings
    if looked:
        body.append(_section("Where it was looked for", f"<ul>{looked}</ul>"))
    return _page("Explain", told.get("at", ""), "".join(body) + _back(code))


def plan(told: Told, query: Mapping[str, str]) -> str:
    code = query.get("code", "")
    body = [_room_plan(one) for one in told["rooms"]]
    if told["next_page"]:
        asked = {name: query[name] for name in ("room", "building", "code") if query.get(name)}
        body.append(f"<p>{_link('plan', asked | {'page': str(told['next_page'])}, 'More rooms')}</p>")
    return _page("Plan: nothing has been written", "", "".join(body) + _back(code))


def check(told: Told, query: Mapping[str, str]) -> str:
    code, identity = query.get("code", ""), told["identity"]
    notes = "".join(f"<li>{escape(note)}</li>" for note in identity["notes"])
    who = f"<p>Client id <code>{escape(identity['client_id'])}</code>, object id <code>{escape(identity['object_id'])}</code></p>"
    body = [_section("The app's identity", who + f"<ul>{notes}</ul>"), *map(_checked_room, told["rooms"])]
    if told["next_page"]:
        asked = {name: query[name] for name in ("room", "building", "code") if query.get(name)}
        body.append(f"<p>{_link('check', asked | {'page': str(told['next_page'])}, 'More rooms')}</p>")
    return _page("Check: nothing has been written", "", "".join(body) + _back(code))


# the parts of a page


def _page(title: str, at: str, body: str) -> str:
    hint = f"<p class=hint>as of {_time(at, 'UTC')}</p>" if at else ""
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>"
        f'<meta name=viewport content="width=device-width"><meta name=referrer content=no-referrer>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><style>{_style()}</style></head><body>'
        f"<header><h1><span class=outlook>Outlook</span> and <span class=ibss>IBSS</span>: {escape(title)}</h1>{hint}</header>"
        f"<main>{body}</main></body></html>"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2><div class=body>{body}</div></section>"


def _tile(name: str, number: int, alarm: bool) -> str:  # noqa: FBT001 — a row of a table
    return f'<div class="tile{" alarm" if alarm else ""}"><b>{number}</b><span>{escape(name)}</span></div>'


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells are HTML already."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _link(path: str, query: Mapping[str, str], words: str) -> str:
    return f'<a href="{escape(f"{path}?{urlencode(query)}")}">{escape(words)}</a>'


def _back(code: str) -> str:
    return f"<p>{_link('status', {'code': code} if code else {}, 'Status')}</p>"


def _time(moment: str | None, zone: str) -> str:
    """In the room's zone; the exact moment stands behind it."""
    if not moment:
        return "&ndash;"
    try:
        local = datetime.fromisoformat(moment).astimezone(ZoneInfo(zone))
    except ValueError:
        return escape(moment)
    exact = f'datetime="{escape(moment)}" title="{escape(moment)}"'
    return f"<time {exact}>{local:%a %d %b %Y, %H:%M} <small>{escape(zone)}</small></time>"


def _ask(query: Mapping[str, str], code: str) -> str:
    return "".join(
        f"<form action=explain>{_key(code)}{''.join(_field(*field, query) for field in fields)}<button>Explain</button></form>"
        for fields in (
            (("booking", "Booking id"),),
            (("room", "Room (space id or mailbox)"), ("at", "At, such as 2026-03-09T14:30")),
            (("event", "Event id"), ("mailbox", "in the mailbox")),
        )
    )


def _key(code: str) -> str:
    return f'<input type=hidden name=code value="{escape(code)}">' if code else ""


def _field(name: str, words: str, query: Mapping[str, str]) -> str:
    return f'<label>{escape(words)}<input name={name} value="{escape(query.get(name, ""))}" required></label>'


# status


def _rooms(rooms: Told, code: str) -> str:
    key = {"code": code} if code else {}
    words = f'<label>Find a room<input name=room value="{escape(rooms["wanted"])}"></label><button>Find</button>'
    search = f"<form action=status>{_key(code)}{words}</form>"
    heads = ("Room", "State", "Watched until", "Read until", "Linked", "Creating", "Not synced", "Rejected", "")
    table = _table(heads, (_room_row(item, key) for item in rooms["items"]))
    asked = key | ({"room": rooms["wanted"]} if rooms["wanted"] else {})
    turns = [
        _link("status", asked | {"page": str(number)}, words)
        for number, words in ((rooms["page"] - 1, "Before"), (rooms["page"] + 1, "Next"))
        if 1 <= number <= rooms["pages"]
    ]
    return f"{search}{table}<p class=turns>page {rooms['page']} of {rooms['pages']} {' '.join(turns)}</p>"


def _room_row(item: Told, key: Mapping[str, str]) -> list[str]:
    links = item["links"]
    problems = "".join(f"<div class=alarm>{escape(problem)}</div>" for problem in item["problems"])
    return [
        f"<b>{escape(item['name'])}</b><br><small>{escape(item['id'])}, {escape(item['mailbox'])}</small>",
        problems or "<span class=fine>in order</span>",
        _time(item["watched_until"], "UTC"),
        _time(item["read_until"], "UTC"),
        str(links["linked"]),
        str(links["creating"]),
        _reasons(links["not synced"]),
        _reasons({**links["rejected"], **links["frozen"], **links["held back"], **links["given up"]}),
        " ".join(_link(what, {"room": item["id"], **key}, words) for what, words in (("plan", "Plan"), ("check", "Check"))),
    ]


def _reasons(counted: Told) -> str:
    return "<br>".join(f"{number} <small>{escape(reason)}</small>" for reason, number in counted.items()) or "0"


def _kept(kept: Iterable[Told]) -> str:
    """Sending again is an order, not a link: see README, Operate."""
    rows = [
        [
            escape(one["queue"]),
            _time(one["at"], "UTC"),
            escape(one["reason"]),
            "<br>".join(f"{escape(name)} <code>{escape(str(value))}</code>" for name, value in one["about"].items()),
            f"<code>{escape(one['row'])}</code>",
        ]
        for one in kept
    ]
    return _table(("Queue", "Since", "Why", "About", "Row"), rows) if rows else "<p>None.</p>"


# explain


def _meeting(told: Told) -> str:
    room, zone = told["room"], told["room"].get("time_zone", "UTC")
    sides = "".join(_side(name, words, told[name], zone) for name, words in (("outlook", "Outlook"), ("ibss", "IBSS")))
    now = "; ".join(told["now"]["actions"]) or "nothing"
    journal = [
        [
            _time(e["at"], zone),
            escape(e["rule"]),
            escape(e["done"]),
            escape("; ".join(filter(None, (e["result"], e["overruled"])))),
        ]
        for e in told["journal"]
    ]
    looks = [[escape(look["by"]), _time(look["at"], zone), escape(look["why"])] for look in told["next_look"]]
    return (
        f"<section class=meeting><h2>{escape(room.get('name', room['id']))}: {escape(told['standing'])}</h2><div class=body>"
        f"<div class=sides>{sides}{_agreed(told['agreed'], zone)}</div>"
        f"<p>A look at this moment: <b>{escape(told['now']['rule'])}</b>, {escape(now)}.</p>"
        f"<h3>Decisions, newest first</h3>{_table(('When', 'Rule', 'Done', 'Result'), journal) if journal else '<p>None.</p>'}"
        f"<h3>Looked at next</h3>{_table(('By', 'When', 'Why'), looks)}"
        f"<h3>Link</h3>{_facts(told['link'])}</div></section>"
    )


def _side(name: str, words: str, side: Told, zone: str) -> str:
    return f"<div class='side {name}'><h3>{words}: {escape(side['state'])}</h3>{_slot(side, zone)}{_facts(side, 'state')}</div>"


def _agreed(agreed: Told | None, zone: str) -> str:
    if agreed is None:
        return "<div class=side><h3>Last agreed: nothing yet</h3></div>"
    return f"<div class=side><h3>Last agreed</h3>{_slot(agreed, zone)}{_facts(agreed)}</div>"


def _slot(side: Told, zone: str) -> str:
    return f"<p>{_time(side['start'], zone)}<br>to {_time(side['end'], zone)}</p>" if "start" in side else ""


def _facts(told: Told, *left_out: str) -> str:
    rows = [
        f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{_value(value)}</dd>"
        for name, value in told.items()
        if name not in {"start", "end", *left_out} and value not in (None, "", [], False)
    ]
    return f"<dl>{''.join(rows)}</dl>"


def _value(value: Any) -> str:
    if value is True:
        return "yes"
    return escape(", ".join(map(str, value))) if isinstance(value, list) else escape(str(value))


# plan


def _room_plan(told: Told) -> str:
    room = told["room"]
    reasons = ", ".join(f"{number} {reason}" for reason, number in told["reasons"].items()) or "nothing stands in its window"
    unclear = "".join(
        f"<p class=alarm>{_time(one['start'], room['time_zone'])}: a person has to say which belong together. "
        f"Bookings {escape(', '.join(one['bookings']))}; events {escape(', '.join(one['events']))}.</p>"
        for one in told["ambiguous"]
    )
    trouble = f"<p class=alarm>Could not be read: {escape(told['trouble'])}</p>" if told["trouble"] else ""
    heads = ("When", "Rule", "Then it is", "What is done", "Mails", "Requests", "Booking")
    table = _table(heads, (_planned_row(one, room["time_zone"]) for one in told["meetings"])) if told["meetings"] else ""
    switched = "" if told["switched_on"] else " (not switched on)"
    words = f"<p>{escape(reasons)}. About {told['mails']} mails, {told['requests']} requests.</p>"
    return _section(f"{room['name']}{switched}", trouble + words + unclear + table)


def _planned_row(one: Told, zone: str) -> list[str]:
    if "trouble" in one:
        return [
            _time(one.get("start"), zone),
            escape(f"could not be read: {one['trouble']}"),
            "",
            "",
            "",
            "",
            escape(one["booking"] or ""),
        ]
    return [
        _time(one.get("start"), zone),
        escape(one["reason"]),
        escape(one["state"]),
        "<br>".join(map(escape, one["actions"])) or "nothing",
        str(one["mails"]),
        str(one["requests"]),
        escape(one["booking"] or ""),
    ]


# check


def _checked_room(told: Told) -> str:
    off = "" if told["switched_on"] else f" (not switched on: {told['not_switched_on_because']})"
    rows = [
        [
            escape(need["need"]),
            {True: "<span class=fine>yes</span>", False: "<span class=alarm>no</span>"}.get(need["can"], "cannot be told"),
            escape(need["why"]),
            f"<code>{escape(need['mend'])}</code>" if need["mend"] else "",
        ]
        for need in told["needs"]
    ]
    return _section(
        f"{told['name']}, {told['mailbox']}{off}", _table(("Can it", "", "Why", "What mends it, or tells more"), rows)
    )
