"""The rail: drafts, the library's places, saved searches and projects."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QMenu, QTreeWidgetItem, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.window.rail_filter import RailFilter
from sora_studio.ui.window.rail_tree import ENTRY, RailTree, entry_of
from sora_studio.viewmodels.library.rail_model import RailEntry, RailKind, RailModel

_SHOWN_AS_QUERY = frozenset({RailKind.PLACE, RailKind.SEARCH, RailKind.PROJECT, RailKind.NO_PROJECT})


class Rail(QFrame):
    """Click or Enter opens a line, F2 renames it, Del removes it, the context menu has the rest.

    Signals: `chosen(str)` with a query's text; `dropped(int | None, list[int])` with a project and the tasks dropped on it;
    `draft_chosen(int)`; `draft_wanted()` for a new one; `draft_copied(int)`; `folder_wanted(int)` with a project.
    """

    chosen = Signal(str)
    dropped = Signal(object, object)
    draft_chosen = Signal(int)
    draft_wanted = Signal()
    draft_copied = Signal(int)
    folder_wanted = Signal(int)

    def __init__(self, model: RailModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._query: str | None = None
        self._draft = 0
        theme.set_role(self, "panel")
        self._tree = RailTree(self)
        self._tree.itemActivated.connect(self._on_tree_item)
        self._tree.itemClicked.connect(self._on_tree_item)
        self._tree.renamed.connect(model.rename)
        self._tree.removed.connect(model.remove)
        self._tree.dropped.connect(self._on_tree_dropped)
        self._tree.customContextMenuRequested.connect(self._open_menu)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        self._filter = RailFilter(self)
        self._filter.changed.connect(model.filter_drafts)
        self._filter.left.connect(self._on_filter_left)
        column.addWidget(self._filter)
        column.addWidget(self._tree, 1)
        model.changed.connect(self._on_model_changed)
        self._on_model_changed()

    def show_query(self, query: str | None) -> None:
        """Mark the line of this query; None marks the open draft."""
        self._query = query
        self._mark()

    def show_draft(self, draft: int) -> None:
        """Mark the open draft while no query is shown."""
        self._draft = draft
        self._mark()

    def _mark(self) -> None:
        wanted = next((line for line in self._tree.lines() if self._is_shown(entry_of(line))), None)
        if wanted is not self._tree.currentItem():
            self._tree.setCurrentItem(wanted)  # type: ignore[arg-type]

    def _is_shown(self, entry: RailEntry | None) -> bool:
        if entry is None:
            return False
        if self._query is None:
            return entry.kind is RailKind.DRAFT and entry.number == self._draft
        return entry.kind in _SHOWN_AS_QUERY and entry.query == self._query

    def _on_model_changed(self) -> None:
        """Bring the lines up to date. Where they stay the same, so do the focus and a name that is being edited."""
        self._filter.offer(offered=self._model.can_filter)
        places = [entry.place for section in self._model.sections for entry in section.entries]
        lines = self._tree.lines()
        if [entry.place for line in lines if (entry := entry_of(line))] == places:
            entries = [entry for section in self._model.sections for entry in section.entries]
            for line, entry in zip(lines, entries, strict=True):
                _fill(line, entry)
            return
        had_focus, scrolled = self._tree.hasFocus(), self._tree.verticalScrollBar().value()
        self._tree.clear()
        for section in self._model.sections:
            top = QTreeWidgetItem(self._tree, [section.title.upper()])
            top.setFlags(Qt.ItemFlag.ItemIsEnabled)
            for entry in section.entries:
                _fill(QTreeWidgetItem(top), entry)
        self._tree.expandAll()
        self._tree.verticalScrollBar().setValue(scrolled)
        if had_focus:
            self._tree.setFocus()
        self._mark()

    def _on_tree_item(self, item: QTreeWidgetItem) -> None:
        entry = entry_of(item)
        if entry is None:
            return
        match entry.kind:
            case RailKind.DRAFT:
                self.draft_chosen.emit(entry.number)
            case RailKind.NEW_DRAFT:
                self.draft_wanted.emit()
            case RailKind.ALL_DRAFTS:
                self._model.show_all_drafts(entry.words == "All drafts")
            case RailKind.DRAFT_TRASH:
                self._open_trash(self._tree.visualItemRect(item).bottomLeft())
            case RailKind.NEW_PROJECT:
                self._tree.editItem(item, 0)
            case _:
                self.chosen.emit(entry.query)

    def _on_filter_left(self) -> None:
        """Go on to the first draft that was found."""
        self._tree.setFocus()
        if lines := self._tree.lines():
            self._tree.setCurrentItem(lines[0])

    def _on_tree_dropped(self, entry: RailEntry, tasks: list[int]) -> None:
        self.dropped.emit(entry.number or None, tasks)

    def _open_menu(self, place: QPoint) -> None:
        item = self._tree.itemAt(place)
        entry = entry_of(item) if item else None
        if item is None or entry is None or not entry.number:
            return
        menu = self._menu()
        menu.addAction("Rename\tF2", partial(self._tree.editItem, item, 0))
        if entry.kind is RailKind.DRAFT:
            menu.addAction("Duplicate", partial(self.draft_copied.emit, entry.number))
            self._add_projects(menu, entry.number)
            menu.addSeparator()
            menu.addAction("Move to trash\tDel", partial(self._model.remove, entry))
        elif entry.kind is RailKind.PROJECT:
            menu.addAction("Folder for its clips…", partial(self.folder_wanted.emit, entry.number))
            if self._model.folders.get(entry.number) is not None:
                menu.addAction("Use the folder in Settings", partial(self._model.choose_folder, entry.number, None))
            menu.addSeparator()
            menu.addAction("Remove project\tDel", partial(self._model.remove, entry))
        else:
            menu.addAction("Remove search\tDel", partial(self._model.remove, entry))
        menu.popup(self._tree.viewport().mapToGlobal(place))

    def _add_projects(self, menu: QMenu, draft: int) -> None:
        projects = [entry for section in self._model.sections for entry in section.entries if entry.kind is RailKind.PROJECT]
        if not projects:
            return
        into = menu.addMenu("Move to project")
        for project in projects:
            into.addAction(project.words, partial(self._model.move_draft, draft, project.number))
        into.addSeparator()
        into.addAction("No project", partial(self._model.move_draft, draft, None))

    def _open_trash(self, place: QPoint) -> None:
        """Offer to restore drafts from the trash, the last ones first."""
        menu = self._menu()
        for draft in self._model.trashed_drafts:
            menu.addAction(f"Restore “{draft.title}”", partial(self._model.restore_draft, draft.id))
        menu.popup(self._tree.viewport().mapToGlobal(place))

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu


def _fill(item: QTreeWidgetItem, entry: RailEntry) -> None:
    if entry_of(item) == entry:
        return
    item.setText(0, entry.words)
    item.setData(0, ENTRY, entry)
    item.setToolTip(0, entry.words)
    counted = "clips" if entry.kind in _SHOWN_AS_QUERY else "drafts"
    spoken = entry.words if entry.count is None else f"{entry.words}, {entry.count:,} {counted}"
    item.setData(0, Qt.ItemDataRole.AccessibleTextRole, f"Draft {spoken}" if entry.kind is RailKind.DRAFT else spoken)
    flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
    item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if entry.is_renamed_here else flags)
