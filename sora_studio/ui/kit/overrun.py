"""Marks what stands beyond a text's limit, and speaks of places in Python's characters where Qt counts UTF-16 units."""

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from sora_studio.ui.kit import theme

Mark = QTextEdit.ExtraSelection


def mark(document: QTextDocument, start: int, end: int, look: QTextCharFormat) -> Mark:
    """Return a mark from `start` to `end`, in Qt's units. It moves with the text."""
    made, cursor = Mark(), QTextCursor(document)
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    made.cursor = cursor  # type: ignore[assignment]
    made.format = look  # type: ignore[assignment]
    return made


def overrun_marks(document: QTextDocument, text: str, limit: int | None) -> list[Mark]:
    """Return the mark of everything from character `limit` of the document's text on; none if it fits."""
    if limit is None or len(text) <= limit:
        return []
    return [mark(document, utf16_length(text[:limit]), document.characterCount() - 1, _overrun_format())]


def utf16_length(text: str) -> int:
    """Return how many of Qt's positions the text takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf16_places(text: str) -> "list[int] | range":
    """Return Qt's position of each character and of the end; quick for text without characters beyond 16 bits."""
    if text.isascii() or max(text) <= "\uffff":
        return range(len(text) + 1)
    places, place = [0], 0
    for character in text:
        place += 1 if character <= "\uffff" else 2
        places.append(place)
    return places


def character_place(text: str, units: int) -> int:
    """Return the index of the character at Qt's position `units`."""
    if text.isascii():
        return min(units, len(text))
    before = text.encode("utf-16-le", "surrogatepass")[: 2 * units]
    return len(before.decode("utf-16-le", "surrogatepass"))


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
