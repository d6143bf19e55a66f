"""What nobody caught: logged with its context, and said once in the window with a report to copy."""

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
"""What Qt says, without a category, on a machine without sound; films play all the same."""


class _Watch(logging.Handler):
    """Hands on what is logged as an error, whoever logged it: what is in the log is told and reported, and nothing is twice."""

    def __init__(self, tell: "Callable[[str], None]") -> None:
        super().__init__(logging.ERROR)
        self.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """In the thread that logs."""
        self._tell(self.format(record))


class CrashReporter(QObject):
    """Stands behind Python's, threading's, asyncio's and Qt's last handlers, and watches the log, while it is installed.

    Signals: `failed()` for every error in the log, from any thread.
    """

    failed = Signal()

    def __init__(self, redact: "Callable[[str], str]") -> None:
        super().__init__()
        self._redact = redact
        self._last_qt_message = ""
        self._recent: deque[str] = deque(maxlen=5)
        self._watch = _Watch(self._on_error_logged)

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the last handlers' places."""
        self._before = (sys.excepthook, sys.unraisablehook, threading.excepthook)
        sys.excepthook = self._on_exception
        sys.unraisablehook = self._on_unraisable
        threading.excepthook = self._on_thread_exception
        loop.set_exception_handler(self._on_loop_error)
        self._qt_before = qInstallMessageHandler(self._on_qt_message)
        logging.getLogger().addHandler(self._watch)

    def uninstall(self) -> None:
        """Give them back."""
        sys.excepthook, sys.unraisablehook, threading.excepthook = self._before
        qInstallMessageHandler(self._qt_before)
        logging.getLogger().removeHandler(self._watch)

    def record(self, error: BaseException, where: str) -> None:
        """An error that somebody caught but did not expect."""
        _log.error("Unexpected error in %s", where, exc_info=error)

    def report(self) -> str:
        """What a person can send: versions and the last errors, without secrets."""
        head = (
            f"Sora Studio {__version__}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform(terse=True)}"
        )
        return "\n\n".join([head, *self._recent])

    def _on_error_logged(self, words: str) -> None:
        self._recent.append(self._redact(words))  # now: the key may be another one when the report is asked for
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
        if message == self._last_qt_message:  # a lost display is told at every turn
            return
        self._last_qt_message = message
        level = logging.DEBUG if message in _HARMLESS else _LEVELS.get(kind, logging.WARNING)
        _qt_log.log(level, "%s: %s", context.category or "default", message)
