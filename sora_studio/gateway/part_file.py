"""A partial download: the bytes in one file, and a note beside it with the facts needed to resume."""

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from io import FileIO
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

from sora_studio.disk_calls import WORK_WITHIN_S, DiskThreads
from sora_studio.domain.disk_space import has_room
from sora_studio.domain.errors import FolderSilent, StorageFull
from sora_studio.gateway.ranges import Arrival
from sora_studio.gateway.unpacking import Unpacking

P = ParamSpec("P")
T = TypeVar("T")


class PartFile:
    """One film's partial file. Its methods block: `run` calls them on a thread, one at a time.

    `total_bytes` is None while unknown, `validator` empty if the download cannot be resumed, `encoding` empty if the origin
    names no compression. Bytes are counted and stored as received, compressed or not. The note contains no link.
    """

    def __init__(self, path: Path, threads: DiskThreads) -> None:
        self._threads = threads
        self.size_bytes = 0
        self.total_bytes: int | None = None
        self.validator = ""
        self.encoding = ""
        self._path = path
        self._note = path.with_name(path.name + ".json")
        self._file: FileIO | None = None

    @property
    def is_complete(self) -> bool:
        """Whether all announced bytes are there."""
        return self.size_bytes == self.total_bytes

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one of the methods below. Cancelling the await leaves it running; the next call waits for it.

        Raises the method's errors, or `FolderSilent`.
        """
        return await self._threads.run(self._path.parent, partial(work, *args, **kwargs), within_s=WORK_WITHIN_S)

    async def release(self) -> None:
        """Close the file; if the folder does not respond, as soon as it does."""
        try:
            await self.run(self.close)
        except BaseException as error:
            self._threads.later(self._path.parent, self.close)
            if not isinstance(error, FolderSilent):
                raise

    def load(self) -> None:
        """Load what an earlier run left. Bytes without a readable note cannot be resumed and count as none."""
        try:
            note = cast("object", json.loads(self._note.read_bytes()))
            size_bytes = self._path.stat().st_size
        except (OSError, ValueError):
            return
        match note:
            case {"validator": str(validator), "total_bytes": int() | None as total_bytes}:
                if total_bytes is None or size_bytes <= total_bytes:
                    self.size_bytes, self.total_bytes, self.validator = size_bytes, total_bytes, validator
            case _:
                return
        match note:
            case {"encoding": str(encoding)}:
                self.encoding = encoding
            case _:
                pass

    def begin(self, arrival: Arrival) -> None:
        """Make ready for bytes from `arrival.offset` on; what is behind it is dropped. `StorageFull` when they have no room."""
        self.close()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._check_room((arrival.end or arrival.offset) - arrival.offset)
        if not arrival.offset:  # a kill in between must not leave the note beside another film's bytes
            self._note.unlink(missing_ok=True)
        file = self._file = FileIO(self._path, "r+" if self._path.exists() else "w")
        file.truncate(arrival.offset)
        file.seek(arrival.offset)
        known = arrival.offset and (self.total_bytes, self.validator) == (arrival.total_bytes, arrival.validator)
        self.size_bytes, self.total_bytes, self.validator = arrival.offset, arrival.total_bytes, arrival.validator
        self.encoding = arrival.encoding
        if not known:
            self._write_note()

    def write(self, data: bytes) -> None:
        """Append. After an error `size_bytes` is still exact."""
        assert self._file is not None
        rest = memoryview(data)
        while rest:
            written = self._file.write(rest)
            self.size_bytes += written
            rest = rest[written:]

    def close(self) -> None:
        """Close the file, keeping its content."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Reset, so that the next attempt starts over: the stored bytes cannot be completed."""
        self.close()
        self.size_bytes, self.total_bytes, self.validator, self.encoding = 0, None, "", ""
        self._note.unlink(missing_ok=True)

    def finish(self) -> None:
        """Close and fsync the file. The note is kept until `forget`."""
        self.close()
        with FileIO(self._path, "r+") as file:
            os.fsync(file.fileno())

    def unpacking(self) -> Unpacking | None:
        """Return the unpacking of a complete file, or None if it is not compressed."""
        return Unpacking.of(self._path, self.encoding, self._check_room)

    def take_unpacked(self, unpacked: Path) -> None:
        """Replace the compressed file with the unpacked one. If killed in between, the next run downloads the film again."""
        self._note.unlink(missing_ok=True)
        unpacked.replace(self._path)
        self.size_bytes = self.total_bytes = self._path.stat().st_size
        self.validator = self.encoding = ""
        self._write_note()

    def forget(self) -> None:
        """Delete the note: the film was moved away or is not wanted."""
        self._note.unlink(missing_ok=True)

    def _write_note(self) -> None:
        note = {"validator": self.validator, "total_bytes": self.total_bytes}
        note |= {"encoding": self.encoding} if self.encoding else {}
        self._note.write_text(json.dumps(note), encoding="utf-8")

    def _check_room(self, wanted_bytes: int) -> None:
        disk = shutil.disk_usage(self._path.parent)
        if not has_room(free_bytes=disk.free, disk_bytes=disk.total, wanted_bytes=wanted_bytes):
            raise StorageFull("The clips' disk has no room for the next clip.")
