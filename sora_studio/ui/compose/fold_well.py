"""Stands for the pictures that have no place in the strip: how many they are, and a menu of them."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from sora_studio.ui import theme
from sora_studio.ui.compose.controls import draw_box
from sora_studio.ui.compose.image_well import SIZE
from sora_studio.viewmodels import picture_words


class FoldWell(QPushButton):
    """Signals: `opened(str)` with the picture that was chosen in its menu."""

    opened = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = ""
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self.setFont(theme.font())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_sources(self, sources: Sequence[str]) -> None:
        """The pictures that are folded away; none hides it."""
        self._words = f"+{len(sources)}"
        self.setAccessibleName(f"{len(sources)} more images")
        self.setToolTip("More images")
        self._menu.clear()
        for source in sources:
            action = self._menu.addAction(picture_words.name(source).replace("&", "&&"))
            action.triggered.connect(partial(self.opened.emit, source))
        self.setVisible(bool(sources))
        self.update()

    def sizeHint(self) -> QSize:
        """As large as a picture's well."""
        return SIZE

    def paintEvent(self, _: QPaintEvent) -> None:
        """A raised box with the count."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_box(painter, self)
        painter.setPen(QColor(theme.tokens().text if self.underMouse() else theme.tokens().secondary))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
