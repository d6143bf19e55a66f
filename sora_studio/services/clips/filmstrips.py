"""Makes filmstrips in the background, after a clip is saved or when one is asked for, and posters of chosen frames."""

import asyncio
import logging
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.disk_calls import on_disk
from sora_studio.domain.clip import Clip
from sora_studio.domain.errors import FolderSilent, PassingError, StorageFull, StudioError
from sora_studio.services.clips.posters import POSTER_EDGE, poster_path
from sora_studio.services.runtime.core import Core

if TYPE_CHECKING:
    from sora_studio.media.local import LocalMedia

_log = logging.getLogger(__name__)
MOST_WAITING = 64
"""Strips that are waited for; the oldest request beyond that is dropped, and made when it is asked for again."""
MOST_ATTEMPTS = 2
"""A film whose decoder was killed or late may be tried again; a damaged one is not."""


class Filmstrips:
    """Makes one filmstrip at a time, the newest request first. A clip without a strip is still a clip: no error is shown.

    A film that has no strip to give is not tried again before the next start.
    """

    def __init__(self, core: Core, media: "LocalMedia", *, posters: Path, filmstrips: Path) -> None:
        self._core = core
        self._media = media
        self._posters, self._filmstrips = posters, filmstrips
        self._waiting = OrderedDict[int, tuple[Clip, asyncio.Future[Path | None]]]()  # by clip; the next one is at the end
        self._working: tuple[int, asyncio.Future[Path | None]] | None = None
        self._attempts = dict[int, int]()
        self._worker: asyncio.Task[None] | None = None

    async def strip_of(self, clip: Clip) -> Path | None:
        """Return the clip's filmstrip, made first if there is none. None if there can be none, or many were asked for since."""
        if clip.filmstrip is not None and await _exists(clip.filmstrip):
            return clip.filmstrip
        if not self._is_possible(clip):
            return None
        return await asyncio.shield(self._wanted(clip, is_urgent=True))

    def clip_saved(self, clip: Clip) -> None:
        """Make the strip of a clip that has just been saved, after those that are asked for."""
        self._attempts.pop(clip.id, None)
        if self._is_possible(clip):
            self._wanted(clip, is_urgent=False)

    async def choose_poster(self, clip: Clip, at_s: float | None) -> Path:
        """Show the frame at that time on the clip's poster, the middle one for None; return the new poster's file.

        Raises `StudioError` when the film cannot be read or the poster cannot be written.
        """
        if clip.path is None or not clip.plays:
            raise StudioError("This clip has no film on this computer.")
        poster = poster_path(self._posters, clip.id, at_s)
        await self._media.save_poster(clip.path, poster, max_edge=POSTER_EDGE, at_s=at_s)
        await self._core.task_writer.record_clip(clip.id, poster=poster, poster_at_s=at_s)
        return poster

    def _is_possible(self, clip: Clip) -> bool:
        return clip.path is not None and clip.plays and self._attempts.get(clip.id, 0) < MOST_ATTEMPTS

    def _wanted(self, clip: Clip, *, is_urgent: bool) -> "asyncio.Future[Path | None]":
        """Queue the clip and return its result. Urgent ones are made in the opposite order of their requests."""
        if self._working is not None and self._working[0] == clip.id:
            return self._working[1]
        queued = self._waiting.pop(clip.id, None)
        result = queued[1] if queued else asyncio.get_running_loop().create_future()
        self._waiting[clip.id] = (clip, result)
        if not is_urgent:
            self._waiting.move_to_end(clip.id, last=False)
        if len(self._waiting) > MOST_WAITING:
            _settle(self._waiting.popitem(last=False)[1][1], None)
        if self._worker is None or self._worker.done():
            self._worker = self._core.supervisor.start(self._make_all(), name="filmstrips")
        return result

    async def _make_all(self) -> None:
        """Make what is waiting, until nothing is."""
        try:
            while self._waiting:
                number, (clip, result) = self._waiting.popitem()
                self._working = number, result
                _settle(result, await self._make(clip))
                self._working = None
        finally:  # at the end of the program, or after a fault
            left = [result for _, result in self._waiting.values()] + ([self._working[1]] if self._working else [])
            self._waiting.clear()
            self._working = None
            for result in left:
                _settle(result, None)

    async def _make(self, clip: Clip) -> Path | None:
        assert clip.path is not None
        strip = self._filmstrips / f"{clip.id}.jpg"
        try:
            await self._media.save_filmstrip(clip.path, strip)
            await self._core.task_writer.record_clip(clip.id, filmstrip=strip)
        except (FolderSilent, StorageFull) as error:
            _log.info("No filmstrip for clip %d now: %s", clip.id, error)  # the film is not at fault
            return None
        except (StudioError, OSError) as error:
            tried = 1 if isinstance(error, PassingError) else MOST_ATTEMPTS
            self._attempts[clip.id] = self._attempts.get(clip.id, 0) + tried
            _log.info("No filmstrip for clip %d: %s", clip.id, error)
            return None
        return strip


def _settle(result: "asyncio.Future[Path | None]", strip: Path | None) -> None:
    if not result.done():
        result.set_result(strip)


async def _exists(path: Path) -> bool:
    try:
        return await on_disk(path.parent, path.is_file)
    except (FolderSilent, OSError):
        return False
