"""The list under a field: what its text may become, or which commands it may run."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHideEvent, QPainter
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce

_ROW_HEIGHT = 28
_MOST_ROWS = 10
_EDGE = 5
"""Border and padding of the list, from the style sheet."""
_INSET, _GAP, _SCROLL_BAR = 10, 24, 12
_LEAST_WIDTH, _MOST_WIDTH = 220, 480
_DATA = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of the list: its words, a note at the right, why it cannot be chosen, and what it stands for."""

    words: str
    note: str = ""
    reason: str = ""
    value: object = None

    @property
    def spoken(self) -> str:
        """The line as a screen reader reads it."""
        return ", ".join(filter(None, (self.words, self.reason or self.note)))


class OfferList(QListWidget):
    """Floats over the window below its field, which keeps the focus. Signals: `chosen(Offer)` when a line is clicked."""

    chosen = Signal(object)

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self._field = field
        self._offers: Sequence[Offer] = ()
        self.setAccessibleName("Suggestions")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_OfferDelegate(self))
        theme.set_role(self, "offers")
        self.itemClicked.connect(self._on_item_clicked)
        self.itemEntered.connect(self.setCurrentItem)
        self.hide()

    @property
    def current(self) -> Offer | None:
        """The highlighted line."""
        row = self.currentRow()
        return self._offers[row] if self.isVisible() and 0 <= row < len(self._offers) else None

    def offer(self, offers: Sequence[Offer]) -> None:
        """Show these lines, the first one highlighted; hide the list if there are none."""
        self._offers = offers
        self.clear()
        for offer in offers:
            item = QListWidgetItem(offer.words, self)
            item.setData(_DATA, offer)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, offer.spoken)
            item.setSizeHint(QSize(0, _ROW_HEIGHT))
        if not offers:
            self.hide()
            return
        self.place()
        self.show()
        self.raise_()
        self._go_to(next((row for row, offer in enumerate(offers) if not offer.reason), 0))

    def move_by(self, rows: int) -> None:
        """Move the highlight; from one end to the other by a single step."""
        last = len(self._offers) - 1
        target = self.currentRow() + rows
        if abs(rows) == 1:
            self._go_to(target % (last + 1))
        else:
            self._go_to(max(0, min(target, last)))

    def hideEvent(self, event: QHideEvent) -> None:
        """Take the line's words off the field."""
        super().hideEvent(event)
        self._field.setAccessibleDescription("")

    def _go_to(self, row: int) -> None:
        self.setCurrentRow(row)
        offer = self._offers[row]
        words = f"{offer.spoken}, {row + 1} of {len(self._offers)}"
        self._field.setAccessibleDescription(words)
        announce(self._field, words)

    def place(self) -> None:
        """Stand below the field, or above it where there is more room."""
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        metrics = QFontMetrics(self.font())
        widths = [
            metrics.horizontalAdvance(offer.words) + metrics.horizontalAdvance(offer.reason or offer.note)
            for offer in self._offers
        ]
        width = min(max(_LEAST_WIDTH, max(widths) + _GAP + 2 * (_INSET + _EDGE) + _SCROLL_BAR), _MOST_WIDTH, window.width())
        anchor = QRect(self._field.mapTo(window, QPoint()), self._field.size())
        below, above = window.height() - anchor.bottom() - _EDGE, anchor.top() - _EDGE
        rows = min(len(self._offers), _MOST_ROWS, max(1, (max(below, above) - 2 * _EDGE) // _ROW_HEIGHT))
        height = rows * _ROW_HEIGHT + 2 * _EDGE
        left = max(0, min(anchor.left() - _INSET, window.width() - width))
        top = anchor.bottom() + _EDGE if height <= below or below >= above else anchor.top() - _EDGE - height
        self.setGeometry(left, top, width, height)

    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_DATA))


class _OfferDelegate(QStyledItemDelegate):
    """Words to the left, note or reason to the right; what cannot be chosen is grey."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Paint a line."""
        offer, tokens = index.data(_DATA), theme.tokens()
        if not isinstance(offer, Offer):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.selection))
            painter.drawRoundedRect(option.rect, theme.RADIUS - 2, theme.RADIUS - 2)
        area = option.rect.adjusted(_INSET, 0, -_INSET, 0)
        note = offer.reason or offer.note
        painter.setFont(option.font)
        metrics = QFontMetrics(option.font)
        note_width = min(metrics.horizontalAdvance(note) + 2, area.width() * 2 // 3) if note else -_GAP
        words = metrics.elidedText(offer.words, Qt.TextElideMode.ElideRight, area.width() - note_width - _GAP)
        shown = metrics.elidedText(note, Qt.TextElideMode.ElideRight, max(note_width, 0))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setPen(QColor(tokens.disabled if offer.reason else tokens.text))
        painter.drawText(area, middle | Qt.AlignmentFlag.AlignLeft, words)
        painter.setPen(QColor(tokens.disabled if offer.reason else tokens.secondary))
        painter.drawText(area, middle | Qt.AlignmentFlag.AlignRight, shown)
        painter.restore()
