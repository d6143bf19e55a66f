"""Which tasks wait and which are running at the service, as last seen in the database."""

from collections import defaultdict
from collections.abc import Container

from sora_studio.domain.task import Task, TaskState


class TaskCounts:
    """Counts tasks of one gateway by model. Fed with every changed row, so it is right for tasks of other processes too."""

    def __init__(self, gateway: str) -> None:
        self._gateway = gateway
        self._waiting: defaultdict[str, set[int]] = defaultdict(set)
        self._running: defaultdict[str, set[int]] = defaultdict(set)
        self._ranks = dict[int, float]()

    @property
    def waiting(self) -> int:
        """The number over all models."""
        return sum(map(len, self._waiting.values()))

    @property
    def running(self) -> int:
        """The number over all models."""
        return sum(map(len, self._running.values()))

    @property
    def models(self) -> list[str]:
        """Models with waiting tasks."""
        return [model for model, tasks in self._waiting.items() if tasks]

    def first_waiting(self, model: str, *, besides: Container[int] = ()) -> int | None:
        """Return the waiting task of a model that is first in order and not in `besides`. Held tasks do not count."""
        return min((task for task in self._waiting[model] if task not in besides), key=self.order_of, default=None)

    def order_of(self, task: int) -> tuple[float, int]:
        """Return what waiting tasks are ordered by, over all models."""
        return self._ranks.get(task, float(task)), task

    def running_of(self, model: str) -> int:
        """Return how many tasks of the model are running."""
        return len(self._running[model])

    def task_changed(self, task: Task) -> None:
        """Count a changed row."""
        if task.gateway == self._gateway:
            if task.state is TaskState.WAITING and task.rank != task.id:
                self._ranks[task.id] = task.rank
            else:
                self._ranks.pop(task.id, None)
            self.place(task.id, task.request.model, self._counted_as(task))

    def place(self, task: int, model: str, state: TaskState | None) -> None:
        """Count a task as waiting, as running, or not at all."""
        self._waiting[model].discard(task)
        self._running[model].discard(task)
        if state is TaskState.WAITING:
            self._waiting[model].add(task)
        elif state is not None and state.is_running:
            self._running[model].add(task)

    @staticmethod
    def _counted_as(task: Task) -> TaskState | None:
        """Return the state to count. Once removed, an unclear task frees its place and a waiting one is not sent."""
        put_aside = task.state in (TaskState.UNKNOWN, TaskState.WAITING) and task.is_put_aside
        is_held = task.state is TaskState.WAITING and task.held_at is not None
        return None if put_aside or is_held else task.state
