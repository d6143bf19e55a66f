"""Exit codes of the commands."""

from enum import IntEnum

from sora_studio.domain.errors import (
    BatchBlocked,
    DatabaseUnusable,
    DataFolderUnusable,
    FileNotWritten,
    KeyMissing,
    KeyRejected,
    KeyringUnavailable,
    OutcomeUnknown,
    OutOfCredit,
    PassingError,
    StorageFull,
    StudioError,
    UserError,
)


class ExitCode(IntEnum):
    """Stable: scripts depend on the values."""

    SAVED = 0
    BUG = 1
    NEEDS_YOU = 1
    """Of `doctor`: something needs a person."""
    HINTS = 1
    """Of `hints`: there are some."""
    INVALID = 2
    FAILED = 3
    KEY = 4
    UNKNOWN = 5
    GAVE_UP = 6
    INTERRUPTED = 130


EPILOG = """\
exit codes:
  0    everything is saved (or, with --no-wait, accepted)
  1    the program itself failed; its log says where; of "doctor": something needs
       you; of "hints": there are some
  2    invalid input, no route for a picture, or an equal request was sent within
       the last minute (--again sends it): nothing was sent
  3    the service failed a task, or no longer serves its clip
  4    the key is missing or refused, or its account has no credit
  5    an outcome is unknown: a request may have been charged
  6    gave up: no answer or no progress for ten minutes, the database or the
       data folder cannot be used, today's spending limit is reached, sending is
       paused, there is no space or permission to save, or standard output
       cannot be written
  130  interrupted
Tasks that were sent are kept in any case; "sora-studio watch" resumes them.
"""


def code_for(error: StudioError) -> ExitCode:
    """Return the exit code of an error that ends a command."""
    match error:
        case KeyMissing() | KeyRejected() | KeyringUnavailable() | OutOfCredit():
            return ExitCode.KEY
        case OutcomeUnknown():
            return ExitCode.UNKNOWN
        case BatchBlocked() | StorageFull() | DatabaseUnusable() | DataFolderUnusable() | FileNotWritten() | PassingError():
            return ExitCode.GAVE_UP
        case UserError():
            return ExitCode.INVALID
        case _:
            return ExitCode.GAVE_UP
