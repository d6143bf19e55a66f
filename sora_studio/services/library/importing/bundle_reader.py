"""Opens bundles and distrusts them: what is read is checked against the manifest, and no name in it becomes a path.

Members with files are stored, not compressed, so that none can be larger than the bundle; the texts have limits of their own.
"""

import hashlib
import struct
import zlib
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk, on_disk_later
from sora_studio.domain.errors import FileUnusable, FolderSilent
from sora_studio.domain.project import Project
from sora_studio.domain.version import Version
from sora_studio.services.library import bundle_format
from sora_studio.services.library.exporting.hashing import CHUNK_BYTES
from sora_studio.services.library.importing.bundle_records import BundleTask, read_project, read_task, read_version
from sora_studio.services.library.importing.fields import Fields, Malformed, parsed

Made = TypeVar("Made")
NOTHING = "Nothing was imported."
_BROKEN = (BadZipFile, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError, OverflowError, zlib.error, struct.error)
"""What the zip module raises for archives that are damaged, cut off, encrypted or made to confuse it."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the bundle, as the manifest tells of it."""

    name: str
    size_bytes: int
    sha256: str


class BundleReader:
    """An open bundle: what it contains is checked and read, except its films and posters."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.versions: list[Version] = []
        self.projects: list[Project] = []
        self.tasks: list[BundleTask] = []
        self._file: BinaryIO | None = None
        self._archive: ZipFile | None = None
        self._members: Mapping[str, Member] = {}

    async def open(self) -> None:
        """Read everything but the files. Raises `FileUnusable` for what is no whole bundle, and `FolderSilent`."""
        await self._do(self._open)

    def close(self) -> None:
        """Close the file as soon as its disk answers."""
        file = self._file
        if file is not None:
            on_disk_later(self.path.parent, file.close)

    def size_of(self, member: str) -> int:
        """Return how many bytes a member has."""
        return self._members[member].size_bytes

    async def chunks_of(self, name: str) -> AsyncGenerator[bytes]:
        """Yield the content of a member. Raises `FileUnusable` at its end if it is not what the manifest says, or before."""
        member, digest, left = self._members[name], hashlib.sha256(), self._members[name].size_bytes
        source = await self._do(lambda: self._opened().open(name))

        def read() -> bytes:
            chunk = source.read(CHUNK_BYTES)
            digest.update(chunk)
            return chunk

        try:
            while chunk := await self._do(read):
                left -= len(chunk)
                if left < 0:
                    break
                yield chunk
        finally:
            on_disk_later(self.path.parent, source.close)
        if left or digest.hexdigest() != member.sha256:
            raise self._refused(f"{name} is not the file that was exported")

    def _open(self) -> None:
        self._file = self.path.open("rb")
        self._archive = ZipFile(self._file)
        infos = self._archive.infolist()
        size_bytes = self.path.stat().st_size
        if sum(info.compress_size for info in infos) > size_bytes:
            raise Malformed("it is larger than its file")
        manifest = parsed(self._text(_only(infos, bundle_format.MANIFEST), bundle_format.MOST_MANIFEST_BYTES))
        if manifest.text("format") != bundle_format.FORMAT:
            raise Malformed("it was not made by this program")
        if (manifest.whole("version") or 0) > bundle_format.VERSION:
            raise Malformed("it was made by a newer version of this program")
        self._members = _members(manifest)
        self._compare(infos)
        self.projects = [read_project(one) for one in manifest.tables("projects")]
        self.versions = self._lines(bundle_format.VERSIONS, read_version)
        versions = {version.id: version for version in self.versions}
        self.tasks = self._lines(bundle_format.TASKS, lambda line: read_task(line, versions))
        self._check_tasks()

    def _compare(self, infos: list[ZipInfo]) -> None:
        """Raise `Malformed` unless the members are those of the manifest."""
        names = [info.filename for info in infos]
        if len(set(names)) != len(names) or set(names) != {*self._members, bundle_format.MANIFEST}:
            raise Malformed("its files are not those that its manifest lists")
        for info in infos:
            if info.filename == bundle_format.MANIFEST:
                continue
            is_text = info.filename in (bundle_format.VERSIONS, bundle_format.TASKS)
            if not is_text and not bundle_format.MEMBER.fullmatch(info.filename):
                raise Malformed(f"{info.filename[:60]!r} is no name of a bundle's file")
            if info.file_size != self._members[info.filename].size_bytes:
                raise Malformed(f"{info.filename!r} has another size than its manifest says")
            if info.flag_bits & 1 or info.compress_type != (ZIP_DEFLATED if is_text else ZIP_STORED):
                raise Malformed(f"{info.filename!r} is packed as in no bundle")

    def _check_tasks(self) -> None:
        numbers, ids = set[int](), set[tuple[str, str]]()
        for one in self.tasks:
            task = one.incoming.task
            identity = (task.gateway, task.task_id or f"{task.id} ")
            if task.id in numbers or identity in ids:
                raise Malformed(f"it contains task {task.id} twice")
            numbers.add(task.id)
            ids.add(identity)
            for member in (*one.films.values(), *one.posters.values()):
                if member not in self._members:
                    raise Malformed(f"a file of task {task.id} is missing")

    def _lines(self, name: str, read: Callable[[Fields], Made]) -> list[Made]:
        if name not in self._members:
            raise Malformed(f"it has no {name}")
        if self._members[name].size_bytes > bundle_format.MOST_LINES_BYTES:
            raise Malformed(f"{name} is too large")
        found, digest = list[Made](), hashlib.sha256()
        with self._opened().open(name) as source:  # line by line: a small archive may hold gigabytes of one line
            while line := source.readline(bundle_format.MOST_LINE_BYTES + 1):
                number = len(found) + 1
                if len(line) > bundle_format.MOST_LINE_BYTES:
                    raise Malformed(f"line {number} of {name} is too long")
                digest.update(line)
                try:
                    found.append(read(parsed(line)))
                except Malformed as error:
                    raise Malformed(f"line {number} of {name}: {error}") from None
        if digest.hexdigest() != self._members[name].sha256:
            raise Malformed(f"{name} is not what was exported")
        return found

    def _text(self, info: ZipInfo, most_bytes: int) -> bytes:
        if info.file_size > most_bytes or info.flag_bits & 1:
            raise Malformed(f"{info.filename} is too large")
        with self._opened().open(info) as source:
            return source.read(info.file_size + 1)

    def _opened(self) -> ZipFile:
        if self._archive is None:
            raise Malformed("it is not open")
        return self._archive

    async def _do(self, work: Callable[[], Made]) -> Made:
        def named() -> Made:
            with self._errors_named():
                return work()

        return await on_disk(self.path.parent, named, within_s=WORK_WITHIN_S)

    @contextmanager
    def _errors_named(self) -> Generator[None]:
        try:
            yield
        except FolderSilent:
            raise
        except Malformed as error:
            raise self._refused(str(error)) from error
        except _BROKEN as error:
            raise self._refused("it is damaged or cut off") from error
        except (OSError, ValueError) as error:
            raise self._refused(str(getattr(error, "strerror", None) or "it cannot be read")) from error

    def _refused(self, reason: str) -> FileUnusable:
        return FileUnusable(f"{self.path.name} cannot be imported: {reason}.", advice=NOTHING)


def _only(infos: list[ZipInfo], name: str) -> ZipInfo:
    found = [info for info in infos if info.filename == name]
    if len(found) != 1:
        raise Malformed("it is no bundle of this program")
    return found[0]


def _members(manifest: Fields) -> dict[str, Member]:
    members = dict[str, Member]()
    for one in manifest.tables("files"):
        name, size_bytes, sha256 = one.text("name"), one.whole("size"), one.text("sha256")
        if size_bytes is None or name in members:
            raise Malformed("its manifest is damaged")
        members[name] = Member(name, size_bytes, sha256)
    return members
