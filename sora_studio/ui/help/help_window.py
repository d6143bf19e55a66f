"""The help window: pages on the left, the page on the right, and a search through all of them. It needs no network."""

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from sora_studio.paths import resources_dir
from sora_studio.ui.help.help_view import HelpView
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.help.help_pages import HelpHit, HelpPage, load_pages, search

_SIZE = QSize(920, 680)
_NARROWEST = QSize(560, 360)
_LIST_WIDTH = 248


class HelpWindow(QWidget):
    """A separate window, so that a page can be read while working in the main window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("Help")
        self.setMinimumSize(_NARROWEST)
        self.resize(_SIZE.boundedTo(parent.screen().availableSize() * 0.9))
        self._pages = load_pages(resources_dir() / "help")
        self._hits = list[HelpHit]()
        self._search = QLineEdit(placeholderText="Search help", clearButtonEnabled=True)
        self._search.setAccessibleName("Search help")
        self._list = self._build_list("Help pages")
        self._results = self._build_list("Search results")
        self._results.setWordWrap(True)
        self._nothing = QLabel("No page contains all of these words.", wordWrap=True)
        theme.set_role(self._nothing, "secondary")
        self._view = HelpView()
        self._build_layout()
        self._connect()
        self._show_pages()
        self._list.setCurrentRow(0)

    def open_page(self, name: str) -> None:
        """Show the page with this file name (without suffix), and bring the window to the front."""
        self._search.clear()
        self._list.setCurrentRow(next(row for row, page in enumerate(self._pages) if page.name == name))
        self.present()

    def present(self) -> None:
        """Show the window with the focus in the search field."""
        self.show()
        self.raise_()
        self.activateWindow()
        self._search.setFocus()
        self._search.selectAll()

    def _build_list(self, name: str) -> QListWidget:
        made = QListWidget()
        made.setAccessibleName(name)
        made.setFont(theme.font())
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.set_role(made, "pages")
        return made

    def _build_layout(self) -> None:
        search = QHBoxLayout()
        search.setContentsMargins(theme.GRID, theme.GRID, theme.GRID, theme.GRID)
        search.addWidget(self._search)
        nothing = QHBoxLayout()
        nothing.setContentsMargins(2 * theme.GRID, 0, theme.GRID, 0)
        nothing.addWidget(self._nothing)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addLayout(search)
        left.addLayout(nothing)
        left.addWidget(self._list, 1)
        left.addWidget(self._results, 1)
        left.addStretch()
        column = QWidget()
        column.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        column.setFixedWidth(_LIST_WIDTH)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(column)
        row.addWidget(theme.rule(vertical=True))
        row.addWidget(self._view, 1)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._on_search_text_changed)
        self._search.returnPressed.connect(self._on_search_return_pressed)
        self._list.currentRowChanged.connect(self._on_list_current_row_changed)
        self._results.currentRowChanged.connect(self._on_results_current_row_changed)
        self._view.anchorClicked.connect(self._on_view_anchor_clicked)
        theme.notifier.changed.connect(self._view.restyle)
        for keys, act in (("Esc", self._go_back), ("Ctrl+F", self._search.setFocus), ("Ctrl+W", self.close)):
            QShortcut(QKeySequence(keys), self).activated.connect(act)

    def _show_pages(self) -> None:
        for page in self._pages:
            item = QListWidgetItem(page.title)
            item.setSizeHint(QSize(0, theme.CONTROL_HEIGHT))
            self._list.addItem(item)
        self._show_list(searching=False)

    def _show_list(self, *, searching: bool) -> None:
        self._list.setVisible(not searching)
        self._results.setVisible(searching and bool(self._hits))
        self._nothing.setVisible(searching and not self._hits)

    def _go_back(self) -> None:
        """Leave the search first, then the window."""
        if self._search.text():
            self._search.clear()
        else:
            self.close()

    def _on_search_text_changed(self, text: str) -> None:
        searching = bool(text.strip())
        self._hits = search(self._pages, text)
        self._results.blockSignals(True)
        self._results.clear()
        for hit in self._hits:
            self._results.addItem(_hit_item(hit))
        self._results.blockSignals(False)
        self._show_list(searching=searching)
        if not searching:
            self._view.highlight([])

    def _on_search_return_pressed(self) -> None:
        if self._hits:
            self._results.setFocus()
            self._results.setCurrentRow(max(0, self._results.currentRow()))

    def _on_list_current_row_changed(self, row: int) -> None:
        if row >= 0:
            self._view.show_page(self._pages[row])

    def _on_results_current_row_changed(self, row: int) -> None:
        if row >= 0:
            hit = self._hits[row]
            self._show_in_list(hit.page)
            self._view.show_page(hit.page)
            self._view.highlight(self._search.text().split())
            self._view.show_heading(hit.section.heading)

    def _show_in_list(self, page: HelpPage) -> None:
        self._list.blockSignals(True)
        self._list.setCurrentRow(self._pages.index(page))
        self._list.blockSignals(False)

    def _on_view_anchor_clicked(self, url: QUrl) -> None:
        if url.isRelative():
            self.open_page(url.path().removesuffix(".md"))
        else:
            QDesktopServices.openUrl(url)


def _hit_item(hit: HelpHit) -> QListWidgetItem:
    where = hit.page.title if hit.section.heading == hit.page.title else f"{hit.page.title} · {hit.section.heading}"
    return QListWidgetItem(f"{where}\n{hit.excerpt}")
