"""Inspects a local file that a command names as a medium, as far as that can be done without sending it."""

from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import FolderSilent, InvalidRequest
from sora_studio.domain.film_edit import FilmEdit
from sora_studio.domain.models.check import RefusalKind, check_medium
from sora_studio.domain.models.draft import MediaFacts, Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot
from sora_studio.domain.picture import PictureEdit
from sora_studio.domain.request import picture_facts
from sora_studio.media.local import LocalMedia


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why a file cannot be sent, whatever the model."""

    kind: RefusalKind
    say: str


async def inspect(path: Path, kind: MediaKind, slot: MediaSlot | None, *, fit: bool) -> MediaFacts | Unusable:
    """Return what is known of the file; with `fit`, of the copy that would be sent in its place.

    Raises `FolderSilent` when its folder does not answer, and `PassingError` when a film or sound could not be examined.
    """
    size_bytes = await _size_bytes(path)
    if isinstance(size_bytes, Unusable):
        return size_bytes
    if kind is MediaKind.IMAGE:
        return await _inspect_picture(path, slot, fit=fit)
    if kind is MediaKind.LORA:
        return MediaFacts(format=path.suffix[1:].lower() or None, size_bytes=size_bytes)
    return await _inspect_recording(path, kind, slot, fit=fit)


async def _size_bytes(path: Path) -> int | Unusable:
    try:
        found = await on_disk(path.parent, path.stat)
    except FolderSilent:
        raise
    except (FileNotFoundError, NotADirectoryError):
        return Unusable(RefusalKind.MEDIA_MISSING, f"There is no file {path}.")
    except (OSError, ValueError) as error:
        return Unusable(RefusalKind.MEDIA_MISSING, f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.")
    if S_ISDIR(found.st_mode):
        return Unusable(RefusalKind.MEDIA_MISSING, f"{path} is a folder, not a file.")
    if not found.st_size:
        return Unusable(RefusalKind.MEDIA_FORMAT, f"{path.name} is empty.")
    return found.st_size


async def _inspect_picture(path: Path, slot: MediaSlot | None, *, fit: bool) -> MediaFacts | Unusable:
    media = LocalMedia()
    try:
        facts = await media.inspect_image(path)
        if not fit or slot is None:
            return MediaFacts(facts.format, facts.size_bytes, facts.width, facts.height, facts.is_transparent)
        return picture_facts(await media.prepare_image(path, PictureEdit(convert=True), slot))
    except InvalidRequest as unusable:
        return Unusable(RefusalKind.MEDIA_FORMAT, unusable.title)


async def _inspect_recording(path: Path, kind: MediaKind, slot: MediaSlot | None, *, fit: bool) -> MediaFacts | Unusable:
    media = LocalMedia()
    try:
        facts = (await media.inspect_recording(path, kind)).as_media_facts()
        if slot is None or (not fit and check_medium(Medium(str(path), kind, facts), slot)):
            return facts
    except InvalidRequest as unusable:
        return Unusable(RefusalKind.MEDIA_FORMAT, unusable.title)
    try:
        return await media.plan_recording(path, FilmEdit(convert=fit), slot)
    except InvalidRequest as unfit:
        if check_medium(Medium(str(path), kind, facts), slot):
            return facts  # the check of the draft names each refusal with its kind
        return Unusable(RefusalKind.MEDIA_FORMAT, unfit.title)
