"""`key`: reads the API key from standard input and never prints it."""

import getpass
import sys
from collections.abc import Coroutine
from typing import Any

from sora_studio.cli.commands import KeyCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.report import say
from sora_studio.cli.streams import write_out
from sora_studio.domain.ports import KeyOrigin, KeyStatus, KeyStore

_PLACES = {
    KeyOrigin.NONE: "There is no key.",
    KeyOrigin.ENVIRONMENT: "The key comes from SORA_STUDIO_API_KEY.",
    KeyOrigin.KEYRING: "The key is in the system's key store.",
    KeyOrigin.SESSION: "The key could not be kept: this system's key store does not work.",
}


def perform(command: KeyCommand, keys: KeyStore) -> Coroutine[Any, Any, ExitCode]:
    """Return the coroutine of a key command. The key is read before it is awaited.

    Its exit code is 0 if there is (after `clear`: is no longer) a key, else 4.
    """
    match command.action:
        case "set":
            return _set(keys, _read_key())
        case "clear":
            return _clear(keys)
        case _:
            return _tell(keys)


async def _set(keys: KeyStore, key: str) -> ExitCode:
    status = await keys.save(key)
    return _told(status, wanted=status.origin in (KeyOrigin.KEYRING, KeyOrigin.ENVIRONMENT))


async def _clear(keys: KeyStore) -> ExitCode:
    status = await keys.clear()
    return _told(status, wanted=status == KeyStatus(KeyOrigin.NONE))


async def _tell(keys: KeyStore) -> ExitCode:
    status = await keys.load()
    return _told(status, wanted=status.origin is not KeyOrigin.NONE)


def _told(status: KeyStatus, *, wanted: bool) -> ExitCode:
    if status.origin is not KeyOrigin.SESSION:  # the store's notice speaks of a session, which ends with the command
        write_out(_PLACES[status.origin])
        if status.notice:
            say(status.notice)
    else:
        say(_PLACES[status.origin])
    return ExitCode.SAVED if wanted else ExitCode.KEY


def _read_key() -> str:
    """Return one line from standard input, hidden on a terminal; empty if there is none."""
    if not sys.stdin or not sys.stdin.isatty():
        return sys.stdin.readline() if sys.stdin else ""
    try:
        return getpass.getpass("API key: ")
    except EOFError:
        return ""
