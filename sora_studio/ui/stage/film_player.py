"""Plays a film through Qt and hands out its frames. Imported with the first clip only: QtMultimedia is slow to load."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QAudioOutput, QMediaMetaData, QMediaPlayer, QVideoFrame, QVideoSink

SEEK_PATIENCE_MS = 600
"""A paused seek has shown its frame after 20–490 ms; later than this the next one does not wait for it any more."""
USUAL_FRAME_RATE = 30.0

_State = QMediaPlayer.PlaybackState
_Status = QMediaPlayer.MediaStatus


class _Commands(QObject):
    """Calls a media player's slots without holding Python's lock, which its plain methods hold.

    They wait for Qt's own threads, and those may wait for Python's lock: each then waits for the other for ever.

    Signals: `play()`, `pause()`, `stop()`, `go_to(int)` in milliseconds, `run_at(float)` times life.
    """

    play = Signal()
    pause = Signal()
    stop = Signal()
    go_to = Signal("qlonglong")  # pyright: ignore[reportArgumentType]  # Qt also takes the name of a C++ type
    run_at = Signal(float)

    def __init__(self, media: QMediaPlayer) -> None:
        super().__init__(media)
        self.play.connect(media.play)
        self.pause.connect(media.pause)
        self.stop.connect(media.stop)
        self.go_to.connect(media.setPosition)
        self.run_at.connect(media.setPlaybackRate)


class FilmPlayer(QObject):
    """One film at a time. At its end the last frame stays. Many seeks become one in flight, and then the latest.

    Signals: `frame_arrived()`, then `frame` is new; `position_changed(int)` and `duration_changed(int)` in milliseconds;
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
        self._command = _Commands(self._media)
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
        self._sound.volumeChanged.connect(self._on_sound_volume_changed)
        # The first disconnection asks Python whether it cares, and remembers the answer: here, not in one of Qt's threads.
        self._sound.volumeChanged.disconnect(self._on_sound_volume_changed)

    @property
    def is_playing(self) -> bool:
        """Whether time runs."""
        return self._media.playbackState() is _State.PlayingState

    @property
    def duration_ms(self) -> int:
        """0 while it is not known."""
        return self._media.duration()

    @property
    def frame(self) -> QImage:
        """The frame that was last shown; a null image before the first."""
        return self._frame.toImage()

    @property
    def frame_at_s(self) -> float | None:
        """The middle of the time for which that frame is seen, which is no other frame's; None before the first.

        Of the frame itself: the player's own position runs ahead of what is on the screen.
        """
        if not self._frame.isValid():
            return None
        begin_s, end_s = self._frame.startTime() / 1e6, self._frame.endTime() / 1e6
        return (begin_s + end_s) / 2 if end_s > begin_s else begin_s + 0.5 / self._frame_rate()

    def open(self, path: Path, *, play: bool) -> None:
        """Load a film and show its first frame, running or paused."""
        self._forget_seeks()
        self._frame = QVideoFrame()
        self._media.setSource(QUrl.fromLocalFile(str(path)))
        if play:
            self._command.play.emit()
        else:
            self._command.pause.emit()

    def close(self) -> None:
        """Let go of the file."""
        self._forget_seeks()
        self._command.stop.emit()
        self._media.setSource(QUrl())
        self._frame = QVideoFrame()

    def play(self) -> None:
        """Go on; from the end, begin anew."""
        self._command.play.emit()

    def pause(self) -> None:
        """Stop time at the frame that is shown. At the end this changes nothing."""
        if self.is_playing:
            self._command.pause.emit()

    def seek(self, position_ms: int) -> None:
        """Show this moment, running or paused as before; in a film that still loads, right after its first frame."""
        self._next_aim_ms = max(0, min(position_ms, self.duration_ms or position_ms))
        if self._aim_ms is None and self._frame.isValid():
            self._begin_seek()

    def step(self, frames: int) -> None:
        """Pause and show the frame that lies so many frames further or back."""
        self.pause()
        length_ms = 1000 / self._frame_rate()
        latest = self._next_aim_ms if self._next_aim_ms is not None else self._aim_ms
        # Aimed at the middle of a frame: at its very beginning the decoder may show the one before.
        here_ms = latest if latest is not None else self._frame.startTime() / 1000 + length_ms / 2
        last_ms = self.duration_ms - length_ms / 2
        self.seek(round(max(length_ms / 2, min(here_ms + frames * length_ms, last_ms))))

    def set_loop(self, on: bool) -> None:
        """Begin anew at the end, by itself."""
        self._media.setLoops(QMediaPlayer.Loops.Infinite if on else QMediaPlayer.Loops.Once)

    def set_speed(self, rate: float) -> None:
        """1.0 is life."""
        self._command.run_at.emit(rate)

    def set_volume(self, volume: float) -> None:
        """0 to 1 as a person hears it, not as the samples are scaled."""
        self._sound.setVolume(volume**2)

    def set_muted(self, on: bool) -> None:
        """Without sound, and back."""
        self._sound.setMuted(on)

    def _frame_rate(self) -> float:
        told: object = self._media.metaData().value(QMediaMetaData.Key.VideoFrameRate)
        return told if isinstance(told, float) and told > 0 else USUAL_FRAME_RATE

    def _begin_seek(self) -> None:
        if self._next_aim_ms is None:
            return
        self._aim_ms, self._next_aim_ms = self._next_aim_ms, None
        if self._media.playbackState() is _State.StoppedState:
            self._command.pause.emit()  # stopped at the end it would show nothing
        self._patience.start()
        self._command.go_to.emit(self._aim_ms)

    def _forget_seeks(self) -> None:
        self._patience.stop()
        self._aim_ms = self._next_aim_ms = None

    def _on_sink_frame_changed(self) -> None:
        frame = self._sink.videoFrame()
        if not frame.isValid():  # the end, or another source: what was shown stays
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

    def _on_sound_volume_changed(self) -> None:
        """Nothing to do: the controls know what they set."""

    def _on_media_error_occurred(self) -> None:
        self._forget_seeks()
        self.failed.emit()
