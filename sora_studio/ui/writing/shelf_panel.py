"""Templates, snippets and cards beside the text: found, looked at, used, made, changed and shared."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QStackedLayout, QVBoxLayout, QWidget

from sora_studio.domain.writing.cards import Card
from sora_studio.domain.writing.prompt_collection import KeptItem
from sora_studio.domain.writing.prompt_item import Shelf, title_of
from sora_studio.domain.writing.templates import Template
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.problem_line import ProblemLine
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.writing.shelf_form import ShelfForm
from sora_studio.ui.writing.shelf_list import ShelfList
from sora_studio.viewmodels.writing.shelf_entry import Entry, entry_for_text, entry_of, item_of, problem_of
from sora_studio.viewmodels.writing.shelf_model import ShelfModel
from sora_studio.viewmodels.writing.shelf_rows import best, error_lines, preview, rows

_Key = tuple[Shelf, str] | None
_PREVIEW_HEIGHT = 148


class ShelfPanel(QWidget):
    """Enter, a double click or the button uses an item.

    Signals: `chosen(PromptItem)`, `new_wanted()` (answered with `make`), `import_wanted()`, `export_wanted(KeptItem)`,
    `picture_wanted()` (answered with `put_picture`).
    """

    chosen = Signal(object)
    new_wanted = Signal()
    import_wanted = Signal()
    export_wanted = Signal(object)
    picture_wanted = Signal()

    def __init__(self, model: ShelfModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._edited: KeptItem | None = None
        self._left = dict[_Key, Entry]()  # what was left with Esc, by the item that it is about
        self._wanted: KeptItem | None = None  # to be selected once the files have been read again
        self._field = QLineEdit(self, placeholderText="Search", clearButtonEnabled=True)
        self._field.setAccessibleName("Search templates, snippets and cards")
        self._new = PushButton("New…", "New snippet, card or template", self)
        self._new.setToolTip("Make a snippet, card or template, of the selected text if there is some")
        self._import = PushButton("Import…", "Import a snippet, card or template", self)
        self._list = ShelfList(self)
        self._nothing = QLabel("Nothing found.", self)
        theme.set_role(self._nothing, "secondary")
        self._errors = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        theme.set_role(self._errors, "review")
        self._problem = ProblemLine(self)
        self._detail = _Detail(self)
        self._form = ShelfForm(self)
        self._build_layout()
        self._connect()
        self.setFocusProxy(self._field)
        self._show()

    def make(self, text: str) -> None:
        """Open the form of a new item with this text; without one, as it was left."""
        self._open("New", entry_for_text(text), None, takes_left=not text)

    def put_picture(self, path: Path) -> None:
        """Give the card in the form this picture."""
        self._form.put_picture(path)

    def _build_layout(self) -> None:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(2 * theme.GRID, theme.GRID + 4, theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, theme.GRID, 0)
        top.setSpacing(theme.GRID)
        top.addWidget(self._field, 1)
        top.addWidget(self._new)
        top.addWidget(self._import)
        column.addLayout(top)
        column.addWidget(self._nothing)
        column.addWidget(self._list, 1)
        column.addWidget(self._errors)
        column.addWidget(self._problem)
        column.addWidget(self._detail)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(page)
        self._pages.addWidget(self._form)

    def _connect(self) -> None:
        self._field.textChanged.connect(self._on_field_text_changed)
        self._field.returnPressed.connect(self._use)
        self._new.clicked.connect(self.new_wanted)
        self._import.clicked.connect(self.import_wanted)
        self._list.current_changed.connect(self._show_current)
        self._list.chosen.connect(self._use)
        self._list.edit_wanted.connect(self._edit)
        self._list.removal_wanted.connect(self._remove)
        self._detail.use.clicked.connect(self._use)
        self._detail.edit.clicked.connect(self._edit)
        self._detail.export.clicked.connect(self._export)
        self._detail.remove.clicked.connect(self._remove)
        self._form.save_wanted.connect(self._on_form_save_wanted)
        self._form.cancelled.connect(self._close_form)
        self._form.left.connect(self._on_form_left)
        self._form.picture_wanted.connect(self.picture_wanted)
        self._model.changed.connect(self._show)
        self._model.saved.connect(self._on_model_saved)
        self._model.refused.connect(self._on_model_refused)

    @property
    def _is_editing(self) -> bool:
        return self._pages.currentWidget() is self._form

    def _show(self) -> None:
        collection = self._model.collection
        found = rows(collection, self._field.text())
        self._nothing.setVisible(not found)
        self._list.setVisible(bool(found))
        self._list.show_rows(found)
        if self._wanted is not None and self._list.select(self._wanted):
            self._wanted = None
        errors = "\n".join(error_lines(collection.errors))
        self._errors.setText(errors)
        self._errors.setVisible(bool(errors))
        self._show_current()

    def _on_field_text_changed(self, typed: str) -> None:
        self._show()
        if (found := best(rows(self._model.collection, typed), typed)) is not None:
            self._list.select(found)

    def _show_current(self) -> None:
        kept = self._list.current
        self._detail.setVisible(kept is not None)
        if kept is not None:
            self._detail.show_item(kept, preview(kept.item, self._model.collection))

    def _use(self) -> None:
        if (kept := self._list.current) is not None:
            self.chosen.emit(kept.item)

    def _edit(self) -> None:
        if (kept := self._list.current) is not None:
            self._open(f"Edit {title_of(kept.item)}", entry_of(kept.item), kept, takes_left=True)

    def _open(self, title: str, entry: Entry, edited: KeptItem | None, *, takes_left: bool) -> None:
        self._edited = edited
        entry = self._left.get(_key(edited), entry) if takes_left else entry
        self._form.open(title, entry, is_new=edited is None)
        self._pages.setCurrentWidget(self._form)

    def _export(self) -> None:
        if (kept := self._list.current) is not None:
            self.export_wanted.emit(kept)

    def _remove(self) -> None:
        if (kept := self._list.current) is not None and kept.own:
            self._model.remove(kept)

    def _on_form_left(self, entry: Entry) -> None:
        self._close_form()
        self._left[_key(self._edited)] = entry

    def _close_form(self) -> None:
        self._left.pop(_key(self._edited), None)
        self._pages.setCurrentIndex(0)
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_form_save_wanted(self, entry: Entry) -> None:
        if problem := problem_of(entry):
            self._form.refuse(problem)
            return
        former = self._edited.item if self._edited else None
        self._model.save(item_of(entry, former), instead_of=self._edited)

    def _on_model_saved(self, kept: KeptItem) -> None:
        """Show what was saved or imported, whatever was searched for."""
        self._wanted = kept
        self._field.clear()
        self._show()
        if self._is_editing:
            self._close_form()

    def _on_model_refused(self, sentence: str) -> None:
        if self._is_editing:
            self._form.refuse(sentence)
        else:
            self._problem.say(sentence)


def _key(kept: KeptItem | None) -> _Key:
    return (kept.shelf, kept.file) if kept is not None else None


class _Detail(QFrame):
    """What the selected item puts into a prompt, and what can be done with it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = ElidedLabel(semibold=True, at_end=True, parent=self)
        self._text = QPlainTextEdit(self, readOnly=True, tabChangesFocus=True)
        self._text.setAccessibleName("What it puts into the prompt")
        self._text.setFixedHeight(_PREVIEW_HEIGHT)
        theme.set_role(self._text, "text")
        self._picture = ElidedLabel(parent=self)
        theme.set_role(self._picture, "secondary")
        self.use = PushButton("Insert", parent=self)
        self.edit, self.export = PushButton("Edit", parent=self), PushButton("Export…", parent=self)
        self.remove = PushButton("Remove", parent=self)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID)
        for button in (self.use, self.edit, self.export, self.remove):
            buttons.addWidget(button)
        for button in (self.edit, self.export, self.remove):
            theme.set_role(button, "quiet")
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, theme.GRID, 0)
        column.setSpacing(theme.GRID)
        for part in (self._title, self._text, self._picture):
            column.addWidget(part)
        column.addLayout(buttons)

    def show_item(self, kept: KeptItem, text: str) -> None:
        """Show an item."""
        title, item = title_of(kept.item), kept.item
        self._title.setText(title)
        if text != self._text.toPlainText():
            self._text.setPlainText(text)
        picture = Path(item.picture).name if isinstance(item, Card) and item.picture else ""
        self._picture.setText(f"Picture: {picture}" if picture else "")
        self._picture.setVisible(bool(picture))
        verb = "Fill the prompt" if isinstance(item, Template) else "Insert"
        self.use.setText(verb)
        self.use.setToolTip("Replaces the prompt; Ctrl+Z brings it back" if isinstance(item, Template) else "")
        self.remove.setVisible(kept.own)
        self.edit.setToolTip("" if kept.own else "Your own version takes the place of the one that came with the program")
        for button, act in ((self.use, verb), (self.edit, "Edit"), (self.export, "Export"), (self.remove, "Remove")):
            button.setAccessibleName(f"{act}: {title}")
