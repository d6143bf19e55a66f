"""The model picker: search, list and details in one floating panel."""

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sora_studio.domain.models.profile import Status
from sora_studio.ui.compose.model_picker.details_pane import DetailsPane
from sora_studio.ui.compose.model_picker.floating_panel import FloatingPanel
from sora_studio.ui.compose.model_picker.list_view import PickerListView
from sora_studio.ui.compose.model_picker.nothing_found import NothingFound
from sora_studio.ui.compose.model_picker.search_field import SearchField
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.viewmodels.compose.models.picker_details import details_of
from sora_studio.viewmodels.compose.models.picker_facts import PickerFacts
from sora_studio.viewmodels.compose.models.picker_list import PickerList

WANTED = QSize(860, 560)
_LIST_SHARE, _DETAILS_SHARE = 6, 5
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_BESIDE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)


class ModelPicker(FloatingPanel):
    """Shows the models for a draft, and what each would change, before one is chosen. It changes nothing itself.

    The keyboard stays in the search field: typing filters, arrows and paging keys move the highlight. Signals: `chosen(str)`
    and `beside(str)` with a slug, after the panel has closed; `favourites_changed(tuple)` with all slugs; `closed()`.
    """

    chosen = Signal(str)
    beside = Signal(str)
    favourites_changed = Signal(tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(WANTED, parent)
        self.setAccessibleName("Choose a model")
        self._facts: PickerFacts | None = None
        self._detailed: str | None = None
        self._models = PickerList(self)
        self.search = SearchField()
        self.list = PickerListView(self._models)
        self.nothing = NothingFound()
        self.details = DetailsPane()
        self._stack = QStackedWidget()
        self._build()
        self.search.textChanged.connect(self._on_search_changed)
        self.list.highlighted.connect(self._on_highlighted)
        self.list.chosen.connect(self._use)
        self.list.star_clicked.connect(self._toggle_favourite)
        self.nothing.back_clicked.connect(self._on_back_clicked)
        self.details.use_clicked.connect(self._use)
        self.details.beside_clicked.connect(self._try_beside)
        self.details.star_clicked.connect(self._toggle_favourite)

    def open(self, facts: PickerFacts, anchor: QWidget, *, column: QWidget | None = None) -> None:
        """Show the models near the anchor, with the draft's model highlighted; `column` gives the panel's left edge."""
        self._facts = facts
        self._models.show(facts)
        self._detailed = None
        with QSignalBlocker(self.search):
            self.search.clear()
        self._show_results()
        self.open_at(anchor, column)
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self.list.highlight(facts.current)

    def toggle(self, facts: PickerFacts, anchor: QWidget, *, column: QWidget | None = None) -> None:
        """Open the picker, or close it if it is open: what its shortcut does."""
        if self.is_open:
            self.dismiss()
        else:
            self.open(facts, anchor, column=column)

    def tab_stops(self) -> list[QWidget]:
        """Return the search field and the buttons."""
        return [self.search, self.nothing.back_button, *self.details.tab_stops()]

    def event(self, event: QEvent) -> bool:
        """Take the picker's keys before the window's shortcuts do: Ctrl+Enter must not send the draft."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, choose, compare, mark or close; other keys stay in the panel."""
        key = event.key()
        if key in _MOVES:
            self._move(Qt.Key(key))
        elif event.isAutoRepeat():
            pass  # a held key moves, and does nothing else twice
        elif key == Qt.Key.Key_Escape:
            self.dismiss()
        elif key in _ENTER_KEYS:
            self._try_beside() if event.modifiers() & _BESIDE else self._use()
        elif key == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self._toggle_favourite()
        event.accept()

    def _build(self) -> None:
        left = QVBoxLayout()
        left.setContentsMargins(0, 9, 0, 0)
        left.setSpacing(4)
        field = QHBoxLayout()
        field.setContentsMargins(9, 0, 9, 0)
        field.addWidget(self.search)
        left.addLayout(field)
        left.addWidget(self._stack, 1)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.nothing)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, _LIST_SHARE)
        row.addWidget(theme.rule(vertical=True))
        row.addWidget(self.details, _DETAILS_SHARE)

    def _move(self, key: Qt.Key) -> None:
        match key:
            case Qt.Key.Key_Home | Qt.Key.Key_End:
                self.list.move_to_end(first=key is Qt.Key.Key_Home)
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                self.list.move_by(self.list.page if key is Qt.Key.Key_PageDown else -self.list.page)
            case _:
                self.list.move_by(1 if key is Qt.Key.Key_Down else -1)

    def _show_results(self) -> None:
        has_models = bool(self._models.model_rows())
        self._stack.setCurrentWidget(self.list if has_models else self.nothing)
        if not has_models:
            self.nothing.say(self.search.text())
            self._detailed = None
            self.details.show_details(None, current_title=self._facts.current_title if self._facts else "")
            self._announce(self.nothing.words())

    def _on_search_changed(self, text: str) -> None:
        if self._facts is None:
            return
        self._models.filter(text)
        self._show_results()
        self.list.highlight(self._models.named(text) if text.strip() else self._facts.current)

    def _on_back_clicked(self) -> None:
        self.search.clear()
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_highlighted(self, slug: str) -> None:
        if self._facts is None:
            return
        if slug != self._detailed:
            self._detailed = slug
            self.details.show_details(details_of(slug, self._facts), current_title=self._facts.current_title)
            self.details.show_favourite(is_favourite=slug in self._models.favourites)
        self._announce(str(self.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)))

    def _announce(self, words: str) -> None:
        """Let a screen reader say what is highlighted, as the keyboard is in the search field."""
        self.search.setAccessibleDescription(words)
        announce(self.search, words)

    def _offered(self, slug: str | None) -> str | None:
        slug = slug or self.list.slug
        if self._facts is None or slug is None or self._models.row_of(slug) is None:
            return None
        return None if self._facts.profiles[slug].status is Status.GONE else slug

    def _use(self, slug: str | None = None) -> None:
        if offered := self._offered(slug):
            self.dismiss()
            self.chosen.emit(offered)

    def _try_beside(self) -> None:
        offered = self._offered(None)
        if offered and self._facts and offered != self._facts.current:
            self.dismiss()
            self.beside.emit(offered)

    def _toggle_favourite(self, slug: str | None = None) -> None:
        slug = slug or self.list.slug
        if not slug or self._models.row_of(slug) is None:
            return
        favourites = self._models.toggle_favourite(slug)
        if slug == self.list.slug:
            self.details.show_favourite(is_favourite=slug in favourites)
        self._announce(str(self.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)))
        self.favourites_changed.emit(favourites)


def _is_ours(event: QKeyEvent) -> bool:
    is_mark = event.key() == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return is_mark or event.key() in (*_MOVES, *_ENTER_KEYS, Qt.Key.Key_Escape)
