"""Where a window's asynchronous work lives: started by name, held strongly, reported when it fails, ended with the window."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import TypeVar

import shiboken6
from PySide6.QtWidgets import QWidget

_Result = TypeVar("_Result")


class TaskScope:
    """Starts named tasks and keeps them until they are done.

    A task's `busy` widget is disabled meanwhile (until the last of its tasks is done) and gets the keyboard back if it had it
    and nobody took it. Errors go to `on_error(error, name)`, on the loop's thread; a cancelled task is silent.
    """

    def __init__(self, on_error: Callable[[BaseException, str], None]) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[object]] = set()
        self._busy: Counter[QWidget] = Counter()
        self._closing = False

    def start(
        self, coro: Coroutine[object, object, _Result], *, name: str, busy: QWidget | None = None
    ) -> asyncio.Task[_Result]:
        """Begin at the loop's next turn. After `close` nothing runs any more: the task comes back cancelled."""
        task = asyncio.get_event_loop().create_task(coro, name=name)
        had_focus = self._occupy(busy) if busy else False
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._on_task_done(done, busy, had_focus))
        if self._closing:
            task.cancel()
        return task

    async def close(self) -> None:
        """Cancel what still runs and wait until it is gone."""
        self._closing = True
        while tasks := self._tasks - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def _occupy(self, widget: QWidget) -> bool:
        self._busy[widget] += 1
        had_focus = widget.hasFocus()
        if had_focus:
            widget.clearFocus()  # a disabled widget would hand the keyboard to its neighbour
        widget.setEnabled(False)
        return had_focus

    def _release(self, widget: QWidget, *, refocus: bool) -> None:
        self._busy[widget] -= 1
        if self._busy[widget] > 0:
            return
        del self._busy[widget]
        if not shiboken6.isValid(widget):
            return
        widget.setEnabled(True)
        if refocus and widget.window().focusWidget() in (None, widget):
            widget.setFocus()

    def _on_task_done(self, task: asyncio.Task[_Result], busy: QWidget | None, had_focus: bool) -> None:
        self._tasks.discard(task)
        if busy is not None:
            self._release(busy, refocus=had_focus)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(error, task.get_name())
