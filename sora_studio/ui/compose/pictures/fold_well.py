"""The overflow well for media that do not fit in the strip: their number, a menu of them, and their marks."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from sora_studio.ui.compose.media_well import SIZE
from sora_studio.ui.compose.pictures.picture_mark import MARK_WIDTH, draw_mark, mark_colour
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import draw_box
from sora_studio.viewmodels.compose.pictures import picture_words
from sora_studio.viewmodels.compose.pictures.picture_words import Mark


class FoldWell(QPushButton):
    """Shows the most severe mark of its media; its menu shows each medium's mark as an icon and a word.

    Signals: `opened(str)` with the medium that was chosen in its menu.
    """

    opened = Signal(str)

    def __init__(self, things: str, parent: QWidget) -> None:
        """`things` is what its media are, such as `images`."""
        super().__init__(parent)
        self.invalid = False
        self._things = things
        self._words = ""
        self._marks = dict[str, Mark]()
        self._problem = ""
        self._entries = dict[str, QAction]()
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self.setFont(theme.font())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier.changed.connect(self._dress_entries)
        self.hide()

    def show_sources(self, sources: Sequence[str]) -> None:
        """Show these pictures in the menu; hide the well if there are none."""
        self._words = f"+{len(sources)}"
        self.setAccessibleName(f"{len(sources)} more {self._things}")
        self._menu.clear()
        self._marks.clear()
        self._entries = {source: self._menu.addAction("", partial(self.opened.emit, source)) for source in sources}
        self._dress_entries()
        self.setVisible(bool(sources))
        self._tell()

    def show_marks(self, marks: Mapping[str, Mark]) -> None:
        """Show the marks of its media; those of others are ignored."""
        own = {source: mark for source, mark in marks.items() if source in self._entries}
        if own != self._marks:
            self._marks = own
            self._dress_entries()
            self._tell()

    def complain(self, problem: str) -> None:
        """Show a problem that concerns all media; an empty one clears it."""
        if problem != self._problem:
            self._problem = problem
            self._tell()

    def sizeHint(self) -> QSize:
        """Return the size of a well."""
        return SIZE

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint a raised box with the count and the most severe mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_box(painter, self, invalid=self.invalid)
        mark = picture_words.gravest(self._marks.values())
        painter.setPen(QColor(theme.tokens().text if self.underMouse() else theme.tokens().secondary))
        beside = self.rect().adjusted(MARK_WIDTH if mark else 0, 0, 0, 0)
        painter.drawText(beside, Qt.AlignmentFlag.AlignCenter, self._words)
        if mark is not None:
            draw_mark(painter, self.rect(), mark)

    def _dress_entries(self) -> None:
        for source, entry in self._entries.items():
            mark = self._marks.get(source)
            words = picture_words.name(source).replace("&", "&&")
            entry.setText(f"{words} · {mark.word}" if mark else words)
            entry.setIcon(theme.icon(mark.icon, mark_colour(mark, theme.tokens())) if mark else QIcon())

    def _tell(self) -> None:
        counted = picture_words.counted(self._marks.values())
        self.invalid = bool(self._problem) or any(mark.is_problem for mark in self._marks.values())
        self.setToolTip(f"More {self._things}: {counted}" if counted else f"More {self._things}")
        self.setAccessibleDescription(self._problem or counted)
        self.update()
