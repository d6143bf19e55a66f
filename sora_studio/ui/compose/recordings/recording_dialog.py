"""The dialog about one film or sound before it is sent: it is played, cut with an in and an out, and what is sent is said."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from sora_studio.disk_calls import is_silent
from sora_studio.domain.film_edit import Trim
from sora_studio.domain.models.profile import MediaKind
from sora_studio.domain.request import is_url
from sora_studio.ui.compose.media_dialog import FACTS_WIDTH, MediaDialog
from sora_studio.ui.compose.recordings.film_view import FilmView
from sora_studio.ui.compose.recordings.recording_facts import RecordingFacts
from sora_studio.ui.compose.recordings.seconds_field import SecondsField
from sora_studio.ui.compose.recordings.trim_bar import BARS, TrimBar
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.images import image_of
from sora_studio.ui.kit.play_button import PlayButton
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.composer import ComposeModel
from sora_studio.viewmodels.compose.recordings import recording_words
from sora_studio.viewmodels.quantities import film_time_text

if TYPE_CHECKING:
    from sora_studio.ui.kit.film_player import FilmPlayer
    from sora_studio.ui.kit.sound_player import SoundPlayer

_EDGE = 960
_FILM_SIZE, _SOUND_SIZE = QSize(904, 600), QSize(904, 460)
_NEAR_END_S = 0.1


class RecordingDialog(MediaDialog):
    """Plays the part that is kept. The player is made with the first film or sound that is played."""

    noun = "film or sound"

    def __init__(self, source: str, model: ComposeModel, scope: TaskScope, parent: QWidget) -> None:
        super().__init__(source, model, scope, parent)
        self._loading: asyncio.Task[None] | None = None
        self._player: FilmPlayer | SoundPlayer | None = None
        self._is_open = False
        self._length_s = 0.0
        self._view = FilmView(self)
        self._bar = TrimBar(self)
        self._facts = RecordingFacts(self)
        controls = self._build_controls()
        stops = (self._bar, self._play, self._in, self._out, self._whole, *self._steps.tab_stops, *self._facts.tab_stops())
        self._arrange((self._view, self._bar, controls), self._facts, stops)
        self._view.clicked.connect(self._toggle)
        self._bar.play_toggled.connect(self._toggle)
        self._bar.sought.connect(self._seek)
        self._bar.trimmed.connect(self._on_bar_trimmed)
        self._facts.offer_taken.connect(self._on_facts_offer_taken)
        self._facts.route_chosen.connect(model.set_pictures_by)
        self._facts.route_needed.connect(self.route_needed)
        self.show_source(source)
        self.resize(_SOUND_SIZE if self._is_sound else _FILM_SIZE)

    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        """Offer keys that no field wanted to the timeline."""
        in_field = isinstance(self.focusWidget(), QLineEdit)
        if in_field or not self._bar.isEnabled() or not self._bar.take_key(arg__1):
            super().keyPressEvent(arg__1)

    @property
    def _sources(self) -> tuple[str, ...]:
        return self._model.recordings

    @property
    def _is_sound(self) -> bool:
        medium = self._model.medium(self.source)
        return medium is not None and medium.kind is MediaKind.AUDIO

    # --- showing --------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        self._unload()
        self._length_s = 0.0
        is_local, is_sound = not is_url(self.source), self._is_sound
        self._view.setVisible(not is_sound)
        self._beside.setStretchFactor(self._bar, int(is_sound))
        self._bar.setMinimumHeight(160 if is_sound else 56)
        self._bar.setMaximumHeight(16777215 if is_sound else 56)
        self._view.show_words("" if is_local else "The film stays where it is until the service fetches it.")
        self._bar.show_peaks(())
        self._bar.show_position(0.0)
        for part in (self._bar, self._play, self._in, self._out, self._whole):
            part.setEnabled(is_local)
        if is_local:
            self._loading = self._scope.start(self._show_file(Path(self.source), is_sound=is_sound), name="show film")

    async def _show_file(self, path: Path, *, is_sound: bool) -> None:
        if not is_sound:
            poster = await self._model.inspection.poster(path, max_edge=round(_EDGE * self.devicePixelRatioF()))
            if poster is None:
                self._view.show_words("This film cannot be shown here.")
            elif not self._is_open:
                self._view.show_frame(image_of(poster))
        peaks = await self._model.inspection.waveform(path, buckets=BARS)
        self._bar.show_peaks(peaks or ())

    def _unload(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
        self._close_player()

    def _show_medium(self) -> None:
        model, seen, slot = self._model, self._model.seen_recordings.get(self.source), self._model.slot_for(self.source)
        is_waiting = model.recording_looks.is_waiting(self.source)
        limits = recording_words.limits(slot, model.profile.title) if slot and model.profile else ""
        self._facts.show_recording(self.source, seen, limits=limits, is_waiting=is_waiting)
        is_stuck = seen is not None and bool(seen.problem) and not seen.has_way_out
        if slot is not None:
            is_needed = not is_url(self.source) and not is_stuck
            self._facts.show_ways(model.ways, model.request.pictures_by, slot.kind, is_needed=is_needed)
        self._facts.make_room(FACTS_WIDTH)
        if seen is not None and seen.facts is not None:
            self._length_s = seen.facts.seconds
        self._show_trim()

    def _show_trim(self) -> None:
        trim = self._model.film_edit_of(self.source).trim or Trim(0.0, max(self._length_s, _NEAR_END_S))
        end_s = min(trim.end_s, self._length_s) if self._length_s else trim.end_s
        self._bar.show_length(self._length_s)
        self._bar.show_trim(trim.start_s, end_s)
        for field, seconds in ((self._in, trim.start_s), (self._out, end_s)):
            if not (field.hasFocus() and field.isModified()):
                field.show_seconds(seconds)
        self._whole.setEnabled(self._model.film_edit_of(self.source).trim is not None)
        self._show_time()

    def _show_time(self) -> None:
        here, length = film_time_text(round(self._bar.position_s * 1000)), film_time_text(round(self._length_s * 1000))
        self._time.setText(f"{here} / {length}" if self._length_s else "")

    def _build_controls(self) -> QWidget:
        controls = QWidget(self)
        self._play = PlayButton(controls)
        self._play.setFixedSize(theme.CONTROL_HEIGHT, theme.CONTROL_HEIGHT)
        self._play.clicked.connect(self._toggle)
        self._time = QLabel(controls, textFormat=Qt.TextFormat.PlainText)
        self._time.setFont(theme.font())
        theme.set_role(self._time, "secondary")
        self._in, self._out = SecondsField("In", controls), SecondsField("Out", controls)
        self._in.chosen.connect(self._bar.set_in)
        self._out.chosen.connect(self._bar.set_out)
        self._whole = PushButton("Keep all", parent=controls)
        self._whole.setToolTip("Send the whole file again")
        self._whole.clicked.connect(self._on_whole_clicked)
        row = QHBoxLayout(controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addWidget(self._play)
        row.addWidget(self._time)
        row.addStretch(1)
        for words, field in (("In", self._in), ("Out", self._out)):
            row.addWidget(QLabel(words, controls))
            row.addWidget(field)
        row.addWidget(QLabel("s", controls))
        row.addWidget(self._whole)
        return controls

    # --- playing --------------------------------------------------------------------------------------------------

    def _toggle(self) -> None:
        if is_url(self.source):
            return
        if self._is_open and self._player is not None and self._player.is_playing:
            self._player.pause()
            return
        start_s, end_s = self._kept()
        if not start_s <= self._bar.position_s < end_s - _NEAR_END_S:
            self._bar.show_position(start_s)
        if self._open():
            assert self._player is not None
            self._player.seek(round(self._bar.position_s * 1000))
            self._player.play()

    def _seek(self, at_s: float) -> None:
        self._show_time()
        if self._open() and self._player is not None:
            self._player.seek(round(at_s * 1000))

    def _kept(self) -> tuple[float, float]:
        trim = self._model.film_edit_of(self.source).trim
        return (trim.start_s, min(trim.end_s, self._length_s)) if trim else (0.0, self._length_s)

    def _open(self) -> bool:
        """Open the file, paused; return whether that is possible. Qt's player opens it on the UI thread."""
        path = Path(self.source)
        if is_url(self.source) or is_silent(path.parent):
            return False
        if not self._is_open:
            self._is_open = True
            self._player = self._make_player()
            self._player.open(path, play=False)
        return True

    def _make_player(self) -> "FilmPlayer | SoundPlayer":
        if self._is_sound:
            from sora_studio.ui.kit.sound_player import SoundPlayer  # noqa: PLC0415

            player = SoundPlayer(self)
        else:
            from sora_studio.ui.kit.film_player import FilmPlayer  # noqa: PLC0415

            player = FilmPlayer(self)
            player.frame_arrived.connect(partial(self._show_frame, player))
        player.position_changed.connect(self._on_player_position_changed)
        player.playing_changed.connect(self._play.show_playing)
        player.failed.connect(self._close_player)
        return player

    def _close_player(self) -> None:
        if self._is_open and self._player is not None:
            self._is_open = False
            self._player.close()
            self._player.deleteLater()
            self._player = None
            self._play.show_playing(False)

    def _show_frame(self, player: "FilmPlayer") -> None:
        if self._is_open and player is self._player:
            self._view.show_frame(player.frame)

    def _on_player_position_changed(self, position_ms: int) -> None:
        if not self._is_open or self._player is None:
            return
        if self._player.is_playing:
            self._bar.show_position(position_ms / 1000)
            self._show_time()
            if position_ms / 1000 >= self._kept()[1]:
                self._player.pause()

    # --- what happens ---------------------------------------------------------------------------------------------

    def _on_bar_trimmed(self, start_s: float, end_s: float) -> None:
        is_all = start_s <= 0 and end_s >= self._length_s
        self._change(None if is_all else Trim(start_s, end_s), goes_on=self.is_settling)

    def _on_whole_clicked(self) -> None:
        self._change(None, goes_on=False)

    def _change(self, trim: Trim | None, *, goes_on: bool) -> None:
        self._settle.start()
        self._model.set_edit(self.source, replace(self._model.film_edit_of(self.source), trim=trim), goes_on=goes_on)
        self._show_trim()

    def _on_facts_offer_taken(self) -> None:
        self._done.setFocus(Qt.FocusReason.OtherFocusReason)  # the pressed button is about to be hidden
        self._model.set_edit(self.source, replace(self._model.film_edit_of(self.source), convert=True))
        self.edit_settled.emit()
