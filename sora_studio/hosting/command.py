"""The user's own command that uploads a file and prints its address: for every host that we do not support."""

import asyncio
import hashlib
import math
import re
import secrets
import shlex
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import PublishingFailed, RouteUnusable, StorageFull
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.picture import PIXEL, PreparedPicture
from sora_studio.domain.settings import is_loopback, quoted
from sora_studio.hosting.command_run import FILE, CommandRun, Ended
from sora_studio.logs import redacted

WITHIN_S = 120.0
SLOWEST_BYTES_PER_S = 100_000
"""A film or sound gets the time of its size at this speed in addition: the program cannot see a command's progress."""
MAX_URL_CHARS = 4_096
MAX_DETAIL_CHARS = 300
_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f\"'<>\\]+", re.ASCII)
_QUOTED = re.compile(r"^([\"'])(.*)\1$", re.DOTALL)
_ADVICE = "Check the command in Settings, Pictures."


class CommandHost:
    """A `PictureHost` over a command, which runs without a shell and prints the address as its last line.

    The command gets a private file that is deleted when it ends. On a timeout it is killed with all its child processes.
    """

    def __init__(self, command: str, *, within_s: float = WITHIN_S) -> None:
        self._command = command
        self._within_s = within_s

    @property
    def place(self) -> str:
        """Hash of the command, which identifies it without its text: that may contain a password."""
        return f"command {hashlib.sha256(self._command.encode()).hexdigest()[:12]}"

    async def publish(self, picture: PreparedPicture | PreparedFile, handle: str, *, lifetime_s: float) -> str:  # noqa: ARG002
        """See `PictureHost`; how long the file stays is up to the command. Kill the command when cancelled."""
        if isinstance(picture, PreparedFile):
            within_s = self._within_s + math.ceil(picture.size_bytes / SLOWEST_BYTES_PER_S)
            content = picture.path
        else:
            within_s, content = self._within_s, picture.content
        run = CommandRun(_words(self._command), within_s=within_s)
        thread = ThreadPoolExecutor(1, "command")  # a thread of its own: a slow command must not occupy the shared pool
        try:
            ended = await asyncio.get_running_loop().run_in_executor(thread, run.perform, content, handle)
        except OSError as error:
            if is_full(error):
                raise StorageFull from None
            raise RouteUnusable(
                f"The command could not be started: {error.strerror}.", advice=_ADVICE, nothing_left=True
            ) from None
        finally:
            run.kill()
            thread.shutdown(wait=False)
        return _address(ended, within_s)

    async def withdraw(self, handle: str) -> None:
        """Do nothing: the command can only publish."""

    async def check(self) -> str:
        """Publish a picture of one pixel, which stays online. Raises like `publish`."""
        return await self.publish(PIXEL, f"check-{secrets.token_urlsafe(16)}.png", lifetime_s=0)


def split(command: str, *, windows: bool) -> list[str]:
    """Split a command into words. A backslash on Windows is a path separator. Raises ValueError for an unclosed quote."""
    words = shlex.split(command, posix=not windows)
    return [_QUOTED.sub(r"\2", word) for word in words] if windows else words


def _words(command: str) -> list[str]:
    """Return program and arguments, with a placeholder for the file; raises `RouteUnusable` when there is no such program."""
    try:
        words = split(command, windows=sys.platform == "win32")
    except ValueError:
        raise RouteUnusable("The command has an unclosed quotation mark.", advice=_ADVICE, nothing_left=True) from None
    if not words:
        raise RouteUnusable("No command for pictures is set.", advice=_ADVICE, nothing_left=True)
    program = shutil.which(str(Path(words[0]).expanduser()))
    if program is None:
        raise RouteUnusable(f"The program {quoted(words[0])} was not found.", advice=_ADVICE, nothing_left=True)
    arguments = words[1:] if any(FILE in word for word in words[1:]) else [*words[1:], FILE]
    return [str(Path(program).absolute()), *arguments]


def _address(ended: Ended, within_s: float) -> str:
    """Return the last printed line; raises `PublishingFailed`, without that line: it could be a signed link."""
    detail = redacted(ended.last_error_line)[:MAX_DETAIL_CHARS]
    if ended.was_late:
        raise PublishingFailed(f"The command did not finish within {within_s:g} s.", advice=_ADVICE, detail=detail)
    if ended.was_loud:
        raise PublishingFailed("The command printed too much.", advice=_ADVICE, detail=detail)
    if ended.code != 0:
        raise PublishingFailed(f"The command failed with the code {ended.code}.", advice=_ADVICE, detail=detail)
    url = ended.last_line
    if len(url) > MAX_URL_CHARS or not _ADDRESS.fullmatch(url) or not (url.startswith("https:") or is_loopback(url)):
        raise PublishingFailed("The last line that the command printed is not an https address.", advice=_ADVICE, detail=detail)
    return url
