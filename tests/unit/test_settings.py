"""The environment is read once, and told in whole what is wrong with it."""

import pytest

from sync_core.model import Side
from sync_core.settings import (
    GRAPH_V1,
    BrakeLimit,
    OnBookingCancelled,
    OnRoomDeclined,
    Settings,
    SettingsError,
    Storage,
    Switch,
    Visitors,
)

row = pytest.param

NEEDED = {
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    "IBSS_URL": "https://api.ibss.example",
    "IBSS_API_KEY": "key-of-the-sync",
    "PUBLIC_URL": "https://sync.contoso.example",
    "TENANT_DOMAINS": "contoso.example",
}
UNRESOLVED = "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/ibss)"


def read(**changes: str | None) -> Settings:
    environment = NEEDED | changes
    return Settings.from_environment({name: value for name, value in environment.items() if value is not None})


def problems(**changes: str | None) -> list[str]:
    with pytest.raises(SettingsError) as told:
        read(**changes)
    return str(told.value).splitlines()


def test_what_is_not_set_has_a_default() -> None:
    assert read() == Settings(
        storage=Storage("UseDevelopmentStorage=true"),
        graph_url=GRAPH_V1,
        graph_token="",
        ibss_url="https://api.ibss.example",
        ibss_api_key="key-of-the-sync",
        public_url="https://sync.contoso.example",
        tenant_domains=frozenset({"contoso.example"}),
        horizon_days=180,
        conflict_winner=Side.OUTLOOK,
        visitors=Visitors.EXTERNAL,
        on_booking_cancelled=OnBookingCancelled.CANCEL_EVENT,
        on_room_declined=OnRoomDeclined.CANCEL_BOOKING,
        series_changes=Switch.ON,
        hold_panel_bookings=Switch.OFF,
        cancel_brake=BrakeLimit(share=0.2, count=10),
    )


def test_everything_can_be_set() -> None:
    settings = read(
        HORIZON_DAYS=" 30 ",
        CONFLICT_WINNER="IBSS",
        VISITORS="all",
        ON_BOOKING_CANCELLED="remove_room",
        ON_ROOM_DECLINED="keep",
        SERIES_CHANGES="OFF",
        HOLD_PANEL_BOOKINGS="on",
        TENANT_DOMAINS=" Contoso.example, contoso.co.example ,",
        IBSS_URL="https://api.ibss.example/",
        GRAPH_URL="http://127.0.0.1:7081/v1.0/",
        GRAPH_TOKEN="local",
        CANCEL_BRAKE="5%, 100",
    )
    assert (settings.horizon_days, settings.conflict_winner) == (30, Side.IBSS)
    assert (settings.visitors, settings.on_booking_cancelled) == (Visitors.ALL, OnBookingCancelled.REMOVE_ROOM)
    assert settings.on_room_declined is OnRoomDeclined.KEEP
    assert (settings.series_changes, settings.hold_panel_bookings) == (Switch.OFF, Switch.ON)
    assert settings.tenant_domains == {"contoso.example", "contoso.co.example"}
    assert (settings.ibss_url, settings.graph_url) == ("https://api.ibss.example", "http://127.0.0.1:7081/v1.0")
    assert settings.graph_token == "local"
    assert settings.cancel_brake == BrakeLimit(share=0.05, count=100)


EXPECTED = {
    "AzureWebJobsStorage": "a connection string",
    "IBSS_URL": "an https address",
    "IBSS_API_KEY": "the key of the service's IBSS Application User",
    "PUBLIC_URL": "an https address",
    "TENANT_DOMAINS": "mail domains",
}


@pytest.mark.parametrize("value", [None, "", "   "])
@pytest.mark.parametrize(("name", "expected"), EXPECTED.items())
def test_what_is_missing_is_named_with_what_was_expected(name: str, expected: str, value: str | None) -> None:
    [problem] = problems(**{name: value})
    assert problem.startswith(f"{name} is missing: expected ")
    assert expected in problem


MALFORMED = [
    row("GRAPH_URL", "http://graph.microsoft.com/v1.0", "an https address", id="Graph over http"),
    row("GRAPH_URL", "graph.microsoft.com", "an https address", id="Graph without a scheme"),
    row("IBSS_URL", "http://api.ibss.example", "an https address", id="IBSS over http"),
    row("IBSS_URL", "ftp://api.ibss.example", "an https address", id="IBSS over ftp"),
    row("IBSS_URL", "https://", "an https address", id="IBSS without a host"),
    row("IBSS_URL", "https://[::1", "an https address", id="IBSS with a broken host"),
    row(
        "IBSS_URL",
        "https://api.ibss.example:seven",
        "an https address",
        id="IBSS with a port that is none",
    ),
    row("PUBLIC_URL", "http://sync.contoso.example", "an https address", id="this service over http"),
    row("PUBLIC_URL", "http://127.0.0.1.evil.example", "an https address", id="only nearly this machine"),
    row("IBSS_API_KEY", UNRESOLVED, "Key Vault reference was not resolved", id="a key that was never fetched"),
    row("IBSS_API_KEY", "half a key\nhalf a key", "the key of", id="a key over two lines"),
    row("IBSS_API_KEY", "schlüssel", "the key of", id="a key that no header can carry"),
    row("CANCEL_BRAKE", "a lot", "a share and a count", id="a brake in words"),
    row("CANCEL_BRAKE", "120%,10", "a share and a count", id="a brake of more than all"),
    row("CANCEL_BRAKE", "20,10", "a share and a count", id="a brake without a share"),
    row("TENANT_DOMAINS", "fabrikam", "contoso.example", id="a domain without a dot"),
    row("TENANT_DOMAINS", "fabrikam.example,ana@fabrikam.example", "contoso.example", id="an address among the domains"),
    row("HORIZON_DAYS", "half a year", "a number of days from 1 to 1825", id="days in words"),
    row("HORIZON_DAYS", "0", "a number of days from 1 to 1825", id="no days"),
    row("HORIZON_DAYS", "-7", "a number of days from 1 to 1825", id="days ago"),
    row("HORIZON_DAYS", "1826", "a number of days from 1 to 1825", id="more days than Graph answers for"),
    row("HORIZON_DAYS", "7.5", "a number of days from 1 to 1825", id="half a day"),
    row("CONFLICT_WINNER", "exchange", "one of outlook, ibss", id="a winner that does not play"),
    row("VISITORS", "some", "one of external, all, none", id="some visitors"),
    row("ON_ROOM_DECLINED", "ask", "one of cancel_booking, keep", id="asking when declined"),
    row("SERIES_CHANGES", "yes", "one of on, off", id="yes for on"),
    row("HOLD_PANEL_BOOKINGS", "true", "one of on, off", id="true for on"),
    row("ON_BOOKING_CANCELLED", "nothing", "one of cancel_event, remove_room", id="nothing on cancellation"),
]


@pytest.mark.parametrize(("name", "value", "expected"), MALFORMED)
def test_what_is_malformed_is_named_with_what_was_expected_and_without_its_value(name: str, value: str, expected: str) -> None:
    [problem] = problems(**{name: value})
    assert problem.startswith(f"{name} is malformed: expected ")
    assert expected in problem
    assert value not in problem.replace(expected, "")
    assert NEEDED["IBSS_API_KEY"] not in problem


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = problems(**dict.fromkeys(NEEDED), HORIZON_DAYS="x", VISITORS="x")
    assert [line.split()[0] for line in told] == [*NEEDED, "HORIZON_DAYS", "VISITORS"]


LOOPBACK = ["http://127.0.0.1:7081/v1.0", "http://localhost:7081", "https://localhost", "http://[::1]:7081"]


@pytest.mark.parametrize("url", LOOPBACK)
def test_a_static_token_serves_on_this_machine(url: str) -> None:
    assert read(GRAPH_URL=url, GRAPH_TOKEN="local").graph_token == "local"


@pytest.mark.parametrize("url", [None, GRAPH_V1, "https://127.0.0.1.evil.example", "https://localhost.evil.example"])
def test_a_static_token_serves_nowhere_else(url: str | None) -> None:
    [problem] = problems(GRAPH_URL=url, GRAPH_TOKEN="token-of-somebody")
    assert problem.startswith("GRAPH_TOKEN is malformed: expected no value unless GRAPH_URL is an address of this machine")
    assert "token-of-somebody" not in problem


QUEUE, TABLE = "https://store.queue.core.windows.net", "https://store.table.core.windows.net"

STORAGE = [
    row({"AzureWebJobsStorage": "AccountName=store;AccountKey=x"}, Storage("AccountName=store;AccountKey=x"), id="a string"),
    row({"AzureWebJobsStorage__accountName": "store"}, Storage("", QUEUE, TABLE), id="an identity and an account"),
    row(
        {"AzureWebJobsStorage__queueServiceUri": QUEUE, "AzureWebJobsStorage__tableServiceUri": TABLE},
        Storage("", QUEUE, TABLE),
        id="an identity and two addresses",
    ),
    row(
        {"AzureWebJobsStorage__accountName": "store", "AzureWebJobsStorage__tableServiceUri": "https://other.example"},
        Storage("", QUEUE, "https://other.example"),
        id="an address goes before the account",
    ),
    row(
        {"AzureWebJobsStorage__accountName": "store", "AzureWebJobsStorage__clientId": "c-1"},
        Storage("", QUEUE, TABLE, "c-1"),
        id="an identity of the user's own",
    ),
    row(
        {"AzureWebJobsStorage": "AccountName=store", "AzureWebJobsStorage__accountName": "other"},
        Storage("AccountName=store"),
        id="the string goes before the identity",
    ),
]


@pytest.mark.parametrize(("environment", "storage"), STORAGE)
def test_the_forms_of_storage(environment: dict[str, str], storage: Storage) -> None:
    assert read(**({"AzureWebJobsStorage": None} | environment)).storage == storage


@pytest.mark.parametrize("service", ["queue", "table"])
def test_one_address_alone_is_not_enough(service: str) -> None:
    [problem] = problems(**{"AzureWebJobsStorage": None, f"AzureWebJobsStorage__{service}ServiceUri": QUEUE})
    assert problem.startswith(
        "AzureWebJobsStorage is missing: expected a connection string, or AzureWebJobsStorage__queueServiceUri"
    )
