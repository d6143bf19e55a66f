"""The form of a snippet, card or template, in the place of the list."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from sora_studio.domain.writing.cards import CardKind
from sora_studio.domain.writing.prompt_item import Shelf
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.elided_label import ElidedLabel
from sora_studio.ui.kit.problem_line import ProblemLine
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.segments import Segments
from sora_studio.ui.kit.text_box import TextBox
from sora_studio.viewmodels.writing.shelf_entry import Entry

_SHELVES = (
    (Shelf.SNIPPETS.value, "Snippet", None),
    (Shelf.CARDS.value, "Card", None),
    (Shelf.TEMPLATES.value, "Template", None),
)
_KINDS = tuple((kind.value, kind.value.capitalize(), None) for kind in CardKind)


class ShelfForm(QWidget):
    """Signals: `save_wanted(Entry)`, `cancelled()`, `left(Entry)` with Esc, which forgets nothing, `picture_wanted()`."""

    save_wanted = Signal(object)
    cancelled = Signal()
    left = Signal(object)
    picture_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._entry = Entry()
        self._title = ElidedLabel(semibold=True, at_end=True, parent=self)
        self._shelf = Segments("Make a", _SHELVES, self)
        self._kind = Segments("Kind of card", _KINDS, self)
        self._name, self._about = QLineEdit(self), QLineEdit(self)
        self._text = TextBox("Text", is_long=True, limit=None, parent=self)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._text.setPlaceholderText("Text")
        self._help = QLabel(self, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._picture = ElidedLabel(parent=self)
        self._choose = PushButton("Picture…", "Choose a picture for the card", self)
        self._drop = PushButton("Remove", "Remove the picture from the card", self)
        self._problem = ProblemLine(self)
        self._save, self._cancel = PushButton("Save", "Save to the shelf", self), PushButton("Cancel", "Cancel editing", self)
        for button in (self._choose, self._drop):
            theme.set_role(button, "quiet")
        theme.set_role(self._help, "small")
        self._build_layout()
        self._connect()

    def open(self, title: str, entry: Entry, *, is_new: bool) -> None:
        """Show what is edited; only of a new item can the kind be chosen."""
        self._title.setText(title)
        self._shelf.setVisible(is_new)
        self._problem.say("")
        self._name.setText(entry.name)
        self._about.setText(entry.about)
        self._about.setCursorPosition(0)
        self._text.show_text(entry.text)
        self._show(entry)
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)

    def put_picture(self, path: Path) -> None:
        """Give the card this picture."""
        self._show(replace(self._entry, picture=str(path)))

    def refuse(self, sentence: str) -> None:
        """Say why it cannot be saved."""
        self._problem.say(sentence)

    def event(self, event: QEvent) -> bool:
        """Take Esc before the window does."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self.left.emit(self._written())
            event.accept()
            return True
        return super().event(event)

    def _build_layout(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * theme.GRID, theme.GRID + 4, 2 * theme.GRID, 2 * theme.GRID)
        column.setSpacing(theme.GRID)
        column.addWidget(self._title)
        for part in (self._shelf, self._kind):
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._name)
        column.addWidget(self._about)
        column.addWidget(self._text, 1)
        column.addWidget(self._help)
        picture, buttons = QHBoxLayout(), QHBoxLayout()
        for row, parts in ((picture, (self._choose, self._drop)), (buttons, (self._save, self._cancel))):
            row.setSpacing(theme.GRID)
            for part in parts:
                row.addWidget(part)
        picture.insertWidget(0, self._picture, 1)
        buttons.addStretch(1)
        column.addLayout(picture)
        column.addWidget(self._problem)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._shelf.chosen.connect(self._on_shelf_chosen)
        self._kind.chosen.connect(self._on_kind_chosen)
        self._choose.clicked.connect(self.picture_wanted)
        self._drop.clicked.connect(self._on_drop_clicked)
        self._save.clicked.connect(self._on_save_clicked)
        self._cancel.clicked.connect(self.cancelled)
        for field in (self._name, self._about):
            field.returnPressed.connect(self._on_save_clicked)

    def _show(self, entry: Entry) -> None:
        """Show the fields that this kind of item has."""
        self._entry = entry
        self._shelf.show_value(entry.shelf.value)
        self._kind.show_value(entry.kind.value)
        is_card, is_template = entry.shelf is Shelf.CARDS, entry.shelf is Shelf.TEMPLATES
        name = "Title" if is_template else "Name"
        self._name.setPlaceholderText(name)
        self._name.setAccessibleName(name)
        self._about.setPlaceholderText("What it is for (optional)")
        self._about.setAccessibleName("What it is for, optional")
        self._about.setVisible(not is_card)
        self._help.setText(entry.help)
        self._text.setAccessibleDescription(entry.help)
        self._picture.setText(Path(entry.picture).name if entry.picture else "No picture")
        for part in (self._kind, self._picture, self._choose):
            part.setVisible(is_card)
        self._drop.setVisible(is_card and bool(entry.picture))

    def _on_shelf_chosen(self, shelf: str) -> None:
        self._show(replace(self._entry, shelf=Shelf(shelf)))

    def _on_kind_chosen(self, kind: str) -> None:
        self._show(replace(self._entry, kind=CardKind(kind)))

    def _on_drop_clicked(self) -> None:
        self._show(replace(self._entry, picture=""))
        self._choose.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_save_clicked(self) -> None:
        self.save_wanted.emit(self._written())

    def _written(self) -> Entry:
        return replace(self._entry, name=self._name.text(), about=self._about.text(), text=self._text.text())
