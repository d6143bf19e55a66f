"""The labels and buttons of the columns with a medium's facts."""

import html
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.kit.line_breaks import breakable
from sora_studio.ui.kit.push_button import PushButton

_LONG_ADDRESS = 160


def label(text: str = "", *, role: str = "", semibold: bool = False) -> QLabel:
    """Return a label for plain text that wraps; without text it is hidden."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setFont(theme.font(semibold=semibold))
    if not text:
        made.hide()  # don't show it here: without a parent it would become a window
    if role:
        theme.set_role(made, role)
    return made


def button(text: str, act: Callable[[], object], *, name: str = "") -> PushButton:
    """Return a button; `name` is for screen readers where its text is not clear alone."""
    made = PushButton(text, name)
    made.clicked.connect(partial(act))
    return made


def block(*widgets: QWidget) -> QVBoxLayout:
    """Return the widgets close together in a column."""
    column = QVBoxLayout()
    column.setSpacing(4)
    for widget in widgets:
        column.addWidget(widget)
    return column


def say(shown: QLabel, words: str) -> None:
    """Show the words, which may break anywhere if they must; without words the label is hidden."""
    shown.setText(breakable(words))
    shown.setAccessibleName(words)
    shown.setVisible(bool(words))


def say_address(shown: QLabel, address: str) -> None:
    """Show the address, shortened to a few lines; the tool tip has all of it."""
    is_long = len(address) > _LONG_ADDRESS
    say(shown, f"{address[: _LONG_ADDRESS // 2]}…{address[-_LONG_ADDRESS // 2 :]}" if is_long else address)
    shown.setAccessibleName(address)
    shown.setToolTip(f"<qt>{html.escape(breakable(address))}</qt>" if is_long else "")
