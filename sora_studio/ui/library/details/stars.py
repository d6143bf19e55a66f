"""Stars to give by mouse or keyboard."""

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from sora_studio.domain.judgement import MOST_STARS
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import box_path, painter_of

_STAR, _STEP = 18, 23


class Stars(QSlider):
    """A slider from 0 to 5 that looks like stars: one tab stop, arrows and digits. A press on the last star takes it away.

    Signals: `chosen(int)` when the person gives stars.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, MOST_STARS)
        self.setPageStep(1)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self._pointed: int | None = None
        self.show_stars(0)
        self.valueChanged.connect(self._on_value_changed)
        theme.notifier.changed.connect(self.update)

    def show_stars(self, stars: int | None) -> None:
        """Show so many stars; None for clips that differ."""
        self.blockSignals(True)
        self.setValue(stars or 0)
        self.blockSignals(False)
        self.setAccessibleName("Stars, different ones" if stars is None else "Stars")
        self.setToolTip("0 to 5")
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of five stars."""
        return QSize(MOST_STARS * _STEP + 1, theme.CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give as many stars as the digit says."""
        stars = event.key() - Qt.Key.Key_0
        if 0 <= stars <= MOST_STARS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._choose(stars)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Give the stars up to the pointer; the same again takes the last one away."""
        if event.button() is Qt.MouseButton.LeftButton:
            stars = self._stars_at(event)
            self._choose(stars - 1 if stars == self.value() else stars)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what a press would give."""
        self._pointed = self._stars_at(event)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do nothing: the press has done it."""
        del event

    def leaveEvent(self, event: object) -> None:
        """Show what there is."""
        del event
        self._pointed = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint filled and empty stars, and the frame of the focus."""
        del event
        painter = painter_of(self)
        filled = self.value() if self._pointed is None else self._pointed
        for number in range(MOST_STARS):
            is_filled = number < filled
            colour = theme.tokens().review if is_filled else theme.tokens().disabled
            place = QRect(number * _STEP + (_STEP - _STAR) // 2, (self.height() - _STAR) // 2, _STAR, _STAR)
            theme.icon("star-filled" if is_filled else "star", colour).paint(painter, place)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.tokens().accent), 1))
            painter.drawPath(box_path(self.rect()))

    def _stars_at(self, event: QMouseEvent) -> int:
        at: QPointF = event.position()
        return max(1, min(MOST_STARS, int(at.x() // _STEP) + 1))

    def _choose(self, stars: int) -> None:
        if stars == self.value():
            self.chosen.emit(stars)  # of clips that differ, or to be sure
        else:
            self.setValue(stars)

    def _on_value_changed(self, stars: int) -> None:
        self.chosen.emit(stars)
        self.update()
