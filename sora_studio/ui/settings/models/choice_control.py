"""A choice of one value: segments for up to four short ones, else a menu."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from sora_studio.domain.models.values import OptionValue, is_same
from sora_studio.ui.kit.controls import MenuChip
from sora_studio.ui.kit.segments import Segments

_MOST_SEGMENTS = 4
_WIDEST = 300

Chosen = OptionValue | None


class ChoiceControl(QWidget):
    """Signals: `chosen(OptionValue | None)` when the user chooses a value; None is one of the choices where it is offered."""

    chosen = Signal(object)

    def __init__(self, title: str, choices: Sequence[tuple[Chosen, str]]) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._segments = Segments(title, [(number, text, None) for number, (_, text) in enumerate(choices)], self)
        self._chip = MenuChip(self)
        self._group = QActionGroup(self)
        self._is_short = len(choices) <= _MOST_SEGMENTS and self._segments.width_when(compact=False) <= _WIDEST
        self._segments.chosen.connect(self._on_chosen)
        self._segments.setVisible(self._is_short)
        self._chip.setVisible(not self._is_short)
        if not self._is_short:
            self._build_menu()
        row.addWidget(self._segments)
        row.addWidget(self._chip)
        row.addStretch(1)

    def show_value(self, value: Chosen) -> None:
        """Show the choice with this value; none if it is no choice."""
        number = next((place for place, (known, _) in enumerate(self._choices) if is_same(known, value)), None)
        self._segments.show_value(number)
        text = self._choices[number][1] if number is not None else f"{self._title}…"
        self._chip.show_words(text)
        self._chip.setAccessibleName(f"{self._title} {text}")
        for place, action in enumerate(self._group.actions()):
            action.setChecked(place == number)

    def _build_menu(self) -> None:
        menu = QMenu(self._chip)
        menu.setAccessibleName(self._title)
        for number, (_, text) in enumerate(self._choices):
            action = QAction(text.replace("&", "&&"), self._group, checkable=True)
            action.triggered.connect(partial(self._on_chosen, number))
            menu.addAction(action)
        self._chip.setMenu(menu)

    def _on_chosen(self, number: int, _: bool = True) -> None:
        self.chosen.emit(self._choices[number][0])
