"""Unhandled errors: logged with their context, and shown once in the window with a report to copy."""

import asyncio
import logging
import platform
import sys
import threading
from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler, qVersion

from sora_studio import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger("sora_studio")
_qt_log = logging.getLogger("qt")
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_HARMLESS = ("PulseAudioService: pa_context_connect() failed", "No audio device detected")
"""Qt's messages without a category on a machine without sound; films play anyway."""


class _Watch(logging.Handler):
    """Forwards every logged error, so that the log, the notice and the report agree and nothing is reported twice."""

    def __init__(self, tell: "Callable[[str], None]") -> None:
        super().__init__(logging.ERROR)
        self.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Forward the record, on the thread that logs it."""
        self._tell(self.format(record))


class CrashReporter(QObject):
    """While installed, logs what reaches the last-resort handlers of Python, threading, asyncio and Qt, and watches the log.

    Signals: `failed()` for every logged error, emitted on the logging thread.
    """

    failed = Signal()

    def __init__(self, redact: "Callable[[str], str]") -> None:
        super().__init__()
        self._redact = redact
        self._last_qt_message = ""
        self._recent: deque[str] = deque(maxlen=5)
        self._watch = _Watch(self._on_error_logged)

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Replace the last-resort handlers."""
        self._before = (sys.excepthook, sys.unraisablehook, threading.excepthook)
        sys.excepthook = self._on_exception
        sys.unraisablehook = self._on_unraisable
        threading.excepthook = self._on_thread_exception
        loop.set_exception_handler(self._on_loop_error)
        self._qt_before = qInstallMessageHandler(self._on_qt_message)
        logging.getLogger().addHandler(self._watch)

    def uninstall(self) -> None:
        """Restore the previous handlers."""
        sys.excepthook, sys.unraisablehook, threading.excepthook = self._before
        qInstallMessageHandler(self._qt_before)
        logging.getLogger().removeHandler(self._watch)

    def record(self, error: BaseException, where: str) -> None:
        """Log an unexpected error that was caught."""
        _log.error("Unexpected error in %s", where, exc_info=error)

    def report(self) -> str:
        """Return a report for the user to send: versions and the last errors, without secrets."""
        head = (
            f"Sora Studio {__version__}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform(terse=True)}"
        )
        return "\n\n".join([head, *self._recent])

    def _on_error_logged(self, words: str) -> None:
        self._recent.append(self._redact(words))  # redact now: the key may have changed by the time of the report
        self.failed.emit()

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self.record(error.with_traceback(trace), kind.__name__)

    def _on_unraisable(self, found: "sys.UnraisableHookArgs") -> None:
        if found.exc_value is not None:
            self.record(found.exc_value, found.err_msg or "a finalizer")

    def _on_thread_exception(self, found: threading.ExceptHookArgs) -> None:
        if found.exc_value is not None and not isinstance(found.exc_value, SystemExit):
            self.record(found.exc_value, found.thread.name if found.thread else "a thread")

    def _on_loop_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error, message = context.get("exception"), str(context.get("message", "the event loop"))
        if isinstance(error, BaseException):
            self.record(error, message)
        else:
            _log.error("Event loop: %s", message)

    def _on_qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if message == self._last_qt_message:  # a lost display is reported on every iteration
            return
        self._last_qt_message = message
        level = logging.DEBUG if message in _HARMLESS else _LEVELS.get(kind, logging.WARNING)
        _qt_log.log(level, "%s: %s", context.category or "default", message)
