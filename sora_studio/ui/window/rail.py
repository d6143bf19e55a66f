"""The rail: the library's places, saved searches and projects, with their counts."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QLabel, QMenu, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.library.library_drag import tasks_in
from sora_studio.viewmodels.library.rail_model import RailEntry, RailModel

_ENTRY = Qt.ItemDataRole.UserRole


class Rail(QFrame):
    """Signals: `chosen(str)` with a query's text; `dropped(int, list[int])` with a project and the tasks dropped on it;
    `search_removed(int)`.
    """

    chosen = Signal(str)
    dropped = Signal(int, object)
    search_removed = Signal(int)

    def __init__(self, model: RailModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        theme.set_role(self, "panel")
        self._tree = _Tree(self)
        self._tree.itemActivated.connect(self._on_tree_item)
        self._tree.itemClicked.connect(self._on_tree_item)
        self._tree.dropped.connect(self.dropped)
        self._tree.customContextMenuRequested.connect(self._open_menu)
        self._empty = QLabel("Your library is here once clips are made.", self)
        self._empty.setWordWrap(True)
        theme.set_role(self._empty, "secondary")
        self._empty.setContentsMargins(2 * theme.GRID, 2 * theme.GRID, theme.GRID, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        column.addWidget(self._empty)
        column.addWidget(self._tree, 1)
        self._query: str | None = None
        model.changed.connect(self._on_model_changed)
        self._on_model_changed()

    def show_query(self, query: str | None) -> None:
        """Mark the line of this query; None marks none."""
        self._query = query
        for item in self._items():
            entry = _entry_of(item)
            if entry is not None and entry.query == query:
                self._tree.setCurrentItem(item)
                return
        self._tree.setCurrentItem(None)  # type: ignore[arg-type]

    def _items(self) -> list[QTreeWidgetItem]:
        tops = [self._tree.topLevelItem(number) for number in range(self._tree.topLevelItemCount())]
        found = [top.child(number) for top in tops if top for number in range(top.childCount())]
        return [item for item in found if item is not None]

    def _on_model_changed(self) -> None:
        self._tree.clear()
        for section in self._model.sections:
            top = QTreeWidgetItem(self._tree, [section.title.upper(), ""])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            top.setFont(0, theme.font(size_px=11, semibold=True))
            top.setFirstColumnSpanned(True)
            for entry in section.entries:
                item = QTreeWidgetItem(top, [entry.words, f"{entry.count:,}"])
                item.setData(0, _ENTRY, entry)
                item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(0, entry.words)
                item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"{entry.words}, {entry.count:,} clips")
        self._tree.expandAll()
        self._empty.setVisible(not self._model.sections)
        self.show_query(self._query)

    def _on_tree_item(self, item: QTreeWidgetItem) -> None:
        entry = _entry_of(item)
        if entry is not None:
            self.chosen.emit(entry.query)

    def _open_menu(self, place: QPoint) -> None:
        item = self._tree.itemAt(place)
        entry = _entry_of(item) if item else None
        if entry is None or entry.search is None:
            return
        search = entry.search
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Remove this search", lambda: self.search_removed.emit(search))
        menu.popup(self._tree.viewport().mapToGlobal(place))


class _Tree(QTreeWidget):
    """Two columns without a header. Signals: `dropped(int, list[int])`."""

    dropped = Signal(int, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Library places")
        theme.set_role(self, "rail")
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setItemsExpandable(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAcceptDrops(True)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def viewportEvent(self, event: QEvent) -> bool:
        """Take tasks that are dragged onto a project."""
        if isinstance(event, QDropEvent) and not isinstance(event, QDragEnterEvent):
            item = self.itemAt(event.position().toPoint())
            entry = _entry_of(item) if item else None
            tasks = list(tasks_in(event.mimeData()))
            if entry is None or entry.project is None or not tasks:
                event.ignore()
            else:
                event.acceptProposedAction()
                if not isinstance(event, QDragMoveEvent):
                    self.dropped.emit(entry.project, tasks)
            return True
        if isinstance(event, QDragEnterEvent):
            event.setAccepted(bool(tasks_in(event.mimeData())))
            return True
        return super().viewportEvent(event)


def _entry_of(item: QTreeWidgetItem) -> RailEntry | None:
    entry = item.data(0, _ENTRY)
    return entry if isinstance(entry, RailEntry) else None
