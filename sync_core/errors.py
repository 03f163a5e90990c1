"""What can go wrong, said as what to do about it. A gateway maps every failure of its vendor to one of these, in one place.

SyncError
├── Later        the other side is busy or away: the same work again, after a while
├── Stale        somebody was faster: read both sides again and plan anew
├── Resync       the delta link is dead: begin a full round
├── Gone         this one item is not there (and its mailbox or building can be read)
├── Unreadable   a mailbox or building refuses as a whole: nothing is known of what is in it, so nothing is cancelled
├── Refused      the other side understood and said no: repeating it changes nothing
└── Malformed    what came does not keep to its contract: a person has to look
"""

LONGEST_DETAIL = 200


class SyncError(Exception):
    """The root. `code` is the vendor's or our short code: safe to log, never free text with meeting data in it. `detail` may
    repeat a little of what came: one line of it, and nothing that a terminal would obey.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        detail = "".join(character if character.isprintable() else "?" for character in detail[:LONGEST_DETAIL])
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class Later(SyncError):
    """Try the same work again. `after` is the number of seconds that the other side asked for, if it did."""

    def __init__(self, code: str, detail: str = "", *, after: float | None = None) -> None:
        super().__init__(code, detail)
        self.after = after


class Stale(SyncError):
    """Read again, plan again, at once."""


class Resync(SyncError):
    """Drop the delta link and read the whole window."""


class Gone(SyncError):
    """Treat the item as not there; look for it elsewhere if it may have moved."""


class Unreadable(SyncError):
    """Take the side as unknown; alarm; try slowly."""


class Refused(SyncError):
    """Record the code with the meeting and do not repeat."""


class Malformed(SyncError):
    """Keep the work where a person sees it."""
