"""The guard of the window's tests can fail, and says what went where."""

import gc
import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QBuffer, QObject, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.gui.finalization_guard import FinalizationGuard


def on_a_thread(act: Callable[[], object]) -> None:
    thread = threading.Thread(target=act, name="a worker")
    thread.start()
    thread.join()


class Cycle(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.me = self


@pytest.mark.parametrize("kind", [QObject, QTimer, QLabel])
def test_a_last_reference_on_a_thread_is_found(
    kind: type[QObject], qapp: QApplication, finalization_guard: FinalizationGuard
) -> None:
    held = [kind()]
    on_a_thread(held.clear)
    with pytest.raises(pytest.fail.Exception, match=f"{kind.__name__} of MainThread was finalised on a worker"):
        finalization_guard.check()
    finalization_guard.check()  # said once


def test_a_collection_on_a_thread_is_found_with_what_it_destroys(
    qapp: QApplication, finalization_guard: FinalizationGuard
) -> None:
    Cycle()
    on_a_thread(gc.collect)
    with pytest.raises(pytest.fail.Exception) as failure:
        finalization_guard.check()
    assert "a garbage collection began on a worker" in str(failure.value)
    assert "Cycle of MainThread was finalised on a worker" in str(failure.value)


def test_allocating_on_a_thread_collects_nothing_while_a_window_test_runs(
    qapp: QApplication, finalization_guard: FinalizationGuard
) -> None:
    Cycle()
    on_a_thread(lambda: [[] for _ in range(100_000)])
    finalization_guard.check()


def test_what_a_thread_makes_for_itself_is_left_alone(qapp: QApplication, finalization_guard: FinalizationGuard) -> None:
    on_a_thread(QBuffer)
    finalization_guard.check()


def test_what_ends_on_the_main_thread_is_left_alone(qapp: QApplication, finalization_guard: FinalizationGuard) -> None:
    window, timer = QWidget(), QTimer()
    QLabel("inside", window)
    del window, timer
    Cycle()
    gc.collect()
    finalization_guard.check()
