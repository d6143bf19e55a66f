"""Structured concurrency for a window: named tasks that are strongly referenced, report errors, and end with the window."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import TypeVar

import shiboken6
from PySide6.QtWidgets import QWidget

_Result = TypeVar("_Result")


class TaskScope:
    """Starts named tasks and references them until they are done.

    A task's `busy` widget is disabled until the last of its tasks is done, and then gets its focus back unless the focus has
    moved elsewhere. Errors go to `on_error(error, name)` on the loop's thread; cancellation is not reported.
    """

    def __init__(self, on_error: Callable[[BaseException, str], None]) -> None:
        self._on_error = on_error
        self._tasks: set[asyncio.Task[object]] = set()
        self._busy: Counter[QWidget] = Counter()
        self._closing = False

    def start(
        self, coro: Coroutine[object, object, _Result], *, name: str, busy: QWidget | None = None
    ) -> asyncio.Task[_Result]:
        """Start the coroutine at the loop's next turn. After `close` the returned task is cancelled at once."""
        task = asyncio.get_event_loop().create_task(coro, name=name)
        held = self._occupy(busy) if busy else None
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._on_task_done(done, busy, held))
        if self._closing:
            task.cancel()
        return task

    async def close(self) -> None:
        """Cancel all tasks and wait until they have ended."""
        self._closing = True
        while tasks := self._tasks - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def _occupy(self, widget: QWidget) -> QWidget | None:
        """Disable the widget; return the focused widget inside it, if any."""
        self._busy[widget] += 1
        held = widget.window().focusWidget()
        is_inside = held is widget or widget.isAncestorOf(held)
        if is_inside:
            held.clearFocus()  # otherwise Qt moves the focus to the next widget
        widget.setEnabled(False)
        return held if is_inside else None

    def _release(self, widget: QWidget, held: QWidget | None) -> None:
        """Enable the widget and restore its focus, unless the user has moved it; the focused child may be gone by now."""
        self._busy[widget] -= 1
        if self._busy[widget] > 0:
            return
        del self._busy[widget]
        if not shiboken6.isValid(widget):
            return
        widget.setEnabled(True)
        if held is not None and widget.window().focusWidget() in (None, held):
            can_take = shiboken6.isValid(held) and held.isEnabled() and held.isVisible()
            (held if can_take else widget).setFocus()

    def _on_task_done(self, task: asyncio.Task[_Result], busy: QWidget | None, held: QWidget | None) -> None:
        self._tasks.discard(task)
        if busy is not None:
            self._release(busy, held)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(error, task.get_name())
