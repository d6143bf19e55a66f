"""The settings' column: as tall as what stands in it, and scrolling on a screen that has no room for all of it."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class Page(QScrollArea):
    """Holds the column of sections.

    Signals: `rearranged()` after something in it came, went or took another size, such as a sentence of two lines.
    """

    rearranged = Signal()

    def __init__(self, column: QWidget) -> None:
        super().__init__()
        self._column = column
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(column)

    def height_for(self, width: int) -> int:
        """What the column needs at this width."""
        return max(self._column.heightForWidth(width), self._column.minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The scroll area watches its column; this listens in."""
        if watched is self._column and event.type() == QEvent.Type.LayoutRequest:
            self.rearranged.emit()
        return super().eventFilter(watched, event)
