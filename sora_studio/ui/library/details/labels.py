"""The labels of Details: plain text that wraps and can be selected."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from sora_studio.ui.kit import theme


def label(words: str, role: str = "", *, parent: QWidget | None = None) -> QLabel:
    """Return a label that wraps; a long id breaks instead of widening the panel."""
    made = QLabel(words, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(True)
    made.setMinimumWidth(1)
    if role:
        theme.set_role(made, role)
    return made


def heading(words: str, *, parent: QWidget | None = None) -> QLabel:
    """Return the heading of a section."""
    made = label(words.upper(), "heading", parent=parent)
    made.setAccessibleName(words)
    made.setContentsMargins(0, theme.GRID, 0, 0)
    return made
