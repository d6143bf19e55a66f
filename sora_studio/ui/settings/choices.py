"""One of a few ways, each in plain words with a sentence about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from sora_studio.ui import theme
from sora_studio.ui.settings.field import plain_label

_INDENT = 26
"""Where the words of the choice begin, right of its button."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`value` is what is chosen, `words` its name, `sentence` what it means."""

    value: str
    words: str
    sentence: str


class Choices(QWidget):
    """Signals: `chosen(str)` with the value when a person chooses another one."""

    chosen = Signal(str)

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._buttons = dict[str, QRadioButton]()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        for choice in choices:
            column.addLayout(self._build_choice(choice))

    def show_value(self, value: str) -> None:
        """The one that holds now."""
        self._buttons[value].setChecked(True)

    def _build_choice(self, choice: Choice) -> QVBoxLayout:
        button = QRadioButton(choice.words)
        button.setAccessibleName(choice.words)
        button.setAccessibleDescription(choice.sentence)
        button.clicked.connect(partial(self.chosen.emit, choice.value))
        self._group.addButton(button)
        self._buttons[choice.value] = button
        sentence = plain_label(choice.sentence)
        sentence.setWordWrap(True)
        sentence.setIndent(0)
        sentence.setContentsMargins(_INDENT, 0, 0, 0)
        theme.set_role(sentence, "secondary")
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(button)
        column.addWidget(sentence)
        return column
