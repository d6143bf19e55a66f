"""Plays a sound with QtMultimedia. Imported lazily, with the first sound: QtMultimedia loads slowly."""

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer

from sora_studio.ui.kit.player_commands import PlayerCommands, prepare_output


class SoundPlayer(QObject):
    """Plays one sound at a time; without a loudspeaker it is silent.

    Signals: `position_changed(int)` and `duration_changed(int)` in milliseconds; `playing_changed(bool)`; `failed()` when the
    file cannot be played.
    """

    position_changed = Signal(int)
    duration_changed = Signal(int)
    playing_changed = Signal(bool)
    failed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._media = QMediaPlayer(self)
        self._output = QAudioOutput(self)
        self._command = PlayerCommands(self._media)
        self._media.setAudioOutput(self._output)
        prepare_output(self._output)
        self._media.positionChanged.connect(self._on_media_position_changed)
        self._media.durationChanged.connect(self._on_media_duration_changed)
        self._media.playbackStateChanged.connect(self._on_media_playback_state_changed)
        self._media.errorOccurred.connect(self._on_media_error_occurred)

    @property
    def is_playing(self) -> bool:
        """Whether the sound is playing, neither paused nor stopped."""
        return self._media.playbackState() is QMediaPlayer.PlaybackState.PlayingState

    def open(self, path: Path, *, play: bool) -> None:
        """Load a sound, and play it from its beginning if wanted."""
        self._media.setSource(QUrl.fromLocalFile(str(path)))
        if play:
            self._command.play.emit()

    def close(self) -> None:
        """Stop and release the file."""
        self._command.stop.emit()
        self._media.setSource(QUrl())

    def play(self) -> None:
        """Start or resume; at the end, restart from the beginning."""
        self._command.play.emit()

    def pause(self) -> None:
        """Pause."""
        self._command.pause.emit()

    def seek(self, position_ms: int) -> None:
        """Seek, and keep playing or stay paused."""
        if self._media.playbackState() is QMediaPlayer.PlaybackState.StoppedState:
            self._command.pause.emit()  # a stopped player begins at the beginning
        self._command.go_to.emit(position_ms)

    def _on_media_position_changed(self, position_ms: int) -> None:
        self.position_changed.emit(position_ms)

    def _on_media_duration_changed(self, duration_ms: int) -> None:
        self.duration_changed.emit(duration_ms)

    def _on_media_playback_state_changed(self) -> None:
        self.playing_changed.emit(self.is_playing)

    def _on_media_error_occurred(self) -> None:
        self.failed.emit()
