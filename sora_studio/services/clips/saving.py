"""One clip's way from its link to a file: fetch, verify, name, describe, picture, and only then saved."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sora_studio.domain.clip import Clip, ClipState, FilmFacts
from sora_studio.domain.errors import FolderSilent, PassingError, StudioError
from sora_studio.domain.naming import clip_stem
from sora_studio.domain.ports import Media, Transfer, TransferProgress
from sora_studio.domain.task import Task
from sora_studio.services.clips import clip_files
from sora_studio.services.clips.metadata import describe
from sora_studio.services.runtime.core import Core

_log = logging.getLogger(__name__)
POSTER_EDGE = 640
"""Pixels: sharp on a card and on the empty stage of a dense screen."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where clips go and how they are called, by the settings of this moment."""

    folder: Path
    file_template: str
    posters: Path


class NotAFilm(StudioError):
    """What arrived is complete but cannot be opened."""

    title = "What the service sent is not a film that can be opened."


class FilmUnchecked(PassingError):
    """The film is complete on disk, but its check did not finish. That is never the film's fault."""

    title = "The film is here but could not be checked yet; checking again in a moment."


class ClipSaver:
    """Takes the steps. Each may be repeated after a crash without a second copy and without a lost one."""

    def __init__(self, core: Core, transfer: Transfer, media: Media, shelf: Callable[[], Shelf]) -> None:
        self._core = core
        self._task_writer = core.task_writer
        self._transfer = transfer
        self._media = media
        self._shelf = shelf

    async def save(self, task: Task, clip: Clip, on_progress: Callable[[TransferProgress], None]) -> None:
        """Leave the clip saved.

        Raises what `Transfer.fetch` raises, `FilmUnchecked`, `NotAFilm`, `StorageFull` and `OSError` of the folder.
        """
        shelf = self._shelf()
        stem = _stem(shelf, task, clip)
        part = shelf.folder / f"{stem}.part"
        # A crash between the film's new name and the loss of its old one leaves both.
        await clip_files.unshare(part)
        target, film = await self._landed_before(clip) or await self._fetch(clip, part, stem, on_progress)
        await self._transfer.forget(part)
        size_bytes = await clip_files.size_of(target)
        details = describe(task, clip, film, gateway=self._core.gateway_name, saved_at=self._core.clock.now())
        await clip_files.write_json(target.with_suffix(".json"), details)
        poster = await self._picture(clip, target)

        async def write() -> bool:
            return await self._task_writer.transition_clip(
                clip.id, ClipState.SAVED, path=target, poster=poster, size_bytes=size_bytes, film=film, trouble=None
            )

        await self._task_writer.insist(write)

    async def _landed_before(self, clip: Clip) -> tuple[Path, FilmFacts] | None:
        """The name is written down before the file gets it, so a file of that name and size is this clip's own."""
        if clip.path is None or clip.size_bytes is None or await clip_files.size_of(clip.path) != clip.size_bytes:
            return None
        try:
            return clip.path, await self._media.inspect_film(clip.path)
        except FolderSilent:
            raise
        except PassingError as error:
            raise FilmUnchecked(detail=error.detail) from error
        except StudioError:
            return None

    async def _fetch(
        self, clip: Clip, part: Path, stem: str, on_progress: Callable[[TransferProgress], None]
    ) -> tuple[Path, FilmFacts]:
        await clip_files.prepare(part.parent)
        await self._transfer.fetch(clip.url, part, on_progress)
        try:
            film = await self._media.inspect_film(part)
        except FolderSilent:
            raise
        except PassingError as error:
            raise FilmUnchecked(detail=error.detail) from error
        except StudioError as error:
            await clip_files.remove(part)
            await self._transfer.forget(part)
            raise NotAFilm(detail=error.title) from error
        return await self._land(clip, part, stem), film

    async def _land(self, clip: Clip, part: Path, stem: str) -> Path:
        size_bytes = await clip_files.size_of(part)
        while True:
            target = await clip_files.free_name(part.parent, stem)
            await self._task_writer.record_clip(clip.id, path=target, size_bytes=size_bytes)
            try:
                await clip_files.land(part, target)
            except FileExistsError:
                continue
            return target

    async def _picture(self, clip: Clip, film: Path) -> Path | None:
        """The poster. A clip without one is still a clip."""
        poster = self._shelf().posters / f"{clip.id}.jpg"
        try:
            await clip_files.prepare(poster.parent)
            await self._media.save_poster(film, poster, max_edge=POSTER_EDGE)
        except (StudioError, OSError) as error:
            _log.info("No poster for clip %d: %s", clip.id, error)
            return None
        return poster


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
