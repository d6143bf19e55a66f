"""Checks of the composer's films and sounds."""

from collections.abc import Coroutine
from functools import partial
from typing import TYPE_CHECKING

from sora_studio.domain.film_edit import FilmEdit
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.viewmodels.compose.media_checks import MediaLooks
from sora_studio.viewmodels.compose.recordings.recording_words import SeenRecording

if TYPE_CHECKING:
    from sora_studio.services.pictures.recordings import Recordings


class RecordingLooks(MediaLooks[SeenRecording]):
    """The last result for each film and sound."""

    def look(
        self, recordings: "Recordings", source: str, edit: FilmEdit, slot: MediaSlot, *, patient: bool = False
    ) -> Coroutine[object, object, None]:
        """Return a coroutine that checks a film or sound; see `begin`."""
        return self.begin(partial(_look, recordings, source, edit, slot), source, edit, slot, patient=patient)


async def _look(recordings: "Recordings", source: str, edit: FilmEdit, slot: MediaSlot) -> SeenRecording:
    look = await recordings.look(source, edit, slot)
    return SeenRecording(
        slot.kind,
        edit,
        look.facts,
        look.web,
        look.sent,
        offers_copy=look.offers_copy,
        problem=look.problem,
        note=look.note,
        digest=look.digest,
    )
