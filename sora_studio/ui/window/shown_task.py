"""Which task the stage shows: the one that was chosen, sent or shown last."""

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject, QSettings

from sora_studio.domain.task import Task
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.stage.panel import StagePanel
from sora_studio.ui.tasks.panel import TaskPanel

SHOWN_TASK = "stage/task"
"""Window-state key for the id of the last shown task."""
FindTask = Callable[[int], Awaitable[Task | None]]


class ShownTask(QObject):
    """Keeps the stage and the task list at the same task, and remembers it for the next start."""

    def __init__(self, scope: TaskScope, tasks: TaskPanel, stage: StagePanel, parent: QObject) -> None:
        super().__init__(parent)
        self._scope, self._tasks, self._stage = scope, tasks, stage
        self._find: FindTask | None = None
        self.state: QSettings | None = None
        tasks.updated.connect(stage.take_update)
        tasks.loaded.connect(self._on_tasks_loaded)
        tasks.selected.connect(self._on_tasks_selected)
        tasks.emptied.connect(stage.clear)
        stage.shown_changed.connect(self._on_stage_shown_changed)
        tasks.commands.play_requested.connect(self.play)
        tasks.commands.submitted.connect(self.show_sent)

    def attach(self, find: FindTask) -> None:
        """Set how a task is read."""
        self._find = find

    def play(self, task: Task) -> None:
        """Play a task's clip."""
        self._stage.show_task(task, play=True)

    def show_number(self, task: int, *, play: bool) -> None:
        """Show the task with this number, which the list need not know."""
        if self._find is not None:
            self._scope.start(self._show(self._find, task, play=play), name="show a task")

    def show_sent(self, tasks: list[Task]) -> None:
        """Show the new task, unless a clip is on the stage."""
        if not self._stage.shows_film:
            self._stage.show_task(tasks[0], play=False)

    async def _show(self, find: FindTask, task: int, *, play: bool) -> None:
        if (found := await find(task)) is not None:
            self._stage.show_task(found, play=play)

    def _on_tasks_selected(self, task: Task) -> None:
        self._stage.show_task(task, play=False)

    def _on_tasks_loaded(self) -> None:
        """Show the last shown task, or else the newest clip."""
        if self._stage.shown is not None:
            return
        kept = self.state.value(SHOWN_TASK, type=int) if self.state is not None else None
        task = kept if isinstance(kept, int) and self._tasks.holds(kept) else self._tasks.newest_clip
        if task is not None:
            self._tasks.choose(task)

    def _on_stage_shown_changed(self, task: int | None) -> None:
        self._tasks.select(task)
        if self.state is not None:
            self.state.setValue(SHOWN_TASK, task or 0)
