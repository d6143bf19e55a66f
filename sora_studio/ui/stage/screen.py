"""The screen of the stage: a frame, a poster or a message, letterboxed on near black."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.play_button import play_glyph
from sora_studio.ui.stage.next_steps import NextSteps, Step

_MARGIN = 12
_RADIUS = 3
_PLAY_RADIUS = 32
_HINT = "#8a8a8a"
"""Dimmer than the secondary colour, and still 5.6:1 contrast on the stage."""
_HINT_PX = 13
_SIDE = 32
_STEPS_ROOM = 28
_CENTRED = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
_KEEPING = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""Reasons that only return the focus; they do not change whether it came by keyboard."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The message shown instead of a picture: a title and a dimmer hint below it. Plain text."""

    title: str
    hint: str = ""
    icon: str = ""


class FilmScreen(QWidget):
    """Paints the last picture or message it was given; its own size never depends on it.

    Signals: `clicked()`; `double_clicked()`; `step_chosen(Step)` when a button below a message is pressed.
    """

    clicked = Signal()
    double_clicked = Signal()
    step_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Player")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._picture = QImage()
        self._sentence: Sentence | None = None
        self._offers_play = False
        self._came_by_key = False
        self._steps = NextSteps(self)
        self._steps.chosen.connect(self.step_chosen)
        self.is_bare = False
        """Full-screen mode: no margin around the picture."""
        self._covered_px = 0

    @property
    def picture(self) -> QImage:
        """The current picture; a null image while a message is shown."""
        return self._picture

    @property
    def is_black(self) -> bool:
        """Whether neither a picture nor a message is shown."""
        return self._picture.isNull() and self._sentence is None

    @property
    def offers_play(self) -> bool:
        """Whether a play button lies over the picture."""
        return self._offers_play

    def show_picture(self, picture: QImage, *, offers_play: bool = False) -> None:
        """Show a frame or a poster; a null image leaves the screen black."""
        self._picture, self._sentence, self._offers_play = picture, None, offers_play
        self._steps.offer(())
        self.setAccessibleDescription("")
        self.update()

    def show_sentence(self, sentence: Sentence, steps: Sequence[Step] = ()) -> None:
        """Show a message instead of a picture, with buttons for the next steps."""
        self._picture, self._sentence, self._offers_play = QImage(), sentence, False
        self.setAccessibleDescription(f"{sentence.title} {sentence.hint}".strip())
        self._steps.offer(steps)
        self._place_steps()
        self.update()

    def set_covered(self, width_px: int) -> None:
        """Center everything in what is left beside something that covers the right edge, such as the task drawer."""
        self._covered_px = width_px
        self._place_steps()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a small film; the splitter decides the real one."""
        return QSize(640, 360)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size that fits a message."""
        return QSize(200, 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Repaint everything: a new frame changes every pixel anyway."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.DARK.stage))
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if not self._picture.isNull():
            self._paint_picture(painter)
        elif self._sentence is not None:
            self._paint_sentence(painter, self._sentence)
        if self._offers_play:
            self._paint_play(painter)
        if self.hasFocus() and self._came_by_key and not self.is_bare:
            painter.setPen(QColor(theme.DARK.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus ring only for keyboard focus: a ring around every clicked film would distract."""
        super().focusInEvent(event)
        if event.reason() not in _KEEPING:
            self._came_by_key = event.reason() is not Qt.FocusReason.MouseFocusReason

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Emit `clicked`, which plays or pauses."""
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Toggle full screen. `clicked` is emitted again to undo the play or pause of the first click."""
        super().mousePressEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit()
            self.double_clicked.emit()

    def _paint_picture(self, painter: QPainter) -> None:
        margin = 0 if self.is_bare else _MARGIN
        room = QRectF(self._free_rect()).adjusted(margin, margin, -margin, 0)  # no bottom margin: the controls provide it
        size = self._picture.size().toSizeF().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRectF(QPointF(0, 0), size)
        place.moveCenter(room.center())
        if not self.is_bare:
            edge = QPainterPath()
            edge.addRoundedRect(place, _RADIUS, _RADIUS)
            painter.setClipPath(edge)
        painter.drawImage(place, self._picture)
        painter.setClipping(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_steps()

    def _free_rect(self) -> QRect:
        return self.rect() if self.is_bare else self.rect().adjusted(0, 0, -self._covered_px, 0)

    def _middle(self) -> int:
        """Return the y of the message: higher when buttons follow it."""
        return self.rect().center().y() - (_STEPS_ROOM if self._steps.isVisibleTo(self) else 0)

    def _place_steps(self) -> None:
        if self._sentence is None or not self._steps.isVisibleTo(self):
            return
        room = self._free_rect().adjusted(_SIDE, 0, -_SIDE, 0)
        metrics = QFontMetrics(theme.font(size_px=_HINT_PX))
        hint = metrics.boundingRect(room, int(_CENTRED), self._sentence.hint).height() if self._sentence.hint else 0
        size = self._steps.sizeHint()
        top = min(self._middle() + 16 + hint + 2 * theme.GRID, self.height() - size.height() - theme.GRID)
        self._steps.setGeometry(QRect(QPoint(max(0, (self._free_rect().width() - size.width()) // 2), top), size))

    def _paint_sentence(self, painter: QPainter, sentence: Sentence) -> None:
        middle = self._middle()
        if sentence.icon:
            box = self.rect().adjusted(0, 0, 0, 0)
            box.setSize(QSize(28, 28))
            box.moveCenter(self._free_rect().center())
            box.moveTop(middle - 56)
            theme.icon(sentence.icon, theme.DARK.scroll).paint(painter, box)
        for text, color, size_px, top in (
            (sentence.title, theme.DARK.secondary, 15, middle - 10),
            (sentence.hint, _HINT, _HINT_PX, middle + 16),
        ):
            painter.setFont(theme.font(size_px=size_px))
            painter.setPen(QColor(color))
            painter.drawText(self._free_rect().adjusted(_SIDE, top, -_SIDE, 0), int(_CENTRED), text)

    def _paint_play(self, painter: QPainter) -> None:
        middle = QRectF(self._free_rect()).center()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(14, 14, 14, 170))
        painter.drawEllipse(middle, _PLAY_RADIUS, _PLAY_RADIUS)
        painter.setBrush(QColor(theme.DARK.text))
        painter.drawPath(play_glyph(middle, 26))
