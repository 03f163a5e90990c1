"""HTTP triggers on the local host, against what azure-functions-host does with them."""

import httpx
import pytest

from tests.hosting import Host, StartHost

APP = """
ANONYMOUS = func.AuthLevel.ANONYMOUS

@app.route(route="echo/{name}/{more?}", methods=["GET", "POST"], auth_level=ANONYMOUS)
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    seen = {"method": req.method, "url": req.url, "route": dict(req.route_params), "query": dict(req.params),
            "headers": dict(req.headers), "body": req.get_body().decode()}
    return func.HttpResponse(json.dumps(seen), status_code=201, mimetype="application/json", headers={"X-Own": "yes"})

@app.route(route="echo/literal", auth_level=ANONYMOUS)
def literal(req: func.HttpRequest) -> str:
    return "literal"

@app.route(route="number/{n:int}", auth_level=ANONYMOUS)
def number(req: func.HttpRequest) -> str:
    return req.route_params["n"]

@app.route(route="word/{w}", auth_level=ANONYMOUS)
def anything(req: func.HttpRequest) -> str:
    return "anything"

@app.route(route="word/{w:alpha}", auth_level=ANONYMOUS)
def letters(req: func.HttpRequest) -> str:
    return "letters"

@app.route(route="word/stop", auth_level=ANONYMOUS)
def stop(req: func.HttpRequest) -> str:
    return "stop"

@app.route(route="rest/{*path}", auth_level=ANONYMOUS)
def rest(req: func.HttpRequest) -> str:
    return req.route_params.get("path", "none")

@app.route(auth_level=ANONYMOUS)
def unrouted(req: func.HttpRequest, context: func.Context) -> str:
    return f"{context.function_name} {context.trace_context.trace_parent}"

@app.route(route="keyed")
def keyed(req: func.HttpRequest) -> str:
    return "open"

@app.route(route="master", auth_level=func.AuthLevel.ADMIN)
def master(req: func.HttpRequest) -> str:
    return "open"

@app.route(route="boom", auth_level=ANONYMOUS)
async def boom(req: func.HttpRequest) -> str:
    raise ValueError("the reason")

@app.route(route="cookies", auth_level=ANONYMOUS)
def cookies(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse("x")
    response.headers.add("Set-Cookie", "a=1; Path=/; HttpOnly")
    response.headers.add("Set-Cookie", "b=2")
    return response
"""


@pytest.fixture(scope="module")
def host(start_host: StartHost) -> Host:
    return start_host(APP)


def test_an_app_without_queues_and_timers_needs_no_storage(host: Host) -> None:
    assert host.get("/api/echo/literal").text == "literal"


def test_status_headers_and_body_come_from_the_function(host: Host) -> None:
    answer = host.get("/api/echo/ana")
    assert (answer.status_code, answer.headers["content-type"], answer.headers["x-own"]) == (201, "application/json", "yes")


def test_route_parameters_are_decoded_except_the_slash(host: Host) -> None:
    assert host.get("/api/echo/a%20b%2Fc").json()["route"] == {"name": "a b%2Fc"}
    assert host.get("/api/echo/a/b").json()["route"] == {"name": "a", "more": "b"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/api/ECHO/Literal", "literal"),  # routes do not tell upper from lower case
        ("/api/number/-5", "-5"),
        ("/api/word/stop", "stop"),  # literals go before constrained parameters, and those before the others
        ("/api/word/go", "letters"),
        ("/api/word/go2", "anything"),
        ("/api/rest/a/b", "a/b"),
        ("/api/rest", "none"),
    ],
)
def test_routes(host: Host, path: str, text: str) -> None:
    assert host.get(path).text == text


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/api/number/five"), ("DELETE", "/api/echo/ana"), ("GET", "/echo/ana"), ("GET", "/api/echo")]
)
def test_no_match_of_path_or_method_is_404(host: Host, method: str, path: str) -> None:
    assert host.request(method, path).status_code == 404


def test_a_function_without_a_route_answers_under_its_name_and_has_a_trace(host: Host) -> None:
    name, trace = host.get("/api/unrouted").text.split()
    assert name == "unrouted"
    assert len(trace) == 55
    given = f"00-{'a' * 32}-{'b' * 16}-01"
    assert host.get("/api/unrouted", headers={"traceparent": given}).text.split()[1] == given


def test_query_parameters_without_a_value_are_dropped_and_repeated_ones_joined(host: Host) -> None:
    assert host.get("/api/echo/x?a=1&b=&a=2&c").json()["query"] == {"a": "1,2"}


def test_header_names_arrive_in_lower_case(host: Host) -> None:
    assert host.get("/api/echo/x", headers={"X-Some-Header": "V"}).json()["headers"]["x-some-header"] == "V"


def test_a_body_with_content_length_arrives_and_a_chunked_one_is_empty(host: Host) -> None:
    assert host.post("/api/echo/x", content=b"whole").json()["body"] == "whole"
    assert host.post("/api/echo/x", content=iter([b"chun", b"ked"])).json()["body"] == ""


@pytest.mark.parametrize("path", ["/api/keyed", "/api/master"])
@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, "", 401),
        ({}, "?code=wrong", 401),
        ({}, "?code=local", 200),
        ({"x-functions-key": "local"}, "", 200),
        ({"x-functions-key": "wrong"}, "?code=local", 401),  # the header goes first
        ({"x-functions-key": "local"}, "?code=wrong", 200),
        ({"x-functions-key": "kläger".encode("latin-1")}, "", 401),
    ],
)
def test_keys(host: Host, path: str, headers: httpx._types.HeaderTypes, query: str, status: int) -> None:
    assert host.get(path + query, headers=headers).status_code == status


def test_an_unhandled_exception_is_500_without_a_word_outside_and_with_its_reason_in_the_log(host: Host) -> None:
    answer = host.get("/api/boom")
    assert (answer.status_code, answer.content) == (500, b"")
    host.logged("Executed 'Functions.boom' (Failed, Id=")
    host.logged("ValueError('the reason')")


def test_several_cookies(host: Host) -> None:
    assert host.get("/api/cookies").headers.get_list("set-cookie") == ["a=1; HttpOnly; Path=/", "b=2"]


def test_the_function_list_is_printed_with_addresses(host: Host) -> None:
    assert f"\techo: [GET,POST] {host.url}/api/echo/{{name}}/{{more?}}" in host.log
    assert f"\tunrouted: {host.url}/api/unrouted" in host.log


def test_each_invocation_has_a_line(host: Host) -> None:
    host.get("/api/echo/literal")
    host.logged("Executed 'Functions.literal' (Succeeded, Id=")


def test_admin_needs_the_master_key_and_does_not_run_http_functions(host: Host) -> None:
    key = {"x-functions-key": "local"}
    assert host.get("/admin/functions").status_code == 401
    assert "boom" in {function["name"] for function in host.get("/admin/functions", headers=key).json()}
    assert host.get("/admin/host/status", headers=key).json() == {"state": "Running"}
    assert host.post("/admin/functions/boom", headers=key, json={"input": ""}).status_code == 400
    assert host.post("/admin/functions/nothing", headers=key, json={"input": ""}).status_code == 404


def test_prefix_and_key_are_settings(start_host: StartHost) -> None:
    host = start_host(APP, host={"extensions": {"http": {"routePrefix": ""}}}, settings={"FUNCTIONS_HOST_KEY": "other"})
    assert host.get("/keyed?code=other").status_code == 200
    assert host.get("/keyed?code=local").status_code == 401


def test_the_environment_overrides_host_json(start_host: StartHost) -> None:
    host = start_host(APP, settings={"AzureFunctionsJobHost__extensions__http__routePrefix": "v1"})
    assert host.get("/v1/echo/literal").text == "literal"


def test_a_function_that_takes_longer_than_function_timeout_fails(start_host: StartHost) -> None:
    source = """
@app.route(route="slow", auth_level="anonymous")
async def slow(req: func.HttpRequest) -> str:
    await asyncio.sleep(60)
"""
    host = start_host(source, host={"functionTimeout": "00:00:00.3"})
    assert host.get("/api/slow").status_code == 500
    host.logged("Timeout value of 0:00:00.300000 was exceeded")


def test_a_function_that_fails_is_told_in_one_line_with_its_place(host: Host) -> None:
    host.get("/api/boom")
    host.logged("in boom")
    told = [line for line in host.log.splitlines() if "the reason" in line]
    assert told
    assert all("function_app.py:" in line and "in boom" in line for line in told)
    assert "Traceback" not in host.log
