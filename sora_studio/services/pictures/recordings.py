"""Inspects local films and sounds, and makes the copies that are published."""

import os
import stat
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.disk_calls import WORK_WITHIN_S, on_disk
from sora_studio.domain.errors import FolderSilent, InvalidRequest, PassingError, StudioError
from sora_studio.domain.film_edit import FilmEdit, PreparedFile
from sora_studio.domain.media_types import WebFile
from sora_studio.domain.models.check import check_medium
from sora_studio.domain.models.draft import MediaFacts, Medium
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.picture import Thumbnail
from sora_studio.domain.recording import RecordingFacts
from sora_studio.domain.request import is_url
from sora_studio.services.pictures.picture_digest import digest_of, stamp_of
from sora_studio.services.pictures.pictures import LOOKED_AT_LATER
from sora_studio.services.pictures.shared_work import SharedWork

if TYPE_CHECKING:
    from sora_studio.gateway.picture_checker import HttpPictureChecker
    from sora_studio.media.local import LocalMedia

KEPT_BYTES = 4_000_000_000
"""Copies kept for tasks that wait or are tried again; all can be made anew."""
UNUSED_FOR_S = 24 * 3600.0
"""A copy that was used more recently is not removed: a slow upload of a large film takes hours."""
_REMEMBERED = 100


@dataclass(frozen=True, slots=True)
class RecordingLook:
    """The result of inspecting a film or sound: `facts` of a local file, or `web` of an address.

    `sent` is what would be sent of a local file. If it cannot be sent as it is, `offers_copy` says that a converted copy could.
    `problem` is empty if nothing is wrong; `note` is worth knowing although nothing is wrong. `digest` is the local file's
    SHA-256 when it was inspected.
    """

    source: str
    facts: RecordingFacts | None = None
    web: WebFile | None = None
    sent: MediaFacts | None = None
    offers_copy: bool = False
    problem: str = ""
    note: str = ""
    digest: str = ""


class Recordings:
    """Copies are made in `folder`, named by content. When they take too much room, the least recently used go."""

    def __init__(self, media: "LocalMedia", checker: "HttpPictureChecker", folder: Path) -> None:
        self._media = media
        self._checker = checker
        self._folder = folder
        self._made = OrderedDict[Hashable, PreparedFile]()
        self._shared = SharedWork[PreparedFile]()
        self._listeners = dict[Hashable, list[Callable[[float], None]]]()

    async def look(self, source: str, edit: FilmEdit, slot: MediaSlot) -> RecordingLook:
        """Inspect a film or sound for a role. Never raises a `StudioError`: problems are part of the result."""
        if is_url(source):
            return await self._look_at_address(source, slot)
        path = Path(source)
        try:
            facts = await self._media.inspect_recording(path, slot.kind)
            look = RecordingLook(source, facts, digest=await digest_of(path))
            return await self._with_plan(look, edit, slot)
        except (InvalidRequest, FolderSilent) as unusable:
            return RecordingLook(source, problem=unusable.title)
        except PassingError as error:
            return RecordingLook(source, note=f"{error.title} {LOOKED_AT_LATER}")

    async def thumbnail(self, path: Path, *, max_edge: int) -> Thumbnail | None:
        """Return the middle frame of a film, drawn small; None if it cannot be drawn (`look` says why)."""
        try:
            return await self._media.draw_film(path, max_edge=max_edge)
        except StudioError:
            return None

    async def waveform(self, path: Path, *, buckets: int) -> tuple[float, ...] | None:
        """Return the peaks, 0 to 1, of equal parts of a sound; None if it cannot be drawn (`look` says why)."""
        try:
            return await self._media.draw_waveform(path, buckets=buckets)
        except StudioError:
            return None

    async def check(self, path: Path, edit: FilmEdit, slot: MediaSlot) -> MediaFacts:
        """Return what is known of what would be published, without making it. Raises like `LocalMedia.plan_recording`."""
        return await self._media.plan_recording(path, edit, slot)

    async def prepare(self, path: Path, edit: FilmEdit, slot: MediaSlot, progress: Callable[[float], None]) -> PreparedFile:
        """Return the copy to publish: an earlier one that is still there, or one that is being made for another caller.

        `progress` is told how far the making is, 0 to 1. Raises like `LocalMedia.prepare_recording`.
        """
        stamp = await stamp_of(path)
        key = (path, stamp, edit, slot)
        made = self._made.get(key)
        if made is not None and await on_disk(self._folder, partial(_renew, made)):
            return made
        listeners = self._listeners.setdefault(key, [])
        listeners.append(progress)

        async def make() -> PreparedFile:
            made = await self._make(path, edit, slot, listeners)
            if stamp is not None:
                self._made[key] = made
                if len(self._made) > _REMEMBERED:
                    self._made.popitem(last=False)
            return made

        try:
            return await self._shared.result_of(key, make)
        finally:
            listeners.remove(progress)
            if not listeners and self._listeners.get(key) is listeners:
                del self._listeners[key]

    async def look_at_address(self, url: str) -> MediaFacts:
        """Return what is known of a film or sound at a web address.

        Raises `InvalidRequest` if the service would not take it, `ConnectionFailed` if it could not be checked.
        """
        return _web_facts(await self._checker.look_at_file(url))

    async def _make(
        self, path: Path, edit: FilmEdit, slot: MediaSlot, listeners: Sequence[Callable[[float], None]]
    ) -> PreparedFile:
        def tell(fraction: float) -> None:
            for listener in tuple(listeners):
                listener(fraction)

        await on_disk(self._folder, partial(_make_room, self._folder), within_s=WORK_WITHIN_S)
        return await self._media.prepare_recording(path, edit, slot, self._folder, tell)

    async def _look_at_address(self, url: str, slot: MediaSlot) -> RecordingLook:
        try:
            web = await self._checker.look_at_file(url)
        except InvalidRequest as invalid:
            return RecordingLook(url, problem=invalid.title)
        except PassingError as error:
            return RecordingLook(url, note=f"{error.title} {LOOKED_AT_LATER}")
        refusals = check_medium(Medium(url, slot.kind, _web_facts(web)), slot)
        return RecordingLook(url, web=web, problem=" ".join(refusal.say for refusal in refusals))

    async def _with_plan(self, look: RecordingLook, edit: FilmEdit, slot: MediaSlot) -> RecordingLook:
        path = Path(look.source)
        try:
            return replace(look, sent=await self.check(path, edit, slot))
        except InvalidRequest as invalid:
            look = replace(look, problem=invalid.title)
        if edit.convert:
            return look
        try:
            await self.check(path, replace(edit, convert=True), slot)
        except InvalidRequest:
            return look
        return replace(look, offers_copy=True)


def _web_facts(web: WebFile) -> MediaFacts:
    return MediaFacts(web.format, web.size_bytes)


def _renew(copy: PreparedFile) -> bool:
    """Mark a copy as used now, so that it is not removed while it is uploaded. Return False if it is gone or was changed."""
    try:
        os.utime(copy.path)
        return copy.path.stat().st_size == copy.size_bytes
    except OSError:
        return False


def _make_room(folder: Path) -> None:
    """Remove the least recently used copies above `KEPT_BYTES`, but none that was used within `UNUSED_FOR_S`.

    An upload opens its copy again for every piece, so one that may be in use must stay.
    """
    copies, unused_since_s = list[tuple[float, int, Path]](), time.time() - UNUSED_FOR_S
    with suppress(OSError):  # there is no folder before the first copy
        for file in folder.iterdir():
            with suppress(OSError):  # removed by another call
                facts = file.lstat()
                if stat.S_ISREG(facts.st_mode) and not file.name.startswith("."):
                    copies.append((facts.st_mtime, facts.st_size, file))
    total = sum(size for _, size, _ in copies)
    for used_at_s, size, file in sorted(copies):
        if total <= KEPT_BYTES or used_at_s > unused_since_s:
            return
        with suppress(OSError):
            file.unlink(missing_ok=True)
            total -= size
