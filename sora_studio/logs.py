"""The log file: rotating, in the data folder, and without secrets. Addresses keep no query, no key or token appears."""

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
"""Each kind of run has a file of its own: two programs never rotate the same one."""
LEVEL_VARIABLE = "SORA_STUDIO_LOG_LEVEL"
"""How much is logged: a level's name, such as DEBUG. INFO when it is none."""
MAX_BYTES = 1_000_000
KEPT_FILES = 3
_QUERY = re.compile(r"(\bhttps?://[^\s?#\"'<>]+)[?#][^\s\"'<>)]*")
_BEARER = re.compile(r"(?i)(\bbearer\s+)[^\s\"',]+")
_SHORTEST_SECRET = 6
"""A shorter text than this is no key, and hiding it would tear words apart."""


class RedactingFormatter(logging.Formatter):
    """Formats a whole record, tracebacks included, and takes out what must not be kept."""

    def __init__(self, secrets: Callable[[], tuple[str | None, ...]]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record), *self._secrets())


class _LogFile(RotatingFileHandler):
    """Gives up in silence what a full disk does not take: the program goes on, and nobody can act on the log's own trouble."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Instead of a traceback on standard error for every line."""

    def close(self) -> None:
        """What is not written yet may find no room either."""
        with contextlib.suppress(OSError):
            super().close()


def redacted(text: str, *secrets: str | None) -> str:
    """`text` without queries of addresses, bearer tokens and these secrets."""
    text = _BEARER.sub(r"\1…", _QUERY.sub(r"\1?…", text))
    for secret in sorted(filter(None, secrets), key=len, reverse=True):  # one may begin another
        if len(secret) >= _SHORTEST_SECRET:
            for form in (secret, repr(secret)[1:-1]):  # as it is, and as it stands in the words of an exception
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
