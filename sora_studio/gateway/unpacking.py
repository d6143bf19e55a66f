"""Decompresses a complete gzip or deflate download in steps, if the bytes really are compressed."""

import os
import zlib
from collections.abc import Callable
from pathlib import Path

from sora_studio.domain.file_kinds import HEAD_BYTES, UNKNOWN, FileForm, kind_of

_STEP_BYTES = 16 << 20
_GZIP, _ZLIB, _RAW = 31, 15, -15
"""zlib's `wbits` of the three formats."""


class BadPacking(Exception):
    """The compressed bytes are damaged, cut off, or larger than any film when unpacked."""


class Unpacking:
    """Writes the content of `part` to `target` beside it. Each method blocks briefly.

    `check_room` raises `StorageFull` if the disk has no room for so many bytes.
    """

    def __init__(self, part: Path, form: int, check_room: Callable[[int], None]) -> None:
        self.target = part.with_name(part.name + ".unpacked")
        self._form = form
        self._check_room = check_room
        self._source = part.open("rb")
        self._target = self.target.open("wb")
        self._inflater = zlib.decompressobj(form)
        self._rest = b""

    @classmethod
    def of(cls, part: Path, encoding: str, check_room: Callable[[int], None]) -> "Unpacking | None":
        """Return the unpacking of a file, or None if it is not compressed, whatever `encoding` says."""
        with part.open("rb") as file:
            form = _form_of(file.read(HEAD_BYTES), encoding)
        return None if form is None else cls(part, form, check_room)

    def step(self, *, most_bytes: int) -> bool:
        """Unpack one step; return True when done. Raises `BadPacking`, `StorageFull` and `OSError`."""
        data = self._rest or self._source.read(_STEP_BYTES)
        if not data:
            if not self._inflater.eof:
                raise BadPacking("cut off")
            self._target.flush()
            os.fsync(self._target.fileno())
            return True
        if self._inflater.eof and not self._begin_next(data):
            self._rest = b""
            return False
        try:
            unpacked = self._inflater.decompress(data, _STEP_BYTES)
        except zlib.error as error:
            raise BadPacking(str(error)) from error
        self._rest = self._inflater.unconsumed_tail or self._inflater.unused_data
        if self._target.tell() + len(unpacked) > most_bytes:
            raise BadPacking("larger than any film")
        self._check_room(len(unpacked))
        self._target.write(unpacked)
        return False

    def close(self) -> None:
        """Close the files and delete `target` unless it was moved."""
        self._source.close()
        self._target.close()
        self.target.unlink(missing_ok=True)

    def _begin_next(self, data: bytes) -> bool:
        """Start the next gzip member, if there is one; return False for padding and other trailing bytes, which are skipped."""
        if self._form != _GZIP or not data.startswith(b"\x1f\x8b\x08"):
            self._source.seek(0, os.SEEK_END)
            return False
        self._inflater = zlib.decompressobj(self._form)
        return True


def _form_of(head: bytes, encoding: str) -> int | None:
    """Return the compression format. Films are never unpacked; other files if the origin or their content says so."""
    kind = kind_of(head)
    if kind.form is FileForm.PACKED:
        return _GZIP if "gzip" in encoding or _holds_film(head, _GZIP) else None
    if kind is UNKNOWN and "deflate" in encoding:
        return next((way for way in (_ZLIB, _RAW) if _inflated(head, way)), None)
    return None


def _holds_film(head: bytes, form: int) -> bool:
    inner = kind_of(_inflated(head, form)).form
    return inner is FileForm.FILM or (inner is FileForm.PACKED and _holds_film(_inflated(head, form), form))


def _inflated(head: bytes, form: int) -> bytes:
    """Return the first decompressed bytes, empty if the format does not match."""
    try:
        return zlib.decompressobj(form).decompress(head, HEAD_BYTES)
    except zlib.error:
        return b""
