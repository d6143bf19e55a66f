"""The clip's poster, as wide as the panel: scrubbed by pointer or arrows, a press plays the clip."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from sora_studio.domain.clip import Clip
from sora_studio.domain.filmstrip import FILMSTRIP_CELLS, cell_at
from sora_studio.domain.task import Task
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.filmstrip import FilmstripCache, paint_cell, position_in
from sora_studio.ui.kit.poster_cache import PosterCache
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.quantities import film_time_text

_LARGEST = QSize(480, 270)
_SHADE, _INK = QColor(0, 0, 0, 160), QColor("#ececec")


class Poster(QAbstractButton):
    """Signals: `menu_asked(QPoint)` with a global position; the frame on the screen stays while the menu is open."""

    menu_asked = Signal(QPoint)

    def __init__(self, scope: TaskScope, parent: QWidget) -> None:
        super().__init__(parent)
        self._task: Task | None = None
        self._position: float | None = None
        """The frame that is scrubbed to, 0 to 1; None for the poster."""
        self._is_held = False
        self._posters, self._strips = PosterCache(scope, _LARGEST, self), FilmstripCache(scope, self)
        self._posters.arrived.connect(self.update)
        self._strips.arrived.connect(self.update)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def clip(self) -> Clip | None:
        """The clip that is shown: the first that plays, else the first."""
        clips = self._task.clips if self._task else ()
        return next((clip for clip in clips if clip.plays), clips[0] if clips else None)

    @property
    def frame_at_s(self) -> float | None:
        """The time of the frame that is scrubbed to; None for the poster."""
        clip = self.clip
        if self._position is None or clip is None or clip.film is None or clip.filmstrip is None:
            return None
        return (cell_at(self._position) + 0.5) / FILMSTRIP_CELLS * clip.film.duration_s

    def show_task(self, task: Task) -> None:
        """Show the poster of the task."""
        if self._task is None or self._task.id != task.id:
            self._position = None
        self._task = task
        self.setAccessibleName(f"Play: {task.request.prompt[:60]}")
        self.setAccessibleDescription("Left and right show other frames.")
        self.update()

    def hold(self, *, is_held: bool) -> None:
        """Keep the frame, or go back to the poster unless the pointer or the focus is here."""
        self._is_held = is_held
        if not is_held and not self.underMouse() and not self.hasFocus():
            self._scrub(None)

    def sizeHint(self) -> QSize:
        """Return the shape of the screen."""
        return QSize(340, self.heightForWidth(340))

    def heightForWidth(self, width: int) -> int:
        """Return the height of 16:9."""
        return round(width * 9 / 16)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the frame under the pointer."""
        self._scrub(position_in(self.rect(), event.position().toPoint().x()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Show the poster again."""
        super().leaveEvent(event)
        if not self._is_held:
            self._scrub(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the poster again."""
        super().focusOutEvent(event)
        if not self._is_held and event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._scrub(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show the frame before or after."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if steps is None or event.modifiers():
            super().keyPressEvent(event)
            return
        cell = -1 if self._position is None else cell_at(self._position)
        self._scrub((max(0, min(FILMSTRIP_CELLS - 1, cell + steps)) + 0.5) / FILMSTRIP_CELLS)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu that can use the frame."""
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        self.menu_asked.emit(event.globalPos() if by_mouse else self.mapToGlobal(self.rect().center()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame or poster in the middle, its time, and the frame of the focus."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(theme.tokens().stage))
        if not self._paint_frame(painter):
            self._paint_poster(painter)
        painter.setClipping(False)
        self._paint_time(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.tokens().accent), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)

    def _paint_frame(self, painter: QPainter) -> bool:
        clip = self.clip
        strip = self._strips.strip(clip.filmstrip) if self._position is not None and clip and clip.filmstrip else None
        if strip is None or strip.isNull() or self._position is None:
            return False
        paint_cell(painter, self.rect(), strip, self._position)
        return True

    def _paint_poster(self, painter: QPainter) -> None:
        clip = self.clip
        picture = self._posters.poster(clip.poster, self.devicePixelRatioF()) if clip and clip.poster else None
        if picture is None or picture.isNull():
            return
        size = picture.deviceIndependentSize().toSize().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(QPoint(), size)
        place.moveCenter(self.rect().center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(place, picture)

    def _paint_time(self, painter: QPainter) -> None:
        clip = self.clip
        if clip is None or clip.film is None:
            return
        length, at_s = film_time_text(round(clip.film.duration_s * 1000)), self.frame_at_s
        words = length if at_s is None else f"{film_time_text(round(at_s * 1000))} / {length}"
        painter.setFont(theme.font(size_px=11))
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        box = QRectF(self.width() - width - theme.GRID, self.height() - 20 - theme.GRID, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_SHADE)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(_INK)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def _scrub(self, position: float | None) -> None:
        if position != self._position:
            self._position = position
            self.update()
