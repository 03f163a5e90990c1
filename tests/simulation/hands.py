"""All that people can do, in whatever scene."""

from tests.simulation.days import Days
from tests.simulation.several import Several
from tests.simulation.strangers import Strangers
from tests.simulation.twins import Twins


class Hands(Twins, Several, Days, Strangers):
    """The same hands as of every day, and more that they can."""
