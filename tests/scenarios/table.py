"""The rows of the product's promise, and the table that `make scenarios` prints of them."""

from collections import defaultdict
from dataclasses import dataclass, field

ROWS = {
    "S01": "A person books one meeting room in IBSS",
    "S02": "A person books one meeting room in Outlook",
    "S03": "A room is added to an event that already exists",
    "S04": "One meeting is rescheduled in Outlook",
    "S05": "One meeting is rescheduled in IBSS",
    "S06": "Attendees are added or removed in Outlook",
    "S07": "Attendees are added or removed in IBSS",
    "S08": "The subject is changed, either",
    "S09": "The location (room) is changed, either",
    "S10": "An event is forwarded to a room",
    "S11": "A recurring booking is made in IBSS",
    "S12": "A recurring meeting is made in Outlook",
    "S13": "One meeting is cancelled, single or of a series, either",
    "S14": "Notifications are lost, late, doubled or out of order",
    "S15": "Subscriptions end, are removed, or ask for re-authorisation",
    "N01": "A booking is made in Unity or Inspire",
    "N02": "A meeting with a past start arrives from Outlook",
    "N03": "Check-out in Unity of a booking linked to Microsoft 365",
    "N04": "The event has attachments or a Teams link",
    "N05": "Series edits with SERIES_CHANGES=off",
    "B01": "A whole series is cancelled, either",
    "B02": '"This and following" (or all) edited in Outlook',
    "B03": "The recurrence pattern is changed in Outlook",
    "B04": "HOLD_PANEL_BOOKINGS=on: a panel or kiosk booking is made",
    "B05": "The room declines",
    "B06": "The meeting is private",
    "B07": "The room mailbox replaces the subject, empties the body",
    "B08": "One meeting books two rooms; linked spaces",
    "B09": "Both sides change the same meeting before either is synced",
    "B10": "Both sides book the same slot at once",
    "B11": "A room that already has meetings on both sides is switched on",
    "B12": "IBSS auto-cancels a booking nobody checked in to",
    "B13": "A side cannot be read, or reads empty",
    "B14": 'Someone asks "why is this meeting (not) in the other system?"',
    "B15": "All-day, over midnight, daylight-saving days",
    "B16": "A meeting beyond the horizon comes into it",
    "B17": "A second sync program works on the same room",
    "B18": "The organiser is outside the tenant or out of scope",
}
KINDS = ("in process", "end to end")


@dataclass
class Results:
    """How the tests of each row ended, by the kind of world they ran in."""

    ended: dict[tuple[str, str], list[bool]] = field(default_factory=lambda: defaultdict(list))

    def add(self, test: str, kind: str, *, passed: bool) -> None:
        """`test` is a test's name, such as test_S04_..."""
        for row in ROWS:
            if f"_{row}_" in test:
                self.ended[row, kind].append(passed)

    def cell(self, row: str, kind: str) -> str:
        ended = self.ended.get((row, kind), [])
        if not ended:
            return "-"
        return f"ok ({len(ended)})" if all(ended) else f"FAILED ({ended.count(False)} of {len(ended)})"

    def lines(self) -> list[str]:
        widest = max(map(len, ROWS.values()))
        head = f"{'id':<4}{'what happens':<{widest + 2}}{KINDS[0]:<14}{KINDS[1]}"
        return [head, "-" * (len(head) + 8)] + [
            f"{row:<4}{what:<{widest + 2}}{self.cell(row, KINDS[0]):<14}{self.cell(row, KINDS[1])}" for row, what in ROWS.items()
        ]
