"""How a command ended, for whoever called it."""

from enum import IntEnum

from sora_studio.domain.errors import (
    DatabaseUnusable,
    DataFolderUnusable,
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
    """Stable: scripts build on them."""

    SAVED = 0
    BUG = 1
    INVALID = 2
    FAILED = 3
    KEY = 4
    UNKNOWN = 5
    GAVE_UP = 6
    INTERRUPTED = 130


EPILOG = """\
exit codes:
  0    everything is saved (or, with --no-wait, accepted)
  1    the program itself failed; its log says where
  2    invalid input, no way for a picture, or an equal request was sent within
       the last minute (--again sends it): nothing was sent
  3    the service failed a task, or no longer serves its clip
  4    the key is missing or refused, or its account has no credit
  5    an outcome is unknown: a request may have been charged
  6    gave up: no answer or no progress for ten minutes, the database or the
       data folder cannot be used, today's spending limit is reached, there is
       no room or no right to save, or standard output cannot be written
  130  interrupted
Tasks that were sent stay whatever the code is; "sora-studio watch" goes on with
them.
"""


def code_for(error: StudioError) -> ExitCode:
    """What an error that ends a command means."""
    match error:
        case KeyMissing() | KeyRejected() | KeyringUnavailable() | OutOfCredit():
            return ExitCode.KEY
        case OutcomeUnknown():
            return ExitCode.UNKNOWN
        case StorageFull() | DatabaseUnusable() | DataFolderUnusable() | PassingError():
            return ExitCode.GAVE_UP
        case UserError():
            return ExitCode.INVALID
        case _:
            return ExitCode.GAVE_UP
