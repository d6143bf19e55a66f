"""What ended while the window was in the background: one message for all of it, brought up to date instead of repeated."""

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from sora_studio.domain.failures import explain
from sora_studio.domain.prompt import first_line
from sora_studio.domain.task import Phase, Task
from sora_studio.viewmodels.tasks.task_feed import TaskUpdate

COLLECT_MS = 1_000
"""Joins tasks that end together."""
PAUSE_MS = 10_000
"""Least time between two messages."""
_PROMPT_CHARS = 80


@dataclass(frozen=True, slots=True)
class News:
    """One message as plain text about `count` tasks. `task` is the one to show: the last that became ready, else the last.

    `clip` is the same task if it has a clip to play; None if nothing became ready.
    """

    title: str
    body: str
    task: int
    clip: int | None
    count: int = 1


class FinishedNews(QObject):
    """Collects tasks that became ready or failed while the window is not in front.

    A task counts once, and only if it was unfinished when this session first saw it or ended after its start. Coming to the
    front empties the collection.

    Signals: `told(News)` at most every 10 s, with everything since the window left the front; `withdrawn()` when the window is
    in front again and something was told.
    """

    told = Signal(object)
    withdrawn = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        collect_ms: int = COLLECT_MS,
        pause_ms: int = PAUSE_MS,
        since: datetime | None = None,
    ) -> None:
        super().__init__(parent)
        self._collect_ms, self._pause_ms = collect_ms, pause_ms
        self._since = since or datetime.now(UTC)
        self._unfinished, self._counted = set[int](), set[int]()
        self._ended = list[Task]()
        self._in_front = True
        self._has_more = self._is_shown = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timer_timeout)

    def take_update(self, update: TaskUpdate) -> None:
        """Take the changed tasks."""
        ended = [task for task in update.tasks.values() if self._is_news(task)]
        if not ended or self._in_front:
            return
        self._ended += ended
        self._has_more = True
        if not self._timer.isActive():
            self._timer.start(self._collect_ms)

    def set_in_front(self, in_front: bool) -> None:
        """Set whether a window of this program is in front."""
        self._in_front = in_front
        if not in_front:
            return
        self._ended.clear()
        self._has_more = False
        if self._is_shown:
            self._is_shown = False
            self.withdrawn.emit()

    def _is_news(self, task: Task) -> bool:
        """Return whether the task has just ended, and remember that it was counted."""
        if task.phase not in (Phase.READY, Phase.FAILED):
            if not task.state.is_over or task.phase in (Phase.DOWNLOADING, Phase.UNSAVED):
                self._unfinished.add(task.id)
            return False
        if task.id in self._counted or task.removed_at is not None:
            return False
        if task.id not in self._unfinished and not (task.completed_at and task.completed_at >= self._since):
            return False
        self._unfinished.discard(task.id)
        self._counted.add(task.id)
        return True

    def _on_timer_timeout(self) -> None:
        if self._has_more:
            self._has_more, self._is_shown = False, True
            self.told.emit(news_of(self._ended))
            self._timer.start(self._pause_ms)


def news_of(ended: list[Task]) -> News:
    """Return the message about these tasks, of which there is at least one; the last one ended last."""
    ready = [task for task in ended if task.phase is Phase.READY]
    failed = [task for task in ended if task.phase is not Phase.READY]
    refused = sum(map(_is_refused, failed))
    counts = ((len(ready), "ready"), (refused, "refused"), (len(failed) - refused, "failed"))
    shown = (ready or ended)[-1]
    body = first_line(shown.request.prompt, _PROMPT_CHARS)
    if len(ended) > 1:
        body = f"{body} and {len(ended) - 1:,} more"
    title = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    return News(title, body, shown.id, ready[-1].id if ready else None, len(ended))


def _is_refused(task: Task) -> bool:
    """Return whether the request itself was at fault."""
    return explain(task.fail_code, task.fail_message, model=task.request.model).fixable


class WorkProgress(QObject):
    """How much of the current work is done: of all tasks since the last time that none was running or waiting.

    Signals: `changed(float)` with a fraction from 0 to 1; -1 when there is no work.
    """

    changed = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._left = self._done = 0
        self._told = -1.0

    def take_update(self, update: TaskUpdate) -> None:
        """Take the totals."""
        left = update.running + update.waiting
        self._done = self._done + max(0, self._left - left) if left else 0
        self._left = left
        fraction = self._done / (self._done + left) if left else -1.0
        if fraction != self._told:
            self._told = fraction
            self.changed.emit(fraction)
