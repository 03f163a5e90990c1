"""Timer triggers on the local host, against azure-webjobs-sdk-extensions' TimerListener."""

import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from azure.storage.blob import BlobServiceClient

from localdev.azurite import Azurite
from tests.hosting import StartHost

KEY = {"x-functions-key": "local"}
TIMER = """
@app.timer_trigger(arg_name="timer", schedule="%SCHEDULE%", run_on_startup=os.environ.get("ON_STARTUP") == "yes")
async def tick(timer: func.TimerRequest) -> None:
    tell(tick="start", past_due=timer.past_due, status=timer.schedule_status)
    await asyncio.sleep(float(os.environ.get("TAKES", "0")))
    tell(tick="end")
    if os.environ.get("FAILS"):
        raise RuntimeError("asked to fail")
"""
FIXED_ID = "AzureFunctionsWebHost__hostid"


class StatusBlob:
    """The blob in which the real host remembers a timer."""

    def __init__(self, connection: str, host: str) -> None:
        self._service = BlobServiceClient.from_connection_string(connection)
        self._blob = self._service.get_blob_client("azure-webjobs-hosts", f"timers/{host}/tick/status")

    def read(self) -> dict[str, datetime]:
        with self._service:
            found = json.loads(self._blob.download_blob().readall())
        return {name: datetime.fromisoformat(text) for name, text in found.items()}

    def write(self, **times: datetime) -> None:
        with self._service:
            self._blob.upload_blob(json.dumps({name: time.isoformat() for name, time in times.items()}), overwrite=True)


def test_it_fires_on_schedule_again_after_a_failure_and_never_over_itself(start_host: StartHost, azurite: Azurite) -> None:
    settings = {"SCHEDULE": "* * * * * *", "TAKES": "1.2", "FAILS": "yes"}
    host = start_host(TIMER, storage=azurite.connection_string, settings=settings)
    told = [each["tick"] for each in host.told_about(5)]
    assert told[:4] == ["start", "end", "start", "end"]
    assert host.told[0]["status"] == {}  # several runs a minute are not monitored


def test_its_status_is_kept_and_a_missed_run_is_made_up_for_at_the_next_start(
    start_host: StartHost, azurite: Azurite, tmp_path: Path
) -> None:
    settings = {"SCHEDULE": "0 0 3 * * *", FIXED_ID: "missed"}
    first = start_host(TIMER, storage=azurite.connection_string, settings=settings, folder=tmp_path)
    first.logged("The next run of 'tick' is at")
    first.process.send_signal(signal.SIGINT)
    assert first.ended() == 0
    status = StatusBlob(azurite.connection_string, "missed").read()
    assert status["Next"] == _next_three(status["LastUpdated"])

    two_days_ago = datetime.now(UTC) - timedelta(days=2)
    missed = {"Last": two_days_ago, "Next": _next_three(two_days_ago), "LastUpdated": two_days_ago}
    StatusBlob(azurite.connection_string, "missed").write(**missed)
    second = start_host(TIMER, storage=azurite.connection_string, settings=settings)
    [started] = second.told_about(1, tick="start")
    assert started["past_due"] is True
    assert datetime.fromisoformat(started["status"]["Next"]) == missed["Next"]
    second.logged("Executed 'Functions.tick' (Succeeded")
    second.process.send_signal(signal.SIGTERM)
    assert second.ended() == 0
    assert StatusBlob(azurite.connection_string, "missed").read()["Next"] > datetime.now(UTC)


def test_run_on_startup_runs_at_once_and_is_not_past_due(start_host: StartHost, azurite: Azurite) -> None:
    settings = {"SCHEDULE": "0 0 3 * * *", "ON_STARTUP": "yes"}
    host = start_host(TIMER, storage=azurite.connection_string, settings=settings)
    [started] = host.told_about(1, tick="start")
    assert started["past_due"] is False


def test_the_admin_address_runs_it_out_of_turn(start_host: StartHost, azurite: Azurite) -> None:
    host = start_host(TIMER, storage=azurite.connection_string, settings={"SCHEDULE": "0 0 3 * * *"})
    assert host.post("/admin/functions/Tick", headers=KEY, json={"input": ""}).status_code == 202
    host.told_about(1, tick="end")


def test_a_retry_policy_calls_again_in_the_same_run(start_host: StartHost, azurite: Azurite) -> None:
    source = """
@app.timer_trigger(arg_name="timer", schedule="0 0 3 * * *", run_on_startup=True)
@app.retry(strategy="{strategy}", max_retry_count="2", {intervals})
def tick(timer: func.TimerRequest, context: func.Context) -> None:
    tell(retry=context.retry_context.retry_count, of=context.retry_context.max_retry_count)
    raise RuntimeError("asked to fail")
"""
    fixed = source.format(strategy="fixed_delay", intervals='delay_interval="00:00:01"')
    growing = source.format(strategy="exponential_backoff", intervals='minimum_interval="00:00:01", maximum_interval="00:00:02"')
    hosts = [start_host(each, storage=azurite.connection_string) for each in (fixed, growing)]
    for host in hosts:
        assert host.told_about(3) == [{"retry": count, "of": 2} for count in range(3)]
        host.process.send_signal(signal.SIGTERM)
        assert host.ended() == 0
        assert len(host.told) == 3


def test_a_stop_waits_for_the_run_under_way(start_host: StartHost, azurite: Azurite) -> None:
    settings = {"SCHEDULE": "0 0 3 * * *", "ON_STARTUP": "yes", "TAKES": "1"}
    host = start_host(TIMER, storage=azurite.connection_string, settings=settings)
    host.told_about(1, tick="start")
    host.process.send_signal(signal.SIGTERM)
    assert host.ended() == 0
    assert [told["tick"] for told in host.told] == ["start", "end"]


def _next_three(moment: datetime) -> datetime:
    today = moment.replace(hour=3, minute=0, second=0, microsecond=0)
    return today if today > moment else today + timedelta(days=1)
