"""What players of films and of sounds share. Imports QtMultimedia, which loads slowly: import it lazily."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer


class PlayerCommands(QObject):
    """Calls a media player's slots through signals, so that the GIL is released during the call.

    The plain methods hold the GIL while they wait for Qt's threads, which may in turn wait for the GIL: a deadlock.

    Signals: `play()`, `pause()`, `stop()`, `go_to(int)` in milliseconds, `run_at(float)` as a playback rate.
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


def prepare_output(output: QAudioOutput) -> None:
    """Connect and disconnect a slot once, on this thread.

    PySide looks up a Python override on the first disconnect and caches the result. It must not happen in one of Qt's threads.
    """
    output.volumeChanged.connect(_ignore)
    output.volumeChanged.disconnect(_ignore)


def _ignore(_: float) -> None:
    pass
