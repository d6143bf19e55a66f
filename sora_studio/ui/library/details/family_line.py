"""The family of a clip as small posters: what it comes from, its takes, and what was made from it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import painter_of, plain_tip
from sora_studio.ui.kit.flow_row import FlowRow
from sora_studio.ui.kit.poster_cache import PosterCache
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.library.family_model import Relative
from sora_studio.viewmodels.library.tile_words import VERDICT_WORDS

_FRAME = QSize(76, 43)
_CAPTION_HEIGHT = 20


class FamilyLine(FlowRow):
    """Four to a line at the panel's width. Signals: `chosen(int)` with the task of a pressed member."""

    chosen = Signal(int)

    def __init__(self, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._posters = PosterCache(scope, _FRAME, self)
        self._family: Sequence[Relative] = ()
        self.setAccessibleName("Family")

    def show_family(self, family: Sequence[Relative]) -> None:
        """Show these members; the same ones stay as they are, with the focus."""
        if family != self._family:
            self._family = family
            focused = next((button.relative.tile.id for button in self.findChildren(_Member) if button.hasFocus()), None)
            members = [_Member(relative, self._posters, self) for relative in family]
            for member in members:
                member.clicked.connect(partial(self.chosen.emit, member.relative.tile.id))
            self.set_widgets(members)
            for member in members:
                if member.relative.tile.id == focused:
                    member.setFocus()
        self.setVisible(bool(family))


class _Member(QAbstractButton):
    """A small poster over a caption; the one that is shown has a frame."""

    def __init__(self, relative: Relative, posters: PosterCache, parent: QWidget) -> None:
        super().__init__(parent)
        self.relative = relative
        self._posters = posters
        posters.arrived.connect(self.update)
        tile = relative.tile
        verdict = VERDICT_WORDS[tile.verdict][2:] if tile.verdict else ""
        said = filter(None, (relative.caption, tile.title, verdict, "shown" if relative.is_shown else ""))
        self.setAccessibleName(", ".join(said))
        self.setToolTip(plain_tip(tile.title))
        self.setFont(theme.font(size_px=11))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Return the size of poster and caption."""
        return _FRAME + QSize(0, _CAPTION_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the poster and its caption."""
        del event
        painter, colours = painter_of(self), theme.tokens()
        frame = QRect(0, 0, self.width(), _FRAME.height())
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(frame), 4, 4)
        painter.fillPath(shape, QColor(colours.stage))
        painter.setClipPath(shape)
        self._paint_poster(painter, frame)
        painter.setClipping(False)
        if self.relative.is_shown or self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.secondary), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(frame).adjusted(1, 1, -1, -1), 4, 4)
        painter.setPen(QColor(colours.text if self.relative.is_shown else colours.secondary))
        caption = QRect(0, frame.bottom() + 3, self.width(), _CAPTION_HEIGHT - 4)
        words = painter.fontMetrics().elidedText(self.relative.caption, Qt.TextElideMode.ElideRight, caption.width())
        painter.drawText(caption, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_poster(self, painter: QPainter, frame: QRect) -> None:
        path = self.relative.tile.poster
        picture = self._posters.poster(path, self.devicePixelRatioF()) if path else None
        if picture is not None and not picture.isNull():
            place = QRect(frame.topLeft(), picture.deviceIndependentSize().toSize())
            place.moveCenter(frame.center())
            painter.drawPixmap(place, picture)
