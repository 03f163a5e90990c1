"""The triggers: decode, call one use case, encode. Nothing else.

What each function is for stands in README.md; how they hang together, in DESIGN.md.
"""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import azure.functions as func

from sync_core.app import App
from sync_core.queues import PULL_ROOM, SYNC_INSTANCE, PullRoom, decode, decode_sync, tell_if_late
from sync_core.replies import Reply, problem
from sync_core.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sync_core.operations import Operations

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
service = App(os.environ)


# The doors


@app.route("graph/notifications", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def graph_notifications(req: func.HttpRequest) -> func.HttpResponse:
    return _response(await service.intake.graph_notifications(req.params, req.get_body()))


@app.route("graph/lifecycle", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def graph_lifecycle(req: func.HttpRequest) -> func.HttpResponse:
    return _response(await service.intake.graph_lifecycle(req.params, req.get_body()))


@app.route("ibss/bookings", methods=["POST"])
async def ibss_bookings(req: func.HttpRequest) -> func.HttpResponse:
    return _response(await service.intake.ibss_bookings(req.get_body()))


@app.route("health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 — the trigger's binding
    return _response(Reply(200, "up"))


# What people ask for


@app.route("status", methods=["GET"])
async def status(req: func.HttpRequest) -> func.HttpResponse:
    return await _asked(lambda desk: desk.status(req.params, req.headers.get("Accept", "")))


@app.route("explain", methods=["GET"])
async def explain(req: func.HttpRequest) -> func.HttpResponse:
    return await _asked(lambda desk: desk.explain(req.params, req.headers.get("Accept", "")))


@app.route("plan", methods=["GET"])
async def plan(req: func.HttpRequest) -> func.HttpResponse:
    return await _asked(lambda desk: desk.plan(req.params, req.headers.get("Accept", "")))


@app.route("check", methods=["GET"])
async def check(req: func.HttpRequest) -> func.HttpResponse:
    return await _asked(lambda desk: desk.check(req.params, req.headers.get("Accept", "")))


@app.route("resync", methods=["POST"])
async def resync(req: func.HttpRequest) -> func.HttpResponse:
    return await _asked(lambda desk: desk.resync(req.get_body()))


@app.route("replay", methods=["POST"])
async def replay(req: func.HttpRequest) -> func.HttpResponse:
    return await _asked(lambda desk: desk.replay(req.get_body()))


# The work


@app.queue_trigger("message", PULL_ROOM, "AzureWebJobsStorage")
async def pull_room(message: func.QueueMessage) -> None:
    work = decode(PullRoom, message.get_body().decode())
    tell_if_late(work, message.insertion_time, datetime.now(UTC))
    await service.queues.attempt(service.workers.pull.pull_room, work)


@app.queue_trigger("message", SYNC_INSTANCE, "AzureWebJobsStorage")
async def sync_instance(message: func.QueueMessage) -> None:
    work = decode_sync(message.get_body().decode())
    tell_if_late(work, message.insertion_time, datetime.now(UTC))
    await service.queues.attempt(service.workers.sync.work_on, work)


@app.queue_trigger("message", f"{PULL_ROOM}-poison", "AzureWebJobsStorage")
async def keep_pull_room(message: func.QueueMessage) -> None:
    await _keep(PULL_ROOM, message)


@app.queue_trigger("message", f"{SYNC_INSTANCE}-poison", "AzureWebJobsStorage")
async def keep_sync_instance(message: func.QueueMessage) -> None:
    await _keep(SYNC_INSTANCE, message)


# The watch


@app.timer_trigger("timer", "%RENEW_SCHEDULE%")
@app.retry(strategy="exponential_backoff", max_retry_count="6", minimum_interval="00:00:05", maximum_interval="00:02:00")
async def renew_subscriptions(timer: func.TimerRequest) -> None:  # noqa: ARG001
    await service.workers.subscriptions.renew_all()


@app.timer_trigger("timer", "%SWEEP_ROOMS_SCHEDULE%")
async def sweep_rooms(timer: func.TimerRequest) -> None:  # noqa: ARG001
    await service.workers.pull.sweep_rooms()


@app.timer_trigger("timer", "%SWEEP_BOOKINGS_SCHEDULE%")
async def sweep_bookings(timer: func.TimerRequest) -> None:  # noqa: ARG001
    await service.workers.pull.sweep_bookings()


@app.timer_trigger("timer", "%ROLL_HORIZON_SCHEDULE%")
async def roll_horizon(timer: func.TimerRequest) -> None:  # noqa: ARG001
    await service.workers.pull.roll_horizon()
    await service.workers.purge.purge()


async def _keep(queue: str, message: func.QueueMessage) -> None:
    text = message.get_body().decode(errors="replace")
    await service.store.keep(queue, message.id or "", text, datetime.now(UTC))


async def _asked(of: "Callable[[Operations], Awaitable[Reply]]") -> func.HttpResponse:
    """Whoever asks is told which settings are wrong, and what was expected; no value of them."""
    try:
        return _response(await of(service.workers.operations))
    except SettingsError as error:
        return _response(problem(500, str(error)))


def _response(reply: Reply) -> func.HttpResponse:
    headers = {"Content-Type": reply.content_type, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return func.HttpResponse(reply.body, status_code=reply.status, headers=headers)
