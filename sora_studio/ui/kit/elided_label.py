"""A one-line label that elides its text instead of asking for more width."""

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyleOption, QWidget

from sora_studio.ui.kit import theme


class ElidedLabel(QLabel):
    """Cut in the middle, as for file names, or at the end; a tool tip then shows the whole text.

    `text()` and the accessible name are always complete. The label takes whatever width its layout leaves.
    """

    def __init__(self, text: str = "", *, semibold: bool = False, at_end: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode = Qt.TextElideMode.ElideRight if at_end else Qt.TextElideMode.ElideMiddle
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(semibold=semibold))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Set the text, its accessible name and the tool tip."""
        super().setText(text)
        self.setAccessibleName(text)
        self._tell()

    def shown(self) -> str:
        """Return the elided text as shown at the current width."""
        return self.fontMetrics().elidedText(self._line(), self._mode, self.contentsRect().width())

    def sizeHint(self) -> QSize:
        """Return the size of the whole text on one line."""
        return self.fontMetrics().size(int(Qt.TextFlag.TextSingleLine), self._line())

    def minimumSizeHint(self) -> QSize:
        """Allow any width."""
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Update the tool tip, as more or less of the text is shown."""
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the elided text in the label's style."""
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            int(self.alignment()) | int(Qt.TextFlag.TextSingleLine),
            option.palette,
            self.isEnabled(),
            self.shown(),
            self.foregroundRole(),
        )
        painter.end()

    def _line(self) -> str:
        """Return the text on one line: file names may contain line breaks."""
        return " ".join(self.text().split())

    def _tell(self) -> None:
        is_cut = self.shown() != self._line()
        self.setToolTip(f"<qt>{html.escape(self.text())}</qt>" if is_cut else "")
