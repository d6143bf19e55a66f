"""A large view of a picture with its crop box."""

from functools import cache

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from sora_studio.domain.picture import Crop
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.compose.pictures import picture_crop, picture_words
from sora_studio.viewmodels.compose.pictures.picture_crop import Corner

_MARGIN = 16
_REACH = 14
"""How near to a corner, in px, a press must be to grab it."""
_HANDLE = 14
_STEP = 0.01
_CORNERS: tuple[Corner, ...] = ((-1, -1), (1, -1), (-1, 1), (1, 1))
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class CropView(QWidget):
    """Paints a picture on the stage's black. A crop keeps its aspect ratio: drag inside to move it, a corner to resize it;
    the arrow keys move, with Shift they resize.

    Signals: `cropped(Crop)` with every change by the user.
    """

    cropped = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._size = QSize()
        self._words = ""
        self._is_transparent = False
        self._crop: Crop | None = None
        self._shape = 1.0
        self._held: tuple[Corner | None, QPointF, Crop] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)
        self.setMouseTracking(True)
        self.setAccessibleName("Picture")

    def show_image(self, image: QImage) -> None:
        """Show the upright picture, possibly scaled down."""
        self._image = image
        self.update()

    def show_transparency(self, is_transparent: bool) -> None:
        """Paint a checkerboard behind a picture with transparent parts."""
        self._is_transparent = is_transparent
        self.update()

    def show_words(self, words: str) -> None:
        """Show text in place of the picture."""
        self._image, self._words, self._held = QImage(), words, None
        self.update()

    def show_crop(self, crop: Crop | None, shape: float, pixels: tuple[int, int] | None) -> None:
        """Show the crop; None keeps all. `shape` is width by height, `pixels` the picture's own size once known."""
        self._shape = shape
        self._size = QSize(*pixels) if pixels else QSize()
        if self._held is None:  # don't overwrite the box while it is being dragged
            self._crop = crop
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if crop else Qt.FocusPolicy.NoFocus)
        self._tell()
        self.update()

    @property
    def crop(self) -> Crop | None:
        """The current crop."""
        return self._crop

    # --- input ----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Grab a corner or the whole box."""
        if self._crop is None or self._size.isEmpty() or event.button() != Qt.MouseButton.LeftButton:
            return
        corner = self._corner_at(event.position())
        if corner is not None or self._box().contains(event.position()):
            self._held = (corner, self._fraction(event.position()), self._crop)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what was grabbed; otherwise set the cursor for what is under it."""
        if self._held is None:
            self._point(event.position())
            return
        corner, start, before = self._held
        at = self._fraction(event.position())
        if corner is None:
            self._take(picture_crop.moved(before, at.x() - start.x(), at.y() - start.y()))
        else:
            to = (at.x(), at.y())
            self._take(picture_crop.resized(before, corner, to, picture=self._picture_shape, shape=self._shape))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the box with the arrow keys, resize it with Shift+arrow keys."""
        arrow = _ARROWS.get(Qt.Key(event.key()))
        if self._crop is None or self._size.isEmpty() or arrow is None:
            super().keyPressEvent(event)
            return
        right, down = arrow
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            factor = 1 + 2 * _STEP * (right - down)
            self._take(picture_crop.scaled(self._crop, factor, picture=self._picture_shape, shape=self._shape))
        else:
            self._take(picture_crop.moved(self._crop, right * _STEP, down * _STEP))

    # --- painting -------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """Return a size large enough to judge a picture."""
        return QSize(520, 400)

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the picture, dimmed outside the crop."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        ground = QPainterPath()
        ground.addRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        painter.fillPath(ground, QColor(theme.tokens().stage))
        if self._image.isNull():
            painter.setPen(QColor(theme.DARK.secondary))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)
            return
        if self._is_transparent:
            painter.fillRect(self._place(), QBrush(_checks()))
        painter.drawImage(self._place(), self._image)
        if self._crop is not None:
            self._paint_crop(painter)

    def _paint_crop(self, painter: QPainter) -> None:
        box = self._box()
        outside = QPainterPath()
        outside.addRect(self._place())
        inside = QPainterPath()
        inside.addRect(box)
        painter.fillPath(outside.subtracted(inside), QColor(14, 14, 14, 170))
        painter.setPen(QPen(QColor(255, 255, 255, 90), 1))
        for third in (1 / 3, 2 / 3):
            x, y = box.left() + box.width() * third, box.top() + box.height() * third
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        edge = QColor(theme.DARK.accent if self.hasFocus() else "#ffffff")
        painter.setPen(QPen(edge, 1.5))
        painter.drawRect(box)
        painter.setPen(QPen(edge, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin))
        for across, along in _CORNERS:
            corner = _corner(box, (across, along))
            painter.drawPolyline(
                [corner - QPointF(across * _HANDLE, 0), corner, corner - QPointF(0, along * _HANDLE)],
            )

    # --- inside ---------------------------------------------------------------------------------------------------

    @property
    def _picture_shape(self) -> float:
        return self._size.width() / self._size.height()

    def _take(self, crop: Crop) -> None:
        if crop != self._crop:
            self._crop = crop
            self._tell()
            self.update()
            self.cropped.emit(crop)

    def _tell(self) -> None:
        """Describe the box in numbers for screen readers."""
        if self._crop is None or self._size.isEmpty():
            self.setAccessibleName("Picture")
            return
        left, top, right, bottom = self._crop.box_px(self._size.width(), self._size.height())
        kept = picture_words.pixels(right - left, bottom - top)
        self.setAccessibleName(f"Crop {kept}, {left} from the left, {top} from the top")

    def _place(self) -> QRectF:
        """Return the picture's rectangle: as large as fits, at most twice its own size, at least 1 px in each direction."""
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        own = self._image.size() if self._size.isEmpty() else self._size
        size = own.scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        if size.width() > 2 * own.width():
            size = own * 2  # further enlargement shows no more detail
        place = QRectF(0, 0, max(size.width(), 1), max(size.height(), 1))
        place.moveCenter(room.center())
        return place

    def _box(self) -> QRectF:
        place, crop = self._place(), self._crop or Crop(0, 0, 1, 1)
        return QRectF(
            place.left() + crop.left * place.width(),
            place.top() + crop.top * place.height(),
            crop.width * place.width(),
            crop.height * place.height(),
        )

    def _fraction(self, point: QPointF) -> QPointF:
        place = self._place()
        return QPointF((point.x() - place.left()) / place.width(), (point.y() - place.top()) / place.height())

    def _corner_at(self, point: QPointF) -> Corner | None:
        near = [corner for corner in _CORNERS if (_corner(self._box(), corner) - point).manhattanLength() <= _REACH]
        return near[0] if near else None

    def _point(self, position: QPointF) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._crop is not None and not self._size.isEmpty():
            corner = self._corner_at(position)
            if corner is not None:
                falling = corner[0] == corner[1]
                shape = Qt.CursorShape.SizeFDiagCursor if falling else Qt.CursorShape.SizeBDiagCursor
            elif self._box().contains(position):
                shape = Qt.CursorShape.SizeAllCursor
        self.setCursor(shape)


@cache
def _checks() -> QPixmap:
    """Build a 2 × 2 checkerboard tile; dark in both themes, like the stage."""
    tile = QPixmap(2 * theme.GRID, 2 * theme.GRID)
    tile.fill(QColor(theme.DARK.raised))
    painter = QPainter(tile)
    for corner in (QPoint(0, 0), QPoint(theme.GRID, theme.GRID)):
        painter.fillRect(QRect(corner, QSize(theme.GRID, theme.GRID)), QColor(theme.DARK.scroll))
    painter.end()
    return tile


def _corner(box: QRectF, corner: Corner) -> QPointF:
    across, along = corner
    return QPointF(box.right() if across > 0 else box.left(), box.bottom() if along > 0 else box.top())
