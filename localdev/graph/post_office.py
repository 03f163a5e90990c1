"""Messages between mailboxes: each is counted as a mail, and arrives as a task a moment later."""

from localdev.graph.agenda import Agenda
from localdev.graph.state import Attendee, Event, Mail, Tenant

REQUEST = "request"
CANCELLATION = "cancellation"


class PostOffice:
    def __init__(self, tenant: Tenant, agenda: Agenda) -> None:
        self._tenant = tenant
        self._agenda = agenda

    def request(self, event: Event, attendee: Attendee, kind: str, sender: str | None = None) -> None:
        """The organiser's copy as it will be when this arrives reaches the attendee: an invitation or an update."""
        if self._is_organizer(event, attendee):
            return
        self.record(kind, sender or event.organizer, attendee.address, event.ical_uid)
        if attendee.address.lower() in self._tenant.mailboxes:
            self._agenda.after(
                self._tenant.delays.invitation, REQUEST, sender=event.mailbox, event=event.id, to=attendee.address.lower()
            )

    def cancellation(self, event: Event, attendee: Attendee) -> None:
        """Of a meeting, or of one occurrence of it."""
        if self._is_organizer(event, attendee):
            return
        self.record("cancellation", event.organizer, attendee.address, event.ical_uid)
        if attendee.address.lower() in self._tenant.mailboxes:
            original = event.original_start.isoformat() if event.original_start else ""
            self._agenda.after(
                self._tenant.delays.invitation,
                CANCELLATION,
                to=attendee.address.lower(),
                ical_uid=event.ical_uid,
                original=original,
            )

    def record(self, kind: str, sender: str, to: str, ical_uid: str) -> None:
        self._tenant.mails.append(Mail(kind, sender, to, ical_uid, self._agenda.moment()))

    def _is_organizer(self, event: Event, attendee: Attendee) -> bool:
        return attendee.address.lower() == event.organizer.lower()
