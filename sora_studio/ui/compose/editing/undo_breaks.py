"""Where a new undo step begins while typing. Qt by itself merges adjacent typing for ever."""

import time
from collections.abc import Callable

from PySide6.QtGui import QTextCursor, QTextDocument

PAUSE_S = 1.0
_PUNCTUATION = frozenset('.,;:!?…)]}"”’—–。、，！？؟،')


class UndoBreaks:
    """Begins a step after a pause, and with the first word after punctuation. Call `before_input` before each input."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last_s = clock()

    def before_input(self, cursor: QTextCursor, text: str) -> None:
        """Note that `text` is about to be inserted at the cursor; empty for a deletion."""
        now_s = self._clock()
        paused, self._last_s = now_s - self._last_s > PAUSE_S, now_s
        if paused or (text[:1].isalnum() and _is_after_punctuation(cursor)):
            begin_step(cursor.document())


def begin_step(document: QTextDocument) -> None:
    """Let the next change be an undo step of its own: Qt merges it with the last one only into a modified document."""
    document.setModified(False)


def _is_after_punctuation(cursor: QTextCursor) -> bool:
    document, place = cursor.document(), cursor.selectionStart() - 1
    if not document.characterAt(place).isspace():
        return False
    while place > 0 and document.characterAt(place).isspace():
        place -= 1
    return document.characterAt(place) in _PUNCTUATION
