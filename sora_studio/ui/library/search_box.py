"""The search box of the library: what is searched for, the order of results, grid or list, and commands after a `>`."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from sora_studio.domain.library import LibraryIndex
from sora_studio.domain.query import Chip, Query, parse
from sora_studio.domain.query_filters import Sort
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.choice_menu import ChoiceMenu, MenuEntry, show_choice
from sora_studio.ui.kit.controls import MenuChip, tell
from sora_studio.ui.kit.segments import Segments
from sora_studio.ui.library.grid_layout import LibraryMode
from sora_studio.ui.library.offer_list import Offer
from sora_studio.ui.library.search_line import SearchLine
from sora_studio.viewmodels.commands import SIGN, Command, matching
from sora_studio.viewmodels.library.box_text import BoxText, absorb, split
from sora_studio.viewmodels.library.completion import Completion, KnownNames, completions

TYPING_MS = 30
"""After the last key. A search takes about 20 ms more, so that a result is there within 50."""
_ORDERS = {
    Sort.NEWEST: "Newest",
    Sort.OLDEST: "Oldest",
    Sort.STARS: "Most stars",
    Sort.COST: "Highest cost",
    Sort.DURATION: "Longest",
}
_ADVANCES = "Go on to the next clip after judging one.\nCaps Lock does the same while it is on."


class SearchBox(QWidget):
    """Filters that are complete stand as chips before the text. A text that begins with `>` is a command's name.

    Signals: `query_changed(str)` as one types, `mode_chosen(LibraryMode)`, `advances_chosen(bool)`, `save_asked(str)`, `left()`
    by Down, Enter or Esc, `focused()` when the person begins to use it.
    """

    query_changed = Signal(str)
    mode_chosen = Signal(object)
    advances_chosen = Signal(bool)
    save_asked = Signal(str)
    left = Signal()
    focused = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names = KnownNames()
        self.commands: Callable[[], Sequence[Command]] = tuple
        self._text, self._query = "", parse("")
        self._box = BoxText()
        self._was_command = False
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._on_typing_timeout)
        self.line = SearchLine(self._offers, self._completions, self)
        self.field = self.line.field
        self._order = MenuChip(self)
        entries = tuple(MenuEntry(sort.value, words) for sort, words in _ORDERS.items())
        self._order.setMenu(ChoiceMenu("Order", entries, self._choose_order, self._order))
        choices = [(LibraryMode.GRID.value, "Grid", "grid"), (LibraryMode.LIST.value, "List", "list")]
        self._modes = Segments("View", choices, self)
        self._modes.set_compact(True)
        self._advances = QToolButton(self)
        self._build()
        self._connect()
        self._show_query()

    # --- for the room ---------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The query's text, without a command that is being typed."""
        return self._text

    @property
    def query(self) -> Query:
        """The query as last read."""
        return self._query

    def show_text(self, text: str) -> None:
        """Replace the query and search for it at once."""
        self._show_box(split(text))
        self._search(text.strip())

    def drop(self, chip: Chip) -> None:
        """Take a filter out of the query."""
        self.show_text(str(self._query.without(chip)))

    def show_result(self, index: LibraryIndex, total: int | None = None) -> None:
        """Show how many were found, of how many in all if it is a part, and how long it took."""
        found = len(index.ids)
        of = f" of {total:,}" if total is not None and total > found else ""
        self.line.show_count(f"{found:,}{of} · {index.took_ms:.0f} ms", f"{found:,}{of} found")

    def show_mode(self, mode: LibraryMode) -> None:
        """Show which view is on."""
        self._modes.show_value(mode.value)

    def show_advances(self, advances: bool) -> None:
        """Show whether judging goes on to the next clip."""
        self._advances.setChecked(advances)

    def focus(self) -> None:
        """Take the focus, with all of the text selected."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep keys from the room: those that judge are for clips, and not for the box's buttons."""
        event.accept()

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme.set_role(self._advances, "icon")
        self._advances.setCheckable(True)
        self._advances.setIconSize(QSize(16, 16))
        self._advances.setAccessibleName("Go on after judging")
        self._advances.setToolTip(_ADVANCES)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * theme.GRID, theme.GRID + 2, 2 * theme.GRID, theme.GRID + 2)
        row.setSpacing(theme.GRID)
        row.addWidget(self.line, 1)
        for widget in (self._order, self._modes, self._advances):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        theme.notifier.changed.connect(self._dress)
        self._dress()

    def _connect(self) -> None:
        self.field.textEdited.connect(self._on_field_text_edited)
        self.field.taken.connect(self._on_field_taken)
        self.field.entered.connect(self._leave)
        self.field.went_down.connect(self._leave)
        self.field.escaped.connect(self._on_field_escaped)
        self.field.focus_gained.connect(self.focused)
        self.field.focus_lost.connect(self._on_field_focus_lost)
        self.line.chips_changed.connect(self._on_line_chips_changed)
        self.line.cleared.connect(self._on_line_cleared)
        self.line.save_asked.connect(self._on_line_save_asked)
        self._modes.chosen.connect(self._on_modes_chosen)
        self._advances.clicked.connect(self.advances_chosen)

    def _dress(self) -> None:
        self._advances.setIcon(theme.icon("advance", theme.tokens().secondary))

    # --- typing ---------------------------------------------------------------------------------------------------

    @property
    def _is_command(self) -> bool:
        return self.field.text().startswith(SIGN)

    def _on_field_text_edited(self, text: str) -> None:
        was_command, self._was_command = self._was_command, self._is_command
        if self._is_command:
            self._finish_typing()
            return
        if was_command and not text:
            self._end_command()
            self.field.selectAll()
            return
        self._box = BoxText(self._box.chips, text)
        if self.field.cursorPosition() == len(text) and (absorbed := absorb(self._box)) is not None:
            self._show_box(absorbed)
        self._typing.start()

    def _on_typing_timeout(self) -> None:
        self._typing.stop()
        self._search(self._box.text)

    def _finish_typing(self) -> None:
        """Search at once for what was typed until now."""
        if self._typing.isActive():
            self._on_typing_timeout()

    def _search(self, text: str) -> None:
        self._typing.stop()
        self._text, self._query = text, parse(text)
        self._show_query()
        self.query_changed.emit(text)

    def _show_box(self, box: BoxText) -> None:
        self._box, self._was_command = box, False
        self.line.show_chips(box.chips)
        if self.field.text() != box.typed:
            self.field.setText(box.typed)

    def _show_query(self) -> None:
        sort = self._query.sort
        show_choice(self._order, "Order", _ORDERS[sort], sort.value)
        self.line.show_has_query(bool(self._text))

    def _absorb_all(self) -> None:
        """Show every filter as a chip; the query stays the same."""
        self._finish_typing()
        self._show_box(split(self._box.text))

    # --- lists ----------------------------------------------------------------------------------------------------

    def _offers(self, text: str, caret: int) -> Sequence[Offer]:
        if text.startswith(SIGN):
            commands = matching(self.commands(), text.removeprefix(SIGN))
            offers = [Offer(command.words, _native(command.keys), command.reason(), command) for command in commands]
            return offers or [Offer("No such command", reason=" ")]
        return self._completions(text, caret)

    def _completions(self, text: str, caret: int) -> Sequence[Offer]:
        return [Offer(found.filter, found.note, value=found) for found in completions(text, caret, self.names)]

    def _on_field_taken(self, offer: Offer) -> None:
        if isinstance(offer.value, Completion):
            self._complete(offer.value)
        elif isinstance(offer.value, Command):
            if offer.reason:
                tell(self.field, offer.reason)
                return
            self._end_command()
            offer.value.run()

    def _complete(self, found: Completion) -> None:
        text = self.field.text()
        begun = f"{text[: found.start]}{found.filter} "
        self.field.setText(f"{begun}{text[found.end :].lstrip()}")
        self.field.setCursorPosition(len(begun))
        self.field.list.hide()
        self._on_field_text_edited(self.field.text())

    def _end_command(self) -> None:
        """Give the former text back."""
        self._was_command = False
        self.field.list.hide()
        self.field.setText(self._box.typed)

    # --- leaving --------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        if not self._is_command:
            self._absorb_all()
            self.left.emit()

    def _on_field_focus_lost(self) -> None:
        if self._is_command:
            self._end_command()
        else:
            self._absorb_all()

    def _on_field_escaped(self, was_open: bool) -> None:
        """Go back by one step: the list or command, the text, the filters, and then to the clips."""
        if self._is_command:
            self._end_command()
        elif was_open:
            return
        elif self.field.text():
            self.field.selectAll()
            self.field.backspace()  # other than `clear`, this can be undone
        elif self._box.chips:
            self.show_text("")
        else:
            self.left.emit()

    def _on_line_cleared(self) -> None:
        self.show_text("")
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_line_chips_changed(self, filters: list[str]) -> None:
        self._show_box(BoxText(tuple(filters), self._box.typed))
        self._search(self._box.text)

    def _on_line_save_asked(self) -> None:
        self._finish_typing()
        self.save_asked.emit(self._text)

    def _on_modes_chosen(self, value: str) -> None:
        self.mode_chosen.emit(LibraryMode(value))

    def _choose_order(self, value: object) -> None:
        plain = " ".join(str(item) for item in self._query.items if not str(item).startswith("sort:"))
        self.show_text(plain if value == Sort.NEWEST else f"{plain} sort:{value}".strip())


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) if keys else ""
