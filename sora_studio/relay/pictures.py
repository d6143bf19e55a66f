"""The published pictures, films and sounds: files in one folder, each with its expiry."""

import asyncio
import contextlib
import os
import secrets
import shutil
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from sora_studio.domain.file_kinds import HEAD_BYTES, kind_of
from sora_studio.domain.media_types import SUFFIXES
from sora_studio.domain.relay import HANDLE
from sora_studio.relay.limits import Limits, Refused

_PART = ".part"
_TYPES = {suffix: media_type for media_type, suffix in SUFFIXES.items()}
_ONE_CONTAINER = (
    frozenset({".mp4", ".m4v", ".mov", ".m4a", ".3gp"}),
    frozenset({".wmv", ".wma"}),
    frozenset({".ogv", ".ogg"}),
)
"""They differ by a brand that programs set as they like, or only by the streams inside."""
_WRITE_BYTES = 1 << 20
"""How much of an upload is collected for a write: each costs a thread's turn."""


@dataclass(frozen=True, slots=True)
class _Loan:
    size_bytes: int
    ends_at_s: float


class Pictures:
    """A folder of lent files. A file's modification time is its expiry, so it survives a restart.

    Raises OSError at the start when the folder cannot be used. `now` gives seconds of the wall clock.
    """

    def __init__(self, folder: Path, limits: Limits, now: Callable[[], float] = time.time) -> None:
        self._folder, self._limits, self._now = folder, limits, now
        self._changing = asyncio.Lock()
        folder.mkdir(mode=0o700, exist_ok=True)
        for part in folder.glob("*" + _PART):
            part.unlink()
        self._loans = dict(_loans_in(folder, latest_s=now() + limits.lifetime_s))
        self._arriving = dict[Path, int]()
        """Uploads in progress, with their announced size or what has arrived if that is more."""

    def find(self, handle: str) -> Path | None:
        """Return the file with this handle if it has not expired."""
        loan = self._loans.get(handle)
        return self._folder / handle if loan and loan.ends_at_s > self._now() else None

    def most_bytes(self, handle: str) -> int:
        """Return the largest size of a file with this handle, by its suffix."""
        is_picture = media_type_of(handle).startswith("image/")
        return self._limits.picture_bytes if is_picture else self._limits.film_bytes

    async def free_bytes(self) -> int:
        """Return how much more fits, by the limit and on the disk; 0 if the disk does not tell."""
        await self.sweep()
        used = sum(loan.size_bytes for loan in self._loans.values()) + sum(self._arriving.values())
        try:
            return max(0, min(self._limits.files_bytes - used, await self._free_on_disk()))
        except OSError:
            return 0

    async def put(self, handle: str, content: AsyncIterator[bytes], *, size_bytes: int, lifetime_s: int) -> None:
        """Store a file, replacing any with the same handle. `size_bytes` is the announced size, 0 if unknown.

        Raises `Refused`, and changes nothing, when it is too large, is not of its suffix's type, or there is no room.
        """
        part = self._folder / (secrets.token_hex(8) + _PART)
        try:
            await self.sweep()
            self._require_room(part, handle, size_bytes)
            if size_bytes > await self._free_on_disk():
                raise Refused(HTTPStatus.INSUFFICIENT_STORAGE)
            size_bytes = await self._fill(part, handle, content)
            lending = asyncio.ensure_future(self._lend(part, handle, size_bytes, lifetime_s))
            try:
                await asyncio.shield(lending)
            except asyncio.CancelledError:  # a file in place without an entry could not be withdrawn
                await asyncio.gather(lending, return_exceptions=True)
                raise
        except OSError as error:
            raise Refused(HTTPStatus.INSUFFICIENT_STORAGE) from error
        finally:
            self._arriving.pop(part, None)
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    async def remove(self, handle: str) -> None:
        """Withdraw the file at once. Fine when there is none."""
        if loan := self._loans.get(handle):
            self._loans[handle] = _Loan(loan.size_bytes, 0)
            with contextlib.suppress(OSError):  # in use on Windows: the next start deletes it
                await asyncio.to_thread(os.utime, self._folder / handle, (0, 0))
            await self.sweep()

    async def sweep(self) -> None:
        """Delete expired files; one that cannot be deleted now is retried at the next sweep."""
        async with self._changing:
            now = self._now()
            for handle in [handle for handle, loan in self._loans.items() if loan.ends_at_s <= now]:
                with contextlib.suppress(OSError):
                    await asyncio.to_thread((self._folder / handle).unlink, missing_ok=True)
                    del self._loans[handle]

    async def _lend(self, part: Path, handle: str, size_bytes: int, lifetime_s: int) -> None:
        async with self._changing:
            self._require_room(part, handle, size_bytes)
            ends_at_s = self._now() + lifetime_s
            await asyncio.to_thread(_place, part, self._folder / handle, ends_at_s)
            self._loans[handle] = _Loan(size_bytes, ends_at_s)
            del self._arriving[part]

    async def _fill(self, part: Path, handle: str, content: AsyncIterator[bytes]) -> int:
        """Write the content to disk and return its size."""
        first, waiting, size_bytes = b"", bytearray(), 0
        with _create(part) as file:  # not in a thread, which would outlive a timeout and leave the file open
            async for chunk in content:
                size_bytes += len(chunk)
                if size_bytes > self._arriving[part]:
                    self._require_room(part, handle, size_bytes)
                first += chunk[: HEAD_BYTES - len(first)]
                waiting += chunk
                if len(waiting) >= _WRITE_BYTES:
                    await asyncio.to_thread(file.write, waiting)
                    waiting = bytearray()
            await asyncio.to_thread(_finish, file, waiting)
        if not _fits(first, handle):
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        return size_bytes

    def _require_room(self, part: Path, handle: str, size_bytes: int) -> None:
        """Reserve room for an upload, instead of what was reserved for it before."""
        if size_bytes > self.most_bytes(handle):
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        others = [loan.size_bytes for other, loan in self._loans.items() if other != handle]
        others += [arriving for other, arriving in self._arriving.items() if other != part]
        if len(others) >= self._limits.files or sum(others) + size_bytes > self._limits.files_bytes:
            raise Refused(HTTPStatus.INSUFFICIENT_STORAGE)
        self._arriving[part] = size_bytes

    async def _free_on_disk(self) -> int:
        return (await asyncio.to_thread(shutil.disk_usage, self._folder)).free - self._limits.spare_bytes


def media_type_of(handle: str) -> str:
    """Return the media type for a handle's suffix."""
    return _TYPES[handle[handle.rindex(".") :]]


def _fits(first: bytes, handle: str) -> bool:
    """Return whether content with these first bytes is of the suffix's kind."""
    suffix, extension = handle[handle.rindex(".") :], kind_of(first).extension
    return extension == suffix or any({suffix, extension} <= container for container in _ONE_CONTAINER)


def _loans_in(folder: Path, *, latest_s: float) -> Iterator[tuple[str, _Loan]]:
    """Yield the lent files in the folder; any other file there is not ours to serve or to delete."""
    for path in folder.iterdir():
        facts = path.lstat()
        if HANDLE.fullmatch(path.name) and stat.S_ISREG(facts.st_mode):
            yield path.name, _Loan(facts.st_size, min(facts.st_mtime, latest_s))


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _finish(file: BinaryIO, rest: bytearray) -> None:
    """Write the rest and flush to the disk. A full disk may accept part of a write silently; flushing raises the error."""
    file.write(rest)
    file.flush()
    os.fsync(file.fileno())


def _place(part: Path, path: Path, ends_at_s: float) -> None:
    os.utime(part, (ends_at_s, ends_at_s))
    part.replace(path)
