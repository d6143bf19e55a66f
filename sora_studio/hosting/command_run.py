"""One run of the user's command: in a thread, with a timeout and bounded output, killed with all its child processes."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sora_studio.domain.errors import PublishingFailed

FILE = "{file}"
"""Placeholder for the file's path, anywhere in an argument."""
MAX_OUTPUT_BYTES = 1 << 20
"""Limit of each stream; a command that prints more counts as broken."""
LINGER_S = 0.5
"""How long to wait for remaining output after the command has ended."""
_PREFIX = "sora-studio-"
_LEFTOVER_AFTER_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Ended:
    """Result of a run. The lines are the last non-empty ones; `code` is negative for a signal."""

    code: int
    last_line: str
    last_error_line: str
    was_late: bool
    was_loud: bool


class CommandRun:
    """`perform` runs the command in the calling thread; `kill` may be called from another at any time."""

    def __init__(self, words: Sequence[str], *, within_s: float) -> None:
        self._words, self._within_s = words, within_s
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_forbidden = False

    def perform(self, content: bytes | Path, name: str) -> Ended:
        """Run with a private file of that name, which is deleted afterwards. Raises OSError if the command cannot start.

        A path names a file to link or copy: in a folder beside it, because the system's own may be in memory. Raises
        `PublishingFailed` if it cannot be read.
        """
        beside = None
        if isinstance(content, Path):
            _require_readable(content)
            beside = content.parent
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=beside, ignore_cleanup_errors=True) as folder:
            file = Path(folder) / name
            if isinstance(content, Path):
                _delete_leftovers(content.parent)
                _link_or_copy(content, file)
            else:
                file.write_bytes(content)
            process = self._start([word.replace(FILE, str(file)) for word in self._words], folder)
            output, errors = (_Reader(stream, self.kill) for stream in (process.stdout, process.stderr) if stream)
            try:
                process.wait(self._within_s)
            except subprocess.TimeoutExpired:
                was_late = True
            else:
                was_late = False
            ends = [reader.ends_within(LINGER_S) for reader in (output, errors) if not was_late]
            if not all(ends) or was_late:
                _end_group(process)
            return Ended(process.wait(), output.last_line, errors.last_line, was_late, output.is_full or errors.is_full)

    def kill(self) -> None:
        """Kill the command and its child processes, and prevent a later start; fine when it has ended."""
        with self._starting:
            self._is_forbidden = True
        if self._process is not None and self._process.poll() is None:
            _end_group(self._process)

    def _start(self, words: Sequence[str], folder: str) -> "subprocess.Popen[bytes]":
        """Start it without a shell and without our secrets, as the leader of its own process group."""
        with self._starting:
            if self._is_forbidden:
                raise InterruptedError("the command is not wanted any more")
            self._process = subprocess.Popen(  # noqa: S603 - the user's own command
                words,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={name: value for name, value in os.environ.items() if not name.startswith("SORA_STUDIO_")},
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                start_new_session=True,
            )
        return self._process


def _require_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise PublishingFailed(
            f"The copy to be sent cannot be read: {error.strerror}.", advice="Try again: a new copy is made."
        ) from None


def _link_or_copy(source: Path, file: Path) -> None:
    try:
        file.hardlink_to(source)
    except OSError:  # some file systems have no links
        shutil.copyfile(source, file)


def _delete_leftovers(folder: Path) -> None:
    """Delete what a killed program left beside its files: a link there keeps a deleted film on the disk."""
    for left in folder.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < time.time() - _LEFTOVER_AFTER_S:
                shutil.rmtree(left)


class _Reader:
    """Drains a stream in its own thread, so that the command never blocks on output, and keeps it up to a limit."""

    def __init__(self, stream: IO[bytes], on_full: Callable[[], None]) -> None:
        self.is_full = False
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._drain, args=(stream, on_full), name="command-output", daemon=True)
        self._thread.start()

    @property
    def last_line(self) -> str:
        """The last non-empty line."""
        lines = bytes(self._kept).decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def ends_within(self, seconds: float) -> bool:
        """Return whether every process that had the stream open has closed it in time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _drain(self, stream: IO[bytes], on_full: Callable[[], None]) -> None:
        with stream:
            while piece := os.read(stream.fileno(), 1 << 16):
                self._kept += piece
                if len(self._kept) > MAX_OUTPUT_BYTES:
                    self.is_full = True
                    on_full()
                    return


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)  # noqa: S603, S607
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # gone, or (on macOS) only zombies are left
            os.killpg(process.pid, signal.SIGKILL)
