"""Commands on whole lines, which are paragraphs: move, duplicate, join, delete. Each is one undo step."""

from collections.abc import Callable

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QTextBlock, QTextCursor
from PySide6.QtWidgets import QTextEdit

from sora_studio.ui.compose.editing.undo_breaks import begin_step
from sora_studio.ui.kit.overrun import utf16_length

_Ends = tuple[QTextBlock, QTextBlock]


def command_for(event: QKeyEvent) -> Callable[[QTextEdit], None] | None:
    """Return the command of a key, if it has one."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return _COMMANDS.get(QKeyCombination(modifiers, Qt.Key(event.key())).toCombined())


def move_up(editor: QTextEdit) -> None:
    """Swap the selected lines with the one above; the selection moves along."""
    first, last = _selected(editor)
    above = first.previous()
    if above.isValid():
        text = above.text()
        cursor = QTextCursor(above)
        _keep_selection(editor, cursor, lambda: _swap(cursor, above, last, text, is_up=True), moved=-above.length())


def move_down(editor: QTextEdit) -> None:
    """Swap the selected lines with the one below; the selection moves along."""
    first, last = _selected(editor)
    below = last.next()
    if below.isValid():
        text = below.text()
        cursor = QTextCursor(below)
        _keep_selection(editor, cursor, lambda: _swap(cursor, below, first, text, is_up=False), moved=below.length())


def duplicate(editor: QTextEdit) -> None:
    """Copy the selected lines below themselves; the selection moves to the copy."""
    first, last = _selected(editor)
    text = _text_of(first, last)
    cursor = QTextCursor(last)

    def copy() -> None:
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        cursor.insertText(f"\n{text}")

    _keep_selection(editor, cursor, copy, moved=last.position() + last.length() - first.position())


def join(editor: QTextEdit) -> None:
    """Join the selected lines, or this one and the next, with one space between them; the caret stands at the last seam."""
    first, last = _selected(editor)
    if first == last:
        last = last.next()
    if not last.isValid():
        return
    lines = _text_of(first, last).split("\n")
    stripped = [lines[0].rstrip(), *(line.strip() for line in lines[1:-1]), lines[-1].lstrip()]
    before = " ".join(line for line in stripped[:-1] if line)
    joined = " ".join(part for part in (before, stripped[-1]) if part)
    _replace(editor, first, last, joined, caret=first.position() + utf16_length(before))


def delete(editor: QTextEdit) -> None:
    """Delete the selected lines; the caret keeps its column as far as the next line reaches."""
    first, last = _selected(editor)
    cursor = editor.textCursor()
    column = cursor.position() - editor.document().findBlock(cursor.position()).position()
    cursor.setPosition(first.position())
    if last.next().isValid():
        cursor.setPosition(last.next().position(), QTextCursor.MoveMode.KeepAnchor)
    else:
        cursor.setPosition(max(first.position() - 1, 0))
        cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
    begin_step(editor.document())
    cursor.removeSelectedText()
    begin_step(editor.document())
    line = cursor.block()
    cursor.setPosition(line.position() + min(column, line.length() - 1))
    editor.setTextCursor(cursor)


def _selected(editor: QTextEdit) -> _Ends:
    """Return the first and last line of the selection; a last line of which nothing is selected does not count."""
    cursor, document = editor.textCursor(), editor.document()
    first, last = document.findBlock(cursor.selectionStart()), document.findBlock(cursor.selectionEnd())
    if first != last and cursor.selectionEnd() == last.position():
        last = last.previous()
    return first, last


def _text_of(first: QTextBlock, last: QTextBlock) -> str:
    lines, line = [first.text()], first
    while line != last:
        line = line.next()
        lines.append(line.text())
    return "\n".join(lines)


def _swap(cursor: QTextCursor, other: QTextBlock, end: QTextBlock, text: str, *, is_up: bool) -> None:
    """Insert the other line's text beyond the far end of the moved lines, then remove it from its place."""
    place = QTextCursor(end)
    if is_up:
        place.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        place.insertText(f"\n{text}")
        cursor.setPosition(other.position())
        cursor.setPosition(other.next().position(), QTextCursor.MoveMode.KeepAnchor)
    else:
        place.insertText(f"{text}\n")
        cursor.setPosition(other.previous().position() + other.previous().length() - 1)
        cursor.setPosition(other.position() + other.length() - 1, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()


def _keep_selection(editor: QTextEdit, cursor: QTextCursor, change: Callable[[], None], *, moved: int) -> None:
    """Make a change as one undo step, and set the selection that was before, moved so many units."""
    shown = editor.textCursor()
    anchor, place = shown.anchor() + moved, shown.position() + moved
    begin_step(editor.document())
    cursor.beginEditBlock()
    change()
    cursor.endEditBlock()
    begin_step(editor.document())
    end = editor.document().characterCount() - 1
    shown.setPosition(min(anchor, end))
    shown.setPosition(min(place, end), QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(shown)


def _replace(editor: QTextEdit, first: QTextBlock, last: QTextBlock, text: str, *, caret: int) -> None:
    cursor = QTextCursor(first)
    cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
    begin_step(editor.document())
    cursor.insertText(text)
    begin_step(editor.document())
    cursor.setPosition(caret)
    editor.setTextCursor(cursor)


_CTRL, _ALT, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
_COMMANDS = {
    QKeyCombination(_ALT, Qt.Key.Key_Up).toCombined(): move_up,
    QKeyCombination(_ALT, Qt.Key.Key_Down).toCombined(): move_down,
    QKeyCombination(_CTRL, Qt.Key.Key_D).toCombined(): duplicate,
    QKeyCombination(_CTRL, Qt.Key.Key_J).toCombined(): join,
    QKeyCombination(_CTRL | _SHIFT, Qt.Key.Key_K).toCombined(): delete,
}
