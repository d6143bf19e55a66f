"""The task list with 100,000 tasks: from the index to the painted view, and a thousand changes at once.

The database is left out (the storage's figures include it): index and changed tasks are in memory.
"""

import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sora_studio.domain.settings import Theme
from sora_studio.domain.task import Phase
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.tasks.view import TaskView
from sora_studio.viewmodels.tasks.task_list import TaskListModel
from tests.benchmarks.figures import Figure, median
from tests.doubles.task_studio import PROFILE, index_of, task_in

ROWS = 100_000
CHANGES = 1_000
ROUNDS = 7
OPEN_AIM_MS = 100.0
CHANGE_AIM_MS = 25.0


def timed_ms(work: Callable[[], object]) -> float:
    """Return milliseconds until the work is done and everything it caused has been painted."""
    started = time.perf_counter()
    work()
    QApplication.processEvents()
    return (time.perf_counter() - started) * 1000


def main() -> int:
    """Print the figures."""
    app = QApplication(sys.argv)
    theme.apply(app, Theme.DARK)
    tasks = {number: task_in(Phase.READY, number, seen_at=None) for number in range(1, ROWS + 1)}
    running = {number: task_in(Phase.PROCESSING, number) for number in range(ROWS - CHANGES + 1, ROWS + 1)}
    index = index_of({**tasks, **running}.values())
    profiles = {"sora-2": PROFILE}
    scattered = [task_in(Phase.FAILED, number) for number in range(50, ROWS - CHANGES, (ROWS - CHANGES) // CHANGES)]
    opened, changed, finished, moved = list[float](), list[float](), list[float](), list[float]()
    for _ in range(ROUNDS):
        model = TaskListModel()
        view = TaskView(model, TaskScope(lambda error, name: print(error, name, file=sys.stderr)))
        view.resize(372, 900)
        view.show()
        QTest.qWaitForWindowExposed(view)
        opened.append(timed_ms(lambda model=model: model.load(index, profiles)))
        changed.append(timed_ms(lambda model=model: model.take_changes(list(running), running.values())))
        done = [tasks[number] for number in running]
        finished.append(timed_ms(lambda model=model, done=done: model.take_changes(list(running), done)))
        ids = [task.id for task in scattered]
        moved.append(timed_ms(lambda model=model, ids=ids: model.take_changes(ids, scattered)))
        view.close()
    for name, values, aim in (
        (f"{ROWS:,} tasks: index to paint", opened, OPEN_AIM_MS),
        (f"{CHANGES:,} of {ROWS:,} tasks change", changed, CHANGE_AIM_MS),
        (f"{CHANGES:,} of {ROWS:,} tasks change section", finished, CHANGE_AIM_MS),
        (f"{CHANGES:,} scattered tasks change section", moved, CHANGE_AIM_MS),
    ):
        Figure(name, f"{median(values):.1f} ms", f"< {aim:.0f} ms", median(values) < aim).tell()
    return 0


if __name__ == "__main__":
    sys.exit(main())
