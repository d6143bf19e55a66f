"""Puts finished files where a person finds them: atomically, and never over anything that is there already.

Everything here raises `FolderSilent` when the folder does not answer in time.
"""

import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

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
    """Make the folder."""
    await _write_in(folder, lambda: folder.mkdir(parents=True, exist_ok=True), within_s=ANSWER_WITHIN_S)


async def try_out(folder: Path) -> None:
    """Make the folder and have a file there for a moment. Raises `OSError`, whose `strerror` says why that cannot be."""
    await on_disk(folder, lambda: make_and_try(folder))


async def size_of(path: Path) -> int | None:
    """The file's size in bytes; None when there is no such file."""

    def measure() -> int | None:
        try:
            return path.stat().st_size
        except OSError:
            return None

    return await on_disk(path.parent, measure)


async def head_of(path: Path) -> bytes:
    """The first bytes of a file, as many as it takes to tell what it is."""

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)

    return await on_disk(path.parent, read)


async def free_name(folder: Path, stem: str, extension: str = ".mp4") -> Path:
    """The first of `stem.mp4`, `stem (2).mp4`… whose film and metadata are both not there yet."""

    def look() -> Path:
        names = _names(folder, stem, extension)
        return next(path for path in names if not _is_taken(path) and not _is_taken(path.with_suffix(".json")))

    return await on_disk(folder, look)


async def land(part: Path, target: Path) -> None:
    """Give a complete file its final name. Raises `FileExistsError` when the name is taken, `StorageFull`, or `OSError`."""
    await _write_in(target.parent, lambda: _land(part, target))


async def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write the file whole or not at all."""
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    await _write_in(path.parent, lambda: _write(path, text))


async def remove(path: Path) -> None:
    """The file is gone afterwards."""
    await _write_in(path.parent, lambda: path.unlink(missing_ok=True))


async def unshare(path: Path) -> None:
    """Take the name away from a file that has another one: what is written to it must not reach a landed film."""

    def look() -> None:
        if path.is_symlink() or (path.exists() and path.stat().st_nlink > 1):
            path.unlink()

    await _write_in(path.parent, look)


def _is_taken(path: Path) -> bool:
    """A link that leads nowhere takes its name as well."""
    return os.path.lexists(path)


def _names(folder: Path, stem: str, extension: str) -> Iterator[Path]:
    # Not with_suffix: a stem may hold a dot.
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
    """Some file systems have no hard links: reserve the name, then replace the reservation, which is ours."""
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    try:
        part.replace(target)
    except OSError:
        target.unlink()
        raise


def _write(path: Path, text: str) -> None:
    # A file name may hold bytes that are no text: in a JSON string their escapes say the same.
    write_whole(path, text.encode(errors="backslashreplace"), unfinished=path.with_name(path.name + ".part"))


def _sync_folder(folder: Path) -> None:
    """So that the name itself survives a power cut; Windows has no such call."""
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
