"""Turns changes of items into change notifications that are due a moment later."""

import random
from datetime import timedelta

from localdev.graph.agenda import Agenda
from localdev.graph.state import Subscription, Task, Tenant

NOTIFY = "notify"
LIFECYCLE = "lifecycle"


class Notices:
    def __init__(self, tenant: Tenant, agenda: Agenda, rng: random.Random) -> None:
        self._tenant = tenant
        self._agenda = agenda
        self._rng = rng

    def changed(self, mailbox: str, change: str, event_id: str, etag: str | None) -> None:
        """Every copy of every notification is settled now: what happens while notifications are lost stays lost."""
        if self._tenant.notifications.lost:
            return
        for subscription in list(self._tenant.subscriptions.values()):
            if subscription.mailbox == mailbox and change in subscription.change_types and not subscription.paused:
                for _ in range(self._tenant.notifications.copies):
                    self._agenda.after(
                        self._wait(),
                        NOTIFY,
                        subscription=subscription.id,
                        change=change,
                        event=event_id,
                        etag=etag or "",
                        attempt="0",
                    )

    def _wait(self) -> float:
        habits = self._tenant.notifications
        extra = habits.delay_seconds * (self._rng.random() if habits.shuffle else 1.0)
        return self._tenant.delays.notification + extra

    def lifecycle(self, subscription: Subscription, event: str) -> None:
        """The notice carries its addressee along, for the subscription may be gone by then. Microsoft docs,
        change-notifications-lifecycle-events."""
        if subscription.lifecycle_url:
            self._agenda.after(
                self._tenant.delays.notification,
                LIFECYCLE,
                url=subscription.lifecycle_url,
                subscription=subscription.id,
                expires=subscription.expires.isoformat(),
                client_state=subscription.client_state or "",
                event=event,
                attempt="0",
            )


def back_off(attempt: int) -> timedelta:
    """Microsoft docs, change-notifications-delivery-webhooks: exponential back-off. The first step is our choice."""
    return timedelta(seconds=min(5 * 2**attempt, 600))


def is_delivery(task: Task) -> bool:
    return task.kind in (NOTIFY, LIFECYCLE)
