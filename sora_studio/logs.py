"""The log file: rotating, in the data folder, and without secrets: URL queries, keys and tokens are removed."""

import contextlib
import logging
import os
import re
import sys
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

WINDOW_LOG = "studio.log"
COMMANDS_LOG = "commands.log"
"""Each kind of run has its own file, so that two programs never rotate the same one."""
LEVEL_VARIABLE = "SORA_STUDIO_LOG_LEVEL"
"""Names the log level, such as DEBUG. Anything else means INFO."""
MAX_BYTES = 1_000_000
KEPT_FILES = 3
_QUERY = re.compile(r"(\bhttps?://[^\s?#\"'<>]+)[?#][^\s\"'<>)]*")
_BEARER = re.compile(r"(?i)(\bbearer\s+)[^\s\"',]+")
_SHORTEST_SECRET = 6
"""Shorter text is not a key, and hiding it would garble other words."""


class RedactingFormatter(logging.Formatter):
    """Formats a whole record, tracebacks included, and removes secrets."""

    def __init__(self, secrets: Callable[[], tuple[str | None, ...]]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record), *self._secrets())


class _LogFile(RotatingFileHandler):
    """Silently drops records that a full disk rejects: the program goes on, and there is nothing to do about the log itself."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Suppress the traceback that logging prints to standard error for every failed line."""

    def close(self) -> None:
        """Close the file, ignoring that a full disk rejects the last buffered lines."""
        with contextlib.suppress(OSError):
            super().close()


def redacted(text: str, *secrets: str | None) -> str:
    """Return `text` without URL queries, bearer tokens and these secrets."""
    text = _BEARER.sub(r"\1…", _QUERY.sub(r"\1?…", text))
    for secret in sorted(filter(None, secrets), key=len, reverse=True):  # longest first: one may be a prefix of another
        if len(secret) >= _SHORTEST_SECRET:
            for form in (secret, repr(secret)[1:-1]):  # plain, and as it appears in an exception's text
                text = text.replace(form, "…")
    return text


def start_logging(folder: Path, secrets: Callable[[], tuple[str | None, ...]], *, file_name: str, console: bool) -> None:
    """Log to a file in `folder`; with `console`, warnings to standard error as well, and always when there can be no file."""
    handlers: list[logging.Handler] = []
    trouble: OSError | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handlers.append(_LogFile(folder / file_name, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8"))
    except OSError as error:
        trouble = error
    if (console or trouble) and sys.stderr:  # none without a console
        handlers.append(logging.StreamHandler(sys.stderr))
        handlers[-1].setLevel(logging.WARNING)
    for handler in handlers:
        handler.setFormatter(RedactingFormatter(secrets))
        logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(_level())
    for chatty in ("PIL", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if trouble:
        logging.getLogger(__name__).warning("No log file: %s", trouble)


def _level() -> int:
    return logging.getLevelNamesMapping().get(os.environ.get(LEVEL_VARIABLE, "").upper(), logging.INFO)


def stop_logging() -> None:
    """Close and forget the handlers of `start_logging`."""
    for handler in list(logging.getLogger().handlers):
        if isinstance(handler.formatter, RedactingFormatter):
            logging.getLogger().removeHandler(handler)
            handler.close()
