"""The films or sounds of one role side by side."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.request import is_url
from sora_studio.ui.compose.media_strip import MediaStrip
from sora_studio.ui.compose.media_well import SIZE
from sora_studio.ui.compose.pictures.incoming import picture_sources
from sora_studio.ui.compose.recordings.listening import Listening
from sora_studio.ui.compose.recordings.recording_well import WAVE_BARS, RecordingWell
from sora_studio.ui.kit.images import image_of
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.media_places import MediaPlace
from sora_studio.viewmodels.compose.pictures.picture_words import Mark
from sora_studio.viewmodels.compose.recordings import recording_words
from sora_studio.viewmodels.compose.recordings.recording_words import SeenRecording

if TYPE_CHECKING:
    from sora_studio.services.pictures.recordings import Recordings


_TIMES_A_WELL = 2
"""Posters are this many times a well's size: their edges are cut."""


class RecordingStrip(MediaStrip[RecordingWell]):
    """Shows posters and waves. Sounds are played by `listening`."""

    def __init__(
        self, place: MediaPlace, scope: TaskScope, actions: Sequence[QAction], listening: Listening, parent: QWidget
    ) -> None:
        self._recordings: Recordings | None = None
        self._seen: Mapping[str, SeenRecording] = {}
        self._listening = listening
        super().__init__(place, scope, actions, parent)
        listening.changed.connect(self._on_listening_changed)

    def attach(self, recordings: "Recordings") -> None:
        """Load posters and waves from now on."""
        self._recordings = recordings
        for well in self._wells.values():
            self._fill(well)

    def show_seen(self, seen: Mapping[str, SeenRecording]) -> None:
        """Show the results of the checks."""
        changed = {source for source, now in seen.items() if source in self._seen and self._seen[source].digest != now.digest}
        self._seen = dict(seen)
        for source in changed & self._wells.keys():  # the file's content has changed
            self._fill(self._wells[source])
        self._mark()

    def _make_well(self, source: str | None) -> RecordingWell:
        well = RecordingWell(self._place.kind, source, self, title=self._place.title, caption=self._place.caption)
        if source is not None:
            well.play_wanted.connect(partial(self._listening.toggle, source))
        return well

    def _fill(self, well: RecordingWell) -> None:
        if self._recordings is None or not well.source or is_url(well.source):
            return
        path, edge = Path(well.source), round(_TIMES_A_WELL * SIZE.width() * self.devicePixelRatioF())
        if self._place.kind is MediaKind.AUDIO:
            self._scope.start(self._show_wave(self._recordings, well, path), name="wave")
        else:
            self._scope.start(self._show_poster(self._recordings, well, path, edge), name="poster")

    async def _show_poster(self, recordings: "Recordings", well: RecordingWell, path: Path, edge: int) -> None:
        poster = await recordings.thumbnail(path, max_edge=edge)
        if poster is not None and well in self._wells.values():
            well.show_poster(image_of(poster))

    async def _show_wave(self, recordings: "Recordings", well: RecordingWell, path: Path) -> None:
        peaks = await recordings.waveform(path, buckets=WAVE_BARS)
        if peaks is not None and well in self._wells.values():
            well.show_wave(peaks)

    def _show_mark(self, well: RecordingWell) -> None:
        if well.source is not None and well.source in self._seen:
            well.show_seen(self._seen[well.source])

    def _mark_of(self, source: str) -> Mark | None:
        return recording_words.mark(self._seen[source]) if source in self._seen else None

    def _problem_of(self, source: str) -> str | None:
        return recording_words.problem(self._seen[source]) if source in self._seen else None

    def _take(self, after: str | None, mime: QMimeData) -> None:
        if picture_sources(mime):
            super()._take(after, mime)
        else:  # pixels
            self.offered.emit(mime)

    def _on_listening_changed(self) -> None:
        playing = self._listening.source
        for source, well in self._wells.items():
            well.show_playing(self._listening.position_ms if source == playing else None)
