"""The storage account goes away in the middle of the work, and comes back."""

from tests.rugged.aftermath import FIGURES, all_is_well
from tests.rugged.load import Load
from tests.rugged.parts import Parts, Recorder

THINGS = 6


async def test_S14_the_storage_is_stopped_and_started_again_in_the_middle(parts: Parts, record_property: Recorder) -> None:
    """The host lives on; its doors can queue nothing of what is told to them meanwhile."""
    load = Load(parts, seed=2)
    await load.begin()
    await load.go_on(THINGS)
    await parts.stop_storage()
    await load.go_on(THINGS)
    await parts.start_storage()
    await load.go_on(THINGS)
    record_property(FIGURES, f"storage stopped and started: {await all_is_well(parts, load)}")
