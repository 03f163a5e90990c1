"""Subscriptions: made after a handshake, renewed, expired; and what their owners are told about them."""

import random
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx

from localdev.graph.agenda import Agenda
from localdev.graph.calendars import Calendars
from localdev.graph.draft import members
from localdev.graph.errors import GraphError, JsonObject, bad_request, read_only_member
from localdev.graph.identity import new_guid
from localdev.graph.notices import Notices
from localdev.graph.state import Subscription, Tenant
from localdev.graph.times import query_instant

type Post = Callable[[str, str, bytes], Awaitable[tuple[int, str, str]]]

EXPIRE = "expire"
WARN = "warn"
# Microsoft docs, change-notifications-overview: subscription lifetime of event; shorter ones are made longer.
LONGEST = timedelta(minutes=10_080)
SHORTEST = timedelta(minutes=45)
_WARNING = timedelta(minutes=15)
_RESOURCE = re.compile(r"^/?users/([^/]+)/events/?$", re.IGNORECASE)
_CHANGES = ("created", "updated", "deleted")
_MEMBERS = ("changeType", "notificationUrl", "lifecycleNotificationUrl", "resource", "expirationDateTime", "clientState")
_READ_ONLY = ("id", "applicationId", "creatorId")


def invalid(message: str) -> GraphError:
    return bad_request("ValidationError", message)


class Subscriptions:
    def __init__(
        self, tenant: Tenant, calendars: Calendars, notices: Notices, agenda: Agenda, post: Post, rng: random.Random
    ) -> None:
        self._tenant = tenant
        self._calendars = calendars
        self._notices = notices
        self._agenda = agenda
        self._post = post
        self._rng = rng

    async def create(self, body: Any, *, immutable_ids: bool) -> Subscription:
        given = self._read(body, (*_MEMBERS, "latestSupportedTlsVersion"))
        subscription = Subscription(
            id=new_guid(self._rng),
            mailbox=self._mailbox(given),
            resource=str(given["resource"]),
            change_types=_change_types(given),
            notification_url=_address(given, "notificationUrl"),
            lifecycle_url=_address(given, "lifecycleNotificationUrl") if given.get("lifecycleNotificationUrl") else None,
            client_state=_client_state(given),
            expires=self._expiry(given),
            immutable_ids=immutable_ids,
            tls=given.get("latestSupportedTlsVersion") or "v1_2",
        )
        self._refuse_second(subscription)
        for url in (subscription.notification_url, subscription.lifecycle_url):
            if url:
                await self._shake_hands(url)
        self._refuse_second(subscription)
        self._tenant.subscriptions[subscription.id] = subscription
        self._set_end(subscription)
        return subscription

    def _read(self, body: Any, known: tuple[str, ...]) -> JsonObject:
        given = members(body, "subscription", (*known, *_READ_ONLY))
        for name in _READ_ONLY:
            if given.get(name) is not None:
                raise read_only_member(name)
        return given

    def _mailbox(self, given: JsonObject) -> str:
        match = _RESOURCE.match(str(given.get("resource") or ""))
        if match is None:
            raise invalid(f"Resource '{given.get('resource')}' is not supported.")
        mailbox = self._calendars.hosted(match[1])
        if mailbox.unreadable:
            raise GraphError(
                mailbox.unreadable.status, mailbox.unreadable.code, "Access is denied. Check credentials and try again."
            )
        return mailbox.address

    def _expiry(self, given: JsonObject) -> datetime:
        now = self._agenda.moment()
        wanted = query_instant("expirationDateTime", given.get("expirationDateTime"))
        if wanted <= now:
            raise invalid("Subscription expiration must be in the future.")
        if wanted - now > LONGEST:
            raise invalid(f"Subscription expiration can only be {LONGEST // timedelta(minutes=1)} minutes in the future.")
        return max(wanted, now + SHORTEST)

    def _refuse_second(self, new: Subscription) -> None:
        """Microsoft docs, change-notifications-delivery-webhooks: the same resource and change types again."""
        for old in self._tenant.subscriptions.values():
            if old.mailbox == new.mailbox and set(old.change_types) == set(new.change_types):
                raise GraphError(409, "Conflict", f"Subscription Id {old.id} already exists for the requested combination")

    async def _shake_hands(self, url: str) -> None:
        """Microsoft docs, change-notifications-delivery-webhooks, notificationUrl validation."""
        token = f"Validation: Testing client application reachability for subscription Request-Id: {new_guid(self._rng)}"
        address = f"{url}{'&' if urlsplit(url).query else '?'}validationToken={quote_plus(token)}"
        try:
            status, content_type, text = await self._post(address, "text/plain; charset=utf-8", b"")
        except (OSError, httpx.HTTPError):
            raise invalid("Subscription validation request timed out.") from None
        if status != 200:
            reason = f"HTTP status code is '{status}'. Notification endpoint must respond with 200 OK to validation request."
            raise invalid(f"Subscription validation request failed. {reason}")
        if content_type.split(";")[0].strip().lower() != "text/plain" or text != token:
            raise invalid("Subscription validation request failed. Response must exactly match validationToken query parameter.")

    def find(self, subscription_id: str) -> Subscription:
        if subscription_id not in self._tenant.subscriptions:
            raise GraphError(404, "ResourceNotFound", "The object was not found.")
        return self._tenant.subscriptions[subscription_id]

    async def renew(self, subscription: Subscription, body: Any) -> None:
        """Microsoft docs, subscription-update. The lifecycle address cannot be changed later."""
        given = self._read(body, ("expirationDateTime", "notificationUrl"))
        expires = self._expiry(given) if "expirationDateTime" in given else subscription.expires
        if "notificationUrl" in given:
            url = _address(given, "notificationUrl")
            await self._shake_hands(url)
            subscription.notification_url = url
        subscription.expires, subscription.paused = expires, False
        self._set_end(subscription)

    def reauthorize(self, subscription: Subscription) -> None:
        """The authorisation is new, the end is not. Microsoft docs, change-notifications-lifecycle-events."""
        subscription.paused = False

    def remove(self, subscription: Subscription) -> None:
        self._tenant.subscriptions.pop(subscription.id, None)
        self._agenda.drop(lambda task: task.kind in (EXPIRE, WARN) and task.args["subscription"] == subscription.id)

    def _set_end(self, subscription: Subscription) -> None:
        self._agenda.drop(lambda task: task.kind in (EXPIRE, WARN) and task.args["subscription"] == subscription.id)
        self._agenda.at(subscription.expires, EXPIRE, subscription=subscription.id)
        warning = max(subscription.expires - _WARNING, self._agenda.moment())
        self._agenda.at(warning, WARN, subscription=subscription.id)

    def expire(self, args: dict[str, str]) -> None:
        """The end comes in silence."""
        self._tenant.subscriptions.pop(args["subscription"], None)

    def warn(self, args: dict[str, str]) -> None:
        subscription = self._tenant.subscriptions.get(args["subscription"])
        if subscription:
            self._notices.lifecycle(subscription, "reauthorizationRequired")

    def announce(self, subscription: Subscription, event: str) -> None:
        """By the side door. Until it is reauthorised, a subscription gets nothing; a removed one is gone."""
        if event == "subscriptionRemoved":
            self.remove(subscription)
        if event == "reauthorizationRequired":
            subscription.paused = True
        self._notices.lifecycle(subscription, event)


def _change_types(given: JsonObject) -> list[str]:
    kinds = [kind.strip() for kind in str(given.get("changeType") or "").split(",")]
    if any(kind not in _CHANGES for kind in kinds):
        raise invalid(f"ChangeType '{given.get('changeType')}' is not supported.")
    return kinds


def _address(given: JsonObject, name: str) -> str:
    """https; http as well on this machine, where the product is run for development."""
    url = str(given.get(name) or "")
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return url
    raise invalid(f"{name} must be an https address.")


def _client_state(given: JsonObject) -> str | None:
    """At most 128 characters. Microsoft docs, resources/subscription."""
    state = given.get("clientState")
    if state is not None and (not isinstance(state, str) or len(state) > 128):
        raise invalid("ClientState is longer than 128 characters.")
    return state


def show_subscription(subscription: Subscription, *, made: bool = False) -> JsonObject:
    """The client state is told only to whoever set it, when it is set."""
    return {
        "id": subscription.id,
        "resource": subscription.resource,
        "applicationId": "24d3b144-21ae-4080-943f-7067b395b913",
        "changeType": ",".join(subscription.change_types),
        "clientState": subscription.client_state if made else None,
        "notificationUrl": subscription.notification_url,
        "notificationQueryOptions": None,
        "lifecycleNotificationUrl": subscription.lifecycle_url,
        "expirationDateTime": f"{subscription.expires:%Y-%m-%dT%H:%M:%S}.{subscription.expires.microsecond:06d}0Z",
        "creatorId": "8ee44408-0679-472c-bc2a-692812af3437",
        "includeResourceData": None,
        "latestSupportedTlsVersion": subscription.tls,
        "encryptionCertificate": None,
        "encryptionCertificateId": None,
        "notificationUrlAppId": None,
    }
