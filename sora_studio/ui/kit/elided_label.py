"""One line that never asks for more width than there is: what has no room is left out in its middle."""

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyleOption, QWidget

from sora_studio.ui.kit import theme


class ElidedLabel(QLabel):
    """For the name of a file: its beginning and its suffix stay readable, a tool tip says the whole of what is cut.

    `text()` and the accessible name are whole at any width. It takes whatever width its layout leaves.
    """

    def __init__(self, text: str = "", *, semibold: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(semibold=semibold))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show this from now on."""
        super().setText(text)
        self.setAccessibleName(text)
        self._tell()

    def shown(self) -> str:
        """What of it has room now."""
        return self.fontMetrics().elidedText(self._line(), Qt.TextElideMode.ElideMiddle, self.contentsRect().width())

    def sizeHint(self) -> QSize:
        """Room for all of it on one line."""
        return self.fontMetrics().size(int(Qt.TextFlag.TextSingleLine), self._line())

    def minimumSizeHint(self) -> QSize:
        """As narrow as it must."""
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less of it is shown."""
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, _: QPaintEvent) -> None:
        """What has room, as a label paints it."""
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
        """A name may hold line breaks."""
        return " ".join(self.text().split())

    def _tell(self) -> None:
        is_cut = self.shown() != self._line()
        self.setToolTip(f"<qt>{html.escape(self.text())}</qt>" if is_cut else "")
