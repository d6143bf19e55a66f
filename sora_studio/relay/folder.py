"""A relay's folder: its lock, its token, the files that it lends, and its mailbox."""

import contextlib
import os
import re
import secrets
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from sora_studio.domain.errors import InvalidSetting
from sora_studio.relay.limits import Limits
from sora_studio.relay.mailbox import Mailbox, MailboxUnusable
from sora_studio.relay.pictures import Pictures

_LOCK_NAME = "relay.lock"
_TOKEN_NAME = "token"  # noqa: S105 - the file's name
_MAILBOX_NAME = "mailbox.db"
_TOKEN = re.compile(r"[!-~]{1,200}", re.ASCII)
_TOKEN_BYTES = 24
_GOOD_TOKEN = "A relay's token has {} to 200 ASCII letters, digits and signs, without spaces."  # noqa: S105 - a sentence
LEAST_TOKEN = 16
"""Minimum length: a shorter one could be found by brute force from a secret made with it."""
_DELETE = "You can delete the file: tasks are polled without callbacks too."


@dataclass(frozen=True, slots=True)
class RelayFolder:
    """An open and locked folder. `is_token_new`: the token was just generated and has not been shown yet."""

    token: str
    is_token_new: bool
    pictures: Pictures
    mailbox: Mailbox


@contextlib.contextmanager
def opened(
    folder: Path, limits: Limits, token: str = "", *, keep_token: bool = False, least_token: int = LEAST_TOKEN
) -> Generator[RelayFolder]:
    """Lock the folder while the block runs. A given token takes precedence over the saved one, and replaces it if kept.

    Raises `InvalidSetting`, also for a token shorter than the minimum.
    """
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(FileLock(folder / _LOCK_NAME, thread_local=False).acquire(blocking=False))
            token = check_token(token, least_token) if token else _read_token(folder / _TOKEN_NAME, least_token)
            pictures = Pictures(folder / "pictures", limits)
            mailbox = Mailbox(folder / _MAILBOX_NAME, limits)
            stack.callback(mailbox.close)
            if is_new := not token:  # generate it last: after a failed start it would never be shown
                token = secrets.token_urlsafe(_TOKEN_BYTES)
            if is_new or keep_token:
                _keep_token(folder / _TOKEN_NAME, token)
        except Timeout:
            raise InvalidSetting(f"Another relay uses {folder} already.", advice="End it, or choose another folder.") from None
        except (OSError, NotImplementedError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InvalidSetting(f"The relay cannot use {folder}: {reason}.") from error
        except MailboxUnusable as error:
            raise InvalidSetting(
                f"The relay cannot use {folder / _MAILBOX_NAME}: {error}.", advice=_DELETE if error.is_damaged else ""
            ) from error
        yield RelayFolder(token, is_new, pictures, mailbox)


def saved_token(folder: Path) -> str:
    """Return the token of a relay that may be running; empty if there is none yet. Raises `InvalidSetting` and `OSError`."""
    return _read_token(folder / _TOKEN_NAME, LEAST_TOKEN)


def check_token(token: str, least: int = LEAST_TOKEN) -> str:
    """Return the token if it is long enough and fits a header; raises `InvalidSetting`."""
    if not _TOKEN.fullmatch(token) or len(token) < least:
        raise InvalidSetting(_GOOD_TOKEN.format(least))
    return token


def _keep_token(path: Path, token: str) -> None:
    """Save the token atomically, readable by this user only."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(token + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _read_token(path: Path, least: int) -> str:
    """Return the saved token, empty when there is none yet; raises `InvalidSetting`."""
    if not path.exists():
        return ""
    token = path.read_text(encoding="utf-8", errors="replace").strip()
    try:
        return check_token(token, least)
    except InvalidSetting as invalid:
        advice = f"{invalid.title} Without the file a new one is created and printed."
        raise InvalidSetting(f"{path} contains no valid token.", advice=advice) from None
