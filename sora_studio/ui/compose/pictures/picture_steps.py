"""Buttons for the previous and next medium of a request, and the current position."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from sora_studio.ui.kit import theme

_BACK_KEYS, _ON_KEYS = ("Alt+Left", "PgUp"), ("Alt+Right", "PgDown")


class PictureSteps(QWidget):
    """Previous, position and next. The shortcuts work in the whole window; hidden for a single one.

    Signals: `stepped(int)` with -1 or 1.
    """

    stepped = Signal(int)

    def __init__(self, window: QWidget, noun: str) -> None:
        """`noun` is what is stepped through, such as `picture`."""
        super().__init__(window)
        self._place = QLabel(self)
        self._place.setFont(theme.font())
        theme.set_role(self._place, "secondary")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GRID)
        row.addStretch(1)
        back = self._build_button(f"Previous {noun}", "chevron-left", _BACK_KEYS, -1)
        on = self._build_button(f"Next {noun}", "chevron-right", _ON_KEYS, 1)
        self.tab_stops: tuple[QWidget, ...] = (back, on)
        """The widgets in tab order."""
        row.addWidget(back)
        row.addWidget(self._place)
        row.addWidget(on)
        row.addStretch(1)

    def show_place(self, place: int, count: int) -> None:
        """Show the position; `place` counts from 0."""
        self._place.setText(f"{place + 1} of {count}")
        self.setVisible(count > 1)

    def _build_button(self, name: str, icon: str, keys: tuple[str, ...], by: int) -> QToolButton:
        step = partial(self.stepped.emit, by)
        button = QToolButton(self)
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({QKeySequence(keys[0]).toString(QKeySequence.SequenceFormat.NativeText)})")
        button.setIcon(theme.icon(icon))
        button.setFixedHeight(theme.CONTROL_HEIGHT)  # the default is slightly taller than the buttons beside it
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(step)
        for key in keys:
            QShortcut(QKeySequence(key), self.window()).activated.connect(step)
        return button
