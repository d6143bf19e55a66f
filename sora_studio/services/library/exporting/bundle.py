"""Writes bundles, see `bundle_format`: films go through in chunks and are hashed on the way."""

import hashlib
import json
import tempfile
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sora_studio import __version__
from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.errors import FileNotWritten, StudioError
from sora_studio.domain.naming import safe_name
from sora_studio.domain.project import Project
from sora_studio.services.library import bundle_format
from sora_studio.services.library.exporting.bundle_records import clip_record, project_record, task_record, version_record
from sora_studio.services.library.exporting.hashing import chunks_of
from sora_studio.services.library.exporting.new_file import NewFile
from sora_studio.services.library.exporting.selection import Row

if TYPE_CHECKING:
    from sora_studio.storage.exports import SqliteExports

_SPOOLED_BYTES = 8 << 20
"""Up to this size, lines are kept in memory until their member is written."""
_PAGE = 200


class BundleWriter:
    """Writes one bundle into an open file."""

    def __init__(self, file: NewFile, exports: "SqliteExports", made_at: datetime) -> None:
        self._file = file
        self._exports = exports
        self._made_at = made_at
        self._members = list[dict[str, object]]()
        self._names = set[str]()
        self._versions = dict[int, None]()
        self._projects = set[str]()
        self.missing = list[dict[str, object]]()
        self.tasks = self.clips = 0

    async def write(self, pages: AsyncIterator[list[Row]], projects: Sequence[Project]) -> None:
        """Write the tasks with all that belongs to them. Raises `FileNotWritten` for a clip that stops being readable."""
        archive = await self._file.do(lambda raw: ZipFile(raw, "w", ZIP_STORED, allowZip64=True))
        try:
            with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as lines:
                async for page in pages:
                    await self._write_page(archive, page, lines)
                await self._add_lines(archive, bundle_format.TASKS, lines)
            with tempfile.SpooledTemporaryFile(_SPOOLED_BYTES) as lines:
                await self._list_versions(lines)
                await self._add_lines(archive, bundle_format.VERSIONS, lines)
            manifest = {
                "format": bundle_format.FORMAT,
                "version": bundle_format.VERSION,
                "program": f"Sora Studio {__version__}",
                "made_at": self._made_at.isoformat(),
                "tasks": self.tasks,
                "clips": self.clips,
                "projects": [project_record(project) for project in projects if project.name in self._projects],
                "missing": self.missing,
                "files": self._members,
            }
            content = json.dumps(manifest, indent=1).encode()
            await self._file.do(lambda _: archive.writestr(self._info(bundle_format.MANIFEST), content, ZIP_DEFLATED))
            await self._file.do(lambda _: archive.close())
        except BaseException:
            archive.fp = None  # the file is discarded: without one, nothing tries to write its end
            raise

    async def _write_page(self, archive: ZipFile, page: Sequence[Row], lines: IO[bytes]) -> None:
        tags = await self._exports.taggings([row.task.id for row in page])
        for row in page:
            clips = list[dict[str, object]]()
            for clip in row.task.clips:
                file = await self._add_clip(archive, clip)
                poster = await self._add_poster(archive, clip) if file else None
                clips.append(clip_record(clip, tags, file=file, poster=poster))
            lines.write(_line(task_record(row.task, row.project, tags, clips)))
            self._versions[row.task.version] = None
            if row.project:
                self._projects.add(row.project)
            self.tasks += 1

    async def _list_versions(self, lines: IO[bytes]) -> None:
        numbers = sorted(self._versions)
        for start in range(0, len(numbers), _PAGE):
            for version in await self._exports.versions(numbers[start : start + _PAGE]):
                lines.write(_line(version_record(version)))

    async def _add_clip(self, archive: ZipFile, clip: Clip) -> str | None:
        """Add a clip's file and return its member; None, and an entry in `missing`, if there is none to read."""
        if clip.path is None or clip.state not in (ClipState.SAVED, ClipState.MISSING):
            return None
        member = self._free_member(bundle_format.CLIPS, clip.path)
        if await self._add_file(archive, member, clip.path):
            self.clips += 1
            return member
        self.missing.append({"task": clip.task, "clip": clip.index + 1, "file": clip.path.name})
        return None

    async def _add_poster(self, archive: ZipFile, clip: Clip) -> str | None:
        if clip.poster is None:
            return None
        member = self._free_member(bundle_format.POSTERS, clip.poster)
        return member if await self._add_file(archive, member, clip.poster) else None

    async def _add_file(self, archive: ZipFile, member: str, path: Path) -> bool:
        """Copy a file into the archive; return False if it cannot be opened."""
        digest, size_bytes = hashlib.sha256(), 0
        chunks = chunks_of(path, digest)
        try:
            chunk = await anext(chunks, b"")
        except OSError:  # a folder that does not answer, too
            return False
        target = await self._file.do(lambda _: archive.open(self._info(member), "w", force_zip64=True))
        try:
            while chunk:
                await self._file.do(lambda _, chunk=chunk: target.write(chunk))
                size_bytes += len(chunk)
                chunk = await _next(chunks, path)
        finally:
            await self._file.do(lambda _: target.close())
        self._names.add(member.casefold())
        self._members.append({"name": member, "size": size_bytes, "sha256": digest.hexdigest()})
        return True

    async def _add_lines(self, archive: ZipFile, member: str, lines: IO[bytes]) -> None:
        def copy(_: BinaryIO) -> tuple[int, str]:
            digest, size_bytes = hashlib.sha256(), 0
            lines.seek(0)
            with archive.open(self._info(member, ZIP_DEFLATED), "w", force_zip64=True) as target:
                for line in lines:
                    digest.update(line)
                    size_bytes += len(line)
                    target.write(line)
            return size_bytes, digest.hexdigest()

        size_bytes, sha256 = await self._file.do(copy)
        self._members.append({"name": member, "size": size_bytes, "sha256": sha256})

    def _info(self, member: str, compression: int = ZIP_STORED) -> ZipInfo:
        info = ZipInfo(member, self._made_at.astimezone().timetuple()[:6])
        info.compress_type = compression
        info.external_attr = 0o644 << 16
        return info

    def _free_member(self, folder: str, path: Path) -> str:
        """Return a name that no other member has, in any case."""
        stem, suffix = safe_name(path.stem), path.suffix if path.suffix[1:].isalnum() and path.suffix.isascii() else ".bin"
        name, number = f"{folder}/{stem}{suffix}", 2
        while name.casefold() in self._names:
            name, number = f"{folder}/{stem} ({number}){suffix}", number + 1
        return name


async def _next(chunks: AsyncIterator[bytes], path: Path) -> bytes:
    try:
        return await anext(chunks, b"")
    except StudioError:
        raise
    except OSError as error:
        words = f"{path} cannot be read to its end: {error.strerror or error}."
        raise FileNotWritten(words, advice="Nothing was written.") from error


def _line(record: dict[str, object]) -> bytes:
    return json.dumps(record).encode() + b"\n"
