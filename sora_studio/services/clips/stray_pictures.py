"""Removes posters, filmstrips, pasted pictures and frames that belong to nothing any more, once they are a week old."""

import logging
import os
import re
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk
from sora_studio.domain.errors import DatabaseUnusable, FolderSilent
from sora_studio.domain.picture import FRAME, PASTED
from sora_studio.services.runtime.core import Core

if TYPE_CHECKING:
    from sora_studio.storage.picture_owners import PictureOwners

_log = logging.getLogger(__name__)
FIRST_AFTER_S = 600.0
"""Keeps the disk free during the start."""
EVERY_S = 24 * 3600.0
MIN_AGE = timedelta(days=7)
"""Younger files stay: a draft that names them may not be saved yet, or a removed picture may come back by undo."""
PAGE = 500
_OF_CLIP = re.compile(r"(\d{1,18})(?:-\d+)?\.jpg", re.ASCII)
_OF_MEDIA = re.compile(rf"(?:{PASTED}|{FRAME})-[0-9a-f]+\.png")
_UNFINISHED = re.compile(r"\..+\.(?:jpg|png)-\w{8}", re.ASCII)
"""Left by a run that was killed while it wrote a file."""


@dataclass(frozen=True, slots=True)
class PictureFolders:
    """Folders of the data folder that hold only this program's own pictures."""

    posters: Path
    filmstrips: Path
    frames: Path
    """Pasted pictures, too."""


class StrayPictures:
    """Looks for strays daily. Only the owner of the data folder does this. Files with other names are left alone."""

    def __init__(self, core: Core, owners: "PictureOwners", folders: PictureFolders, *, is_owner: Callable[[], bool]) -> None:
        self._core = core
        self._owners = owners
        self._folders = folders
        self._is_owner = is_owner

    async def run(self) -> None:
        """Look every day, until cancelled."""
        await self._core.clock.sleep(FIRST_AFTER_S)
        while True:
            if self._is_owner():
                await self.look()
            await self._core.clock.sleep(EVERY_S)

    async def look(self) -> int:
        """Remove strays and return how many. A folder that does not answer, or a damaged database, ends it for today."""
        try:
            if not await self._owners.knows_all():
                return 0
            removed = await self._look_at_clips(self._folders.posters, self._owners.posters_of)
            removed += await self._look_at_clips(self._folders.filmstrips, self._owners.filmstrips_of)
            removed += await self._look_at_media(self._folders.frames)
        except (FolderSilent, DatabaseUnusable, OSError) as error:
            _log.info("Strays were not removed: %s", error)
            return 0
        if removed:
            _log.info("%d pictures that belonged to nothing were removed.", removed)
        return removed

    async def _look_at_clips(self, folder: Path, names_of: Callable[[Collection[int]], Awaitable[set[str]]]) -> int:
        old = await self._old_files(folder)
        of_clip = {name: int(match[1]) for name in old if (match := _OF_CLIP.fullmatch(name))}
        strays = _unfinished(old)
        names = [*of_clip]
        for start in range(0, len(names), PAGE):
            page = names[start : start + PAGE]
            kept = await names_of({of_clip[name] for name in page})
            strays += [name for name in page if name not in kept]
        return await self._remove(folder, strays)

    async def _look_at_media(self, folder: Path) -> int:
        old = await self._old_files(folder)
        found = [name for name in old if _OF_MEDIA.fullmatch(name)]
        kept = await self._owners.names_of_media() if found else set[str]()
        return await self._remove(folder, [*_unfinished(old), *(name for name in found if name not in kept)])

    async def _old_files(self, folder: Path) -> list[str]:
        before = self._core.clock.now().timestamp() - MIN_AGE.total_seconds()
        return await on_disk(folder, lambda: _older_than(folder, before), within_s=WORK_WITHIN_S)

    async def _remove(self, folder: Path, names: Collection[str]) -> int:
        """Remove files that are still as old: one that was pasted or made again meanwhile has an owner, or soon will."""
        before = self._core.clock.now().timestamp() - MIN_AGE.total_seconds()
        return await on_disk(folder, lambda: sum(_removed(folder / name, before) for name in names), within_s=WORK_WITHIN_S)


def _unfinished(names: Iterable[str]) -> list[str]:
    return [name for name in names if _UNFINISHED.fullmatch(name)]


def _older_than(folder: Path, before: float) -> list[str]:
    """Return the names of regular files changed before that time (seconds since 1970)."""
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if _is_old(entry, before)]
    except FileNotFoundError:
        return []


def _is_old(entry: "os.DirEntry[str]", before: float) -> bool:
    try:
        return entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mtime < before
    except OSError:
        return False


def _removed(path: Path, before: float) -> bool:
    try:
        if path.lstat().st_mtime >= before:
            return False
        path.unlink()
    except OSError:
        return False
    return True
