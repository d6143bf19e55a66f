"""Cyclic garbage collection on the window's thread only.

Python runs its cyclic collector on whichever thread allocates. A Qt timer or socket notifier that is destroyed on a worker
thread leaves a dangling pointer in the window's event dispatcher, and the program crashes minutes later. So automatic
collection stays off while Qt runs, and a timer collects instead.
"""

import gc
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QWindow

TICK_MS = 100
"""Short enough that few new objects wait at each tick, long enough that an idle program costs nothing."""
START_UP_S = 5.0
"""The session's imports and first queries are done by then; nearly all objects that they created live until the end."""
IDLE_S = 2.0
"""No input for this long: a pause of a few milliseconds goes unnoticed."""
MIDDLE_OBJECTS = 3_000
"""The two younger generations are collected together once they hold this many objects, which takes about 0.7 ms."""
FULL_OBJECTS = 4_000
"""A full collection is due in the next idle moment when the oldest generation has grown by this much."""
URGENT_OBJECTS = 15_000
"""With so many, a full collection no longer waits for an idle moment: each further object makes it 0.1 to 0.7 µs longer."""
BURST_OBJECTS = 15_000
"""More new objects than this at one tick are an import or a large load: frozen, as scanning them would take too long."""
FREEZE_OVER_S = 0.008
"""When a full collection takes more processor time than this, its survivors are frozen, so that the next one is short."""

_INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.InputMethod,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletMove,
    }
)


class InputWatch(QObject):
    """Notes when the keyboard or a pointer was last used.

    It filters the events of focused native windows only: a filter on the application would run for every timer and paint.
    """

    def __init__(self, app: QGuiApplication, *, clock: Callable[[], float]) -> None:
        super().__init__(app)
        self._clock = clock
        self._last_input_s = clock()
        app.focusWindowChanged.connect(self._on_focus_window_changed)
        self._on_focus_window_changed(app.focusWindow())

    @property
    def idle_s(self) -> float:
        """Seconds since the last input."""
        return self._clock() - self._last_input_s

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self._last_input_s = self._clock()
        return super().eventFilter(watched, event)

    def _on_focus_window_changed(self, window: QWindow | None) -> None:
        self._last_input_s = self._clock()
        if window is not None:
            window.installEventFilter(self)  # installing it twice still calls it once


class GarbageCollector(QObject):
    """Runs Python's cyclic collector from a timer, in short pauses.

    The younger generations are collected when Python's own thresholds say so, the oldest one when the user is idle.
    Once this object exists, no collection starts by itself on any thread.
    """

    def __init__(self, app: QGuiApplication, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(app)
        gc.disable()
        self._input = InputWatch(app, clock=clock)
        self._old = 0  # objects that the last full collection left
        self._promoted = 0  # by how much the oldest generation has grown since then
        self._timer = QTimer(self)

    def start(self) -> None:
        """Freeze existing objects now and again after start-up, then start collecting."""
        self._freeze()
        QTimer.singleShot(round(START_UP_S * 1000), self, self._on_start_up_over)

    def finish(self) -> None:
        """Stop, and collect once more. Call it on the window's thread once the window is hidden."""
        self._timer.stop()
        gc.collect()

    def collect_due(self) -> None:
        """Collect the generations that are due, if any."""
        new, threshold = _size(0), gc.get_threshold()
        if new > BURST_OBJECTS:
            self._freeze()
        elif self._full_is_due():
            self._collect_all()
        elif new <= threshold[0]:
            return
        elif gc.get_count()[1] > threshold[1] or _size(1) + new > MIDDLE_OBJECTS:
            gc.collect(1)
            self._promoted = _size(2) - self._old
        else:
            gc.collect(0)

    def _full_is_due(self) -> bool:
        if self._promoted > URGENT_OBJECTS:
            return True
        is_due = self._promoted > FULL_OBJECTS or gc.get_count()[2] > gc.get_threshold()[2]
        return is_due and self._input.idle_s >= IDLE_S

    def _collect_all(self) -> None:
        began = time.thread_time()
        gc.collect()
        if time.thread_time() - began > FREEZE_OVER_S:
            self._freeze()
        else:
            self._old, self._promoted = _size(2), 0

    def _freeze(self) -> None:
        """Exempt everything that exists from collection; objects outside of cycles are still freed as usual."""
        gc.freeze()
        self._old = self._promoted = 0

    def _on_start_up_over(self) -> None:
        self._freeze()
        self._timer.timeout.connect(self.collect_due)
        self._timer.start(TICK_MS)


def _size(generation: int) -> int:
    """Return the number of objects in a generation. `gc.get_count` is no substitute: freeing an older object lowers it too."""
    return len(gc.get_objects(generation=generation))
