"""The doors of the running product, over HTTP: bad input gets a clear answer, and nothing is lost or believed."""

from collections.abc import Iterator

import httpx
import pytest

from tests.product import Product

pytestmark = pytest.mark.e2e

KEY = {"x-functions-key": "local"}
TOO_LARGE = b"a" * (256 * 1024 + 1)
GOOD = {"Booking_Id": "nobody-knows-it", "Node_Id": "11"}


@pytest.fixture
def http(product: Product) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{product.address('HOST_PORT')}/api") as client:
        yield client


@pytest.mark.parametrize("door", ["graph/notifications", "graph/lifecycle"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="empty"),
        pytest.param(b"not json", 400, id="not JSON"),
        pytest.param(b"[" * 100_000, 400, id="nested without end"),
        pytest.param(b'{"value": 3}', 400, id="no list"),
        pytest.param(TOO_LARGE, 413, id="too large"),
        pytest.param(b'{"value": [{"subscriptionId": "unknown", "clientState": "guessed"}]}', 202, id="unknown subscription"),
        pytest.param(b'{"value": [null, 3, "x", {}]}', 202, id="items that are none"),
    ],
)
def test_a_graph_door_answers_bad_input_clearly(http: httpx.Client, door: str, body: bytes, status: int) -> None:
    answer = http.post(door, content=body)
    assert answer.status_code == status
    if status != 202:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


@pytest.mark.parametrize("door", ["graph/notifications", "graph/lifecycle"])
@pytest.mark.parametrize(
    ("token", "answered"),
    [
        pytest.param("Validation: Testing client application reachability", None, id="as Graph sends it"),
        pytest.param("a+b%2Fc=&d", "a+b%2Fc=&amp;d", id="with characters that addresses escape"),
        pytest.param("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;", id="with script"),
        pytest.param("x" * 4096, None, id="4 KiB"),
    ],
)
def test_a_handshake_gets_its_token_back_as_harmless_text(
    http: httpx.Client, door: str, token: str, answered: str | None
) -> None:
    answer = http.post(door, params={"validationToken": token}, content=b"")
    assert (answer.status_code, answer.text) == (200, answered or token)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_handshake_token_that_is_too_long_is_not_echoed(http: httpx.Client) -> None:
    assert http.post("graph/notifications", params={"validationToken": "x" * 4097}).status_code == 400


@pytest.mark.parametrize(("headers", "query"), [({}, {}), ({"x-functions-key": "wrong"}, {}), ({}, {"code": "wrong"})])
def test_without_the_right_key_nothing_is_posted(http: httpx.Client, headers: dict[str, str], query: dict[str, str]) -> None:
    assert http.post("ibss/bookings", json=GOOD, headers=headers, params=query).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        pytest.param(b"", 400, "no body", id="empty"),
        pytest.param(b"not json", 400, "not JSON", id="not JSON"),
        pytest.param(b'{"Node_Id": "11"}', 400, "record 0: Booking_Id", id="missing member"),
        pytest.param(b'{"value": []}', 400, "1 to 100", id="no record"),
        pytest.param(
            b'{"value": [' + b",".join([b'{"Booking_Id": "x", "Node_Id": "11"}'] * 101) + b"]}", 400, "1 to 100", id="101"
        ),
        pytest.param(
            b'{"value": [{"Booking_Id": "x", "Node_Id": "11"}, {"Booking_Id": 3}]}', 400, "record 1", id="one bad of two"
        ),
        pytest.param(TOO_LARGE, 413, "256 KiB", id="too large"),
    ],
)
def test_the_ibss_door_names_what_is_wrong(http: httpx.Client, body: bytes, status: int, says: str) -> None:
    answer = http.post("ibss/bookings", content=body, headers=KEY)
    assert answer.status_code == status
    assert says in answer.json()["detail"]


def test_a_chunked_post_is_refused_because_its_body_does_not_arrive(http: httpx.Client) -> None:
    answer = http.post("ibss/bookings", content=iter([b'{"Booking_Id": "x", ', b'"Node_Id": "11"}']), headers=KEY)
    assert answer.status_code == 400
    assert "Content-Length" in answer.json()["detail"]


def test_good_records_get_a_receipt_each(http: httpx.Client) -> None:
    answer = http.post("ibss/bookings", json={"value": [GOOD, GOOD]}, headers=KEY)
    assert answer.status_code == 202
    assert [receipt["Booking_Id"] for receipt in answer.json()["value"]] == ["nobody-knows-it"] * 2


def test_health_says_up_and_nothing_else(http: httpx.Client) -> None:
    assert http.get("health").text == "up"
