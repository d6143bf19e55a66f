"""asyncio on Qt's event loop, hardened: exact timers, few system timers, correct hand-over from threads.

qasync starts one coarse Qt timer for every callback, which fires early and lives on after a cancellation. Here all callbacks
wait in one queue and one heap, and a single precise Qt timer wakes them.
"""

import asyncio
import heapq
import itertools
import math
import sys
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
        """What qasync's loop is, to the type checker."""

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
"""Qt counts milliseconds in 32 bits; a day is well inside."""


class _Doorbell(QObject):
    """Signals: `rung` from any thread, delivered on the thread that made it."""

    rung = Signal()


class StudioEventLoop(_QtLoop):
    """An asyncio loop that Qt drives. Timers are never early; a finished time-out leaves nothing behind in Qt.

    Its Qt objects are children of the application and are deleted by `close`, so that they are destroyed on the application's
    thread, whichever one drops the loop itself.
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
        self._alarm = QTimer(app, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._alarm.timeout.connect(self._on_alarm)
        self._doorbell = _Doorbell(app)
        self._doorbell.rung.connect(self._on_doorbell_rung, Qt.ConnectionType.QueuedConnection)
        super().__init__(app)
        self._timer.setParent(app)
        self._drop_signaller()

    def time(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def call_soon(
        self, callback: Callable[[Unpack[_Args]], object], *args: *_Args, context: Context | None = None
    ) -> asyncio.Handle:
        """Run `callback` after what already waits."""
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._add_callback(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[_Args]], object], *args: *_Args, context: Context | None = None
    ) -> asyncio.Handle:
        """Like `call_soon`, from any thread."""
        self._check_closed()
        handle = asyncio.Handle(callback, args, self, context)
        self._soon.append(handle)
        if not self._rung:  # one ring is enough until the door is opened
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
        """Plain threads, made when they are needed; qasync would start ten QThreads at once."""
        return asyncio.BaseEventLoop.run_in_executor(self, executor, func, *args)

    def run_forever(self) -> None:
        """Until `stop`. Unfinished async generators are closed on this loop, as asyncio's own loop does."""
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook)
        try:
            super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*hooks)

    def finish(self, ending: Coroutine[object, object, None]) -> None:
        """Run this to its end, even if the loop is told to stop meanwhile: a signal or a lost display asks for no more."""
        task = self.create_task(ending)
        task.add_done_callback(lambda _: self.stop())
        while not task.done():
            self.run_forever()
        task.result()

    def close(self) -> None:
        """Forget every callback and delete the Qt objects. Closing twice is fine."""
        if self.is_closed() or self.is_running():
            super().close()
            return
        self._alarm.stop()
        self._alarm.timeout.disconnect(self._on_alarm)
        self._doorbell.rung.disconnect(self._on_doorbell_rung)
        self._soon.clear()
        self._later.clear()
        notifiers = [*(self._read_notifiers or {}).values(), *(self._write_notifiers or {}).values()]
        super().close()  # disables the notifiers
        for owned in (self._alarm, self._doorbell, self._timer, *notifiers):
            owned.deleteLater()
        # A thread may keep the closed loop for a while, but no Qt object with it.
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
        """The doorbell replaces qasync's own signal from threads, and two Qt objects need more care than one."""
        vars(self)["_QEventLoop__call_soon_signal"].disconnect()
        vars(self)["_QEventLoop__call_soon_signal"] = None  # `close` asks for it
        del vars(self)["_QEventLoop__call_soon_signaller"]

    @contextmanager
    def _owned(self, notifiers: dict[int, QSocketNotifier] | None, fd: int) -> Generator[None]:
        """Give a notifier that qasync makes meanwhile a parent, and delete the one that it drops; a closed loop has none."""
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
        """Called by a handle that is cancelled while it waits: cancelled ones go when they are half of the heap."""
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
        if self._firing:  # a nested Qt loop inside a callback: a task must not be entered twice
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
