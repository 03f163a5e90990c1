"""Microsoft's own client, with its typed models, works against the simulator."""

import warnings
from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import pytest
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.attendee import Attendee
from msgraph.generated.models.attendee_type import AttendeeType
from msgraph.generated.models.date_time_time_zone import DateTimeTimeZone
from msgraph.generated.models.email_address import EmailAddress
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_type import EventType
from msgraph.generated.models.response_type import ResponseType
from msgraph.generated.models.subscription import Subscription

from localdev import world
from localdev.graph.workbench import Workbench

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # the SDK's own, while it is imported
    from msgraph.generated.users.item.calendar_view.calendar_view_request_builder import CalendarViewRequestBuilder
    from msgraph.generated.users.item.calendar_view.delta.delta_request_builder import DeltaRequestBuilder

# The SDK imports its request builders when they are first used, and each warns of its own classes.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ANA, OAK = world.ANA.address, world.OAK.mailbox or ""
MARCH = {"start_date_time": "2026-03-01T00:00:00Z", "end_date_time": "2026-04-01T00:00:00Z"}


@pytest.fixture
async def bench() -> AsyncIterator[Workbench]:
    bench = Workbench()
    bench.simulator.seed(world.COLLEAGUES, world.ROOMS)
    yield bench
    await bench.http.aclose()


@pytest.fixture
async def graph(bench: Workbench) -> AsyncIterator[GraphServiceClient]:
    headers = {"Authorization": "Bearer any"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(bench.app), headers=headers) as http:
        adapter = GraphRequestAdapter(AnonymousAuthenticationProvider(), client=http)
        adapter.base_url = "http://graph.test/v1.0"
        yield GraphServiceClient(request_adapter=adapter)


def meeting() -> Event:
    return Event(
        subject="Budget",
        start=DateTimeTimeZone(date_time="2026-03-03T09:00:00", time_zone="Europe/London"),
        end=DateTimeTimeZone(date_time="2026-03-03T10:00:00", time_zone="Europe/London"),
        attendees=[Attendee(type=AttendeeType.Resource, email_address=EmailAddress(address=OAK, name="Oak"))],
        transaction_id="7e0ff6b0-0000-4000-8000-000000000001",
    )


async def test_an_event_is_made_read_changed_and_deleted(bench: Workbench, graph: GraphServiceClient) -> None:
    events = graph.users.by_user_id(ANA).events
    made = await events.post(meeting())
    assert made is not None
    assert made.id is not None
    await bench.settle()
    read = await events.by_event_id(made.id).get()
    assert read is not None
    assert read.attendees is not None
    assert read.attendees[0].status is not None
    assert read.attendees[0].status.response == ResponseType.Accepted
    read_type: EventType | None = read.type
    assert read_type == EventType.SingleInstance
    changed = await events.by_event_id(made.id).patch(Event(subject="Budget, second part"))
    assert changed is not None
    assert changed.subject == "Budget, second part"
    await events.by_event_id(made.id).delete()
    listed = await events.get()
    assert listed is not None
    assert listed.value == []


async def test_a_read_event_can_be_sent_back_with_its_attendees(bench: Workbench, graph: GraphServiceClient) -> None:
    events = graph.users.by_user_id(ANA).events
    made = await events.post(meeting())
    assert made is not None
    assert made.id is not None
    await bench.settle()
    read = await events.by_event_id(made.id).get()
    assert read is not None
    assert read.attendees is not None
    ben = Attendee(type=AttendeeType.Required, email_address=EmailAddress(address=world.BEN.address, name="Ben"))
    changed = await events.by_event_id(made.id).patch(Event(attendees=[*read.attendees, ben]))
    assert changed is not None
    assert changed.attendees is not None
    assert [person.status.response for person in changed.attendees if person.status] == [
        ResponseType.Accepted,
        ResponseType.None_,
    ]


async def test_a_calendar_view_is_listed(bench: Workbench, graph: GraphServiceClient) -> None:
    await graph.users.by_user_id(ANA).events.post(meeting())
    await bench.settle()
    query = CalendarViewRequestBuilder.CalendarViewRequestBuilderGetQueryParameters(**MARCH, top=50)
    page = await graph.users.by_user_id(OAK).calendar_view.get(RequestConfiguration(query_parameters=query))
    assert page is not None
    assert page.value is not None
    assert [event.subject for event in page.value] == [world.ANA.name]


async def test_delta_is_followed_over_both_pages(bench: Workbench, graph: GraphServiceClient) -> None:
    await graph.users.by_user_id(ANA).events.post(meeting())
    await bench.settle()
    builder = graph.users.by_user_id(OAK).calendar_view.delta
    query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(**MARCH)
    first = await builder.get(RequestConfiguration(query_parameters=query))
    assert first is not None
    assert first.value == []
    assert first.odata_next_link is not None
    second = await builder.with_url(first.odata_next_link).get()
    assert second is not None
    assert second.value is not None
    assert [event.subject for event in second.value] == [world.ANA.name]
    assert second.odata_delta_link is not None


async def test_a_subscription_is_made_renewed_and_removed(bench: Workbench, graph: GraphServiceClient) -> None:
    made = await graph.subscriptions.post(
        Subscription(
            change_type="created,updated,deleted",
            notification_url="https://sync.example/notifications",
            lifecycle_notification_url="https://sync.example/lifecycle",
            resource=f"users/{OAK}/events",
            expiration_date_time=datetime.fromisoformat("2026-03-05T00:00:00+00:00"),
            client_state="secret",
        )
    )
    assert made is not None
    assert made.id is not None
    assert len(bench.listener.handshakes) == 2
    one = graph.subscriptions.by_subscription_id(made.id)
    renewed = await one.patch(Subscription(expiration_date_time=datetime.fromisoformat("2026-03-06T00:00:00+00:00")))
    assert renewed is not None
    assert renewed.expiration_date_time == datetime.fromisoformat("2026-03-06T00:00:00+00:00")
    await one.delete()
    listed = await graph.subscriptions.get()
    assert listed is not None
    assert listed.value == []
