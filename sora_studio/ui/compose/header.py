"""The row above the editor: the draft's title, its version, when it was saved, how long it takes, and its length."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.viewmodels.compose import compose_text

_ANY_SIZE = 10_000
_ACTION_FROM = 520
"""Width of the row, in px, from which there is room for the seconds."""


class ComposeHeader(QWidget):
    """Updated on every keystroke, so it sets only what differs. Crossing the limit is announced to screen readers once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = _label(self, semibold=True)
        self._version = _label(self, role="secondary")
        self._saved = _label(self, role="secondary")
        self._action = _label(self, role="secondary")
        self._action.setToolTip("Estimated from the actions and the spoken words in the prompt")
        self._over = _label(self, role="failed", semibold=True)
        self._counter = _label(self, role="secondary")
        self._counter.setAccessibleName("Length")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._title)
        row.addWidget(self._version)
        row.addWidget(self._saved)
        row.addStretch(1)
        row.addWidget(self._action)
        row.addWidget(self._over)
        row.addWidget(self._counter)
        self._row = row
        self.show_prompt("", None, 0)

    def add_button(self, button: QWidget) -> None:
        """Add a button at the right end; the row keeps its height."""
        button.setFixedHeight(self._title.sizeHint().height())
        self._row.addWidget(button)

    def show_prompt(self, prompt: str, limit: int | None, sent: int) -> None:
        """Show the title of this prompt, and the length of what is `sent` of it."""
        length, over = compose_text.counter(sent, limit), compose_text.overrun(sent, limit)
        self._title.setText(compose_text.title(prompt))
        _show_steadily(self._counter, length)
        self._counter.setToolTip(compose_text.remainder(sent, limit))
        self._counter.setAccessibleDescription(", ".join(filter(None, (length, over))))  # else only the name is read
        theme.set_role(self._counter, "failed" if over else "secondary")
        if bool(over) != bool(self._over.text()):
            announce(self, f"The prompt is {over} the limit" if over else "The prompt fits again")
        _show_steadily(self._over, over)
        self._over.setVisible(bool(over))

    def show_version(self, newest: int) -> None:
        """Show the number of the draft's newest version that was sent or named; nothing for 0."""
        self._version.setText(f"version {newest}" if newest else "")
        self._version.setVisible(bool(newest))

    def show_action(self, words: str) -> None:
        """Show how many seconds what is written takes; nothing while that is not known."""
        self._action.setText(words)
        self._action.setVisible(bool(words) and self.width() >= _ACTION_FROM)

    def show_saved(self, words: str, *, trouble: str) -> None:
        """Show when the draft was saved, or why it could not be."""
        self._saved.setText(f"Not saved yet: {trouble}" if trouble else words)
        theme.set_role(self._saved, "review" if trouble else "secondary")


def _show_steadily(label: QLabel, text: str) -> None:
    """Show a number in a label of fixed size: another size would lay out the whole panel on every key."""
    if len(text) != len(label.text()):
        label.setMinimumSize(0, 0)
        label.setMaximumSize(_ANY_SIZE, _ANY_SIZE)
        label.setText(text)
        label.setFixedSize(label.sizeHint())
    label.setText(text)


def _label(parent: QWidget, *, role: str = "", semibold: bool = False) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme.font(semibold=semibold))
    if role:
        theme.set_role(label, role)
    return label
