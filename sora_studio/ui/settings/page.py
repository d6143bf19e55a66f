"""A page of the settings: as tall as what stands in it, and scrolling where there is no room for all of it."""

import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from sora_studio.ui.kit import theme

MARGIN = 3 * theme.GRID
"""Beside what stands there; the bar takes its room from it, so that nothing grows narrower when a page begins to scroll."""
_AIR = 8
"""Above and below what is scrolled to."""
_SETTLES_WITHIN_MS = 100
"""Lines that wrap find their height only after a few turns."""


class Page(QScrollArea):
    """Holds a column of sections. It takes no keyboard of its own."""

    def __init__(self, column: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(column)
        self._column = column
        self._shown: QWidget | None = None
        self._settling = QTimer(self, singleShot=True, interval=_SETTLES_WITHIN_MS)
        self._settling.timeout.connect(self._on_settling_timeout)
        self.verticalScrollBar().rangeChanged.connect(self._reveal)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Also when the bar comes or goes."""
        super().resizeEvent(event)
        self._column.setContentsMargins(0, 0, MARGIN - (self.width() - self.viewport().width()), 0)

    def show_top(self) -> None:
        """As if it were opened for the first time."""
        self._shown = None
        self.verticalScrollBar().setValue(0)

    def show_whole(self, widget: QWidget) -> None:
        """Scroll as little as it takes, and again while what was just said finds its room."""
        self._shown = widget
        self._reveal()
        self._settling.start()

    def _reveal(self) -> None:
        if self._shown is not None and shiboken6.isValid(self._shown):
            self.ensureWidgetVisible(self._shown, 0, _AIR)

    def _on_settling_timeout(self) -> None:
        self._shown = None
