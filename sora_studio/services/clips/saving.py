"""Saves one clip: download, verify, name, write metadata and poster, then mark as saved."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sora_studio.disk_calls import on_disk_later
from sora_studio.domain.clip import KEPT_SUFFIX, Clip, ClipState, FilmFacts
from sora_studio.domain.errors import FolderSilent, PassingError, StudioError
from sora_studio.domain.file_kinds import MP4, UNKNOWN, FileForm, FileKind, kind_of
from sora_studio.domain.naming import clip_stem
from sora_studio.domain.ports import TransferProgress
from sora_studio.domain.request import mode_of
from sora_studio.domain.task import Task
from sora_studio.services.clips import clip_files
from sora_studio.services.clips.metadata import describe
from sora_studio.services.clips.posters import POSTER_EDGE, poster_path
from sora_studio.services.runtime.core import Core

if TYPE_CHECKING:
    from sora_studio.gateway.transfer import FilmTransfer
    from sora_studio.media.local import LocalMedia

_log = logging.getLogger(__name__)
ALIKE = 3
"""After this many complete downloads that fail alike, another one is pointless."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The clips' folder and file name template in the current settings, and the posters' folder."""

    folder: Path
    file_template: str
    posters: Path

    @property
    def filmstrips(self) -> Path:
        """Return the filmstrips' folder, beside the posters."""
        return self.posters.with_name("filmstrips")


class NotAFilm(StudioError):
    """The download is complete but not a playable film. `is_kept`: it repeatedly came like this and is kept on disk."""

    title = "What the service sent is not a film that can be opened."

    def __init__(self, title: str = "", *, detail: str = "", is_kept: bool = False) -> None:
        self.is_kept = is_kept
        super().__init__(title, detail=detail)


class FilmUnchecked(PassingError):
    """The film is complete on disk, but its check did not finish. The film itself is not at fault."""

    title = "The film is here but could not be checked yet; checking again in a moment."


_Landed: TypeAlias = tuple[Path, FilmFacts | None, str | None]
"""A file under its final name, its facts if it is a film, and a description if it is not."""


class ClipSaver:
    """Saves clips. Each step can be repeated after a crash and neither duplicates nor loses a clip.

    `on_saved` is called with each clip whose film has been saved.
    """

    def __init__(self, core: Core, transfer: "FilmTransfer", media: "LocalMedia", shelf: Callable[[], Shelf]) -> None:
        self._core = core
        self._task_writer = core.task_writer
        self._transfer = transfer
        self._media = media
        self._shelf = shelf
        self._failures = dict[int, tuple[str, int]]()  # by clip: the last error, and how often in a row
        self.on_saved: Callable[[Clip], None] = lambda _clip: None

    async def save(
        self,
        task: Task,
        clip: Clip,
        on_progress: Callable[[TransferProgress], None],
        *,
        anew: bool = False,
        elsewhere: bool = False,
    ) -> None:
        """Download and save the clip in its task's folder. `anew` downloads it although unplayable bytes are kept.

        `elsewhere` saves it in the general folder: the task's own one is not to be had, and the link ends soon.

        Raises what `FilmTransfer.fetch` raises, `FilmUnchecked`, `NotAFilm`, `StorageFull` and `OSError` of the folder.
        """
        shelf = self._shelf()
        stem = _stem(shelf, task, clip)
        folder = shelf.folder if elsewhere else task.output_dir or shelf.folder
        part = folder / f"{stem}.part"
        # A crash between linking the final name and unlinking the part leaves both names on one file.
        await clip_files.unshare(part)
        try:
            landed = await self._landed_before(clip)
            if landed is None and clip.kept is not None and not anew and await clip_files.size_of(clip.kept) is not None:
                landed = await self._from_kept(clip, clip.kept, folder, stem)
        except OSError:  # a folder that does not answer, too
            if not elsewhere:
                raise
            landed = None  # what is left in the task's own folder is not to be had, but the link still is
        target, film, note = landed or await self._fetch(clip, part, stem, on_progress)
        await self._transfer.forget(part)
        await self._finish(task, clip, target, film, note)

    async def save_as_it_is(self, task: Task, clip: Clip) -> None:
        """Give the kept bytes their final name, whatever they are. Raises `StudioError` and `OSError`."""
        kept = clip.kept
        if kept is None or await clip_files.size_of(kept) is None:
            raise NotAFilm("The kept file of this clip no longer exists.")
        kind = kind_of(await clip_files.head_of(kept))
        shelf = self._shelf()
        target = await self._land(clip, kept, task.output_dir or shelf.folder, _stem(shelf, task, clip), kind.extension)
        words = f"This is {kind.name}, not a film." if kind.form is not FileForm.FILM else f"{kind.name} that cannot be opened."
        await self._finish(task, clip, target, None, f"{words[0].upper()}{words[1:]}")

    async def _finish(self, task: Task, clip: Clip, target: Path, film: FilmFacts | None, note: str | None) -> None:
        size_bytes = await clip_files.size_of(target)
        profile = self._core.profiles.get(task.request.model)
        mode = task.request.mode or (mode_of(task.request, profile).id if profile else "")
        now, gateway = self._core.clock.now(), self._core.gateway_name
        details = describe(task, clip, film, mode=mode, gateway=gateway, saved_at=now)
        await clip_files.write_json(target.with_suffix(".json"), details)
        poster = await self._picture(clip, target) if film is not None else None

        async def write() -> bool:
            return await self._task_writer.transition_clip(
                clip.id, ClipState.SAVED, path=target, poster=poster, size_bytes=size_bytes, film=film, trouble=note
            )

        await self._task_writer.insist(write)
        self._failures.pop(clip.id, None)
        if film is not None:
            self.on_saved(replace(clip, state=ClipState.SAVED, path=target, poster=poster, film=film, trouble=note))
        if clip.kept is not None:
            await _remove_kept(clip.kept)

    async def _landed_before(self, clip: Clip) -> _Landed | None:
        """Return a film that an earlier run renamed but did not mark as saved.

        The name is recorded before the rename, so a file with that name and size belongs to this clip.
        """
        if clip.path is None or clip.path.suffix == KEPT_SUFFIX or clip.size_bytes is None:
            return None
        if await clip_files.size_of(clip.path) != clip.size_bytes:
            return None
        try:
            return clip.path, await self._inspect(clip.path), None
        except PassingError:
            raise
        except StudioError:
            return None

    async def _from_kept(self, clip: Clip, kept: Path, folder: Path, stem: str) -> _Landed | None:
        """Check kept bytes again: a newer version may open them. None for a web page, which the server may have replaced."""
        kind = kind_of(await clip_files.head_of(kept))
        if kind.form is FileForm.PAGE:
            return None
        try:
            film = await self._inspect(kept)
        except PassingError:
            raise
        except StudioError as error:
            raise _kept(_sentence(kind, error), error) from error
        return await self._land(clip, kept, folder, stem, await _extension_of(kept)), film, None

    async def _fetch(self, clip: Clip, part: Path, stem: str, on_progress: Callable[[TransferProgress], None]) -> _Landed:
        await clip_files.prepare(part.parent)
        await self._transfer.fetch(clip.url, part, on_progress)
        try:
            film = await self._inspect(part)
        except PassingError:
            raise
        except StudioError as error:
            return await self._without_film(clip, part, stem, error)
        return await self._land(clip, part, part.parent, stem, await _extension_of(part)), film, None

    async def _inspect(self, film: Path) -> FilmFacts:
        """Inspect a film.

        Raises `FilmUnchecked` for the checker's `PassingError`, so that a complete file is not downloaded again.
        """
        try:
            return await self._media.inspect_film(film)
        except FolderSilent:
            raise
        except PassingError as error:
            raise FilmUnchecked(detail=error.detail) from error

    async def _without_film(self, clip: Clip, part: Path, stem: str, error: StudioError) -> _Landed:
        """Discard an unplayable file and raise, so that it is downloaded again.

        After `ALIKE` identical failures the file is kept, whatever it is: it was paid for.
        """
        kind = kind_of(await clip_files.head_of(part))
        sentence = _sentence(kind, error)
        earlier, times = self._failures.get(clip.id, ("", 0))
        times = times + 1 if sentence == earlier else 1
        self._failures[clip.id] = (sentence, times)
        if times < ALIKE:
            await clip_files.remove(part)
            await self._transfer.forget(part)
            raise NotAFilm(sentence, detail=error.title) from error
        if kind.form is FileForm.OTHER and kind is not UNKNOWN:
            return await self._land(clip, part, part.parent, stem, kind.extension), None, sentence
        await self._land(clip, part, part.parent, stem, KEPT_SUFFIX)
        await self._transfer.forget(part)
        if clip.kept is not None:
            await _remove_kept(clip.kept)
        raise _kept(sentence, error) from error

    async def _land(self, clip: Clip, part: Path, folder: Path, stem: str, extension: str) -> Path:
        size_bytes = await clip_files.size_of(part)
        while True:
            target = await clip_files.free_name(folder, stem, extension)
            await self._task_writer.record_clip(clip.id, path=target, size_bytes=size_bytes)
            try:
                await clip_files.land(part, target)
            except FileExistsError:
                continue
            return target

    async def _picture(self, clip: Clip, film: Path) -> Path | None:
        """Save the poster; return None if that fails. A clip without a poster is still a clip."""
        poster = poster_path(self._shelf().posters, clip.id, clip.poster_at_s)
        try:
            await clip_files.prepare(poster.parent)
            await self._media.save_poster(film, poster, max_edge=POSTER_EDGE, at_s=clip.poster_at_s)
        except (StudioError, OSError) as error:
            _log.info("No poster for clip %d: %s", clip.id, error)
            return None
        return poster


async def _remove_kept(kept: Path) -> None:
    """Remove a kept file that is of no use any more; later, if its disk does not answer now."""
    try:
        await clip_files.remove(kept)
    except FolderSilent:
        on_disk_later(kept.parent, lambda: kept.unlink(missing_ok=True))


def _stem(shelf: Shelf, task: Task, clip: Clip) -> str:
    return clip_stem(
        shelf.file_template,
        local_time=task.created_at.astimezone(),
        prompt=task.request.prompt,
        task=task.id,
        take=task.take,
        model=task.request.model,
        index=clip.index,
    )


async def _extension_of(film: Path) -> str:
    """Return the usual extension of the container; `.mp4` for a film that only the decoder recognised."""
    kind = kind_of(await clip_files.head_of(film))
    return kind.extension if kind.form is FileForm.FILM else MP4.extension


def _kept(sentence: str, error: StudioError) -> NotAFilm:
    return NotAFilm(f"{sentence} What came is kept.", detail=error.title, is_kept=True)


def _sentence(kind: FileKind, error: StudioError) -> str:
    """Return what came in place of a film, as a sentence for the card."""
    if kind.form is FileForm.FILM:
        return f"The service sent {kind.name} that cannot be opened ({error.title.rstrip('.')})."
    return f"The service sent {kind.name}, not a film."
