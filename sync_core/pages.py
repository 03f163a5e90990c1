"""The operator's answers as pages, made of the parts in `markup`; everything that was told is escaped.

A key that came in the address (`code`) is carried on in the page's own links, for a browser cannot send a header.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from sync_core import markup

type Told = Mapping[str, Any]


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
        f"<div class=tiles>{''.join(markup.tile(*tile) for tile in tiles)}</div>",
        markup.section("Why is a meeting (not) on the other side?", _ask({}, code)),
        markup.section(f"Rooms ({rooms['of']})", _rooms(rooms, code)),
        markup.section(f"Kept messages ({sum(summary['kept'].values())})", _kept(told["kept"])),
    ]
    return markup.document("Status", told["at"], "".join(body))


def explain(told: Told, query: Mapping[str, str]) -> str:
    code = query.get("code", "")
    meetings = [_meeting(meeting) for meeting in told["meetings"]]
    looked = "".join(f"<li>{escape(line)}</li>" for line in told["looked"])
    body = [markup.section("Why is a meeting (not) on the other side?", _ask(query, code))]
    if told["looked"] and not meetings:
        body.append('<section><h2>Nobody knows this meeting</h2><p class="body">This is where it was looked for.</p></section>')
    body += meetings
    if looked:
        body.append(markup.section("Where it was looked for", f"<ul>{looked}</ul>"))
    return markup.document("Explain", told.get("at", ""), "".join(body) + markup.back(code))


def plan(told: Told, query: Mapping[str, str]) -> str:
    code = query.get("code", "")
    body = [_room_plan(one) for one in told["rooms"]]
    if told["next_page"]:
        asked = {name: query[name] for name in ("room", "building", "code") if query.get(name)}
        body.append(f"<p>{markup.link('plan', asked | {'page': str(told['next_page'])}, 'More rooms')}</p>")
    return markup.document("Plan: nothing has been written", "", "".join(body) + markup.back(code))


def check(told: Told, query: Mapping[str, str]) -> str:
    code, identity = query.get("code", ""), told["identity"]
    notes = "".join(f"<li>{escape(note)}</li>" for note in identity["notes"])
    who = f"<p>Client id <code>{escape(identity['client_id'])}</code>, object id <code>{escape(identity['object_id'])}</code></p>"
    body = [markup.section("The app's identity", who + f"<ul>{notes}</ul>"), *map(_checked_room, told["rooms"])]
    if told["next_page"]:
        asked = {name: query[name] for name in ("room", "building", "code") if query.get(name)}
        body.append(f"<p>{markup.link('check', asked | {'page': str(told['next_page'])}, 'More rooms')}</p>")
    return markup.document("Check: nothing has been written", "", "".join(body) + markup.back(code))


# what several pages show


def _ask(query: Mapping[str, str], code: str) -> str:
    key, button = markup.key(code), "<button>Explain</button>"
    return "".join(
        f"<form action=explain>{key}{''.join(markup.field(*field, query) for field in fields)}{button}</form>"
        for fields in (
            (("booking", "Booking id"),),
            (("room", "Room (space id or mailbox)"), ("at", "At, such as 2026-03-09T14:30")),
            (("event", "Event id"), ("mailbox", "in the mailbox")),
        )
    )


# status


def _rooms(rooms: Told, code: str) -> str:
    key = {"code": code} if code else {}
    words = f'<label>Find a room<input name=room value="{escape(rooms["wanted"])}"></label><button>Find</button>'
    search = f"<form action=status>{markup.key(code)}{words}</form>"
    heads = ("Room", "State", "Watched until", "Read until", "Linked", "Creating", "Not synced", "Rejected", "")
    table = markup.table(heads, (_room_row(item, key) for item in rooms["items"]))
    asked = key | ({"room": rooms["wanted"]} if rooms["wanted"] else {})
    turns = [
        markup.link("status", asked | {"page": str(number)}, words)
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
        markup.time(item["watched_until"], "UTC"),
        markup.time(item["read_until"], "UTC"),
        str(links["linked"]),
        str(links["creating"]),
        _reasons(links["not synced"]),
        _reasons({**links["rejected"], **links["frozen"], **links["held back"], **links["given up"]}),
        " ".join(markup.link(what, {"room": item["id"], **key}, words) for what, words in (("plan", "Plan"), ("check", "Check"))),
    ]


def _reasons(counted: Told) -> str:
    return "<br>".join(f"{number} <small>{escape(reason)}</small>" for reason, number in counted.items()) or "0"


def _kept(kept: Iterable[Told]) -> str:
    """Sending again is an order, not a link: see README, Operate."""
    rows = [
        [
            escape(one["queue"]),
            markup.time(one["at"], "UTC"),
            escape(one["reason"]),
            "<br>".join(f"{escape(name)} <code>{escape(str(value))}</code>" for name, value in one["about"].items()),
            f"<code>{escape(one['row'])}</code>",
        ]
        for one in kept
    ]
    return markup.table(("Queue", "Since", "Why", "About", "Row"), rows) if rows else "<p>None.</p>"


# explain


def _meeting(told: Told) -> str:
    room, zone = told["room"], told["room"].get("time_zone", "UTC")
    sides = "".join(_side(name, words, told[name], zone) for name, words in (("outlook", "Outlook"), ("ibss", "IBSS")))
    now = "; ".join(told["now"]["actions"]) or "nothing"
    journal = [
        [
            markup.time(e["at"], zone),
            escape(e["rule"]),
            escape(e["done"]),
            escape("; ".join(filter(None, (e["result"], e["overruled"])))),
        ]
        for e in told["journal"]
    ]
    decisions = markup.table(("When", "Rule", "Done", "Result"), journal) if journal else "<p>None.</p>"
    looks = [[escape(look["by"]), markup.time(look["at"], zone), escape(look["why"])] for look in told["next_look"]]
    return (
        f"<section class=meeting><h2>{escape(room.get('name', room['id']))}: {escape(told['standing'])}</h2><div class=body>"
        f"<div class=sides>{sides}{_agreed(told['agreed'], zone)}</div>"
        f"<p>A look at this moment: <b>{escape(told['now']['rule'])}</b>, {escape(now)}.</p>"
        f"<h3>Decisions, newest first</h3>{decisions}"
        f"<h3>Looked at next</h3>{markup.table(('By', 'When', 'Why'), looks)}"
        f"<h3>Link</h3>{_facts(told['link'])}</div></section>"
    )


def _side(name: str, words: str, side: Told, zone: str) -> str:
    return f"<div class='side {name}'><h3>{words}: {escape(side['state'])}</h3>{_slot(side, zone)}{_facts(side, 'state')}</div>"


def _agreed(agreed: Told | None, zone: str) -> str:
    if agreed is None:
        return "<div class=side><h3>Last agreed: nothing yet</h3></div>"
    return f"<div class=side><h3>Last agreed</h3>{_slot(agreed, zone)}{_facts(agreed)}</div>"


def _slot(side: Told, zone: str) -> str:
    return f"<p>{markup.time(side['start'], zone)}<br>to {markup.time(side['end'], zone)}</p>" if "start" in side else ""


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
        f"<p class=alarm>{markup.time(one['start'], room['time_zone'])}: a person has to say which belong together. "
        f"Bookings {escape(', '.join(one['bookings']))}; events {escape(', '.join(one['events']))}.</p>"
        for one in told["ambiguous"]
    )
    trouble = f"<p class=alarm>Could not be read: {escape(told['trouble'])}</p>" if told["trouble"] else ""
    heads = ("When", "Rule", "Then it is", "What is done", "Mails", "Requests", "Booking")
    table = markup.table(heads, (_planned_row(one, room["time_zone"]) for one in told["meetings"])) if told["meetings"] else ""
    switched = "" if told["switched_on"] else " (not switched on)"
    words = f"<p>{escape(reasons)}. About {told['mails']} mails, {told['requests']} requests.</p>"
    return markup.section(f"{room['name']}{switched}", trouble + words + unclear + table)


def _planned_row(one: Told, zone: str) -> list[str]:
    if "trouble" in one:
        return [
            markup.time(one.get("start"), zone),
            escape(f"could not be read: {one['trouble']}"),
            "",
            "",
            "",
            "",
            escape(one["booking"] or ""),
        ]
    return [
        markup.time(one.get("start"), zone),
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
    return markup.section(
        f"{told['name']}, {told['mailbox']}{off}", markup.table(("Can it", "", "Why", "What mends it, or tells more"), rows)
    )
