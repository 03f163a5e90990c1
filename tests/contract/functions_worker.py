"""function_app.py inside Microsoft's own worker library, as a process: a line of JSON for each question, a line for each answer.

    python -m tests.contract.functions_worker <folder>

The first answer tells what was indexed. Then `{"invoke": name, "http" | "queue" | "timer": what triggers it}` calls a
function, and `{"modules": [names]}` tells which of these are imported. Written after azure-functions-runtime 1.3.0,
independent of localdev's host.
"""

import asyncio
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime
from azure.functions.meta import Datum
from azure_functions_runtime.native_invocation import invocation_request_native

KEPT = [
    "RpcFunctionMetadata",
    "RpcRetryOptions",
    "WorkerInitResponse",
    "WorkerMetadata",
    "FunctionMetadataResponse",
    "RpcException",
]
TRIGGERS = {"httpTrigger", "queueTrigger", "timerTrigger"}
PROTOS = SimpleNamespace(
    BindingInfo=type(
        "BindingInfo", (SimpleNamespace,), {"IN": 0, "OUT": 1, "INOUT": 2, "in_": 0, "out": 1, "inout": 2, "undefined": 0}
    ),
    StatusResult=type("StatusResult", (SimpleNamespace,), {"Success": 1, "Failure": 0}),
    **{name: type(name, (SimpleNamespace,), {}) for name in KEPT},
)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def index(folder: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The id and the trigger of each function."""
    sys.path.insert(0, folder)
    init = SimpleNamespace(capabilities={}, function_app_directory=folder)
    asked = SimpleNamespace(
        name="init", properties={"host": "127.0.0.1", "protos": PROTOS}, request=SimpleNamespace(worker_init_request=init)
    )
    started = await runtime.worker_init_request(asked)
    if started.result.status != 1:
        raise SystemExit(started.result.exception.message)
    runtime.start_threadpool_executor()
    found = (await runtime.functions_metadata_request(asked)).function_metadata_results
    return {each.name: (each.function_id, _trigger(each.raw_bindings)) for each in found}


def _trigger(raw_bindings: list[str]) -> dict[str, Any]:
    [trigger] = [binding for binding in map(json.loads, raw_bindings) if binding["type"] in TRIGGERS]
    return dict(trigger)


def http(request: dict[str, Any]) -> tuple[Datum, dict[str, Datum]]:
    texts = {name: {key: _text(value) for key, value in request.get(name, {}).items()} for name in ("headers", "query", "params")}
    data = {"method": _text("POST"), "url": _text("http://127.0.0.1/"), **texts}
    return Datum(data | {"body": Datum(request.get("body", "").encode("utf-8", "surrogateescape"), "bytes")}, "http"), {}


def queue(text: str) -> tuple[Datum, dict[str, Datum]]:
    moment = Datum(json.dumps("2026-03-02T08:00:00+00:00"), "json")
    metadata = {"Id": _text("m-1"), "PopReceipt": _text("p-1"), "DequeueCount": Datum("1", "json")}
    return _text(text), metadata | dict.fromkeys(("ExpirationTime", "InsertionTime", "NextVisibleTime"), moment)


def timer(_nothing: Any) -> tuple[Datum, dict[str, Datum]]:
    return Datum(json.dumps({"IsPastDue": False, "ScheduleStatus": {}, "Schedule": {}}), "json"), {}


DECODED_AS = {"http": http, "queue": queue, "timer": timer}


async def invoke(found: dict[str, tuple[str, dict[str, Any]]], asked: dict[str, Any]) -> dict[str, Any]:
    identity, trigger = found[asked["invoke"]]
    [kind] = set(asked) & set(DECODED_AS)
    data, metadata = DECODED_AS[kind](asked[kind])
    succeeded, value, _, error, _ = await invocation_request_native(
        "i-1", identity, [(trigger["name"], data)], metadata, trace_parent=TRACE, retry_count=0, max_retry_count=0
    )
    told = {"succeeded": succeeded, "error": str(error or "")}
    return told if value is None else told | _response(value)


def _response(value: Datum) -> dict[str, Any]:
    parts = value.value
    headers = {name: header.value for name, header in parts["headers"].items()}
    return {"status": int(parts["status_code"].value), "headers": headers, "body": parts["body"].value.decode()}


def _text(value: str) -> Datum:
    return Datum(value, "string")


def imported(names: list[str]) -> list[str]:
    return [name for name in names if any(f"{module}.".startswith(f"{name}.") for module in sys.modules)]


async def main(folder: str) -> None:
    answers = sys.stdout
    sys.stdout = sys.stderr  # what the app prints is not an answer
    found = await index(folder)
    print(json.dumps({name: trigger for name, (_, trigger) in found.items()}), file=answers, flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        answer = {"imported": imported(asked["modules"])} if "modules" in asked else await invoke(found, asked)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    asyncio.run(main(str(Path(sys.argv[1]).resolve())))
