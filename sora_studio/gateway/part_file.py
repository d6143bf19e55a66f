"""A film that is still arriving: the bytes in one file, and beside it the few facts that let a later start go on with them."""

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
    """What is on disk of one film. Its methods block: `run` takes them to a thread, one after the other.

    `total_bytes` is None while the origin has not said, `validator` empty when nothing proves that a rest would fit, `encoding`
    empty when the origin names no compression. Bytes are counted and kept as they arrive, compressed or not.
    The note beside the file holds no link.
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
        """Every byte that the origin announced is there."""
        return self.size_bytes == self.total_bytes

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one of the methods below. A cancelled caller leaves it running, and the next one waits for it.

        Raises what it raises, or `FolderSilent`.
        """
        return await self._threads.run(self._path.parent, partial(work, *args, **kwargs), within_s=WORK_WITHIN_S)

    async def release(self) -> None:
        """Close the file; in a folder that does not answer, as soon as it does."""
        try:
            await self.run(self.close)
        except BaseException as error:
            self._threads.later(self._path.parent, self.close)
            if not isinstance(error, FolderSilent):
                raise

    def load(self) -> None:
        """Find out what an earlier run left. Bytes without a readable note prove nothing and count as none."""
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
        """Append. On an error `size_bytes` still says exactly what is there."""
        assert self._file is not None
        rest = memoryview(data)
        while rest:
            written = self._file.write(rest)
            self.size_bytes += written
            rest = rest[written:]

    def close(self) -> None:
        """Let go of the file and keep what is there."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Begin anew next time: what is there belongs to no film that could be completed."""
        self.close()
        self.size_bytes, self.total_bytes, self.validator, self.encoding = 0, None, "", ""
        self._note.unlink(missing_ok=True)

    def finish(self) -> None:
        """Every byte is on the disk itself when this returns. The note says so until `forget`."""
        self.close()
        with FileIO(self._path, "r+") as file:
            os.fsync(file.fileno())

    def unpacking(self) -> Unpacking | None:
        """What undoes the compression of a complete file; None when there is none."""
        return Unpacking.of(self._path, self.encoding)

    def take_unpacked(self, unpacked: Path) -> None:
        """A file takes the place of the compressed one, as complete as that was. A kill in between begins the film anew."""
        self._note.unlink(missing_ok=True)
        unpacked.replace(self._path)
        self.size_bytes = self.total_bytes = self._path.stat().st_size
        self.validator = self.encoding = ""
        self._write_note()

    def forget(self) -> None:
        """The film was taken from here, or nobody wants it."""
        self._note.unlink(missing_ok=True)

    def _write_note(self) -> None:
        note = {"validator": self.validator, "total_bytes": self.total_bytes}
        note |= {"encoding": self.encoding} if self.encoding else {}
        self._note.write_text(json.dumps(note), encoding="utf-8")

    def _check_room(self, wanted_bytes: int) -> None:
        disk = shutil.disk_usage(self._path.parent)
        if not has_room(free_bytes=disk.free, disk_bytes=disk.total, wanted_bytes=wanted_bytes):
            raise StorageFull("The clips' disk has no room for the next clip.")
