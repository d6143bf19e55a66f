"""Notes every QObject that is finalised on another thread than its own, and every garbage collection on a worker thread.

Such an object leaves a dangling pointer in the window's event dispatcher; the crash comes minutes later, in any test.
"""

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any, Self

import pytest
from PySide6.QtCore import QObject


class _Watch(weakref.ref[QObject]):
    """Knows what it watched, and on which thread that was made."""

    __slots__ = ("kind", "thread")
    kind: str
    thread: threading.Thread

    def __new__(cls, watched: QObject, gone: "Callable[[_Watch], None]") -> Self:
        made = super().__new__(cls, watched, gone)  # type: ignore[arg-type]  # it is called with this very reference
        made.kind, made.thread = type(watched).__name__, threading.current_thread()
        return made

    def __init__(self, watched: QObject, gone: "Callable[[_Watch], None]") -> None:
        super().__init__(watched, gone)  # type: ignore[call-arg, arg-type]


class FinalizationGuard:
    """Watches every QObject that Python makes from `install` on, for the rest of the process."""

    def __init__(self) -> None:
        self._found = list[str]()
        self._watches = set[_Watch]()
        self.forbids_collections = False
        """Whether a collection on another thread counts too: while automatic collection is off."""

    def install(self) -> None:
        """The type of all Qt types makes every instance, so that is where they are seen."""
        makers: Any = type(QObject)
        make = makers.__call__

        def make_watched(kind: type, *args: object, **options: object) -> object:
            made = make(kind, *args, **options)
            if isinstance(made, QObject):
                self._watches.add(_Watch(made, self._on_gone))
            return made

        makers.__call__ = make_watched
        gc.callbacks.append(self._on_collection)

    def check(self) -> None:
        """Fail when something was found since the last check."""
        found, self._found = self._found, []
        if found:
            pytest.fail("On the wrong thread:\n  " + "\n  ".join(found), pytrace=False)

    def _on_gone(self, watch: _Watch) -> None:
        self._watches.discard(watch)
        if (thread := threading.current_thread()) is not watch.thread:
            self._found.append(f"{watch.kind} of {watch.thread.name} was finalised on {thread.name}")

    def _on_collection(self, phase: str, _info: dict[str, int]) -> None:
        thread = threading.current_thread()
        if phase == "start" and self.forbids_collections and thread is not threading.main_thread():
            self._found.append(f"a garbage collection began on {thread.name}")
