"""Copies clips to a folder of the person's choice, each verified by its hash."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sora_studio.atomic_file import GrowingFile
from sora_studio.disk_calls import WORK_WITHIN_S, on_disk, on_disk_later
from sora_studio.domain.clip import Clip, ClipState
from sora_studio.domain.disk_space import is_full
from sora_studio.domain.errors import FolderSilent
from sora_studio.domain.exports import Progress
from sora_studio.services.clips import clip_files
from sora_studio.services.library.exporting.hashing import chunks_of, sha256_of

DIFFERS = "The copy is not equal to the clip; it was removed."


@dataclass(frozen=True, slots=True)
class CopiedClip:
    """A clip that was copied (`path`), or why it was not (`trouble`)."""

    clip: int
    path: Path | None = None
    trouble: str = ""


class ClipCopying:
    """Copies one clip after the other. Nothing is overwritten: a copy whose name is taken gets a free one."""

    async def copy(
        self, clips: Sequence[Clip], folder: Path, *, on_progress: Progress = lambda _done, _all: None
    ) -> list[CopiedClip]:
        """Copy the clips into an existing folder, and return what became of each, in their order.

        A copy is read again after it was written, and removed if it differs. `on_progress` is called with clips. Once the disk
        is full or the folder is gone, the rest is not tried. Cancelled, it leaves whole copies only.
        """
        done = list[CopiedClip]()
        trouble = ""
        for number, clip in enumerate(clips, start=1):
            if not trouble:
                copied, is_hopeless = await self._copy(clip, folder)
                trouble = copied.trouble if is_hopeless else ""
            else:
                copied = CopiedClip(clip.id, trouble=trouble)
            done.append(copied)
            on_progress(number, len(clips))
        return done

    async def _copy(self, clip: Clip, folder: Path) -> tuple[CopiedClip, bool]:
        """Return what became of one clip, and whether the folder takes no more."""
        if clip.path is None or clip.state is not ClipState.SAVED:
            return CopiedClip(clip.id, trouble="There is no file of this clip."), False
        growing = GrowingFile(folder / clip.path.name)
        try:
            sha256 = await _fill(growing, folder, clip.path)
            if await sha256_of(growing.unfinished) != sha256:
                return CopiedClip(clip.id, trouble=DIFFERS), False
            return CopiedClip(clip.id, await _land(growing.unfinished, folder, clip.path)), False
        except _SourceFailed as error:
            return CopiedClip(clip.id, trouble=f"{clip.path.name} cannot be read: {error}."), False
        except OSError as error:
            words = "The disk is full." if is_full(error) else f"{folder} cannot be written: {error.strerror or error}."
            return CopiedClip(clip.id, trouble=words), True
        finally:
            await _remove(folder, growing)


class _SourceFailed(Exception):
    """The clip itself cannot be read."""


async def _fill(growing: GrowingFile, folder: Path, source: Path) -> str:
    """Copy the source and return its SHA-256."""
    digest = hashlib.sha256()
    await on_disk(folder, growing.open)
    chunks = chunks_of(source, digest)
    while True:
        try:
            chunk = await anext(chunks, b"")
        except OSError as error:
            raise _SourceFailed(error.strerror or str(error)) from error
        if not chunk:
            break
        await on_disk(folder, _writing(growing, chunk), within_s=WORK_WITHIN_S)
    await on_disk(folder, growing.complete, within_s=WORK_WITHIN_S)
    return digest.hexdigest()


def _writing(growing: GrowingFile, chunk: bytes) -> Callable[[], int]:
    return lambda: growing.do(lambda file: file.write(chunk))


async def _land(part: Path, folder: Path, source: Path) -> Path:
    while True:
        target = await clip_files.free_name(folder, source.stem, source.suffix)
        try:
            await clip_files.land(part, target)
        except FileExistsError:
            continue
        return target


async def _remove(folder: Path, growing: GrowingFile) -> None:
    """Remove what is left under the unfinished name."""

    def remove() -> None:
        growing.discard()
        growing.unfinished.unlink(missing_ok=True)

    try:
        await on_disk(folder, remove, within_s=WORK_WITHIN_S)
    except FolderSilent:
        on_disk_later(folder, remove)
    except OSError:
        pass  # the folder is gone, and the file with it
