"""The panes of the model editor."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.settings.field import plain_label


def split(direction: Qt.Orientation, first: QWidget, second: QWidget, *, sizes: tuple[int, int]) -> QSplitter:
    """Return a splitter whose first part grows; `sizes` in px are those of the beginning."""
    splitter = QSplitter(direction)
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(1)
    splitter.addWidget(first)
    splitter.addWidget(second)
    splitter.setStretchFactor(0, 1)
    splitter.setSizes(list(sizes))
    return splitter


def padded(widget: QWidget) -> QWidget:
    """Return the widget with margins."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(2 * theme.GRID, theme.GRID, theme.GRID, theme.GRID)
    column.addWidget(widget)
    return holder


def scrolling(heading: str, widget: QWidget) -> QScrollArea:
    """Return a scroll area with the widget below a heading. It takes no focus itself."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, 2 * theme.GRID, theme.GRID)
    column.setSpacing(theme.GRID)
    column.addWidget(plain_label(heading, semibold=True))
    column.addWidget(widget, 1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(holder)
    return area
