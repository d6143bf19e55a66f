"""Plays the composer's sounds, one at a time."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from sora_studio.disk_calls import is_silent

if TYPE_CHECKING:
    from sora_studio.ui.kit.sound_player import SoundPlayer


class Listening(QObject):
    """Starts with the first click: QtMultimedia loads slowly.

    Signals: `changed()` when another sound, or none, is played, or its position has moved.
    """

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._player: SoundPlayer | None = None
        self.source: str | None = None
        """The sound that is playing."""
        self.position_ms = 0

    def toggle(self, source: str) -> None:
        """Play a local sound from its beginning, or stop it."""
        was_playing = self.source
        self.stop()
        path = Path(source)
        if was_playing == source or is_silent(path.parent):  # Qt's player opens the file on the UI thread
            return
        self.source = source
        self._make_player().open(path, play=True)
        self.changed.emit()

    def stop(self) -> None:
        """Stop, and release the file."""
        if self.source is not None and self._player is not None:
            self.source, self.position_ms = None, 0
            self._player.close()
            self.changed.emit()

    def _make_player(self) -> "SoundPlayer":
        if self._player is None:
            from sora_studio.ui.kit.sound_player import SoundPlayer  # noqa: PLC0415

            self._player = SoundPlayer(self)
            self._player.position_changed.connect(self._on_player_position_changed)
            self._player.playing_changed.connect(self._on_player_playing_changed)
            self._player.failed.connect(self.stop)
        return self._player

    def _on_player_position_changed(self, position_ms: int) -> None:
        if self.source is not None:
            self.position_ms = position_ms
            self.changed.emit()

    def _on_player_playing_changed(self, is_playing: bool) -> None:
        if not is_playing:
            self.stop()
