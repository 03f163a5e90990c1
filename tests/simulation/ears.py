"""Who listens to what the service says aloud: its log lines, and the messages that it queues. No words of a meeting are in them,
and no person is named in a log (DESIGN.md, rule 11).
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from localdev import world as company
from tests.simulation.people import SECRET
from tests.simulation.sides import TOKEN
from tests.simulation.town import Town

PEOPLE = tuple(person.address for person in (*company.COLLEAGUES, company.VERA))
SERVICE = "sync_core"


class Ears(logging.Handler):
    def __init__(self, note: Callable[..., None]) -> None:
        super().__init__()
        self._note = note
        self._plain = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        line = self._plain.format(record)
        self._hear("a log line:", line)
        if any(address in line for address in PEOPLE):
            self._note("a person in a log line:", line)

    def message(self, text: str) -> None:
        self._hear("a message:", text)

    def _hear(self, where: str, text: str) -> None:
        if SECRET in text or TOKEN.search(text):
            self._note("words of a meeting in", where, text)


@contextmanager
def listening(town: Town, note: Callable[..., None]) -> Iterator[None]:
    log, ears = logging.getLogger(SERVICE), Ears(note)
    before = log.level, log.propagate, logging.root.manager.disable
    log.setLevel(logging.INFO)
    log.propagate = False
    logging.disable(logging.NOTSET)
    log.addHandler(ears)
    for queue in (town.pull_queue, town.sync_queue):
        queue.heard.append(ears.message)
    try:
        yield
    finally:
        log.removeHandler(ears)
        log.level, log.propagate = before[:2]
        logging.disable(before[2])
