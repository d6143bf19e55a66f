"""The film of a filter session: the poster at once, then the film in a loop, or a sentence about why there is none."""

import asyncio
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from sora_studio.disk_calls import is_silent, on_disk
from sora_studio.domain.errors import FolderSilent
from sora_studio.ui.kit.images import read_poster
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.stage.controls import StageControls
from sora_studio.ui.stage.screen import FilmScreen, Sentence
from sora_studio.viewmodels.library import filter_words

if TYPE_CHECKING:
    from sora_studio.ui.kit.film_player import FilmPlayer

KEPT_POSTERS = 6


class FilterFilm(QObject):
    """Plays one film at a time on its `screen`, at the volume of the stage's controls."""

    def __init__(self, scope: TaskScope, sound: StageControls, parent: QWidget) -> None:
        super().__init__(parent)
        self._scope, self._sound = scope, sound
        self._player: FilmPlayer | None = None
        self.posters = OrderedDict[Path, QImage]()
        """Those that were read, the oldest first."""
        self._path: Path | None = None
        self._position_ms = 0
        self.screen = FilmScreen(parent)
        self.screen.clicked.connect(self.toggle)

    @property
    def path(self) -> Path | None:
        """The film that is playing or paused."""
        return self._path

    def open(self, path: Path, poster: Path | None) -> None:
        """Show the poster, and play the film."""
        self.stop()  # with Python's lock released, which replacing a film that plays would hold meanwhile
        self._path, self._position_ms = path, 0
        self.screen.show_picture(self.posters.get(poster, QImage()) if poster else QImage())
        if poster is not None and poster not in self.posters:
            self._scope.start(self._show_poster(path, poster), name="Show a poster")
        if is_silent(path.parent):  # Qt's player would wait for the folder on the window's thread
            self.say(filter_words.SILENT)
        else:
            self._made_player().open(path, play=True)

    def say(self, title: str) -> None:
        """Show a sentence in place of a film."""
        self.stop()
        self.screen.show_sentence(Sentence(title, filter_words.CAN_SKIP, "warning"))

    def clear(self) -> None:
        """Show nothing while a clip is read."""
        self.stop()
        self.screen.show_picture(QImage())

    def stop(self) -> None:
        """Stop, and release the file; the last picture stays."""
        if self._player is not None and self._path is not None:
            self._player.close()
        self._path = None

    def pause(self) -> None:
        """Pause."""
        if self._player is not None:
            self._player.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        if self._player is not None and self._path is not None:
            self._player.play()

    def toggle(self) -> None:
        """Play or pause."""
        if self._player is not None and self._path is not None:
            if self._player.is_playing:
                self._player.pause()
            else:
                self._player.play()

    def jump(self, by_ms: int) -> None:
        """Go on or back by so much."""
        if self._player is not None and self._path is not None:
            self._player.seek(self._position_ms + by_ms)

    async def prepare(self, poster: Path) -> None:
        """Read a poster that is needed soon."""
        if poster not in self.posters:
            self.posters[poster] = await asyncio.to_thread(read_poster, poster)
            while len(self.posters) > KEPT_POSTERS:
                self.posters.popitem(last=False)

    async def _show_poster(self, path: Path, poster: Path) -> None:
        await self.prepare(poster)
        if path == self._path and self.screen.is_black:
            self.screen.show_picture(self.posters.get(poster, QImage()))

    def _made_player(self) -> "FilmPlayer":
        """Return the player, created with the first film: QtMultimedia loads slowly."""
        if self._player is None:
            from sora_studio.ui.kit.film_player import FilmPlayer  # noqa: PLC0415

            player = self._player = FilmPlayer(self)
            player.set_loop(True)
            player.set_volume(self._sound.volume)
            player.set_muted(self._sound.is_muted)
            self._sound.volume_changed.connect(player.set_volume)
            self._sound.mute_changed.connect(player.set_muted)
            player.frame_arrived.connect(self._on_player_frame_arrived)
            player.position_changed.connect(self._on_player_position_changed)
            player.failed.connect(self._on_player_failed)
        return self._player

    def _on_player_frame_arrived(self) -> None:
        if self._player is not None and self._path is not None:
            self.screen.show_picture(self._player.frame)

    def _on_player_position_changed(self, position_ms: int) -> None:
        self._position_ms = position_ms

    def _on_player_failed(self) -> None:
        if self._path is not None:
            self._scope.start(self._explain(self._path), name="Look for a film")

    async def _explain(self, path: Path) -> None:
        try:
            words = filter_words.UNPLAYABLE if await on_disk(path.parent, path.exists) else filter_words.MISSING
        except FolderSilent:
            words = filter_words.SILENT
        if path == self._path:
            self.say(words)
