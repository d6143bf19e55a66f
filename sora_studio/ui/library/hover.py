"""What the pointer does without a button: scrubbing, and the whole title as a tooltip."""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip

from sora_studio.viewmodels.library.tile_words import notes_text

if TYPE_CHECKING:
    from sora_studio.ui.library.library_view import LibraryView


REST_MS = 200
"""How long the pointer stays on one item before it rests there."""


class Hover(QObject):
    """Knows the item under the pointer, and repaints only the frames that change.

    Signals: `rested(int)` with the place of an item on which the pointer rests.
    """

    rested = Signal(int)

    def __init__(self, view: "LibraryView") -> None:
        super().__init__(view)
        self._view = view
        self._at: QPoint | None = None
        self.place: int | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._on_rest_timeout)

    def move(self, at: QPoint) -> None:
        """The pointer is here, in the viewport's coordinates."""
        self._at = at
        self.update()

    def leave(self) -> None:
        """The pointer is elsewhere."""
        self._at = None
        self.update()

    def update(self) -> None:
        """Find out anew what is under the pointer, after a move, a scroll or a new order."""
        place = None if self._at is None else self._view.place_at(self._at)
        for changed in {self.place, place}:
            if changed is not None:
                self._view.repaint_frame(changed)
        if place != self.place:
            self._rest.stop() if place is None else self._rest.start()
        self.place = place

    def _on_rest_timeout(self) -> None:
        if self.place is not None:
            self.rested.emit(self.place)

    def fraction(self, place: int) -> float | None:
        """Return the pointer's place in the item's frame, 0 to 1 from its left; None if the pointer is not in it."""
        if self._at is None or place != self.place:
            return None
        frame, at = self._view.frame_at(place), self._view.content_point(self._at)
        return (at.x() - frame.left()) / max(1, frame.width() - 1) if frame.contains(at) else None

    def show_tip(self, event: QHelpEvent) -> None:
        """Show the item's title and notes in full; escaped, so that a prompt is never read as HTML."""
        place = self._view.place_at(event.pos())
        tile = None if place is None else self._view.model.tile(place)
        if tile is None:
            QToolTip.hideText()
            return
        lines = filter(None, (tile.title, notes_text(tile)))
        QToolTip.showText(event.globalPos(), f"<qt>{'<br>'.join(map(escape, lines))}</qt>", self._view)
