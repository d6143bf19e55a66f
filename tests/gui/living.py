"""What lives in the process, counted before and after windows are opened and closed."""

import gc
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

WARM_UP = 2
"""The first openings fill caches and import modules."""
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Growth:
    """What so many openings left behind: Qt objects by class, wrappers of the windows, threads and resident memory.

    `waiting` counts the Qt objects, and `waiting_wrappers` the windows, that only the garbage collector freed.
    """

    objects: dict[str, int]
    wrappers: int
    waiting: dict[str, int]
    waiting_wrappers: int
    threads: list[str]
    kilobytes: int


def growth(open_and_close: Callable[[], QWidget], openings: int) -> Growth:
    """Open a window and close it so often, after a warm-up. Automatic collection has to be off."""
    for _ in range(WARM_UP):
        open_and_close()
        _settle()
    gc.collect()
    before, threads, kilobytes = _living(), _threads(), _resident_kb()
    waiting, waiting_wrappers, wrappers = Counter[str](), 0, list[weakref.ref[QWidget]]()
    for number in range(openings):
        wrappers.append(weakref.ref(open_and_close()))
        _settle()
        waiting_wrappers += wrappers[-1]() is not None
        if number % 10 == 0:  # looking at everything takes its time
            waiting |= _living() - before
        gc.collect(1)
    gc.collect()
    return Growth(
        dict(_living() - before),
        sum(wrapper() is not None for wrapper in wrappers),
        dict(waiting),
        waiting_wrappers,
        sorted(thread.name for thread in _staying(threads)),
        _resident_kb() - kilobytes,
    )


def _settle() -> None:
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _living() -> Counter[str]:
    """The classes of all Qt objects that exist: below the application and its widgets, and whatever Python knows of."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    tops = [app, *app.topLevelWidgets()]
    known = [found for found in gc.get_objects() if isinstance(found, QObject) and isValid(found)]
    below = [found for top in tops for found in [top, *top.findChildren(QObject)]]
    return Counter(type(found).__name__ for found in {id(found): found for found in [*known, *below]}.values())


def _threads() -> set[threading.Thread]:
    """Without those of the event loop's pool, which starts them when it is busy, up to its limit, and keeps them."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("asyncio_")}


def _staying(before: set[threading.Thread]) -> set[threading.Thread]:
    """The threads that have come to stay; one that is ending, such as a disk's, is given its time."""
    give_up_at = time.monotonic() + 10
    while (new := _threads() - before) and time.monotonic() < give_up_at:
        next(iter(new)).join(0.1)
    return new


def _resident_kb() -> int:
    """Only Linux tells it without another library."""
    if not _STATUS.exists():
        return 0
    return next(int(line.split()[1]) for line in _STATUS.read_text().splitlines() if line.startswith("VmRSS"))
