"""A row of widgets that continues on the next line where it finds no room."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

GAP = 6


class FlowRow(QWidget):
    """As high as its lines at its width. With `stretches`, the last widget takes the rest of its line, at least its minimum."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = GAP, stretches: bool = False) -> None:
        super().__init__(parent)
        self._gap, self._stretches = gap, stretches
        self._widgets: Sequence[QWidget] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_widgets(self, widgets: Sequence[QWidget]) -> None:
        """Show these, in this order, which is also that of the Tab key. Widgets that were there before are destroyed."""
        for gone in self._widgets:
            if gone not in widgets:
                gone.hide()
                gone.deleteLater()
        self._widgets = tuple(widgets)
        for widget in self._widgets:
            widget.setParent(self)
            widget.show()
        self._order()
        self._arrange()
        self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        """Return the height of the lines."""
        return max((place.bottom() + 1 for place in self._places(width)), default=0)

    def sizeHint(self) -> QSize:
        """Return the size of the largest widget: layouts cache it, whatever the width, and ask for the height at theirs."""
        hints = [widget.sizeHint() for widget in self._widgets]
        return QSize(max((hint.width() for hint in hints), default=0), max((hint.height() for hint in hints), default=0))

    def minimumSizeHint(self) -> QSize:
        """Allow any width."""
        return QSize(1, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._arrange()

    def _order(self) -> None:
        """Put the widgets behind what precedes this row, however late they came."""
        before: QWidget | None = self.previousInFocusChain()
        while before and before is not self and (before in self._widgets or not before.focusPolicy() & Qt.FocusPolicy.TabFocus):
            before = before.previousInFocusChain()
        for widget in self._widgets:
            if before and before is not self:
                QWidget.setTabOrder(before, widget)
            before = widget

    def _arrange(self) -> None:
        for widget, place in zip(self._widgets, self._places(self.width()), strict=True):
            widget.setGeometry(place)

    def _places(self, width: int) -> Iterator[QRect]:
        x = y = line = 0
        for number, widget in enumerate(self._widgets):
            hint = widget.sizeHint()
            is_stretched = self._stretches and number == len(self._widgets) - 1
            wanted = min(widget.minimumWidth() if is_stretched else hint.width(), max(1, width))
            if x and x + wanted > width:
                x, y, line = 0, y + line + self._gap, 0
            yield QRect(x, y, max(wanted, width - x) if is_stretched else wanted, hint.height())
            x, line = x + wanted + self._gap, max(line, hint.height())
