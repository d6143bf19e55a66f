"""`key`: the API key goes in by standard input and never comes out again."""

import getpass
import sys
from collections.abc import Coroutine
from typing import Any

from sora_studio.cli.arguments import KeyCommand
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
    """0 when there is (or, after `clear`, is no longer) a key; 4 otherwise. A key is typed before anything is awaited."""
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
    if status.origin is not KeyOrigin.SESSION:  # a command's session is over at once, so the store's own notice would mislead
        write_out(_PLACES[status.origin])
        if status.notice:
            say(status.notice)
    else:
        say(_PLACES[status.origin])
    return ExitCode.SAVED if wanted else ExitCode.KEY


def _read_key() -> str:
    """One line; a terminal does not show it. Empty when there is none, or no standard input at all."""
    if not sys.stdin or not sys.stdin.isatty():
        return sys.stdin.readline() if sys.stdin else ""
    try:
        return getpass.getpass("API key: ")
    except EOFError:
        return ""
