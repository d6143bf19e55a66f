"""A question, a request for a name or a result in the place where it arose, instead of a modal box."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.settings.field import kept_left

_NAME_WIDTH = 240


class InlineQuestion(QWidget):
    """Hidden until something is asked or told; a new question replaces the former. Esc and *Cancel* dismiss it.

    A question gives the focus to *Cancel*, so that a second Enter does not confirm it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._act: Callable[[], None] | None = None
        self._name_act: Callable[[str], None] | None = None
        self._why_not: Callable[[str], str] | None = None
        self._question = ""
        self._words = IconLine()
        self._name = QLineEdit()
        self._name.setAccessibleName("Slug")
        self._name.setFixedWidth(_NAME_WIDTH)
        self._name.textEdited.connect(self._on_name_text_edited)
        self._name.returnPressed.connect(self._on_yes_clicked)
        self._yes = PushButton("", "Confirm")
        self._yes.clicked.connect(self._on_yes_clicked)
        self._no = PushButton("Cancel", "Cancel")
        self._no.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.addWidget(kept_left(self._name, self._yes, self._no))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._words)
        column.addLayout(row)
        self.hide()

    @property
    def words(self) -> str:
        """The text shown; empty when hidden."""
        return "" if self.isHidden() else self._words.words()

    def ask(self, words: str, yes: str, act: Callable[[], None]) -> None:
        """Ask; `act` is called once if the user confirms with the button `yes`."""
        self._show("warning", "review", words, yes=yes, no="Cancel")
        self._act = act
        self._no.setFocus()

    def ask_slug(self, words: str, slug: str, yes: str, act: Callable[[str], None], why_not: Callable[[str], str]) -> None:
        """Ask for a slug, beginning with `slug`. `why_not` says why one cannot be used; empty if it can."""
        self._show("info", "secondary", words, yes=yes, no="Cancel", has_name=True)
        self._name_act, self._why_not = act, why_not
        self._question = words
        self._name.setAccessibleName(words)
        self._name.setText(slug)
        self._name.setFocus()
        self._name.selectAll()

    def tell(self, words: str, *, undo: Callable[[], None] | None = None) -> None:
        """Show a result, with a button that takes it back."""
        self._show("success", "ready", words, yes="Undo" if undo else "", no="")
        self._act = undo

    def tell_problem(self, words: str) -> None:
        """Show what went wrong."""
        self._show("error", "failed", words, yes="", no="")

    def dismiss(self) -> None:
        """Hide it without acting."""
        self._act = self._name_act = None
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Dismiss an open question with Esc."""
        if event.key() == Qt.Key.Key_Escape and (self._act or self._name_act):
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _show(self, icon: str, role: str, words: str, *, yes: str, no: str, has_name: bool = False) -> None:
        self._act = self._name_act = None
        self._words.say(icon, role, words)
        self._name.setVisible(has_name)
        self._yes.setText(yes)
        self._yes.setAccessibleName(yes or "Confirm")
        self._yes.setEnabled(True)
        self._yes.setVisible(bool(yes))
        self._no.setVisible(bool(no))
        self.show()
        announce(self, words, at_once=True)

    def _on_name_text_edited(self, text: str) -> None:
        problem = self._why_not(text.strip()) if self._why_not else ""
        self._yes.setEnabled(not problem)
        self._words.say("error" if problem else "info", "failed" if problem else "secondary", problem or self._question)

    def _on_yes_clicked(self) -> None:
        act, name_act, name = self._act, self._name_act, self._name.text().strip()
        if name_act is not None:
            if self._why_not is None or not self._why_not(name):
                self.dismiss()
                name_act(name)
        elif act is not None:
            self.dismiss()
            act()
