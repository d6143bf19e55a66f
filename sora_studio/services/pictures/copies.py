"""The published copies of local media, whatever their kind."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sora_studio.domain.film_edit import PreparedFile
from sora_studio.domain.models.draft import MediaFacts, Medium
from sora_studio.domain.models.profile import MediaKind, MediaSlot
from sora_studio.domain.picture import PreparedPicture
from sora_studio.domain.request import GenerationRequest, film_edit, picture_edit
from sora_studio.services.pictures.preparing import Preparation
from sora_studio.services.pictures.recordings import Recordings


@dataclass(frozen=True, slots=True)
class Copies:
    """Checks and makes them, as the request's edits say. Both methods raise like `LocalMedia`."""

    pictures: Preparation
    recordings: Recordings

    async def check(self, request: GenerationRequest, medium: Medium, slot: MediaSlot) -> MediaFacts:
        """Return what is known of the copy that would be published."""
        path = Path(medium.address)
        if medium.kind is MediaKind.IMAGE:
            return await self.pictures.check(path, picture_edit(request, medium.address), slot)
        return await self.recordings.check(path, film_edit(request, medium.address), slot)

    async def prepare(
        self, request: GenerationRequest, medium: Medium, slot: MediaSlot, progress: Callable[[float], None]
    ) -> PreparedPicture | PreparedFile:
        """Return the copy: a picture in memory, a film or sound as a file. `progress` is told how far the file is, 0 to 1."""
        path = Path(medium.address)
        if medium.kind is MediaKind.IMAGE:
            return await self.pictures.prepare(path, picture_edit(request, medium.address), slot)
        return await self.recordings.prepare(path, film_edit(request, medium.address), slot, progress)
