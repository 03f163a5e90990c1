"""Work that waits, and how long."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError

from sync_core.errors import Gone, Later, Malformed, Refused, Resync, Stale, SyncError, Unreadable
from sync_core.queues import LATE, LONGEST_WAIT, MOST_ATTEMPTS, PullRoom, Queues, SyncInstance, Work, again, decode, tell_if_late
from tests.storage_twin import QueueTwin
from tests.unit.examples import ANA, NOW, OAK

row = pytest.param
PULL = PullRoom(OAK)
A_WEEK = 7 * 24 * 3600
"""The longest that Azure hides a message."""


def clock() -> datetime:
    return NOW


class AwayQueue(QueueTwin):
    async def send_message(self, text: str, *, visibility_timeout: int = 0) -> None:
        raise ServiceRequestError("no route")


def twins() -> tuple[Queues, QueueTwin, QueueTwin]:
    pull, sync = QueueTwin(clock), QueueTwin(clock)
    return Queues(pull, sync), pull, sync


# back-off


def test_each_wait_is_twice_the_last_until_the_longest() -> None:
    work, waits = PULL, []
    for _ in range(MOST_ATTEMPTS - 1):
        work, wait = again(work, Later("busy"))
        waits.append(wait)
    assert waits == [5, 10, 20, 40, 80, 160, 320, *[LONGEST_WAIT] * 4]
    assert work.attempt == MOST_ATTEMPTS - 1


def test_the_last_attempt_raises_what_went_wrong() -> None:
    with pytest.raises(Later, match="busy"):
        again(PullRoom(OAK, attempt=MOST_ATTEMPTS - 1), Later("busy"))


ASKED = [
    row(None, 0, 5, id="not asked"),
    row(1.0, 0, 5, id="asked for less than ours"),
    row(90.0, 0, 90, id="asked for more than ours"),
    row(90.0, 5, 160, id="ours has grown longer"),
    row(3600.0, 0, 3600, id="asked for more than our longest"),
]


@pytest.mark.parametrize(("after", "attempt", "wait"), ASKED)
def test_what_the_other_side_asked_for_is_waited_at_least(after: float | None, attempt: int, wait: float) -> None:
    assert again(PullRoom(OAK, attempt=attempt), Later("busy", after=after))[1] == wait


@pytest.mark.parametrize("after", [A_WEEK + 1, 1e12, float("inf")])
def test_no_wait_is_longer_than_a_queue_can_hide_a_message(after: float) -> None:
    assert again(PULL, Later("busy", after=after))[1] < A_WEEK


@pytest.mark.parametrize("error", [Later("x"), Stale("x"), Resync("x"), Gone("x"), Unreadable("x")])
def test_what_went_wrong_is_kept_with_the_work(error: SyncError) -> None:
    repeated, _ = again(PULL, error)
    assert repeated == PullRoom(OAK, attempt=1, last_error=f"{type(error).__name__} x")


def test_of_an_error_only_its_code_is_kept() -> None:
    assert "Ana" not in again(PULL, Later("busy", "Ana's meeting"))[0].last_error


# messages

MESSAGES: list[Work] = [
    PULL,
    PullRoom(OAK, fresh=True, resubscribe=True, attempt=3, last_error="Later busy"),
    PullRoom(host=ANA),
    SyncInstance(OAK, key="040000@20260302T100000Z"),
    SyncInstance(host=ANA, event="AAMk1"),
    SyncInstance(booking="B|1", node="11"),
]


@pytest.mark.parametrize("work", MESSAGES, ids=repr)
async def test_what_is_sent_can_be_read(work: Work) -> None:
    queues, pull, sync = twins()
    await queues.send(work)
    queue, other = (pull, sync) if isinstance(work, PullRoom) else (sync, pull)
    text = queue.take()
    assert text is not None
    assert decode(type(work), text) == work
    assert other.take() is None


async def test_a_message_says_only_what_is_set() -> None:
    queues, pull, _ = twins()
    await queues.send(PULL)
    assert [json.loads(text) for text in pull.sent] == [{"room": OAK}]


RUBBISH = [
    row("", id="empty"),
    row("room", id="no JSON"),
    row("[]", id="a list"),
    row("null", id="null"),
    row('"room"', id="a text"),
    row('{"space": "Oak"}', id="a member that is not ours"),
    row('{"room": "Oak", "key": "1"}', id="a member of the other message"),
    row("{", id="half a message"),
    row('{"attempt": "3"}', id="a count in a text"),
    row('{"room": {"id": 1}}', id="an object for a room"),
    row("[" * 20_000, id="deeply nested"),
]


@pytest.mark.parametrize("text", RUBBISH)
def test_rubbish_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        decode(PullRoom, text)


def test_a_refusal_does_not_repeat_what_came() -> None:
    with pytest.raises(Malformed) as refusal:
        decode(PullRoom, '{"subject": "Layoffs"}')
    assert "Layoffs" not in str(refusal.value)


# attempts


def failing(error: SyncError) -> Any:
    async def use_case(_work: Work) -> None:
        raise error

    return use_case


async def test_work_that_was_done_is_not_sent_again() -> None:
    queues, pull, _ = twins()
    done: list[Work] = []

    async def use_case(work: PullRoom) -> None:
        done.append(work)

    await queues.attempt(use_case, PULL)
    assert (done, pull.sent) == ([PULL], [])


@pytest.mark.parametrize("error", [Later("x", after=30), Stale("x"), Resync("x"), Gone("x"), Unreadable("x")])
async def test_what_time_may_cure_goes_back_into_the_queue_to_wait(error: SyncError) -> None:
    queues, pull, _ = twins()
    await queues.attempt(failing(error), PULL)
    assert pull.take() is None
    assert pull.next_due() is not None
    assert (pull.next_due() - NOW).total_seconds() == (30 if isinstance(error, Later) else 5)
    assert [decode(PullRoom, text).attempt for text in pull.sent] == [1]


@pytest.mark.parametrize("error", [Refused("x"), Malformed("x")])
async def test_what_time_does_not_cure_goes_to_the_host(error: SyncError) -> None:
    queues, pull, _ = twins()
    with pytest.raises(type(error)):
        await queues.attempt(failing(error), PULL)
    assert pull.sent == []


async def test_what_was_tried_too_often_goes_to_the_host() -> None:
    queues, pull, _ = twins()
    with pytest.raises(Later):
        await queues.attempt(failing(Later("x")), PullRoom(OAK, attempt=MOST_ATTEMPTS - 1))
    assert pull.sent == []


async def test_what_could_not_be_queued_is_not_lost_in_silence() -> None:
    queues = Queues(AwayQueue(clock), AwayQueue(clock))
    with pytest.raises(Later, match="queue-unreachable"):
        await queues.send(PULL)
    with pytest.raises(Later, match="queue-unreachable"):
        await queues.attempt(failing(Stale("x")), PULL)


# late


QUEUED = [
    row(PULL, NOW - LATE - timedelta(seconds=1), ["PullRoom waited 301 s in its queue"], id="late"),
    row(PULL, NOW - LATE, [], id="not late yet"),
    row(PullRoom(OAK, attempt=1), NOW - timedelta(hours=1), [], id="a repeat was to wait"),
    row(PULL, None, [], id="the host does not tell"),
]


@pytest.mark.parametrize(("work", "queued", "told"), QUEUED)
def test_work_that_waited_for_long_is_told(
    work: Work, queued: datetime | None, told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        tell_if_late(work, queued, NOW)
    assert caplog.messages == told
