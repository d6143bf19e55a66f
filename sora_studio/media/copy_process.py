"""Makes the published copy of a film or sound in a process of its own, and names it by its content."""

import hashlib
import io
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, cast

from sora_studio.atomic_file import sync_folder
from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import PassingError, StorageFull, StudioError
from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.media_types import FILM_TYPES, SOUND_TYPES
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.media.copy_plan import CopyPlan
from sora_studio.media.film_process import KILLED_BY_OTHERS, child_environment, own_program
from sora_studio.media.recording_file import unusable

COMMAND = "copy-film"
STALLED_AFTER_S = 60.0
"""A process that has written nothing for so long is stuck, or its disk is dead."""
LONGEST_S = 86_400.0
"""A copy may take hours."""
_UNFINISHED = ".copy-"
_END_WITHIN_S = 5.0
"""A killed process that waits for a dead disk cannot end."""
_EVERY_S = 0.1
_IN_THE_BACKGROUND = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
"""On Windows; elsewhere the process lowers its own priority."""
_MAX_LINE_BYTES = 4096
_BLOCK_BYTES = 1 << 20
_MADE_SHARE = 0.9
"""Of the progress; the rest is reading the copy once more for its digest."""


class EncoderUnavailable(StudioError):
    """The process has no encoder for this plan."""

    title = "This system cannot convert the file."


class CopyProcess:
    """One copy. `make` blocks; `cancel`, from any thread, kills the process and makes `make` end soon.

    `progress` is called from the thread of `make`, with 0 to 1, at most ten times a second; it never goes back.
    """

    def __init__(
        self, progress: Callable[[float], None], command: Sequence[str] = (), *, stalled_after_s: float = STALLED_AFTER_S
    ) -> None:
        self._progress = progress
        self._fraction, self._reported_at = 0.0, 0.0
        self._command = [*(command or own_program(COMMAND))]
        self._stalled_after_s = stalled_after_s
        self._child: subprocess.Popen[bytes] | None = None
        self._cancelled = threading.Event()
        self._heard_at = 0.0
        self._stalled = False

    def cancel(self) -> None:
        """Kill the process. Nothing of the copy stays behind once `make` has returned."""
        self._cancelled.set()
        if self._child is not None:
            self._child.kill()

    def make(self, path: Path, plan: CopyPlan, slot: MediaSlot, folder: Path) -> PreparedFile:
        """Write the copy into `folder` and return it; an equal one that is there already stays.

        Raises `InvalidRequest` when the file is damaged or its copy has too many bytes, `EncoderUnavailable`, `StorageFull`,
        and `PassingError` when the process was killed, got stuck, or did not start.
        """
        handle, name = _unfinished(folder)
        try:
            with io.FileIO(handle, "w+") as copy:
                self._run(path, plan, slot, copy)
                return self._named(Path(name), copy, path, plan, slot)
        except OSError as error:
            raise _unwritten(error) from error
        finally:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)

    def _run(self, path: Path, plan: CopyPlan, slot: MediaSlot, copy: io.FileIO) -> None:
        """Run the process to its end. Raises its rejection as an error."""
        ended = threading.Event()
        with _opened(path, slot) as film:
            child = self._started(film, copy, plan)
        self._heard_at = time.monotonic()
        threading.Thread(target=self._watch, args=(child, ended), name="copy watchdog", daemon=True).start()
        answer: object = None
        answers = child.stderr
        assert answers is not None
        try:
            for line in iter(lambda: answers.readline(_MAX_LINE_BYTES), b""):
                self._heard_at = time.monotonic()
                answer = _parsed(line)
                match answer:
                    case {"progress": float(fraction)} if 0 <= fraction <= 1:
                        self._report(fraction * _MADE_SHARE)
                    case _:
                        break
            if answer is not None:
                _reap(child)  # it ends by itself, and how it ended tells why
        finally:
            ended.set()
            child.kill()
            _reap(child)
            answers.close()
        if self._stalled:
            raise _unmade(f"nothing written for {self._stalled_after_s:g} s")
        _check(answer, child.returncode, path, slot)

    def _started(self, film: BinaryIO, copy: io.FileIO, plan: CopyPlan) -> "subprocess.Popen[bytes]":
        """Start the process with both files open, so that it needs no name and no right to open another."""
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own program
                [*self._command, json.dumps(asdict(plan))],
                stdin=film,
                stdout=copy,
                stderr=subprocess.PIPE,
                env=child_environment(),
                creationflags=_IN_THE_BACKGROUND,
            )
        except OSError as error:
            raise _unmade(str(error.strerror)) from error
        if self._cancelled.is_set():  # while it started
            self._child.kill()
        return self._child

    def _report(self, fraction: float) -> None:
        now = time.monotonic()
        if fraction > self._fraction and now - self._reported_at >= _EVERY_S:
            self._fraction, self._reported_at = fraction, now
            self._progress(fraction)

    def _watch(self, child: "subprocess.Popen[bytes]", ended: threading.Event) -> None:
        """Kill a process that got stuck."""
        while not ended.wait(min(1.0, self._stalled_after_s / 4)):
            if time.monotonic() - self._heard_at > self._stalled_after_s:
                self._stalled = True
                child.kill()
                return

    def _named(self, unfinished: Path, copy: io.FileIO, path: Path, plan: CopyPlan, slot: MediaSlot) -> PreparedFile:
        """Give the finished copy the name of its content. Raises `InvalidRequest` when it is too large, and `OSError`."""
        size_bytes, digest = os.fstat(copy.fileno()).st_size, hashlib.sha256()
        if slot.max_bytes is not None and size_bytes > slot.max_bytes:
            words = f"has {size_bytes / 1e6:,.2f} MB as a copy; {slot.max_bytes / 1e6:g} MB are allowed. Set an in and an out"
            raise unusable(path, slot.role, words)
        copy.seek(0)
        block, read = bytearray(_BLOCK_BYTES), 0
        view = memoryview(block)
        while count := copy.readinto(block):
            digest.update(view[:count])
            read += count
            if self._cancelled.is_set():
                raise _unmade("cancelled")
            self._report(_MADE_SHARE + (1 - _MADE_SHARE) * read / size_bytes)
        os.fsync(copy.fileno())
        finished = unfinished.parent / f"{digest.hexdigest()}.{plan.format}"
        copy.close()  # Windows renames no open file
        try:
            os.utime(finished)  # an equal one may be in use by an upload; it stays, as the most recent
        except FileNotFoundError:
            unfinished.replace(finished)
            sync_folder(unfinished.parent)
        return PreparedFile(finished, (FILM_TYPES | SOUND_TYPES)[plan.format], size_bytes, digest.hexdigest())


def _unfinished(folder: Path) -> tuple[int, str]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        return tempfile.mkstemp(dir=folder, prefix=_UNFINISHED)
    except OSError as error:
        raise _unwritten(error) from error


def _sweep(folder: Path) -> None:
    """Remove what killed runs of the program left behind."""
    for path in folder.glob(f"{_UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > LONGEST_S:
                path.unlink()


def _opened(path: Path, slot: MediaSlot) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise unusable(path, slot.role, "is not there any more") from None
    except OSError as error:
        raise unusable(path, slot.role, "cannot be read") from error


def _check(answer: object, status: int | None, path: Path, slot: MediaSlot) -> None:
    """Raise the rejection, if the answer is one."""
    match answer:
        case {"done": True}:
            return
        case {"unusable": str(predicate)}:
            raise unusable(path, slot.role, predicate[:_MAX_LINE_BYTES])
        case {"no_encoder": str(codec)}:
            raise EncoderUnavailable(detail=codec)
        case {"full": True}:
            raise StorageFull
        case {"unwritten": str(reason)}:
            raise StudioError("The copy cannot be written.", detail=reason)
        case None:
            raise _unmade("the process ended before it read the file")
        case _ if status is None or status in KILLED_BY_OTHERS:
            raise _unmade("the process was killed")
        case _:
            raise unusable(path, slot.role, "is damaged and cannot be read to its end")


def _parsed(line: bytes) -> object:
    try:
        return cast("object", json.loads(line))
    except (ValueError, RecursionError):
        return None


def _reap(child: "subprocess.Popen[bytes]") -> None:
    """Wait for a killed process."""
    with suppress(subprocess.TimeoutExpired):
        child.wait(_END_WITHIN_S)


def _unwritten(error: OSError) -> StudioError:
    return StorageFull() if is_full(error) else StudioError("The copy cannot be written.", detail=str(error.strerror))


def _unmade(detail: str) -> PassingError:
    return PassingError("The copy could not be made just now. Try again.", detail=detail)
