"""What is found out about the composer's media: checks of each, and what is drawn of them."""

from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from sora_studio.domain.film_edit import FilmEdit
from sora_studio.domain.models.profile import MediaSlot
from sora_studio.domain.picture import PictureEdit, Thumbnail
from sora_studio.viewmodels.compose.pictures.picture_checks import PictureLooks
from sora_studio.viewmodels.compose.recordings.recording_checks import RecordingLooks

if TYPE_CHECKING:
    from sora_studio.services.pictures.pictures import Pictures
    from sora_studio.services.pictures.recordings import Recordings


class MediaInspection(QObject):
    """Knows nothing before `attach`. `looks` are the checks of pictures, `recording_looks` those of films and sounds."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.looks = PictureLooks(self)
        self.recording_looks = RecordingLooks(self)
        self._pictures: Pictures | None = None
        self._recordings: Recordings | None = None

    def attach(self, pictures: "Pictures", recordings: "Recordings") -> None:
        """Connect the services."""
        self._pictures, self._recordings = pictures, recordings

    @property
    def shown(self) -> dict[str, str]:
        """The digests of local files at their last check."""
        return {**self.looks.shown, **self.recording_looks.shown}

    def doubt(self) -> None:
        """Mark all results as possibly stale."""
        self.looks.doubt()
        self.recording_looks.doubt()

    def keep_only(self, sources: tuple[str, ...]) -> None:
        """Forget other media."""
        self.looks.keep_only(sources)
        self.recording_looks.keep_only(sources)

    def look(
        self, source: str, edit: PictureEdit | FilmEdit, slot: MediaSlot, *, again: bool = False, patient: bool = False
    ) -> Coroutine[object, object, None] | None:
        """Return a coroutine that finds out what would be sent of a medium; None if not possible or known.

        `again` checks a known one too. `patient`: low priority, for media out of sight.
        """
        if isinstance(edit, PictureEdit):
            wanted = self._pictures and (again or self.looks.is_new(source, edit, slot))
            return self.looks.look(self._pictures, source, edit, slot, patient=patient) if self._pictures and wanted else None
        if self._recordings is None or not (again or self.recording_looks.is_new(source, edit, slot)):
            return None
        return self.recording_looks.look(self._recordings, source, edit, slot, patient=patient)

    async def thumbnail(self, path: Path, *, max_edge: int) -> Thumbnail | None:
        """Return an upright thumbnail of a picture; None if it cannot be decoded or the services are not attached."""
        return await self._pictures.thumbnail(path, max_edge=max_edge) if self._pictures else None

    async def poster(self, path: Path, *, max_edge: int) -> Thumbnail | None:
        """Return a film's middle frame; None as in `thumbnail`."""
        return await self._recordings.thumbnail(path, max_edge=max_edge) if self._recordings else None

    async def waveform(self, path: Path, *, buckets: int) -> tuple[float, ...] | None:
        """Return the peaks, 0 to 1, of equal parts of a sound; None as in `thumbnail`."""
        return await self._recordings.waveform(path, buckets=buckets) if self._recordings else None

    async def save_frame(self, film: Path, at_s: float) -> Path | None:
        """Save a frame of a film as a picture; None without services. Raises what saving it raises."""
        return await self._pictures.save_frame(film, at_s) if self._pictures else None
