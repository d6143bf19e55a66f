"""Plays a film with QtMultimedia and exposes its frames. Imported lazily, with the first clip: QtMultimedia loads slowly."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QAudioOutput, QMediaMetaData, QMediaPlayer, QVideoFrame, QVideoSink

from sora_studio.ui.kit.player_commands import PlayerCommands, prepare_output

SEEK_PATIENCE_MS = 600
"""Timeout for a seek: while paused, a frame was measured to arrive after 20–490 ms. After it, the next seek starts anyway."""
USUAL_FRAME_RATE = 30.0

_State = QMediaPlayer.PlaybackState
_Status = QMediaPlayer.MediaStatus


class FilmPlayer(QObject):
    """Plays one film at a time and keeps its last frame at the end. Seeks are coalesced: one in flight, then only the latest.

    Signals: `frame_arrived()` when `frame` is new; `position_changed(int)` and `duration_changed(int)` in milliseconds;
    `playing_changed(bool)`; `failed()` when the file cannot be played.
    """

    frame_arrived = Signal()
    position_changed = Signal(int)
    duration_changed = Signal(int)
    playing_changed = Signal(bool)
    failed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._media = QMediaPlayer(self)
        self._sink = QVideoSink(self)
        self._sound = QAudioOutput(self)
        self._command = PlayerCommands(self._media)
        self._media.setVideoSink(self._sink)
        self._media.setAudioOutput(self._sound)
        self._frame = QVideoFrame()
        self._aim_ms: int | None = None
        self._next_aim_ms: int | None = None
        self._patience = QTimer(self, singleShot=True, interval=SEEK_PATIENCE_MS)
        self._patience.timeout.connect(self._on_patience_timeout)
        self._sink.videoFrameChanged.connect(self._on_sink_frame_changed)
        self._media.durationChanged.connect(self._on_media_duration_changed)
        self._media.playbackStateChanged.connect(self._on_media_playback_state_changed)
        self._media.mediaStatusChanged.connect(self._on_media_status_changed)
        self._media.errorOccurred.connect(self._on_media_error_occurred)
        prepare_output(self._sound)

    @property
    def is_playing(self) -> bool:
        """Whether the film is playing, neither paused nor stopped."""
        return self._media.playbackState() is _State.PlayingState

    @property
    def duration_ms(self) -> int:
        """The length of the film; 0 while it is unknown."""
        return self._media.duration()

    @property
    def frame(self) -> QImage:
        """The last frame shown; a null image before the first."""
        return self._frame.toImage()

    @property
    def frame_at_s(self) -> float | None:
        """The midpoint of the frame's display time, which identifies it unambiguously; None before the first frame.

        Taken from the frame itself, because the player's position runs ahead of what is on the screen.
        """
        if not self._frame.isValid():
            return None
        begin_s, end_s = self._frame.startTime() / 1e6, self._frame.endTime() / 1e6
        return (begin_s + end_s) / 2 if end_s > begin_s else begin_s + 0.5 / self._frame_rate()

    def open(self, path: Path, *, play: bool) -> None:
        """Load a film and show its first frame, playing or paused."""
        self._forget_seeks()
        self._frame = QVideoFrame()
        self._media.setSource(QUrl.fromLocalFile(str(path)))
        if play:
            self._command.play.emit()
        else:
            self._command.pause.emit()

    def close(self) -> None:
        """Stop and release the file."""
        self._forget_seeks()
        self._command.stop.emit()
        self._media.setSource(QUrl())
        self._frame = QVideoFrame()

    def play(self) -> None:
        """Start or resume; at the end, restart from the beginning."""
        self._command.play.emit()

    def pause(self) -> None:
        """Pause at the current frame. Does nothing at the end."""
        if self.is_playing:
            self._command.pause.emit()

    def seek(self, position_ms: int) -> None:
        """Seek, and keep playing or stay paused. While the film loads, the seek waits for its first frame."""
        self._next_aim_ms = max(0, min(position_ms, self.duration_ms or position_ms))
        if self._aim_ms is None and self._frame.isValid():
            self._begin_seek()

    def step(self, frames: int) -> None:
        """Pause and move by this many frames; negative moves back."""
        self.pause()
        length_ms = 1000 / self._frame_rate()
        latest = self._next_aim_ms if self._next_aim_ms is not None else self._aim_ms
        # Aim at the middle of a frame: at its exact start the decoder may show the previous one.
        here_ms = latest if latest is not None else self._frame.startTime() / 1000 + length_ms / 2
        last_ms = self.duration_ms - length_ms / 2
        self.seek(round(max(length_ms / 2, min(here_ms + frames * length_ms, last_ms))))

    def set_loop(self, on: bool) -> None:
        """Set whether the film restarts at its end."""
        self._media.setLoops(QMediaPlayer.Loops.Infinite if on else QMediaPlayer.Loops.Once)

    def set_speed(self, rate: float) -> None:
        """Set the playback rate; 1.0 is normal speed."""
        self._command.run_at.emit(rate)

    def set_volume(self, volume: float) -> None:
        """Set the perceived volume, 0 to 1. Squared to approximate the linear gain that Qt expects."""
        self._sound.setVolume(volume**2)

    def set_muted(self, on: bool) -> None:
        """Mute or unmute."""
        self._sound.setMuted(on)

    def _frame_rate(self) -> float:
        told: object = self._media.metaData().value(QMediaMetaData.Key.VideoFrameRate)
        return told if isinstance(told, float) and told > 0 else USUAL_FRAME_RATE

    def _begin_seek(self) -> None:
        if self._next_aim_ms is None:
            return
        self._aim_ms, self._next_aim_ms = self._next_aim_ms, None
        if self._media.playbackState() is _State.StoppedState:
            self._command.pause.emit()  # a stopped player shows no frame after a seek
        self._patience.start()
        self._command.go_to.emit(self._aim_ms)

    def _forget_seeks(self) -> None:
        self._patience.stop()
        self._aim_ms = self._next_aim_ms = None

    def _on_sink_frame_changed(self) -> None:
        frame = self._sink.videoFrame()
        if not frame.isValid():  # at the end, or when the source changes: keep the last frame
            return
        self._frame = frame
        self._patience.stop()
        self._aim_ms = None
        self._begin_seek()
        self.frame_arrived.emit()
        if self._aim_ms is None:
            self.position_changed.emit(frame.startTime() // 1000)

    def _on_patience_timeout(self) -> None:
        self._aim_ms = None
        self._begin_seek()

    def _on_media_duration_changed(self, duration_ms: int) -> None:
        self.duration_changed.emit(duration_ms)

    def _on_media_playback_state_changed(self) -> None:
        self.playing_changed.emit(self.is_playing)

    def _on_media_status_changed(self, status: QMediaPlayer.MediaStatus) -> None:
        if status is _Status.EndOfMedia:
            self.position_changed.emit(self.duration_ms)
        elif status is _Status.LoadedMedia and not self._media.hasVideo():
            self.failed.emit()

    def _on_media_error_occurred(self) -> None:
        self._forget_seeks()
        self.failed.emit()
