"""What will happen by itself, ordered by the moment it is due."""

from bisect import insort
from collections.abc import Callable
from datetime import datetime, timedelta

from localdev.graph.state import Task, Tenant


class Agenda:
    """While a task runs, `moment()` is when it was due and not when somebody came to run it: so a chain of tasks has the
    same times however coarsely the clock is moved."""

    def __init__(self, tenant: Tenant, now: Callable[[], datetime]) -> None:
        self._tenant = tenant
        self._now = now
        self._running: datetime | None = None

    def moment(self) -> datetime:
        return self._running or self._now()

    def after(self, seconds: float, kind: str, **args: str) -> None:
        self.at(self.moment() + timedelta(seconds=seconds), kind, **args)

    def at(self, due: datetime, kind: str, **args: str) -> None:
        self._tenant.task_order += 1
        insort(self._tenant.agenda, Task(due, self._tenant.task_order, kind, args), key=_place)

    def next_due(self) -> datetime | None:
        return self._tenant.agenda[0].due if self._tenant.agenda else None

    def take(self, until: datetime) -> Task | None:
        agenda = self._tenant.agenda
        return agenda.pop(0) if agenda and agenda[0].due <= until else None

    def take_like(self, until: datetime, alike: Callable[[Task], bool]) -> list[Task]:
        """The other tasks due by then that go together with one already taken."""
        taken = [task for task in self._tenant.agenda if task.due <= until and alike(task)]
        self._tenant.agenda[:] = [task for task in self._tenant.agenda if task not in taken]
        return taken

    def drop(self, unwanted: Callable[[Task], bool]) -> None:
        self._tenant.agenda[:] = [task for task in self._tenant.agenda if not unwanted(task)]

    def run(self, task: Task, action: Callable[[dict[str, str]], None]) -> None:
        self._running = task.due
        try:
            action(task.args)
        finally:
            self._running = None


def _place(task: Task) -> tuple[datetime, int]:
    return task.due, task.order
