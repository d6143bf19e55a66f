"""Gives a document the undo steps of earlier days: Ctrl+Z after a restart leads back through what was kept of a draft."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtGui import QTextCursor, QTextDocument

from sora_studio.domain.writing.autosaves import changed
from sora_studio.ui.kit.overrun import utf16_length


def write_in_steps(document: QTextDocument, texts: Sequence[str]) -> None:
    """Write the last of the texts into an empty document, so that undo leads to each of those before it.

    Only what differs is replaced: it is faster, and undo puts the caret there. Texts that follow an equal one are no steps.
    """
    cursor = QTextCursor(document)
    cursor.insertText(texts[0])
    document.clearUndoRedoStacks()
    for before, after in pairwise(texts):
        if before != after:
            document.setModified(False)  # or Qt would merge the step with the one before
            one = changed(before, after)
            place = utf16_length(before[: one.start])
            gone = utf16_length(before[one.start : one.start + one.removed])
            cursor.beginEditBlock()
            cursor.setPosition(place)
            cursor.setPosition(place + gone, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(after[one.start : one.start + one.added])
            cursor.endEditBlock()
