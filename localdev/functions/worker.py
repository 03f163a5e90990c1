"""Microsoft's own worker library, driven in process: it finds the functions, decodes what triggers them, calls them.

`azure-functions-runtime` is the library that the Functions worker of Python 3.13 runs on. It expects protobuf types from
its caller; the stand-ins below only keep what they are given (the library's `native_invocation` needs no more).
"""

import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol, cast

from azure.functions.meta import Datum

from localdev.functions.errors import HostError

TRIGGERS = ("httpTrigger", "queueTrigger", "timerTrigger")
PLAIN_PROTOS = (
    "RpcFunctionMetadata",
    "RpcRetryOptions",
    "WorkerInitResponse",
    "WorkerMetadata",
    "FunctionMetadataResponse",
    "RpcException",
)


class RetryOptions(Protocol):
    """`@app.retry`, as the library hands it out."""

    max_retry_count: int
    retry_strategy: str


@dataclass(frozen=True)
class Function:
    name: str
    id: str
    trigger: Mapping[str, Any]
    retry: RetryOptions | None

    @property
    def kind(self) -> str:
        return str(self.trigger["type"])


@dataclass(frozen=True)
class Payload:
    """What a trigger hands to its function, before the library has decoded it."""

    data: Datum
    metadata: Mapping[str, Datum]
    trace_parent: str


@dataclass(frozen=True)
class Outcome:
    succeeded: bool
    value: Datum | None = None
    error: str = ""
    traceback: str = ""


async def load_functions(folder: Path) -> tuple[Function, ...]:
    """Index function_app.py. Once in a process: the library keeps what it found."""
    # Its import reads settings, which are complete only now; and no types come with it.
    import azure_functions_runtime as runtime  # type: ignore[import-untyped]  # noqa: PLC0415

    if not (folder / "function_app.py").exists():
        raise HostError(f"no function_app.py in {folder}")
    logging.getLogger("azure.functions").setLevel(logging.CRITICAL)  # what it would say, this host says in its own words
    sys.path.insert(0, str(folder))
    answer = await runtime.worker_init_request(_init_request(folder))
    if answer.result.status != _STATUS_SUCCESS:
        raise HostError(f"function_app.py does not load: {_one_line(answer.result.exception.message)}")
    runtime.start_threadpool_executor()
    found = (await runtime.functions_metadata_request(_init_request(folder))).function_metadata_results
    return tuple(sorted((_function(metadata) for metadata in found or ()), key=lambda function: function.name))


async def invoke(function: Function, invocation: str, payload: Payload, retry_count: int = 0) -> Outcome:
    from azure_functions_runtime.native_invocation import (  # type: ignore[import-untyped]  # noqa: PLC0415
        invocation_request_native,
    )

    succeeded, value, _, error, traceback = await invocation_request_native(
        invocation,
        function.id,
        [(function.trigger["name"], payload.data)],
        payload.metadata,
        trace_parent=payload.trace_parent,
        retry_count=retry_count,
        max_retry_count=function.retry.max_retry_count if function.retry else 0,
    )
    return Outcome(succeeded, value, error or "", traceback or "")


def release_threads() -> None:
    """Wait for the threads that ran synchronous functions."""
    from azure_functions_runtime import stop_threadpool_executor  # noqa: PLC0415

    stop_threadpool_executor()


def _function(metadata: Any) -> Function:
    bindings = [json.loads(raw) for raw in metadata.raw_bindings]
    triggers = [binding for binding in bindings if binding["type"] in TRIGGERS]
    others = [binding for binding in bindings if binding not in triggers and binding["type"] != "http"]
    if others or len(triggers) != 1:
        kinds = ", ".join(binding["type"] for binding in others) or "no trigger it knows"
        raise HostError(
            f"function {metadata.name} has {kinds}: this local host runs HTTP, queue and timer triggers, "
            "and no further input or output bindings (func start does)"
        )
    return Function(metadata.name, metadata.function_id, triggers[0], cast("RetryOptions | None", metadata.retry_options))


def _one_line(message: str) -> str:
    """The error itself; the library appends an advertisement of its trouble-shooting guide and the whole sys.path."""
    return " ".join(message.partition(" Cannot find module. Please check")[0].split())


def _keeps_its_arguments(name: str) -> type[SimpleNamespace]:
    return type(name, (SimpleNamespace,), {})


_STATUS_SUCCESS = 1
_PROTOS = SimpleNamespace(
    BindingInfo=type(
        "BindingInfo", (SimpleNamespace,), {"IN": 0, "OUT": 1, "INOUT": 2, "in_": 0, "out": 1, "inout": 2, "undefined": 0}
    ),
    StatusResult=type("StatusResult", (SimpleNamespace,), {"Success": _STATUS_SUCCESS, "Failure": 0}),
    **{name: _keeps_its_arguments(name) for name in PLAIN_PROTOS},
)


def _init_request(folder: Path) -> SimpleNamespace:
    init = SimpleNamespace(capabilities={}, function_app_directory=str(folder))
    return SimpleNamespace(
        name="init", properties={"host": "127.0.0.1", "protos": _PROTOS}, request=SimpleNamespace(worker_init_request=init)
    )
