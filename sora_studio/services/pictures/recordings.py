"""Inspects local films and sounds, and makes the copies that are published."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import FolderSilent, InvalidRequest, PassingError, StudioError
from sora_studio.domain.film_edit import FilmEdit, PreparedFile
from sora_studio.domain.media_types import WebFile
from sora_studio.domain.models.check import check_medium
from sora_studio.domain.models.draft import MediaFacts, Medium
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.picture import Thumbnail
from sora_studio.domain.recording import RecordingFacts
from sora_studio.domain.request import is_url
from sora_studio.services.pictures.picture_digest import digest_of
from sora_studio.services.pictures.pictures import LOOKED_AT_LATER

if TYPE_CHECKING:
    from sora_studio.gateway.picture_checker import HttpPictureChecker
    from sora_studio.media.local import LocalMedia

KEPT_BYTES = 4_000_000_000
"""Copies kept for tasks that wait or are tried again; all can be made anew."""
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
    """Copies are made in `folder`, named by their content; the oldest are removed when they take too much room."""

    def __init__(self, media: "LocalMedia", checker: "HttpPictureChecker", folder: Path) -> None:
        self._media = media
        self._checker = checker
        self._folder = folder
        self._made = OrderedDict[Hashable, PreparedFile]()

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

    async def prepare(
        self, path: Path, edit: FilmEdit, slot: MediaSlot, progress: Callable[[float], None] | None = None
    ) -> PreparedFile:
        """Return the copy to publish; one that was made before is used again. Raises like `LocalMedia.prepare_recording`."""
        stamp = await on_disk(path.parent, partial(_stamp, path))
        key = (path, stamp, edit, slot)
        made = self._made.get(key)
        if made is None or not await on_disk(self._folder, made.path.exists):
            await asyncio.to_thread(_make_room, self._folder)
            made = await self._media.prepare_recording(path, edit, slot, self._folder, progress or _unheard)
            if stamp is not None:
                self._made[key] = made
            if len(self._made) > _REMEMBERED:
                self._made.popitem(last=False)
        return made

    async def look_at_address(self, url: str) -> MediaFacts:
        """Return what is known of a film or sound at a web address.

        Raises `InvalidRequest` if the service would not take it, `ConnectionFailed` if it could not be checked.
        """
        return _web_facts(await self._checker.look_at_file(url))

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


def _stamp(path: Path) -> tuple[int, ...] | None:
    """Return the file's inode, size and modification time, to detect changes; None if there is no such file."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return (facts.st_ino, facts.st_size, facts.st_mtime_ns)


def _make_room(folder: Path) -> None:
    """Create the folder; remove the oldest copies above `KEPT_BYTES`. One that is being uploaded stays readable."""
    folder.mkdir(parents=True, exist_ok=True)
    copies = [(file.stat().st_mtime, file.stat().st_size, file) for file in folder.iterdir() if not file.name.startswith(".")]
    total = sum(size for _, size, _ in copies)
    for _, size, file in sorted(copies):
        if total <= KEPT_BYTES:
            return
        file.unlink(missing_ok=True)
        total -= size


def _unheard(_: float) -> None:
    pass
