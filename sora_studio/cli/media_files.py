"""Inspects a local file that a command names as a medium, as far as that can be done without sending it."""

from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from sora_studio.disk_calls import on_disk
from sora_studio.domain.errors import FolderSilent, InvalidRequest, StudioError
from sora_studio.domain.models.check import RefusalKind
from sora_studio.domain.models.draft import MediaFacts
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
    """Return what is known of the file; with `fit`, of the copy that would be sent in place of a picture.

    Raises `FolderSilent` when its folder does not answer.
    """
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
    if kind is MediaKind.IMAGE:
        return await _inspect_picture(path, slot, fit=fit)
    facts = MediaFacts(format=path.suffix[1:].lower() or None, size_bytes=found.st_size)
    return await _with_film(path, facts) if kind is MediaKind.VIDEO else facts


async def _inspect_picture(path: Path, slot: MediaSlot | None, *, fit: bool) -> MediaFacts | Unusable:
    media = LocalMedia()
    try:
        facts = await media.inspect_image(path)
        if not fit or slot is None:
            return MediaFacts(facts.format, facts.size_bytes, facts.width, facts.height, facts.is_transparent)
        return picture_facts(await media.prepare_image(path, PictureEdit(convert=True), slot))
    except InvalidRequest as unusable:
        return Unusable(RefusalKind.MEDIA_FORMAT, unusable.title)


async def _with_film(path: Path, facts: MediaFacts) -> MediaFacts:
    """Return the facts with size and length; without them for a film that cannot be opened here: the service may be able to."""
    try:
        film = await LocalMedia().inspect_film(path)
    except FolderSilent:
        raise
    except StudioError:
        return facts
    return MediaFacts(facts.format, facts.size_bytes, film.width, film.height, seconds=film.duration_s)
