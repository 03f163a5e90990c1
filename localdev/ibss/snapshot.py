"""The whole state as JSON, for a data folder. The request log and the faults are of the moment and are left out."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from localdev.ibss.agenda import Agenda, AutoCancel, Item, Post
from localdev.ibss.bookings import Bookings, Counters
from localdev.ibss.posting import Posting
from localdev.ibss.records import Booking, Node, Party, Person, Space
from localdev.ibss.settings import Settings

BOOKING_TIMES = ("start", "end", "modified", "checked_in", "checked_out")


def dump(bookings: Bookings, agenda: Agenda, posting: Posting, settings: Settings) -> dict[str, Any]:
    estate = bookings.estate
    return {
        "nodes": [asdict(node) for node in estate.nodes.values()],
        "spaces": [asdict(space) for space in estate.spaces.values()],
        "persons": [asdict(person) for person in estate.persons.values()],
        "bookings": [dump_booking(booking) for booking in bookings.by_id.values()],
        "made_with": [[caller, key, made] for (caller, key), made in bookings.made_with.items()],
        "counters": asdict(bookings.counters),
        "agenda": [[due.isoformat(), type(item).__name__, asdict(item)] for due, item in agenda.items()],
        "posting": asdict(posting),
        "settings": asdict(settings),
    }


def load(document: dict[str, Any], bookings: Bookings, agenda: Agenda, posting: Posting, settings: Settings) -> None:
    """Into a simulator that is still empty."""
    estate = bookings.estate
    estate.nodes |= {row["id"]: Node(**row) for row in document["nodes"]}
    estate.spaces |= {row["id"]: Space(**row) for row in document["spaces"]}
    for row in document["persons"]:
        estate.add_person(Person(**row))
    bookings.by_id |= {row["id"]: load_booking(row) for row in document["bookings"]}
    bookings.made_with |= {(caller, key): made for caller, key, made in document["made_with"]}
    bookings.counters = Counters(**document["counters"])
    for due, kind, fields in document["agenda"]:
        agenda.add(datetime.fromisoformat(due), load_item(kind, fields))
    for name, value in document["posting"].items():
        setattr(posting, name, value)
    for name, value in document["settings"].items():
        setattr(settings, name, value)


def dump_booking(booking: Booking) -> dict[str, Any]:
    row = asdict(booking)
    return row | {name: row[name].isoformat() for name in BOOKING_TIMES if row[name]}


def load_booking(row: dict[str, Any]) -> Booking:
    times = {name: datetime.fromisoformat(row[name]) for name in BOOKING_TIMES if row[name]}
    parties = tuple(Party(**party) for party in row["parties"])
    return Booking(**{**row, **times, "parties": parties, "linked_spaces": tuple(row["linked_spaces"])})


def load_item(kind: str, fields: dict[str, Any]) -> Item:
    return Post(**fields) if kind == "Post" else AutoCancel(**fields)
