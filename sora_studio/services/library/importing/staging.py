"""Brings files into the clips' folder: all of them, or none if the import ends before it is written down."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from sora_studio.atomic_file import GrowingFile
from sora_studio.disk_calls import WORK_WITHIN_S, on_disk, on_disk_later
from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import FileNotWritten, FolderSilent, StorageFull, StudioError
from sora_studio.domain.file_kinds import HEAD_BYTES, UNKNOWN, kind_of
from sora_studio.domain.film_edit import FILM_ENDINGS
from sora_studio.domain.naming import safe_name
from sora_studio.services.clips import clip_files


@dataclass(frozen=True, slots=True)
class Landed:
    """A file under its final name."""

    path: Path
    size_bytes: int
    sha256: str


class Staging:
    """Writes files beside their final names, gives them free names, and can take all of that back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staged = list[tuple[GrowingFile, str, str, int, str]]()
        self._landed = list[Path]()
        self._current: GrowingFile | None = None

    async def stage(self, chunks: AsyncIterator[bytes], name: str) -> int:
        """Write a file completely and return its place. `name` is what it was called; only what is safe of it is used.

        Raises what the chunks raise, `StorageFull`, `FileNotWritten` and `FolderSilent`.
        """
        await self._do(lambda: self._folder.mkdir(parents=True, exist_ok=True))
        file = self._current = GrowingFile(self._folder / f"import-{len(self._staged)}")
        await self._do(file.open)
        digest, size_bytes, head = hashlib.sha256(), 0, b""
        async for chunk in chunks:
            head = head or chunk[:HEAD_BYTES]
            size_bytes += len(chunk)

            def write(chunk: bytes = chunk) -> None:
                digest.update(chunk)
                file.do(lambda raw: raw.write(chunk))

            await self._do(write)
        await self._do(file.complete)
        self._staged.append((file, safe_name(Path(name).stem), _extension(head, name), size_bytes, digest.hexdigest()))
        self._current = None
        return len(self._staged) - 1

    async def land(self) -> list[Landed]:
        """Give all staged files free names, in the order of their places."""
        landed = list[Landed]()
        for file, stem, extension, size_bytes, sha256 in self._staged:
            path = await self._land(file.unfinished, stem, extension)
            self._landed.append(path)
            landed.append(Landed(path, size_bytes, sha256))
        return landed

    def keep(self) -> None:
        """Let everything stay: the library knows it now."""
        self._staged.clear()
        self._landed.clear()

    async def take_back(self) -> None:
        """Remove everything that was written; later, if the disk does not answer now."""
        if self._current is not None:
            await self._remove_later(self._current.discard)
        for path in (*(staged[0].unfinished for staged in self._staged), *self._landed):
            await self._remove_later(lambda path=path: path.unlink(missing_ok=True))

    async def _land(self, part: Path, stem: str, extension: str) -> Path:
        while True:
            try:
                target = await clip_files.free_name(self._folder, stem, extension)
                await clip_files.land(part, target)
            except FileExistsError:
                continue
            except OSError as error:
                raise self._named(error) from error
            return target

    async def _do(self, work: Callable[[], object]) -> None:
        try:
            await on_disk(self._folder, work, within_s=WORK_WITHIN_S)
        except OSError as error:
            raise self._named(error) from error

    async def _remove_later(self, work: Callable[[], object]) -> None:
        try:
            await asyncio.shield(on_disk(self._folder, work, within_s=WORK_WITHIN_S))
        except FolderSilent:
            on_disk_later(self._folder, work)
        except OSError:
            pass  # it is gone, or stays as a file that nothing refers to

    def _named(self, error: OSError) -> StudioError:
        if isinstance(error, StudioError):
            return error
        if is_full(error):
            return StorageFull("The clips' disk is full.", advice="Nothing was imported. Free some space, then try again.")
        words = f"Clips cannot be saved in {self._folder}: {error.strerror or error}."
        return FileNotWritten(words, advice="Nothing was imported.")


def _extension(head: bytes, name: str) -> str:
    """Return the usual extension of the content; that of the name only for a film that its first bytes do not tell."""
    kind = kind_of(head)
    if kind is UNKNOWN and Path(name).suffix[1:].lower() in FILM_ENDINGS:
        return Path(name).suffix.lower()
    return kind.extension
