"""The published pictures: files in one folder, each with its expiry."""

import asyncio
import contextlib
import os
import secrets
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from sora_studio.domain.picture import SUFFIXES
from sora_studio.domain.relay import HANDLE
from sora_studio.relay.limits import Limits, Refused

_PART = ".part"
_FIRST_BYTES = 12
_TYPES = {suffix: media_type for media_type, suffix in SUFFIXES.items()}


@dataclass(frozen=True, slots=True)
class _Loan:
    size_bytes: int
    ends_at_s: float


class Pictures:
    """A folder of pictures. A file's modification time is its expiry, so it survives a restart.

    Raises OSError at the start when the folder cannot be used. `now` gives seconds of the wall clock.
    """

    def __init__(self, folder: Path, limits: Limits, now: Callable[[], float] = time.time) -> None:
        self._folder, self._limits, self._now = folder, limits, now
        self._changing = asyncio.Lock()
        folder.mkdir(mode=0o700, exist_ok=True)
        for part in folder.glob("*" + _PART):
            part.unlink()
        self._loans = dict(_loans_in(folder, latest_s=now() + limits.lifetime_s))

    def find(self, handle: str) -> Path | None:
        """Return the file of a picture that has not expired."""
        loan = self._loans.get(handle)
        return self._folder / handle if loan and loan.ends_at_s > self._now() else None

    async def put(self, handle: str, content: AsyncIterator[bytes], *, size_bytes: int, lifetime_s: int) -> None:
        """Store a picture, replacing any with the same handle. `size_bytes` is the announced size, 0 if unknown.

        Raises `Refused`, and changes nothing, when it is too large, is not of its suffix's type, or there is no room.
        """
        await self.sweep()
        self._require_room(handle, size_bytes)
        part = self._folder / (secrets.token_hex(8) + _PART)
        try:
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
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    async def remove(self, handle: str) -> None:
        """Withdraw the picture at once. Fine when there is none."""
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
            self._require_room(handle, size_bytes)
            ends_at_s = self._now() + lifetime_s
            await asyncio.to_thread(_place, part, self._folder / handle, ends_at_s)
            self._loans[handle] = _Loan(size_bytes, ends_at_s)

    async def _fill(self, part: Path, handle: str, content: AsyncIterator[bytes]) -> int:
        """Write the content to disk and return its size."""
        first, size_bytes = b"", 0
        with _create(part) as file:  # not in a thread, which would outlive a timeout and leave the file open
            async for chunk in content:
                size_bytes += len(chunk)
                if size_bytes > self._limits.picture_bytes:
                    raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                first += chunk[: _FIRST_BYTES - len(first)]
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_keep, file)
        if _media_type(first) != media_type_of(handle):
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        return size_bytes

    def _require_room(self, handle: str, size_bytes: int) -> None:
        if size_bytes > self._limits.picture_bytes:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        others = [loan.size_bytes for other, loan in self._loans.items() if other != handle]
        if len(others) >= self._limits.pictures or sum(others) + size_bytes > self._limits.pictures_bytes:
            raise Refused(HTTPStatus.INSUFFICIENT_STORAGE)


def media_type_of(handle: str) -> str:
    """Return the media type for a handle's suffix."""
    return _TYPES[handle[handle.rindex(".") :]]


def _loans_in(folder: Path, *, latest_s: float) -> Iterator[tuple[str, _Loan]]:
    """Yield the pictures in the folder; any other file there is not ours to serve or to delete."""
    for path in folder.iterdir():
        facts = path.lstat()
        if HANDLE.fullmatch(path.name) and stat.S_ISREG(facts.st_mode):
            yield path.name, _Loan(facts.st_size, min(facts.st_mtime, latest_s))


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _keep(file: BinaryIO) -> None:
    """Flush to the disk. A full disk may accept part of a write silently; flushing the buffer raises the error."""
    file.flush()
    os.fsync(file.fileno())


def _place(part: Path, path: Path, ends_at_s: float) -> None:
    os.utime(part, (ends_at_s, ends_at_s))
    part.replace(path)


def _media_type(first: bytes) -> str | None:
    if first.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if first.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if first[:4] == b"RIFF" and first[8:] == b"WEBP":
        return "image/webp"
    return None
