"""A choice of one value: segments for up to four short ones, else a menu."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup, QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from sora_studio.domain.models.values import OptionValue, is_same
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.controls import PADDING, MenuChip
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
        self._segments: Segments | None = None
        self._chip: MenuChip | None = None
        self._group = QActionGroup(self)
        if len(choices) <= _MOST_SEGMENTS and _width([text for _, text in choices]) <= _WIDEST:
            self._segments = Segments(title, [(number, text, None) for number, (_, text) in enumerate(choices)], self)
            self._segments.chosen.connect(self._on_chosen)
            row.addWidget(self._segments)
        else:
            self._chip = self._build_chip()
            row.addWidget(self._chip)
        row.addStretch(1)

    def show_value(self, value: Chosen) -> None:
        """Show the choice with this value; none if it is no choice."""
        number = next((place for place, (known, _) in enumerate(self._choices) if is_same(known, value)), None)
        if self._segments is not None:
            self._segments.show_value(number)
        if self._chip is not None:
            text = self._choices[number][1] if number is not None else f"{self._title}…"
            self._chip.show_words(text)
            self._chip.setAccessibleName(f"{self._title} {text}")
            for place, action in enumerate(self._group.actions()):
                action.setChecked(place == number)

    def _build_chip(self) -> MenuChip:
        chip = MenuChip(self)
        menu = QMenu(chip)
        menu.setAccessibleName(self._title)
        for number, (_, text) in enumerate(self._choices):
            action = QAction(text.replace("&", "&&"), self._group, checkable=True)
            action.triggered.connect(partial(self._on_chosen, number))
            menu.addAction(action)
        chip.setMenu(menu)
        return chip

    def _on_chosen(self, number: int, _: bool = True) -> None:
        self.chosen.emit(self._choices[number][0])


def _width(texts: Sequence[str]) -> int:
    """Return the width of segments with these texts, in px."""
    metrics = QFontMetrics(theme.font())
    return sum(metrics.horizontalAdvance(text) + 2 * PADDING for text in texts)
