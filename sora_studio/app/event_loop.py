"""asyncio on Qt's event loop, hardened: exact timers, few system timers, safe scheduling from other threads.

qasync starts one coarse Qt timer per callback, which fires early and outlives a cancellation. Here all callbacks wait in one
queue and one heap, and a single precise Qt timer runs them.
"""

import asyncio
import heapq
import itertools
import math
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import Executor
from contextlib import contextmanager
from contextvars import Context
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple, Unpack

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Qt, QTimer, Signal

if TYPE_CHECKING:

    class _QtLoop(asyncio.BaseEventLoop):
        """qasync's loop as the type checker sees it."""

        _timer: QObject
        _read_notifiers: dict[int, QSocketNotifier] | None
        _write_notifiers: dict[int, QSocketNotifier] | None

        def __init__(self, app: QCoreApplication) -> None: ...
        def _add_reader(self, fd: int, callback: Callable[..., object], *args: object) -> None: ...
        def _remove_reader(self, fd: int) -> bool: ...
        def _add_writer(self, fd: int, callback: Callable[..., object], *args: object) -> None: ...
        def _remove_writer(self, fd: int) -> bool: ...
        def _asyncgen_firstiter_hook(self, agen: AsyncGenerator[object, object]) -> None: ...
        def _asyncgen_finalizer_hook(self, agen: AsyncGenerator[object, object]) -> None: ...
        def _check_closed(self) -> None: ...
else:
    from qasync import QEventLoop as _QtLoop

_Args = TypeVarTuple("_Args")
_Result = TypeVar("_Result")

SLICE_S = 0.004
"""How long callbacks may run before Qt gets a turn: a quarter of a frame at 60 Hz."""
LONGEST_ALARM_MS = 86_400_000
"""Qt's timers count milliseconds in 32 bits; a day is well within that."""


class _Doorbell(QObject):
    """Wakes the loop. Signals: `rung()`, emitted from any thread and delivered on the application's."""

    rung = Signal()


class StudioEventLoop(_QtLoop):
    """An asyncio loop that Qt drives. Timers never fire early; a finished time-out leaves nothing behind in Qt.

    Its Qt objects are children of the application and are deleted by `close`, so that they are destroyed on the application's
    thread, whichever thread drops the last reference to the loop.
    """

    def __init__(self, app: QCoreApplication) -> None:
        self._owner = app
        self._soon: deque[asyncio.Handle] = deque()
        self._later: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._order = itertools.count()
        self._cancelled = 0
        self._alarm_at = math.inf
        self._firing = False
        self._rung = False
        self._is_deaf = False
        self._alarm = QTimer(app, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._alarm.timeout.connect(self._on_alarm)
        # Qt must not destroy a sender in the middle of its signal. Reentrant: a signal handler may interrupt a call.
        self._ringing = threading.RLock()
        self._doorbell = _Doorbell(app)
        self._doorbell.rung.connect(self._on_doorbell_rung, Qt.ConnectionType.QueuedConnection)
        super().__init__(app)
        self._timer.setParent(app)
        self._drop_signaller()

    def time(self) -> float:
        """Return the loop's clock: monotonic seconds."""
        return time.monotonic()

    def call_soon(
        self, callback: Callable[[Unpack[_Args]], object], *args: *_Args, context: Context | None = None
    ) -> asyncio.Handle:
        """Run `callback` after those that are already queued."""
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._add_callback(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[_Args]], object], *args: *_Args, context: Context | None = None
    ) -> asyncio.Handle:
        """Like `call_soon`, from any thread. A call that the closing of the loop overtakes is dropped with the others."""
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        with self._ringing:
            if not self._is_deaf:
                self._soon.append(handle)
                if not self._rung:  # one pending signal is enough
                    self._rung = True
                    self._doorbell.rung.emit()
        return handle

    def call_later(
        self, delay: float, callback: Callable[[Unpack[_Args]], object], *args: *_Args, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Run `callback` after at least `delay` seconds."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[[Unpack[_Args]], object], *args: *_Args, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Run `callback` when the loop's clock has reached `when`, never before."""
        self._check_closed()
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        handle._scheduled = True
        heapq.heappush(self._later, (when, next(self._order), handle))
        if when < self._alarm_at and not self._firing:
            self._set_alarm()
        return handle

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[_Args]], _Result], *args: *_Args
    ) -> asyncio.Future[_Result]:
        """Run `func` in a plain thread pool, which grows on demand; qasync would start ten QThreads at once."""
        return asyncio.BaseEventLoop.run_in_executor(self, executor, func, *args)

    def run_forever(self) -> None:
        """Run until `stop`. As in asyncio's own loop, unfinished async generators are closed on this loop."""
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook)
        try:
            super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*hooks)

    def finish(self, ending: Coroutine[object, object, None]) -> None:
        """Run `ending` to completion, even if a signal or a lost display stops the loop meanwhile."""
        task = self.create_task(ending)
        task.add_done_callback(lambda _: self.stop())
        while not task.done():
            self.run_forever()
        task.result()

    def close(self) -> None:
        """Drop all callbacks and delete the Qt objects. Closing twice is fine."""
        if self.is_closed() or self.is_running():
            super().close()
            return
        with self._ringing:
            self._is_deaf = True
        self._alarm.stop()
        self._alarm.timeout.disconnect(self._on_alarm)
        self._doorbell.rung.disconnect(self._on_doorbell_rung)
        self._soon.clear()
        self._later.clear()
        notifiers = [*(self._read_notifiers or {}).values(), *(self._write_notifiers or {}).values()]
        super().close()  # disables the notifiers
        for owned in (self._alarm, self._doorbell, self._timer, *notifiers):
            owned.deleteLater()
        # A thread may still reference the closed loop, but must not keep its Qt objects alive.
        del self._alarm, self._doorbell, self._timer, self._owner

    def _add_reader(self, fd: int, callback: Callable[..., object], *args: object) -> None:
        with self._owned(self._read_notifiers, fd):
            super()._add_reader(fd, callback, *args)

    def _remove_reader(self, fd: int) -> bool:
        with self._owned(self._read_notifiers, fd):
            return super()._remove_reader(fd)

    def _add_writer(self, fd: int, callback: Callable[..., object], *args: object) -> None:
        with self._owned(self._write_notifiers, fd):
            super()._add_writer(fd, callback, *args)

    def _remove_writer(self, fd: int) -> bool:
        with self._owned(self._write_notifiers, fd):
            return super()._remove_writer(fd)

    def _drop_signaller(self) -> None:
        """Remove qasync's own cross-thread signal, which the doorbell replaces: it would be one more Qt object to delete."""
        vars(self)["_QEventLoop__call_soon_signal"].disconnect()
        vars(self)["_QEventLoop__call_soon_signal"] = None  # `close` reads it
        del vars(self)["_QEventLoop__call_soon_signaller"]

    @contextmanager
    def _owned(self, notifiers: dict[int, QSocketNotifier] | None, fd: int) -> Generator[None]:
        """Parent a notifier that qasync creates within the block, and delete one that it drops. A closed loop has none."""
        before = notifiers.get(fd) if notifiers else None
        yield
        after = notifiers.get(fd) if notifiers else None
        if after is not None and after is not before:
            after.setParent(self._owner)
        if before is not None and before is not after:
            before.deleteLater()

    def _add_callback(self, handle: asyncio.Handle) -> None:
        self._soon.append(handle)
        if self._alarm_at > 0 and not self._firing:
            self._set_alarm()

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Called by a scheduled handle on cancellation. Cancelled handles are purged once they are half of the heap."""
        self._cancelled += handle._scheduled
        if self._cancelled * 2 > len(self._later):
            for _, _, waiting in self._later:
                waiting._scheduled = not waiting.cancelled()
            self._later = [entry for entry in self._later if not entry[2].cancelled()]
            heapq.heapify(self._later)
            self._cancelled = 0

    def _on_doorbell_rung(self) -> None:
        self._rung = False
        if self._soon and not self._firing:
            self._set_alarm()

    def _on_alarm(self) -> None:
        if self._firing:  # a nested Qt loop inside a callback: tasks are not reentrant
            return
        outer = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        self._firing = True
        try:
            self._move_due()
            self._run_slice()
        finally:
            self._firing = False
            asyncio._set_running_loop(outer)
            if not self.is_closed():
                self._set_alarm()

    def _move_due(self) -> None:
        now = self.time()
        while self._later and self._later[0][0] <= now:
            handle = heapq.heappop(self._later)[2]
            handle._scheduled = False
            if handle.cancelled():
                self._cancelled -= 1
            else:
                self._soon.append(handle)

    def _run_slice(self) -> None:
        until = self.time() + SLICE_S
        while self._soon:
            handle = self._soon.popleft()
            if not handle.cancelled():
                handle._run()
            if self.time() >= until:
                return

    def _set_alarm(self) -> None:
        if self._soon:
            self._alarm_at = 0.0
            self._alarm.start(0)
        elif self._later:
            self._alarm_at = self._later[0][0]
            wait_ms = math.ceil((self._alarm_at - self.time()) * 1000)
            self._alarm.start(min(max(wait_ms, 0), LONGEST_ALARM_MS))
        else:
            self._alarm_at = math.inf
            self._alarm.stop()
