"""A frame of a film, letterboxed on the stage's black."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sora_studio.ui.kit import theme


class FilmView(QWidget):
    """Shows a frame, or a sentence while there is none.

    Signals: `clicked()`.
    """

    clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._frame = QImage()
        self._words = ""
        self.setAccessibleName("Film")
        self.setMinimumSize(320, 180)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_frame(self, frame: QImage) -> None:
        """Show this frame."""
        self._frame, self._words = frame, ""
        self.update()

    def show_words(self, words: str) -> None:
        """Show a sentence instead of a frame; without words the view is black."""
        self._frame, self._words = QImage(), words
        self.setAccessibleDescription(words)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Emit `clicked`."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame as large as it fits."""
        del event
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.DARK.stage))
        painter.drawRoundedRect(self.rect(), theme.RADIUS, theme.RADIUS)
        if self._words:
            painter.setPen(QColor(theme.DARK.secondary))
            place = self.rect().adjusted(24, 0, -24, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
        elif not self._frame.isNull():
            size = self._frame.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio).toSizeF()
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(QRectF(self.rect()).center())
            painter.drawImage(place, self._frame)
