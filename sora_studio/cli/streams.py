"""Writes to standard output and error, which may be closed, a pipe without a reader, or a file on a full disk."""

import contextlib
import os
import sys
from collections.abc import Generator
from typing import TextIO

from sora_studio.domain.errors import StudioError


class OutputFailed(StudioError):
    """Standard output could not be written."""

    advice = 'Tasks that were sent stay; "sora-studio watch" goes on with them.'

    def __init__(self, error: OSError) -> None:
        super().__init__(f"Standard output cannot be written: {error.strerror or error}.")


def write_out(line: str) -> None:
    """Write a line of the result and flush it. Raises `BrokenPipeError` if the reader has gone, else `OutputFailed`."""
    if sys.stdout:
        with _failing():
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


def flush_out() -> None:
    """Flush the buffer, so that a failure is reported here and not at the interpreter's exit. Raises like `write_out`."""
    if sys.stdout:
        with _failing():
            sys.stdout.flush()


def write_err(text: str) -> None:
    """Write a message to standard error. Failures are ignored: messages are not the command's result."""
    if sys.stderr:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except OSError:
            _discard(sys.stderr)


@contextlib.contextmanager
def _failing() -> Generator[None]:
    try:
        yield
    except BrokenPipeError:
        _discard(sys.stdout)
        raise
    except OSError as error:
        _discard(sys.stdout)
        raise OutputFailed(error) from error


def _discard(stream: TextIO) -> None:
    """Redirect the stream to the null device: the interpreter would otherwise fail again at exit."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
