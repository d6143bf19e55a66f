"""The list of templates, snippets and cards: sections with their counts, and a line about each item."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from sora_studio.domain.writing.prompt_collection import KeptItem
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.writing.shelf_rows import ShelfRow

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_ROW = Qt.ItemDataRole.UserRole
_ITEM_HEIGHT, _HEADING_HEIGHT = 44, 34


class ShelfList(QListView):
    """Signals: `current_changed()`; `chosen(KeptItem)` with Enter or a double click; `edit_wanted()`, `removal_wanted()`."""

    current_changed = Signal()
    chosen = Signal(object)
    edit_wanted = Signal()
    removal_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = _Rows(self)
        self.setAccessibleName("Templates, snippets and cards")
        theme.set_role(self, "plain")
        self.setModel(self._rows)
        self.setItemDelegate(_RowDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(self._on_double_clicked)

    @property
    def current(self) -> KeptItem | None:
        """The item that is selected."""
        row = self.currentIndex().data(_ROW)
        return row.kept if isinstance(row, ShelfRow) else None

    def show_rows(self, rows: Sequence[ShelfRow]) -> None:
        """Show other lines; the selection stays at its item while that is there, and is the first item otherwise."""
        before = self.current
        if not self._rows.show(rows):
            return
        same = next((at for at, row in enumerate(rows) if row.kept and before and _is_same(row.kept, before)), None)
        first = next((at for at, row in enumerate(rows) if row.kept), None)
        at = first if same is None else same
        if at is not None:
            self.setCurrentIndex(self._rows.index(at))
        self.current_changed.emit()

    def select(self, kept: KeptItem) -> bool:
        """Select an item and scroll to it; return whether it is there."""
        for at in range(self._rows.rowCount()):
            row = self._rows.index(at).data(_ROW)
            if isinstance(row, ShelfRow) and row.kept is not None and _is_same(row.kept, kept):
                self.setCurrentIndex(self._rows.index(at))
                return True
        return False

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Tell which item is selected now."""
        super().currentChanged(current, previous)
        self.current_changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes the item, F2 edits it, Del removes it."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.current is not None:
                self.chosen.emit(self.current)
            case Qt.Key.Key_F2 if self.current is not None:
                self.edit_wanted.emit()
            case Qt.Key.Key_Delete if self.current is not None:
                self.removal_wanted.emit()
            case _:
                super().keyPressEvent(event)

    def _on_double_clicked(self, index: QModelIndex) -> None:
        row = index.data(_ROW)
        if isinstance(row, ShelfRow) and row.kept is not None:
            self.chosen.emit(row.kept)


def _is_same(one: KeptItem, other: KeptItem) -> bool:
    return (one.shelf, one.file) == (other.shelf, other.file)


class _Rows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: Sequence[ShelfRow] = ()

    def show(self, rows: Sequence[ShelfRow]) -> bool:
        """Show other lines; return whether they are others."""
        if rows == self._rows:
            return False
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return row
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return row.spoken
            case _:
                return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        is_item = self._rows[index.row()].kept is not None
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if is_item else Qt.ItemFlag.NoItemFlags


class _RowDelegate(QStyledItemDelegate):
    """Paints a heading, or an item's name over the line about it, with its kind at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(_ROW)
        is_item = isinstance(row, ShelfRow) and row.kept is not None
        return QSize(max(option.rect.width(), 1), _ITEM_HEIGHT if is_item else _HEADING_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(_ROW)
        if not isinstance(row, ShelfRow):
            return
        painter.save()
        if row.kept is None:
            _paint_heading(painter, option.rect.adjusted(0, 0, 0, -8), row)
        else:
            is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
            has_ring = bool(option.state & QStyle.StateFlag.State_HasFocus)
            is_lit = bool(option.state & QStyle.StateFlag.State_MouseOver)
            colours = theme.tokens()
            ground = colours.selection if is_selected else colours.hover if is_lit else colours.raised
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QColor(colours.accent) if has_ring else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            box = option.rect.adjusted(0, 0, -theme.GRID, -4)
            painter.drawRoundedRect(box, theme.RADIUS, theme.RADIUS)
            _paint_item(painter, box.adjusted(10, 4, -10, -4), row)
        painter.restore()


def _paint_heading(painter: QPainter, box: QRect, row: ShelfRow) -> None:
    bottom = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
    title = row.title.upper()
    painter.setFont(theme.font(size_px=11, semibold=True))
    painter.setPen(QColor(theme.tokens().secondary))
    painter.drawText(box, bottom, title)
    shift = painter.fontMetrics().horizontalAdvance(title)
    painter.setFont(theme.font(size_px=11))
    painter.drawText(box.adjusted(shift, 0, 0, 0), bottom, f"  ·  {row.note}")


def _paint_item(painter: QPainter, inside: QRect, row: ShelfRow) -> None:
    colours, elided = theme.tokens(), Qt.TextElideMode.ElideRight
    painter.setFont(theme.font(size_px=11))
    painter.setPen(QColor(colours.secondary))
    room = painter.fontMetrics().horizontalAdvance(row.note) + 14 if row.note else 0
    painter.drawText(inside, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, row.note)
    about = painter.fontMetrics().elidedText(row.about, elided, inside.width())
    painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, about)
    painter.setFont(theme.font(size_px=13))
    painter.setPen(QColor(colours.text))
    top = inside.adjusted(0, 0, -room, 0)
    title = painter.fontMetrics().elidedText(row.title, elided, top.width())
    painter.drawText(top, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, title)
