"""The rail's list: headings and lines in one column, counts at the right, renamed in place, clips dropped onto projects."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from sora_studio.ui.kit import theme
from sora_studio.ui.library.library_drag import tasks_in
from sora_studio.viewmodels.library.rail_model import RailEntry, RailKind

ENTRY = Qt.ItemDataRole.UserRole
_LINE_HEIGHT, _HEADING_HEIGHT = 30, 34
_QUIET = frozenset({RailKind.NEW_DRAFT, RailKind.ALL_DRAFTS, RailKind.DRAFT_TRASH, RailKind.NEW_PROJECT})
"""Lines that are no content of their own."""
_DROPS = frozenset({RailKind.PROJECT, RailKind.NO_PROJECT})
Index = QModelIndex | QPersistentModelIndex


class RailTree(QTreeWidget):
    """Signals: `renamed(RailEntry, str)`, `removed(RailEntry)`, `dropped(RailEntry, list[int])` with tasks."""

    renamed = Signal(object, str)
    removed = Signal(object)
    dropped = Signal(object, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Drafts, library and projects")
        theme.set_role(self, "rail")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setItemsExpandable(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAcceptDrops(True)
        self.setItemDelegate(_LineDelegate(self))

    def lines(self) -> list[QTreeWidgetItem]:
        """Return the items of all lines, without the headings."""
        tops = [self.topLevelItem(number) for number in range(self.topLevelItemCount())]
        return [line for top in tops if top for number in range(top.childCount()) if (line := top.child(number))]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 renames, Del removes."""
        item = self.currentItem()
        entry = entry_of(item) if item else None
        if item is not None and entry is not None and event.key() == Qt.Key.Key_F2 and entry.is_renamed_here:
            self.editItem(item, 0)
        elif entry is not None and event.key() == Qt.Key.Key_Delete:
            self.removed.emit(entry)
        else:
            super().keyPressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Take tasks that are dragged onto a project."""
        if isinstance(event, QDropEvent) and not isinstance(event, QDragEnterEvent):
            item = self.itemAt(event.position().toPoint())
            entry = entry_of(item) if item else None
            tasks = list(tasks_in(event.mimeData()))
            if entry is None or entry.kind not in _DROPS or not tasks:
                event.ignore()
            else:
                event.acceptProposedAction()
                if not isinstance(event, QDragMoveEvent):
                    self.dropped.emit(entry, tasks)
            return True
        if isinstance(event, QDragEnterEvent):
            event.setAccepted(bool(tasks_in(event.mimeData())))
            return True
        return super().viewportEvent(event)


class _LineDelegate(QStyledItemDelegate):
    """Paints lines and headings, and edits names."""

    def __init__(self, tree: RailTree) -> None:
        super().__init__(tree)
        self._tree = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(option.rect.width(), _LINE_HEIGHT if _entry_at(index) else _HEADING_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry, colours = _entry_at(index), theme.tokens()
        painter.save()
        inside = option.rect.adjusted(theme.GRID, 0, -theme.GRID, 0)
        if entry is None:
            painter.setFont(theme.font(size_px=11, semibold=True))
            painter.setPen(QColor(colours.secondary))
            bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            painter.drawText(inside.adjusted(0, 0, 0, -7), bottom, str(index.data()))
        else:
            self._paint_ground(painter, option)
            _paint_line(painter, inside, entry)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colours = theme.tokens()
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            has_ring = is_selected and self._tree.hasFocus()
            painter.setPen(QColor(colours.accent) if has_ring else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.selection if is_selected else colours.hover))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        field = QLineEdit(parent)
        field.setAccessibleName("Name")
        return field

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        entry = _entry_at(index)
        if isinstance(editor, QLineEdit) and entry is not None:
            editor.setText("" if entry.kind is RailKind.NEW_PROJECT else entry.words)
            editor.setPlaceholderText(entry.words)
            editor.selectAll()

    def setModelData(self, editor: QWidget, _model: QAbstractItemModel, index: Index) -> None:
        """Hand the name over; the line changes when it has been stored."""
        entry = _entry_at(index)
        if isinstance(editor, QLineEdit) and entry is not None:
            self._tree.renamed.emit(entry, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(1, 1, -1, -1))


def entry_of(item: QTreeWidgetItem) -> RailEntry | None:
    """Return the line of an item; None for a heading."""
    entry = item.data(0, ENTRY)
    return entry if isinstance(entry, RailEntry) else None


def _entry_at(index: Index) -> RailEntry | None:
    entry = index.data(ENTRY)
    return entry if isinstance(entry, RailEntry) else None


def _paint_line(painter: QPainter, inside: QRect, entry: RailEntry) -> None:
    colours = theme.tokens()
    right = entry.keys or ("" if entry.count is None else f"{entry.count:,}")
    painter.setFont(theme.font(size_px=12))
    room = painter.fontMetrics().horizontalAdvance(right)
    painter.setPen(QColor(colours.secondary))
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, right)
    painter.setFont(theme.font())
    painter.setPen(QColor(colours.secondary if entry.kind in _QUIET else colours.text))
    rest = inside.adjusted(0, 0, -(room + theme.GRID) if right else 0, 0)
    words = painter.fontMetrics().elidedText(entry.words, Qt.TextElideMode.ElideRight, rest.width())
    painter.drawText(rest, middle | Qt.AlignmentFlag.AlignLeft, words)
