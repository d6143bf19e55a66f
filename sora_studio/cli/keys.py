"""`key`: the API key goes in by standard input and never comes out again."""

import getpass
import sys

from sora_studio.cli.arguments import KeyCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.report import say
from sora_studio.domain.ports import KeyOrigin, KeyStatus, KeyStore

_PLACES = {
    KeyOrigin.NONE: "There is no key.",
    KeyOrigin.ENVIRONMENT: "The key comes from SORA_STUDIO_API_KEY.",
    KeyOrigin.KEYRING: "The key is in the system's key store.",
    KeyOrigin.SESSION: "The key could not be kept: this system's key store does not work.",
}


async def perform(command: KeyCommand, keys: KeyStore) -> ExitCode:
    """0 when there is (or, after `clear`, is no longer) a key; 4 otherwise."""
    match command.action:
        case "set":
            status = await keys.save(_read_key())
            return _told(status, wanted=status.origin in (KeyOrigin.KEYRING, KeyOrigin.ENVIRONMENT))
        case "clear":
            status = await keys.clear()
            return _told(status, wanted=status == KeyStatus(KeyOrigin.NONE))
        case _:
            status = await keys.load()
            return _told(status, wanted=status.origin is not KeyOrigin.NONE)


def _told(status: KeyStatus, *, wanted: bool) -> ExitCode:
    if status.origin is not KeyOrigin.SESSION:  # a command's session is over at once, so the store's own notice would mislead
        print(_PLACES[status.origin])
        if status.notice:
            say(status.notice)
    else:
        say(_PLACES[status.origin])
    return ExitCode.SAVED if wanted else ExitCode.KEY


def _read_key() -> str:
    """One line; a terminal does not show it."""
    return getpass.getpass("API key: ") if sys.stdin.isatty() else sys.stdin.readline()
