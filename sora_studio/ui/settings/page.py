"""A scrolling page of the settings dialog."""

import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from sora_studio.ui.kit import theme

MARGIN = 3 * theme.GRID
"""The horizontal margin. The scroll bar takes its width from it, so that the content keeps its width."""
_AIR = 8
"""Space in px above and below what is scrolled to."""
_SETTLES_WITHIN_MS = 100
"""Wrapped labels get their final height only after a few event loop turns."""


class Page(QScrollArea):
    """Scrolls a column of sections. It takes no focus itself."""

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
        """Adjust the right margin, also when the scroll bar appears or disappears."""
        super().resizeEvent(event)
        self._column.setContentsMargins(0, 0, MARGIN - (self.width() - self.viewport().width()), 0)

    def show_top(self) -> None:
        """Scroll to the top."""
        self._shown = None
        self.verticalScrollBar().setValue(0)

    def show_whole(self, widget: QWidget) -> None:
        """Scroll the widget into view, and again while new text changes the layout."""
        self._shown = widget
        self._reveal()
        self._settling.start()

    def _reveal(self) -> None:
        if self._shown is not None and shiboken6.isValid(self._shown):
            self.ensureWidgetVisible(self._shown, 0, _AIR)

    def _on_settling_timeout(self) -> None:
        self._shown = None
