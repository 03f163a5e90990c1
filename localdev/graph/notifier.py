"""Delivers notifications that are due: several in one POST, again after a failure, for up to four hours.

Microsoft docs, change-notifications-delivery-webhooks and change-notifications-lifecycle-events.
"""

import json
import random
from datetime import datetime, timedelta

import httpx

from localdev.graph.agenda import Agenda
from localdev.graph.errors import JsonObject
from localdev.graph.identity import object_id, shown_id
from localdev.graph.notices import LIFECYCLE, NOTIFY, Notices, back_off
from localdev.graph.state import Subscription, Task, Tenant
from localdev.graph.subscriptions import Post

TENANT_ID = "84bd8158-6d4d-4958-8b9f-9d6445542f95"
_GIVES_UP_AFTER = timedelta(hours=4)


class Notifier:
    def __init__(self, tenant: Tenant, agenda: Agenda, notices: Notices, post: Post, rng: random.Random) -> None:
        self._tenant = tenant
        self._agenda = agenda
        self._notices = notices
        self._post = post
        self._rng = rng

    async def deliver(self, task: Task, now: datetime) -> int:
        """This notification, and all others that are due for the same address. Returns how many."""
        url = self._address(task)
        batch = [task, *self._agenda.take_like(now, lambda other: other.kind == task.kind and self._address(other) == url)]
        if self._tenant.notifications.shuffle:
            self._rng.shuffle(batch)
        items = [item for item in map(self._item, batch) if item is not None]
        if url is not None and items and not await self._accepted(url, items):
            for failed in batch:
                self._try_later(failed, now)
        return len(batch)

    def _address(self, task: Task) -> str | None:
        if task.kind == LIFECYCLE:
            return task.args["url"]
        subscription = self._tenant.subscriptions.get(task.args["subscription"])
        return subscription.notification_url if subscription else None

    def _item(self, task: Task) -> JsonObject | None:
        if task.kind == LIFECYCLE:
            return _lifecycle_item(task)
        subscription = self._tenant.subscriptions.get(task.args["subscription"])
        return _change_item(task, subscription) if subscription else None

    async def _accepted(self, url: str, items: list[JsonObject]) -> bool:
        body = json.dumps({"value": items}).encode()
        try:
            status, _, _ = await self._post(url, "application/json; charset=utf-8", body)
        except (OSError, httpx.HTTPError):
            return False
        return 200 <= status < 300

    def _try_later(self, task: Task, now: datetime) -> None:
        """When four hours are over it is dropped, and its owner is told that something was missed."""
        first = datetime.fromisoformat(task.args.get("first") or task.due.isoformat())
        attempt = int(task.args["attempt"])
        due = now + back_off(attempt)
        if due - first <= _GIVES_UP_AFTER:
            self._agenda.at(due, task.kind, **task.args | {"attempt": str(attempt + 1), "first": first.isoformat()})
            return
        subscription = self._tenant.subscriptions.get(task.args["subscription"])
        if subscription and task.kind == NOTIFY:
            self._notices.lifecycle(subscription, "missed")


def _change_item(task: Task, subscription: Subscription) -> JsonObject:
    """The mailbox is named by its object id, whatever the subscription called it. Microsoft docs,
    outlook-change-notifications-overview."""
    event_id = shown_id(task.args["event"], as_immutable=subscription.immutable_ids)
    resource = f"Users/{object_id(subscription.mailbox)}/Events/{event_id}"
    data: JsonObject = {"@odata.type": "#Microsoft.Graph.Event", "@odata.id": resource, "id": event_id}
    if task.args["etag"]:
        data["@odata.etag"] = task.args["etag"]
    return {
        "subscriptionId": subscription.id,
        "subscriptionExpirationDateTime": subscription.expires.isoformat(),
        "changeType": task.args["change"],
        "resource": resource,
        "resourceData": data,
        "clientState": subscription.client_state,
        "tenantId": TENANT_ID,
    }


def _lifecycle_item(task: Task) -> JsonObject:
    return {
        "subscriptionId": task.args["subscription"],
        "subscriptionExpirationDateTime": task.args["expires"],
        "tenantId": TENANT_ID,
        "clientState": task.args["client_state"] or None,
        "lifecycleEvent": task.args["event"],
    }
