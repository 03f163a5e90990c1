"""Who is who: object ids of users, the two kinds of event ids, change keys and etags."""

import base64
import binascii
import hashlib
import random
from datetime import date, datetime
from uuid import NAMESPACE_URL, uuid5

from localdev.graph.errors import malformed_id
from localdev.graph.state import Event

# Microsoft docs, outlook-immutable-id: an item has an id that changes when it is moved and one that does not.
_IMMUTABLE = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A"
_MOVABLE = "AAMkAGE4ZjUzNDQxLTc2NTgtNDlmZi05YTBh"
_UNIQUE = 32
_DAY = 8


def object_id(address: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"mailto:{address.lower()}"))


def new_guid(rng: random.Random) -> str:
    digits = rng.randbytes(16).hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def new_event_id(rng: random.Random) -> str:
    return _IMMUTABLE + base64.urlsafe_b64encode(rng.randbytes(24)).decode()


def new_ical_uid(rng: random.Random) -> str:
    """Zeros stand where that of an occurrence may have its date: MS-OXOCAL 2.2.1.27."""
    return "040000008200E00074C5B7101A82E00800000000" + rng.randbytes(20).hex().upper()


def ical_uid(event: Event) -> str:
    """As a copy shows it: that of the series, or with the date of the occurrence in it, where MS-OXOCAL 2.2.1.27 has it."""
    at = event.original_start
    if at is None or not event.habits.own_uids:
        return event.ical_uid
    return f"{event.ical_uid[:32]}{at.year:04X}{at.month:02X}{at.day:02X}{event.ical_uid[40:]}"


def occurrence_id(master_id: str, day: date) -> str:
    return master_id + base64.urlsafe_b64encode(f"{day:%y%m%d}".encode()).decode()


def occurrence_parts(event_id: str) -> tuple[str, date] | None:
    """The master's id and the original day, when this is the id of one day of a series."""
    if len(event_id) != len(_IMMUTABLE) + _UNIQUE + _DAY:
        return None
    try:
        day = base64.urlsafe_b64decode(event_id[-_DAY:]).decode()
        return event_id[:-_DAY], datetime.strptime(f"{day}+0000", "%y%m%d%z").date()
    except (ValueError, binascii.Error):
        raise malformed_id() from None


def immutable(event_id: str) -> str:
    """Both kinds are taken wherever an id is asked for; ids are case-sensitive."""
    if len(event_id) not in (len(_IMMUTABLE) + _UNIQUE, len(_IMMUTABLE) + _UNIQUE + _DAY):
        raise malformed_id()
    if event_id.startswith(_MOVABLE):
        return _IMMUTABLE + event_id[len(_MOVABLE) :]
    if event_id.startswith(_IMMUTABLE):
        return event_id
    raise malformed_id()


def shown_id(event_id: str, *, as_immutable: bool) -> str:
    return event_id if as_immutable else _MOVABLE + event_id[len(_IMMUTABLE) :]


def change_key(event: Event) -> str:
    digest = hashlib.sha256(f"{event.id}:{event.version}".encode()).digest()
    return base64.b64encode(digest[:18]).decode()


def etag(event: Event) -> str:
    return f'W/"{change_key(event)}"'


def delta_etag(event: Event) -> str:
    """An etag in a delta answer does not equal that of a GET. microsoft-graph-docs issue 22197."""
    return f'W/"DwAAABYAAAC{change_key(event)}"'
