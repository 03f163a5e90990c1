"""Fixtures that several folders use: Azurite, the Functions host over an app of a test's own, the running product."""

pytest_plugins = (
    "tests.azurite",
    "tests.contract.storages",
    "tests.hosting",
    "tests.product",
    "tests.scenarios.summary",
)
