"""The one shell that sends requests to Graph: msgraph-sdk's adapter authenticates and carries them, `wire` says what they are.

The SDK's typed models, paging, retries and batch are not used: the models cost 1.5 s at the first call, the page iterator stops
at empty pages and drops the delta link (msgraph-sdk-python-core issue 1117), and its retries repeat a POST.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

import httpx
from azure.core.credentials import AccessToken, TokenCredential
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from kiota_abstractions.method import Method
from kiota_abstractions.native_response_handler import NativeResponseHandler
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware.options import ResponseHandlerOption
from msgraph.graph_request_adapter import GraphRequestAdapter

from sync_core.errors import Gone, Later, Malformed, Refused, Unreadable
from sync_core.graph import requests, wire
from sync_core.graph.events import Event, may_have_mailbox, parse_event
from sync_core.graph.grants import Grants, grants_of
from sync_core.graph.listing import MOVED_AT_MOST, Calendar, Listing
from sync_core.graph.wire import DeltaPage, EventChange, Subscription
from sync_core.http import Answer, Json, Request
from sync_core.model import Address, Essence, EventId, Instance, Room

IN_FLIGHT_PER_MAILBOX = 4
"""More are refused: "Application is over its MailboxConcurrency limit." (Microsoft docs, throttling-limits)"""

MOST_PAGES = 2000
"""A longer chain of links never ends: recurring-heavy calendars have given such chains (msgraph-sdk-dotnet issue 3082)."""

DAY, YEAR = timedelta(days=1), timedelta(days=366)

type Credential = TokenCredential | AsyncTokenCredential


class StaticToken:
    """The credential for a simulator on this machine."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        return AccessToken(self._token, 2**31)


class Graph:
    """Every method raises the classes of `sync_core.errors` and nothing else."""

    def __init__(self, base_url: str, credential: Credential, http: httpx.AsyncClient) -> None:
        authentication = AzureIdentityAuthenticationProvider(credential)
        self._adapter = GraphRequestAdapter(authentication, http)
        self._base_url = self._adapter.base_url = base_url.rstrip("/")
        self._credential = credential
        self._adapter.observability_options.include_euii_attributes = False
        self._http = http
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._listings: Mapping[Address, Listing | Unreadable] = {}
        self._calendars: Mapping[Address, Calendar] = {}
        self._blank: dict[Address, bool] | None = None

    async def close(self) -> None:
        await self._http.aclose()

    def having_read(self, listings: Mapping[Address, Listing | Unreadable], calendars: Mapping[Address, Calendar]) -> Self:
        """The same, but what these mailboxes' lists tell is not asked again. For one piece of work: they grow old."""
        ahead = copy(self)
        ahead._listings, ahead._calendars, ahead._blank = listings, calendars, {}  # noqa: SLF001 — its own
        return ahead

    # events

    async def event(self, mailbox: Address, event: EventId) -> Event | None:
        """None when this mailbox, which can be read, has no such event."""
        listing = self._listing(mailbox)
        if listing is not None and (known := listing.by_id(event)) is not None:
            return known
        try:
            return parse_event(await self._send(requests.get_event(mailbox, event)))
        except Gone:
            return None

    async def copy_of(self, mailbox: Address, instance: Instance, event: EventId | None, near: datetime | None) -> Event | None:
        """This mailbox's copy of an instance: by its id, and where the id is unknown or no longer good, by what it is in every
        mailbox. `near` is when it was last known to be.
        """
        listing = self._listing(mailbox)
        if listing is not None and listing.would_have(instance):
            return listing.by_instance(instance)
        found = await self.event(mailbox, event) if event else None
        return found or await self._find(mailbox, instance.ical_uid, instance.original_start, near)

    async def listing(
        self, mailbox: Address, series: EventId | None, uid: str, since: datetime, until: datetime
    ) -> Listing | Unreadable:
        """A series in this mailbox, by its master's id or else by its iCalUId."""
        try:
            found = [await self.event(mailbox, series)] if series else await self._named(mailbox, uid, since)
            master = next((event for event in found if event is not None and event.kind == "seriesMaster"), None)
            if master is None:
                return Listing(frozenset({uid} if uid and not found else ()), since, until)
            events = await self.occurrences(mailbox, master.id, since, until)
        except Unreadable as error:
            return error
        return Listing(frozenset({master.ical_uid, *(e.ical_uid for e in events)}), since, until, tuple(events), master)

    def _listing(self, mailbox: Address) -> Listing | None:
        """Raises Unreadable when the mailbox was found to be so."""
        listing = self._listings.get(mailbox)
        if isinstance(listing, Unreadable):
            raise listing
        return listing

    async def counterpart(self, mailbox: Address, holder: Address, copy: Event) -> Event | None:
        """This mailbox's copy of an event of which `holder` has `copy`. The holder may know a single event where this mailbox has
        a series, when it was invited to one occurrence only. And occurrences may have names of their own: then their master's
        leads to them.
        """
        found = await self._find(mailbox, copy.ical_uid, copy.original_start, copy.start)
        if found is None and copy.series_master is not None and (master := await self.event(holder, copy.series_master)):
            found = await self._find(mailbox, master.ical_uid, copy.original_start, copy.start)
        return found

    async def _find(self, mailbox: Address, uid: str, original_start: datetime | None, near: datetime | None) -> Event | None:
        instance, listing = Instance(uid, original_start), self._listing(mailbox)
        if listing is not None and (listing.by_instance(instance) or listing.would_have(instance)):
            return listing.by_instance(instance)
        for event in await self._named(mailbox, uid, near):
            if event.kind == "seriesMaster" and (original_start or near):
                return await self._occurrence(mailbox, event.id, original_start, near)
            if event.kind != "seriesMaster" and event.original_start == original_start:
                return event
        return None

    async def _named(self, mailbox: Address, uid: str, near: datetime | None) -> list[Event]:
        """All with this iCalUId. Where it cannot be filtered by, they are looked for around their day."""
        try:
            found = list(wire.parse_events(await self._send(requests.find_event(mailbox, uid))))
        except Refused:
            if near is None:
                raise
            found = await self.window(mailbox, near - DAY, near + DAY)
        return [event for event in found if event.ical_uid == uid]

    async def _occurrence(
        self, mailbox: Address, master: EventId, original_start: datetime | None, start: datetime | None
    ) -> Event | None:
        """By where it was in the series, and where the other copy does not know that, by where it is. It is looked for around
        its day first, for most were never moved.
        """
        around = original_start or start
        if around is None:
            return None
        for reach in (DAY, MOVED_AT_MOST):
            for event in await self.occurrences(mailbox, master, around - reach, around + reach):
                if event.original_start == original_start if original_start else event.start == start:
                    return event
        return None

    async def shape(self, mailbox: Address, uid: str) -> str | None:
        """When a series repeats, and for how long; None when this mailbox has no such series, or has it as cancelled."""
        return wire.parse_shape(await self._send(requests.find_shape(mailbox, uid)))

    async def occurrences(self, mailbox: Address, master: EventId, start: datetime, end: datetime) -> list[Event]:
        return await self._events(requests.list_instances(mailbox, master, start, end), mailbox)

    async def window(self, mailbox: Address, start: datetime, end: datetime) -> list[Event]:
        if (known := self._calendars.get(mailbox)) is not None and known.covers(start, end):
            return known.between(start, end)
        return await self._events(requests.list_window(mailbox, start, end), mailbox)

    async def is_blank(self, mailbox: Address, near: datetime) -> bool:
        """Whether a mailbox shows nothing whatever, a year before and after that moment."""
        if self._blank is not None and mailbox in self._blank:
            return self._blank[mailbox]
        page = await self._send(requests.list_window(mailbox, near - YEAR, near + YEAR, most=1))
        blank = not wire.parse_good_events(page)
        if self._blank is not None:
            self._blank[mailbox] = blank
        return blank

    async def _events(self, first: Request, mailbox: Address) -> list[Event]:
        """Those that keep to Graph's documentation; one that does not must not hold up the others."""
        return [event async for page in self._pages(first, mailbox) for event in wire.parse_good_events(page)]

    async def delta(self, mailbox: Address, start: datetime, end: datetime) -> AsyncIterator[DeltaPage]:
        """A full round: the whole window, then a delta link."""
        async for page in self._pages(requests.first_delta(mailbox, start, end), mailbox):
            yield wire.parse_delta_page(page)

    async def delta_since(self, mailbox: Address, delta_link: str) -> AsyncIterator[DeltaPage]:
        """What changed since the link was given. Raises Resync when Graph no longer knows the link."""
        async for page in self._pages(requests.follow(delta_link, mailbox), mailbox):
            yield wire.parse_delta_page(page)

    async def _pages(self, request: Request, mailbox: Address) -> AsyncIterator[Json]:
        """Only a page without a next link ends a round: pages before it may be empty (microsoft-graph-docs issue 2839)."""
        followed: set[str] = set()
        for _ in range(MOST_PAGES):
            page = await self._send(request)
            yield page
            link = wire.next_link(page)
            if link is None:
                return
            if link in followed:
                break
            followed.add(link)
            request = requests.follow(link, mailbox)
        raise Later("endless-pages")

    async def create_event(
        self, essence: Essence, room: Room, transaction_id: str, names: Mapping[Address, str], linked: Sequence[Room] = ()
    ) -> Event:
        return parse_event(await self._send(requests.create_event(essence, room, transaction_id, names, linked)))

    async def update_event(self, mailbox: Address, event: Event, change: EventChange) -> Event:
        return parse_event(await self._send(requests.update_event(mailbox, event, change)))

    async def release_rooms(self, mailbox: Address, event: Event, rooms: Sequence[Room]) -> Event:
        return parse_event(await self._send(requests.release_rooms(mailbox, event, rooms)))

    async def end_event(self, mailbox: Address, event: Event) -> None:
        """From the organiser's mailbox. An event that is gone already is as it should be."""
        try:
            await self._send(requests.end_event(mailbox, event))
        except Gone:
            return

    async def decline_event(self, mailbox: Address, event: EventId) -> None:
        try:
            await self._send(requests.decline_event(mailbox, event))
        except Gone:
            return

    # subscriptions

    async def subscriptions(self) -> list[Subscription]:
        pages = [page async for page in self._pages(requests.list_subscriptions(), Address(""))]
        return [wire.parse_subscription(item) for page in pages for item in page["value"]]

    async def create_subscription(
        self, room: Address, urls: tuple[str, str], client_state: str, expires: datetime
    ) -> Subscription:
        return wire.parse_subscription(await self._send(requests.create_subscription(room, urls, client_state, expires)))

    async def renew_subscription(self, subscription: str, expires: datetime) -> Subscription:
        """Raises Gone when Graph no longer has it."""
        return wire.parse_subscription(await self._send(requests.renew_subscription(subscription, expires)))

    async def delete_subscription(self, subscription: str) -> None:
        try:
            await self._send(requests.delete_subscription(subscription))
        except Gone:
            return

    # the identity

    async def grants(self) -> Grants | None:
        """None when the token does not tell. Raises Later when there is no token."""
        own = urlsplit(self._base_url)
        try:
            asked = self._credential.get_token(f"{own.scheme}://{own.netloc}/.default")
            token = asked if isinstance(asked, AccessToken) else await asked
        except AzureError as error:
            raise Later("no-token", type(error).__name__) from error
        return grants_of(token.token)

    # the one place where a request leaves

    async def _send(self, request: Request) -> Json:
        if request.mailbox and not may_have_mailbox(request.mailbox):
            raise Unreadable("no-mail-address")  # an organiser may be told by an X.500 name (msgraph-sdk-java issue 1479)
        async with self._turns.setdefault(request.mailbox, asyncio.Semaphore(IN_FLIGHT_PER_MAILBOX)):
            try:
                response: httpx.Response = await self._adapter.send_primitive_async(self._information(request), "bytes", None)
            except httpx.HTTPError as error:
                raise Later("graph-unreachable", type(error).__name__) from error
            except httpx.InvalidURL as error:
                raise Malformed("bad-address") from error
            except AzureError as error:
                raise Later("no-token", type(error).__name__) from error
        answer = Answer(response.status_code, response.headers, response.content)
        if failure := wire.failure(answer, request):
            raise failure
        return answer.json() if answer.body else None

    def _information(self, request: Request) -> RequestInformation:
        information = RequestInformation()
        information.http_method = Method(request.method)
        information.url = request.address(self._base_url)
        information.headers.add("Prefer", requests.PREFER)
        for name, value in request.headers.items():
            information.headers.remove(name)
            information.headers.add(name, value)
        if request.body is not None:
            information.set_stream_content(json.dumps(request.body).encode(), "application/json")
        information.add_request_options([ResponseHandlerOption(NativeResponseHandler())])
        return information
