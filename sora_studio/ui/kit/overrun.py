"""Marks what stands beyond a text's limit, and speaks of places in Python's characters where Qt counts UTF-16 units."""

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from sora_studio.ui.kit import theme


def mark_overrun(editor: QTextEdit | QPlainTextEdit, text: str, limit: int | None) -> None:
    """Underline everything from character `limit` of the editor's text on."""
    if limit is None or len(text) <= limit:
        if editor.extraSelections():
            editor.setExtraSelections([])
        return
    mark = QTextEdit.ExtraSelection()
    cursor = QTextCursor(editor.document())
    cursor.setPosition(utf16_length(text[:limit]))
    cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
    mark.cursor = cursor  # type: ignore[assignment]
    mark.format = _overrun_format()  # type: ignore[assignment]
    editor.setExtraSelections([mark])


def utf16_length(text: str) -> int:
    """Return how many of Qt's positions the text takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def without_surrogates(text: str) -> str:
    """Replace each lone surrogate, which cannot be stored or sent, with U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _overrun_format() -> QTextCharFormat:
    colour = QColor(theme.tokens().failed)
    made = QTextCharFormat()
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    made.setUnderlineColor(colour)
    colour.setAlphaF(0.14)
    made.setBackground(colour)
    return made
