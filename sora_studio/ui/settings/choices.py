"""Radio buttons, each with an explanatory sentence below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QLabel, QRadioButton, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.settings.field import plain_label

_INDENT = 26
"""Where the words of the choice begin, right of its button."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`value` identifies the choice, `words` is its label, `sentence` its explanation."""

    value: str
    words: str
    sentence: str


class Choices(QWidget):
    """A column of choices. Signals: `chosen(str)` with the value when the user chooses one."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(self._on_group_button_toggled)
        self._buttons = dict[str, QRadioButton]()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        for choice in choices:
            column.addWidget(self._build_choice(choice))

    def show_value(self, value: str) -> None:
        """Check the button of this value."""
        self._buttons[value].setChecked(True)

    def _on_group_button_toggled(self, button: QAbstractButton, is_checked: bool) -> None:
        """Let Tab reach only the checked button; the arrow keys reach the others from there."""
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_checked else Qt.FocusPolicy.ClickFocus)

    def _build_choice(self, choice: Choice) -> QWidget:
        button = QRadioButton(choice.words)
        button.setAccessibleName(choice.words)
        button.setAccessibleDescription(choice.sentence)
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        button.clicked.connect(partial(self.chosen.emit, choice.value))
        self._group.addButton(button)
        self._buttons[choice.value] = button
        sentence = plain_label(choice.sentence)
        sentence.setWordWrap(True)
        sentence.setIndent(0)
        sentence.setContentsMargins(_INDENT, 0, 0, 0)
        theme.set_role(sentence, "secondary")
        return _ChoiceBox(button, sentence)


class _ChoiceBox(QWidget):
    """Makes the button and its sentence one click target."""

    def __init__(self, button: QRadioButton, sentence: QLabel) -> None:
        super().__init__()
        self._button = button
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(sentence)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Accept the press, or the release would go to the parent."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Click the button."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._button.setFocus(Qt.FocusReason.MouseFocusReason)
            self._button.click()
