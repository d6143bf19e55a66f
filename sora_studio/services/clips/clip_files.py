"""Puts finished files in the clips' folder: atomically, and without ever overwriting a file.

Every function raises `FolderSilent` if the folder does not answer in time.
"""

import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import cast

from sora_studio.atomic_file import write_whole
from sora_studio.disk_calls import ANSWER_WITHIN_S, WORK_WITHIN_S, on_disk
from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import StorageFull
from sora_studio.domain.file_kinds import HEAD_BYTES
from sora_studio.folders import make_and_try

_NO_LINKS = frozenset(
    {errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, getattr(errno, "ENOTSUP", errno.EOPNOTSUPP), errno.EXDEV, errno.EMLINK}
)


async def prepare(folder: Path) -> None:
    """Create the folder and its parents."""
    await _write_in(folder, lambda: folder.mkdir(parents=True, exist_ok=True), within_s=ANSWER_WITHIN_S)


async def try_out(folder: Path) -> None:
    """Create the folder and write a temporary file in it. Raises `OSError`, whose `strerror` gives the reason."""
    await on_disk(folder, lambda: make_and_try(folder))


async def size_of(path: Path) -> int | None:
    """Return the file's size in bytes; None if there is no such file."""

    def measure() -> int | None:
        try:
            return path.stat().st_size
        except OSError:
            return None

    return await on_disk(path.parent, measure)


async def head_of(path: Path) -> bytes:
    """Return the first bytes of a file, enough to detect its type."""

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)

    return await on_disk(path.parent, read)


async def free_name(folder: Path, stem: str, extension: str = ".mp4") -> Path:
    """Return the first of `stem.mp4`, `stem (2).mp4`… for which neither the film nor its metadata exists."""

    def look() -> Path:
        names = _names(folder, stem, extension)
        return next(path for path in names if not is_taken(path) and not is_taken(path.with_suffix(".json")))

    return await on_disk(folder, look)


async def land(part: Path, target: Path) -> None:
    """Move a complete file to its final name. Raises `FileExistsError` if the name is taken, `StorageFull`, or `OSError`."""
    await _write_in(target.parent, lambda: _land(part, target))


async def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write the file atomically."""
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    await _write_in(path.parent, lambda: _write(path, text))


async def read_json(path: Path) -> dict[str, object] | None:
    """Return a file's JSON object; None if there is no such file, or something else in it."""

    def read() -> dict[str, object] | None:
        try:
            content: object = json.loads(path.read_bytes())
        except (FileNotFoundError, ValueError, RecursionError):
            return None
        return cast("dict[str, object]", content) if isinstance(content, dict) else None

    return await on_disk(path.parent, read)


async def remove(path: Path) -> None:
    """Delete the file if it exists."""
    await _write_in(path.parent, lambda: path.unlink(missing_ok=True))


async def unshare(path: Path) -> None:
    """Unlink `path` if the file has another name: writing to it would change a finished film."""

    def look() -> None:
        if path.is_symlink() or (path.exists() and path.stat().st_nlink > 1):
            path.unlink()

    await _write_in(path.parent, look)


def is_taken(path: Path) -> bool:
    """Return whether the name is taken, also by a broken symlink."""
    return os.path.lexists(path)


def _names(folder: Path, stem: str, extension: str) -> Iterator[Path]:
    # Not with_suffix: a stem may contain a dot.
    yield folder / f"{stem}{extension}"
    number = 2
    while True:
        yield folder / f"{stem} ({number}){extension}"
        number += 1


def _land(part: Path, target: Path) -> None:
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS and os.name != "nt":
            raise
        _land_without_link(part, target)
    else:
        part.unlink()
    _sync_folder(target.parent)


def _land_without_link(part: Path, target: Path) -> None:
    """Move without hard links, which some file systems lack: reserve the name, then replace our reservation."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        part.replace(target)
    except OSError:
        target.unlink()
        raise


def _write(path: Path, text: str) -> None:
    # A file name may contain undecodable bytes (lone surrogates): JSON can carry them as escapes.
    write_whole(path, text.encode(errors="backslashreplace"), unfinished=path.with_name(path.name + ".part"))


def _sync_folder(folder: Path) -> None:
    """Fsync the folder, so that the new name survives a power cut. Windows has no such call."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _write_in(folder: Path, work: Callable[[], None], *, within_s: float = WORK_WITHIN_S) -> None:
    try:
        await on_disk(folder, work, within_s=within_s)
    except OSError as error:
        if is_full(error):
            raise StorageFull from error
        raise
