"""The search box of the library: text with filters as chips, the number of results, their order, and grid or list."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from sora_studio.domain.library import LibraryIndex
from sora_studio.domain.query import Chip, Query, parse
from sora_studio.domain.query_filters import Sort
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.choice_menu import ChoiceMenu, MenuEntry, show_choice
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.segments import Segments
from sora_studio.ui.library.grid_layout import LibraryMode

TYPING_MS = 30
"""After the last key. A search takes about 20 ms more, so that a result is there within 50."""
_ORDERS = {
    Sort.NEWEST: "Newest",
    Sort.OLDEST: "Oldest",
    Sort.STARS: "Most stars",
    Sort.COST: "Highest cost",
    Sort.DURATION: "Longest",
}


class SearchBox(QWidget):
    """Signals: `query_changed(str)` as one types, `mode_chosen(LibraryMode)`, `save_asked(str)`, `left()` by Down or Esc."""

    query_changed = Signal(str)
    mode_chosen = Signal(object)
    save_asked = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query = parse("")
        self._chips = list[PushButton]()
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._on_typing_timeout)
        self.field = _Field(self)
        self.field.textEdited.connect(self._on_field_text_edited)
        self.field.left.connect(self.left)
        self._count = QLabel(self)
        theme.set_role(self._count, "secondary")
        self._save = PushButton("Save search", parent=self)
        self._save.clicked.connect(lambda: self.save_asked.emit(self.text))
        theme.set_role(self._save, "link")
        self._order = MenuChip(self)
        entries = tuple(MenuEntry(sort.value, words) for sort, words in _ORDERS.items())
        self._order.setMenu(ChoiceMenu("Order", entries, self._choose_order, self._order))
        self._modes = Segments("View", [(LibraryMode.GRID.value, "Grid", None), (LibraryMode.LIST.value, "List", None)], self)
        self._modes.chosen.connect(self._on_modes_chosen)
        self._build()
        self._show_query()

    @property
    def text(self) -> str:
        """The query's text."""
        return self.field.text().strip()

    def show_text(self, text: str) -> None:
        """Replace the text and search for it at once."""
        self.field.setText(text)
        self._on_typing_timeout()

    def show_result(self, index: LibraryIndex, total: int | None = None) -> None:
        """Show how many were found, of how many, and how long it took."""
        of = f" of {total:,}" if total is not None and total != len(index.ids) else ""
        self._count.setText(f"{len(index.ids):,}{of} · {index.took_ms:.0f} ms")
        self._count.setAccessibleName(f"{len(index.ids):,} found")

    def show_mode(self, mode: LibraryMode) -> None:
        """Show which view is on."""
        self._modes.show_value(mode.value)

    def focus(self) -> None:
        """Take the focus, with all of the text selected."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def drop(self, chip: Chip) -> None:
        """Take a filter out of the text."""
        self.show_text(str(self._query.without(chip)))

    @property
    def query(self) -> Query:
        """The query as last read."""
        return self._query

    def _build(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme.GRID)
        line.addWidget(self.field, 1)
        line.addWidget(self._count)
        line.addWidget(self._save)
        line.addWidget(self._order)
        line.addWidget(self._modes)
        self._chip_line = QHBoxLayout()
        self._chip_line.setSpacing(theme.GRID)
        self._chip_line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, theme.GRID + 2, 2 * theme.GRID, theme.GRID + 2)
        column.setSpacing(theme.GRID - 2)
        column.addLayout(line)
        column.addLayout(self._chip_line)

    def _on_field_text_edited(self) -> None:
        self._typing.start()

    def _on_modes_chosen(self, value: str) -> None:
        self.mode_chosen.emit(LibraryMode(value))

    def _on_typing_timeout(self) -> None:
        self._typing.stop()
        self._query = parse(self.field.text())
        self._show_query()
        self.query_changed.emit(self.text)

    def _show_query(self) -> None:
        for chip in self._chips:
            chip.hide()
            chip.deleteLater()
        self._chips = [self._chip(chip) for chip in self._query.chips]
        for place, chip in enumerate(self._chips):
            self._chip_line.insertWidget(place, chip)
        sort = self._query.sort
        show_choice(self._order, "Order", _ORDERS[sort], sort.value)
        self._save.setVisible(bool(self.text))

    def _chip(self, chip: Chip) -> PushButton:
        button = PushButton(f"{chip.words}  ×".replace("&", "&&"), f"Drop the filter {chip.words}", self)
        button.setToolTip("Drop this filter")
        button.clicked.connect(partial(self.drop, chip))
        return button

    def _choose_order(self, value: object) -> None:
        plain = " ".join(str(item) for item in self._query.items if not str(item).startswith("sort:"))
        self.show_text(plain if value == Sort.NEWEST else f"{plain} sort:{value}".strip())


class _Field(QLineEdit):
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Search prompts, tags and notes; stars:>=3, kept, model:sora, before:2026-11…")
        self.setAccessibleName("Search the library")
        self.setClearButtonEnabled(True)

    def keyPressEvent(self, e: QKeyEvent) -> None:
        """Down and Enter lead to the results; Esc empties the field first."""
        if e.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        elif e.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.textEdited.emit("")
        elif e.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(e)
