"""The table of a prompt: each exact text with a tick, its options, length, hints and price."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from sora_studio.domain.writing.prompt_table import TableRow
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.compose import texts_words
from sora_studio.viewmodels.compose.prompt_texts import Made, PromptTexts

ROW_HEIGHT = 30
FACTS = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_BOX, _BOX_ROOM = 16, 34


class TextRows(QAbstractListModel):
    """The rows of what was made last. `facts_of` gives a row's length, hints and price in words."""

    def __init__(self, texts: PromptTexts, facts_of: Callable[[TableRow], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._texts, self._facts_of = texts, facts_of
        self._made: Made | None = None

    @property
    def rows(self) -> Sequence[TableRow]:
        """The rows as they are shown."""
        return self._made.rows if self._made is not None else ()

    def show(self) -> None:
        """Show the texts as they are now. The list keeps its place if as many rows stay."""
        made = self._texts.made
        if made is not None and len(made.rows) == len(self.rows):
            self._made = made
            self.tell()
        else:
            self.beginResetModel()
            self._made = made
            self.endResetModel()

    def tell(self) -> None:
        """Say that ticks or facts have changed."""
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return that a row can be ticked."""
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a row's options, its facts, its whole text as the tool tip, or whether it is ticked."""
        made = self._made
        if made is None or not index.isValid():
            return None
        row = made.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return texts_words.picks(row, made)
            case Qt.ItemDataRole.UserRole:
                return self._facts_of(row)
            case Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if self._texts.is_ticked(row) else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.AccessibleTextRole:
                state = "" if self._texts.is_ticked(row) else ", not sent"
                return f"{row.number + 1}: {texts_words.picks(row, made)}, {self._facts_of(row)}{state}"
            case _:
                return None


class TextsList(QListView):
    """Space, or a click on the box, ticks and unticks the selected rows. Signals: `row_shown(int)` with the current row."""

    row_shown = Signal(int)

    def __init__(self, texts: PromptTexts, rows: TextRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts, self._rows = texts, rows
        self.setAccessibleName("Texts of the prompt")
        theme.set_role(self, "plain")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_RowDelegate(self))
        self.setModel(rows)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick or untick with Space."""
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self._toggle(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tick or untick with a press on the box, which leaves the selection as it is."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() is Qt.MouseButton.LeftButton and event.position().x() < _BOX_ROOM:
            self._toggle(index)
        else:
            super().mousePressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Do nothing at a double click on a box but tick twice."""
        if (
            event.type() is QEvent.Type.MouseButtonDblClick
            and isinstance(event, QMouseEvent)
            and event.position().x() < _BOX_ROOM
        ):
            self.mousePressEvent(event)
            return True
        return super().viewportEvent(event)

    def _toggle(self, index: QModelIndex) -> None:
        """Give a row, and those that are selected with it, the other state."""
        chosen = self.selectedIndexes() if self.selectionModel().isSelected(index) else [index]
        rows = [self._rows.rows[one.row()] for one in chosen]
        self._texts.tick(rows, on=not self._texts.is_ticked(self._rows.rows[index.row()]))

    def _on_current_changed(self, index: QModelIndex) -> None:
        if index.isValid():
            self.row_shown.emit(index.row())


class _RowDelegate(QStyledItemDelegate):
    """Paints a row on one line: box, number, options; at the right its facts. A row that is not sent is dimmed."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's signature
        return QSize(max(option.rect.width(), 1), ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, box = theme.tokens(), option.rect
        is_ticked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.selection if is_selected else colours.hover))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), theme.RADIUS, theme.RADIUS)
        _paint_box(painter, QRect(box.left() + 10, box.center().y() - _BOX // 2 + 1, _BOX, _BOX), is_ticked=is_ticked)
        inside = box.adjusted(_BOX_ROOM, 0, -10, 0)
        painter.setFont(theme.font(size_px=11))
        facts = str(index.data(FACTS))
        painter.setPen(QColor(colours.secondary))
        painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, facts)
        room = painter.fontMetrics().horizontalAdvance(facts) + 16
        number = f"{index.row() + 1:,}"
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, number)
        painter.setFont(theme.font())
        painter.setPen(QColor(colours.text if is_ticked else colours.secondary))
        left = inside.adjusted(max(24, 8 * len(number) + 10), 0, -room, 0)
        words = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, left.width())
        painter.drawText(left, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()


def _paint_box(painter: QPainter, box: QRect, *, is_ticked: bool) -> None:
    colours = theme.tokens()
    painter.setPen(QColor(colours.accent if is_ticked else colours.secondary))
    painter.setBrush(QColor(colours.accent) if is_ticked else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 3, 3)
    if is_ticked:
        theme.icon("check", colours.on_accent).paint(painter, box.adjusted(2, 2, -2, -2))
