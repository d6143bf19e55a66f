"""The service that imports bundles, and folders of clips."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zipfile import is_zipfile

from sora_studio.atomic_file import write_whole
from sora_studio.disk_calls import WORK_WITHIN_S, on_disk
from sora_studio.domain.clip import Clip
from sora_studio.domain.disk_space import has_room
from sora_studio.domain.errors import FileUnusable, FolderSilent, StorageFull, StudioError
from sora_studio.domain.exports import Progress
from sora_studio.domain.imports import Imported, ImportKind, Incoming, Known
from sora_studio.domain.project import Project
from sora_studio.domain.task import Task
from sora_studio.domain.version import Version
from sora_studio.services.clips import clip_files
from sora_studio.services.clips.metadata import describe, judged
from sora_studio.services.clips.posters import POSTER_EDGE, poster_path
from sora_studio.services.library.importing.bundle_reader import BundleReader
from sora_studio.services.library.importing.bundle_records import BundleTask
from sora_studio.services.library.importing.folder_scan import scan
from sora_studio.services.library.importing.import_report import report
from sora_studio.services.library.importing.lost_and_found import tasks_of
from sora_studio.services.library.importing.staging import Staging
from sora_studio.services.tasks.disk_space import usage_of

if TYPE_CHECKING:
    from sora_studio.storage.import_rows import Added
    from sora_studio.storage.imports import SqliteImports

_log = logging.getLogger(__name__)
MOST_POSTER_BYTES = 8 << 20
_JPEG = b"\xff\xd8\xff"


class SavePoster(Protocol):
    """Saves a frame of a film as a JPEG; see `LocalMedia.save_poster`."""

    def __call__(self, film: Path, poster: Path, /, *, max_edge: int, at_s: float | None = None) -> Awaitable[None]: ...


def _quiet(_done: int, _all: int) -> None:
    """Tell nobody."""


class Importing:
    """Imports all that is new in a bundle or folder, or nothing if that fails or is cancelled. Sends and polls nothing.

    `clips` is the folder that the clips of a bundle go to, `posters` that of the posters. `on_write` is called after a change.
    """

    def __init__(
        self,
        imports: "SqliteImports",
        *,
        clips: Callable[[], Path],
        posters: Path,
        save_poster: SavePoster,
        now: Callable[[], datetime],
        on_write: Callable[[], None] = lambda: None,
    ) -> None:
        self._imports = imports
        self._clips = clips
        self._posters = posters
        self._save_poster = save_poster
        self._now = now
        self._on_write = on_write

    async def kind_of(self, path: Path) -> ImportKind:
        """Return what a path names. Raises `FileUnusable` if there is nothing, and `FolderSilent`."""

        def look() -> ImportKind:
            if path.is_dir():
                return ImportKind.FOLDER
            with path.open("rb") as file:
                is_bundle = path.suffix.lower() == ".zip" or is_zipfile(file)
            return ImportKind.BUNDLE if is_bundle else ImportKind.TABLE

        try:
            return await on_disk(path.parent, look)
        except FolderSilent:
            raise
        except OSError as error:
            words = "does not exist" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror or error}"
            raise FileUnusable(f"{path} {words}.", advice="Nothing was imported.") from error

    async def bundle(self, path: Path, *, dry_run: bool = False, on_progress: Progress = _quiet) -> Imported:
        """Import a bundle; its clips are copied and verified. `on_progress` is called with bytes.

        Raises `FileUnusable` for a file that is no whole bundle, `StorageFull`, `FileNotWritten` and `FolderSilent`.
        """
        reader = BundleReader(path)
        try:
            await reader.open()
            tasks = {one.incoming.task.id: one for one in reader.tasks}
            incoming = await asyncio.to_thread(_as_if_here, reader.tasks)
            known = await self._imports.known(incoming)
            wanted = list(_wanted(reader.tasks, known))
            if dry_run:
                await self._verify(reader, wanted, on_progress)
                return await asyncio.to_thread(report, incoming, known, is_dry_run=True)
            staging = Staging(self._clips())
            try:
                paths = await self._stage(reader, wanted, staging, on_progress)
                landed = await asyncio.to_thread(_landed, reader.tasks, paths)
                added = await self._add(landed, reader.versions, reader.projects, on_written=staging.keep)
            except BaseException:
                await staging.take_back()
                raise
            await self._describe(landed, added)
            await self._copy_posters(reader, tasks, added)
            return await asyncio.to_thread(report, landed, known, added)
        finally:
            reader.close()

    async def folder(self, path: Path, *, dry_run: bool = False, on_progress: Progress = _quiet) -> Imported:
        """Import the clips of a folder that have metadata beside them. They stay where they are.

        Films without metadata are left out and named. Raises `FileUnusable` for a folder that cannot be read, and
        `FolderSilent`.
        """
        found = await scan(path, on_progress)
        tasks = await asyncio.to_thread(tasks_of, found.clips)
        left_out = (*found.left_out, *tasks.left_out)
        here = await self._imports.clip_paths()
        incoming = await asyncio.to_thread(_new_to, here, tasks.tasks)
        known = await self._imports.known(incoming)
        new = [one for one in incoming if one.task.clips or one.task.id in known]
        here_already = [one for one in incoming if not one.task.clips and one.task.id not in known]
        if dry_run:
            return await asyncio.to_thread(report, new, known, left_out=left_out, others=here_already, is_dry_run=True)
        added = await self._add(new, (), ())
        await self._draw_posters({added.clips[key]: clip for key, clip in _clips_of(new) if key in added.clips}, on_progress)
        return await asyncio.to_thread(report, new, known, added, left_out=left_out, others=here_already)

    async def _add(
        self,
        tasks: Sequence[Incoming],
        versions: Sequence[Version],
        projects: Sequence[Project],
        *,
        on_written: Callable[[], None] = lambda: None,
    ) -> "Added":
        """Write everything down. Cancelled meanwhile, it ends first: it cannot be stopped halfway."""
        writing = asyncio.ensure_future(self._imports.add(tasks, versions, projects, at=self._now()))
        try:
            await asyncio.wait({writing})
        finally:
            if not writing.done():
                await asyncio.wait({writing})
            if not writing.cancelled() and writing.exception() is None:
                on_written()
                self._on_write()
        return writing.result()

    async def _verify(self, reader: BundleReader, wanted: Sequence["_Film"], on_progress: Progress) -> None:
        done, whole = 0, sum(reader.size_of(member) for _, _, member in wanted)
        for _, _, member in wanted:
            async for chunk in reader.chunks_of(member):
                done += len(chunk)
                on_progress(done, whole)

    async def _stage(
        self, reader: BundleReader, wanted: Sequence["_Film"], staging: Staging, on_progress: Progress
    ) -> dict[int, dict[int, Path]]:
        """Copy the films and return their paths by task and clip."""
        whole = sum(reader.size_of(member) for _, _, member in wanted)
        await self._require_room(whole)
        done = 0
        for _, _, member in wanted:
            await staging.stage(reader.chunks_of(member), Path(member).name)
            done += reader.size_of(member)
            on_progress(done, whole)
        paths = dict[int, dict[int, Path]]()
        for (task, index, _), landed in zip(wanted, await staging.land(), strict=True):
            paths.setdefault(task, {})[index] = landed.path
        return paths

    async def _require_room(self, wanted_bytes: int) -> None:
        usage = await usage_of(self._clips())
        if wanted_bytes and usage and not has_room(free_bytes=usage[0], disk_bytes=usage[1], wanted_bytes=wanted_bytes):
            raise StorageFull(
                "The clips' disk does not have enough space for these clips.",
                advice="Nothing was imported. Free some space, or choose another folder in Settings.",
            )

    async def _describe(self, landed: Sequence[Incoming], added: "Added") -> None:
        """Write the metadata files beside added clips, as beside every other. A clip without one is still a clip."""
        for one in landed:
            clips = [(clip, clip.path) for clip in one.task.clips if clip.path and (one.task.id, clip.index) in added.clips]
            task = _renumbered(one.task, added.tasks) if clips else one.task
            for clip, path in clips:
                facts = describe(task, clip, clip.film, mode=task.request.mode, gateway=task.gateway, saved_at=self._now())
                tags = tuple(dict.fromkeys((*one.tags, *one.clip_tags.get(clip.index, ()))))
                facts |= judged(task, clip, tags=tags, project=one.project)
                try:
                    await clip_files.write_json(path.with_suffix(".json"), facts)
                except (StudioError, OSError) as error:
                    _log.info("No metadata beside %s: %s", path, error)

    async def _copy_posters(self, reader: BundleReader, tasks: Mapping[int, BundleTask], added: "Added") -> None:
        """Copy the posters of added clips. A clip without a poster is still a clip."""
        made = dict[int, Path]()
        for (task, index), clip in added.clips.items():
            member = tasks[task].posters.get(index)
            if member is None or reader.size_of(member) > MOST_POSTER_BYTES:
                continue
            at_s = next((one.poster_at_s for one in tasks[task].incoming.task.clips if one.index == index), None)
            poster = poster_path(self._posters, clip, at_s)
            try:
                content = b"".join([chunk async for chunk in reader.chunks_of(member)])
                if content.startswith(_JPEG):
                    await on_disk(self._posters, lambda p=poster, c=content: write_whole(p, c), within_s=WORK_WITHIN_S)
                    made[clip] = poster
            except (StudioError, OSError) as error:
                _log.info("No poster for clip %d: %s", clip, error)
        await self._imports.set_posters(made)

    async def _draw_posters(self, clips: Mapping[int, Clip], on_progress: Progress) -> None:
        made = dict[int, Path]()
        for number, (clip, row) in enumerate(clips.items(), start=1):
            if row.path is None or row.film is None:
                continue
            poster = poster_path(self._posters, clip, None)
            try:
                await on_disk(self._posters, lambda: self._posters.mkdir(parents=True, exist_ok=True))
                await self._save_poster(row.path, poster, max_edge=POSTER_EDGE)
                made[clip] = poster
            except (StudioError, OSError) as error:
                _log.info("No poster for clip %d: %s", clip, error)
            on_progress(number, len(clips))
        await self._imports.set_posters(made)


_Film = tuple[int, int, str]
"""The number of a task, the index of a clip, and the member with its film."""


def _wanted(tasks: Sequence[BundleTask], known: Mapping[int, Known]) -> Iterator[_Film]:
    """Yield the films that are not here yet."""
    for one in tasks:
        number = one.incoming.task.id
        for index, member in one.films.items():
            if number not in known or index in known[number].lacks:
                yield number, index, member


# The following go through all tasks. With many thousands that would hold up the window: they run in a thread.


def _as_if_here(tasks: Sequence[BundleTask]) -> list[Incoming]:
    """Return the tasks with all of their clips."""
    return [_with_paths(one.incoming, {index: Path(name) for index, name in one.films.items()}) for one in tasks]


def _landed(tasks: Sequence[BundleTask], paths: Mapping[int, Mapping[int, Path]]) -> list[Incoming]:
    """Return the tasks with the clips that were copied, by the task's number and the clip's index."""
    return [_with_paths(one.incoming, paths.get(one.incoming.task.id, {})) for one in tasks]


def _new_to(here: frozenset[str], tasks: Sequence[Incoming]) -> list[Incoming]:
    """Return the tasks without the clips whose files are known."""
    return [replace(one, task=_without_files(one.task, here)) for one in tasks]


def _with_paths(incoming: Incoming, paths: Mapping[int, Path]) -> Incoming:
    clips = tuple(replace(clip, path=paths.get(clip.index)) for clip in incoming.task.clips)
    return replace(incoming, task=replace(incoming.task, clips=clips))


def _renumbered(task: Task, numbers: Mapping[int, int]) -> Task:
    """Return the task with the numbers that it and its parent have here."""
    parent = replace(task.parent, task=numbers[task.parent.task]) if task.parent and task.parent.task in numbers else None
    return replace(task, id=numbers[task.id], parent=parent)


def _without_files(task: Task, here: frozenset[str]) -> Task:
    """Return the task without the clips whose files are known."""
    return replace(task, clips=tuple(clip for clip in task.clips if str(clip.path) not in here))


def _clips_of(tasks: Sequence[Incoming]) -> Iterator[tuple[tuple[int, int], Clip]]:
    for one in tasks:
        for clip in one.task.clips:
            yield (one.task.id, clip.index), clip
