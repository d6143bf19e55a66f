"""The list of versions by day. Autosaves are folded; Enter compares, F2 names, Ctrl+click adds a second one."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath
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

from sora_studio.domain.version import MOST_NAME, Version
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.poster_cache import PosterCache
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.writing.version_words import DaySection, VersionRow

Index = QModelIndex | QPersistentModelIndex
_ROW = Qt.ItemDataRole.UserRole
_FOLD_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_POSTER = QSize(50, 28)
_ROW_HEIGHT = 46
_FOLD_HEIGHT = 30
_DAY_HEIGHT = 30


class VersionList(QTreeWidget):
    """Signals: `chosen(list[Version])` with one or two, `named(Version, str)`."""

    chosen = Signal(object)
    named = Signal(object, str)

    def __init__(self, scope: TaskScope, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.posters = PosterCache(scope, _POSTER, self)
        self.posters.arrived.connect(self.viewport().update)
        self.setAccessibleName("Versions")
        theme.set_role(self, "rail")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformRowHeights(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setItemDelegate(_VersionDelegate(self))
        self.itemSelectionChanged.connect(self._on_item_selection_changed)
        self.itemClicked.connect(self._on_item_clicked)

    def show_sections(self, sections: Sequence[DaySection]) -> None:
        """Show another list; the selection, the open folds and the place stay."""
        selected, scrolled = self.selected, self.verticalScrollBar().value()
        current = row_of(self.currentItem())
        unfolded = {item.data(0, _ROW) for item in self._items() if item.isExpanded() and isinstance(item.data(0, _ROW), str)}
        self.blockSignals(True)
        self.clear()
        for section in sections:
            day = self._add(self.invisibleRootItem(), section.title, None)
            day.setFlags(Qt.ItemFlag.ItemIsEnabled)
            for row in section.rows:
                self._add(day, row.title, row)
            if section.autosaves:
                fold = self._add(day, section.fold_title, section.title)
                for row in section.autosaves:
                    self._add(fold, row.title, row)
                fold.setExpanded(section.title in unfolded)
            day.setExpanded(True)
        for item in self._items():
            row = row_of(item)
            if row is not None and current is not None and row.version.id == current.version.id:
                self.setCurrentItem(item)
        self.blockSignals(False)
        self.select(selected)
        self.verticalScrollBar().setValue(scrolled)

    def select(self, versions: Sequence[Version]) -> None:
        """Select these versions, without a signal."""
        wanted = {version.id for version in versions}
        if {version.id for version in self.selected} != wanted:
            self.blockSignals(True)
            for item in self._items():
                row = row_of(item)
                item.setSelected(row is not None and row.version.id in wanted)
            self.blockSignals(False)
            self.viewport().update()

    @property
    def selected(self) -> list[Version]:
        """The selected versions."""
        rows = [row_of(item) for item in self.selectedItems()]
        return [row.version for row in rows if row is not None]

    def edit_name_of(self, version: Version) -> None:
        """Let a version be named; its fold is opened."""
        for item in self._items():
            row = row_of(item)
            if row is not None and row.version.id == version.id:
                self.setCurrentItem(item)
                self.scrollToItem(item)
                self.editItem(item, 0)

    def edit_name(self) -> None:
        """Let the current version be named."""
        item: QTreeWidgetItem | None = self.currentItem()
        if item is not None and row_of(item) is not None:
            self.editItem(item, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 names a version; Enter and Space open and close a fold."""
        item: QTreeWidgetItem | None = self.currentItem()
        if event.key() == Qt.Key.Key_F2:
            self.edit_name()
        elif item is not None and isinstance(item.data(0, _ROW), str) and event.key() in _FOLD_KEYS:
            item.setExpanded(not item.isExpanded())
        else:
            super().keyPressEvent(event)

    def _add(self, parent: QTreeWidgetItem, words: str, data: object) -> QTreeWidgetItem:
        item = QTreeWidgetItem(parent, [words])
        item.setData(0, _ROW, data)
        if isinstance(data, str):
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        if isinstance(data, VersionRow):
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable)
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, data.spoken)
            item.setToolTip(0, data.words)
        return item

    def _items(self) -> list[QTreeWidgetItem]:
        found, open_ones = list[QTreeWidgetItem](), [self.invisibleRootItem()]
        while open_ones:
            item = open_ones.pop()
            children = [child for number in range(item.childCount()) if (child := item.child(number)) is not None]
            found += children
            open_ones += children
        return found

    def _on_item_selection_changed(self) -> None:
        """Two versions can be compared: of more, the one that was selected last and the first."""
        selected = self.selected
        current = row_of(self.currentItem())
        if len(selected) > 2 and current is not None:
            others = [version for version in selected if version.id != current.version.id]
            selected = [current.version, others[0]]
        self.chosen.emit(selected)

    def _on_item_clicked(self, item: QTreeWidgetItem) -> None:
        if isinstance(item.data(0, _ROW), str):
            item.setExpanded(not item.isExpanded())


class _VersionDelegate(QStyledItemDelegate):
    """Paints days, folds and versions, and edits names."""

    def __init__(self, view: VersionList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        data = index.data(_ROW)
        height = _DAY_HEIGHT if data is None else _FOLD_HEIGHT if isinstance(data, str) else _ROW_HEIGHT
        return QSize(option.rect.width(), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        data, colours = index.data(_ROW), theme.tokens()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inside = option.rect.adjusted(theme.GRID, 0, -theme.GRID, 0)
        if data is None:
            painter.setFont(theme.font(size_px=11, semibold=True))
            painter.setPen(QColor(colours.secondary))
            bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            painter.drawText(inside.adjusted(0, 0, 0, -6), bottom, str(index.data()).upper())
        else:
            self._paint_ground(painter, option)
            if isinstance(data, VersionRow):
                self._paint_version(painter, inside.adjusted(2 * theme.GRID if data.is_folded else 0, 0, 0, 0), data)
            else:
                is_open = bool(option.state & QStyle.StateFlag.State_Open)
                painter.setPen(QColor(colours.secondary))
                painter.setFont(theme.font(size_px=12))
                words = f"{'▾' if is_open else '▸'}  {index.data()}"
                painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colours = theme.tokens()
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        has_ring = bool(option.state & QStyle.StateFlag.State_HasFocus)
        if is_selected or has_ring or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(QColor(colours.accent) if has_ring else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.selection if is_selected else colours.hover))
            painter.drawRoundedRect(option.rect.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)

    def _paint_version(self, painter: QPainter, inside: QRect, row: VersionRow) -> None:
        colours = theme.tokens()
        left = self._paint_posters(painter, inside, row)
        width = left - inside.left() - (theme.GRID if row.posters else 0)
        elide = Qt.TextElideMode.ElideRight
        lines = ((row.title, 13, colours.text, 6), (row.words, 12, colours.secondary, 24))
        for words, size_px, colour, top in lines:
            painter.setFont(theme.font(size_px=size_px))
            painter.setPen(QColor(colour))
            place = QRect(inside.left(), inside.top() + top, width, 18)
            shown = painter.fontMetrics().elidedText(words, elide, width)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _paint_posters(self, painter: QPainter, inside: QRect, row: VersionRow) -> int:
        """Paint the posters at the right; return where they begin."""
        left = inside.right() + 1
        for path in reversed(row.posters):
            left -= _POSTER.width() + (2 if left <= inside.right() else 0)
            frame = QRect(left, inside.center().y() - _POSTER.height() // 2 + 1, _POSTER.width(), _POSTER.height())
            shape = QPainterPath()
            shape.addRoundedRect(QRectF(frame), 3, 3)
            painter.fillPath(shape, QColor(theme.tokens().stage))
            picture = self._view.posters.poster(path, self._view.devicePixelRatioF())
            if picture is not None and not picture.isNull():
                place = QRect(frame.topLeft(), picture.deviceIndependentSize().toSize())
                place.moveCenter(frame.center())
                painter.setClipPath(shape)
                painter.drawPixmap(place, picture)
                painter.setClipping(False)
        return left

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        field = QLineEdit(parent)
        field.setAccessibleName("Name of the version")
        field.setPlaceholderText("Name")
        field.setMaxLength(MOST_NAME)
        return field

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        row = index.data(_ROW)
        if isinstance(editor, QLineEdit) and isinstance(row, VersionRow):
            editor.setText(row.version.name)
            editor.selectAll()

    def setModelData(self, editor: QWidget, _model: object, index: Index) -> None:
        """Hand the name over; the row changes when it has been stored."""
        row = index.data(_ROW)
        if isinstance(editor, QLineEdit) and isinstance(row, VersionRow):
            self._view.named.emit(row.version, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(1, 6, -1, -6))


def row_of(item: QTreeWidgetItem | None) -> VersionRow | None:
    """Return the version of an item; None for a day or a fold, or without an item."""
    row = item.data(0, _ROW) if item is not None else None
    return row if isinstance(row, VersionRow) else None
