"""How many cases a fuzzing test tries: some hundred, the same each time; or as many as FUZZ_CASES says, new ones each time."""

import os

from hypothesis import HealthCheck, settings

IN_EVERY_RUN = 300

cases = settings(
    max_examples=int(os.environ.get("FUZZ_CASES", IN_EVERY_RUN)),
    derandomize="FUZZ_CASES" not in os.environ,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
