"""Finds and replaces in the prompt. Matching runs on another thread, with a deadline."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor

from sora_studio.ui.compose.editing.find_bar import FindBar
from sora_studio.ui.compose.editing.mark_layers import Layer
from sora_studio.ui.compose.editing.undo_breaks import begin_step
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.overrun import character_place, mark, utf16_places
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.viewmodels.compose.text_search import (
    Found,
    SearchRefused,
    TextSearch,
    find_all,
    replace_all,
    replacement_at,
)

PAUSE_MS = 120
"""How long typing in the bar or the prompt has to rest before the prompt is searched."""
MOST_MARKED = 500
"""Matches that are marked, those around the caret: making a mark takes some microseconds. All are counted."""
_Result = TypeVar("_Result")


class Finding(QObject):
    """Connects the bar to the prompt. A later search or step replaces one that is still running."""

    def __init__(self, editor: PromptEditor, bar: FindBar, scope: TaskScope) -> None:
        super().__init__(bar)
        self._editor, self._bar, self._scope = editor, bar, scope
        self._running: asyncio.Task[object] | None = None
        self._found: Sequence[Found] = ()
        self._searched: tuple[TextSearch, str] | None = None
        self._moves_along = False
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        bar.changed.connect(self._on_bar_changed)
        bar.step_wanted.connect(self.step)
        bar.replace_wanted.connect(partial(self._start, self._replace_one))
        bar.replace_all_wanted.connect(partial(self._start, self._replace_all))
        bar.closed.connect(self._on_bar_closed)
        editor.edited.connect(self._on_editor_changed)
        editor.document_shown.connect(self._on_editor_changed)
        theme.notifier.changed.connect(self._show)

    def open(self, *, replacing: bool) -> None:
        """Open the bar, with what is selected in a line as the words to find."""
        selected = self._editor.textCursor().selectedText()
        self._bar.open(replacing=replacing, words="" if "\u2029" in selected or "\u2028" in selected else selected)

    def step(self, by: int) -> None:
        """Select the next match, or the one before; from the last to the first and back."""
        if self._bar.isHidden() and not self._bar.search.text:
            self.open(replacing=False)
        else:
            self._start(partial(self._step, by))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_bar_changed(self) -> None:
        """Select the first match from the selection on, so that it grows while words are typed."""
        self._moves_along = True
        self._timer.start()

    def _on_timer_timeout(self) -> None:
        self._start(partial(self._step, 0) if self._moves_along else self._search)
        self._moves_along = False

    def _on_editor_changed(self) -> None:
        if self._bar.isVisible():
            self._timer.start()

    def _on_bar_closed(self) -> None:
        self._timer.stop()
        self._found, self._searched = (), None
        self._editor.marks.show(Layer.FOUND, ())
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _start(self, work: Callable[[], Coroutine[object, object, object]]) -> None:
        if self._running is not None:
            self._running.cancel()
        self._running = self._scope.start(work(), name="find")

    async def _search(self) -> bool:
        """Search the present text, unless that is what was searched; return whether it could be."""
        asked = (self._bar.search, self._editor.text())
        if asked != self._searched:
            found = await self._off_thread(partial(find_all, *asked))
            if found is None:
                self._found, self._searched = (), None
                self._editor.marks.show(Layer.FOUND, ())
                return False
            self._found, self._searched = found, asked
        self._show()
        return True

    async def _off_thread(self, work: Callable[[], _Result]) -> _Result | None:
        try:
            return await asyncio.to_thread(work)
        except SearchRefused as reason:
            self._bar.show_problem(str(reason))
            return None

    async def _step(self, by: int) -> None:
        if not await self._search() or not self._found:
            return
        place = self._selection()
        if by < 0:
            chosen = max((n for n, found in enumerate(self._found) if found.start < place.start), default=len(self._found) - 1)
        else:
            least = place.end if by and place in self._found else place.start
            after = (n for n, found in enumerate(self._found) if found.start >= least and (not by or found != place))
            chosen = next(after, 0)
        self._select(self._found[chosen])
        self._show()

    async def _replace_one(self) -> None:
        place = self._selection()
        if not await self._search():
            return
        if place in self._found and self._searched is not None:
            search, text = self._searched
            new = await self._off_thread(partial(replacement_at, search, self._bar.replacement, text, place))
            if new is None or text != self._editor.text():
                return
            self._put(place, new)
        await self._step(1)

    async def _replace_all(self) -> None:
        search, text = self._bar.search, self._editor.text()
        made = await self._off_thread(partial(replace_all, search, self._bar.replacement, text))
        if made is not None and text == self._editor.text():
            part, new, count = made
            if count:
                self._put(part, new)
            await self._search()

    def _selection(self) -> Found:
        cursor, text = self._editor.textCursor(), self._editor.text()
        return Found(character_place(text, cursor.selectionStart()), character_place(text, cursor.selectionEnd()))

    def _select(self, found: Found) -> None:
        self._editor.setTextCursor(self._cursor(found))
        self._editor.ensureCursorVisible()

    def _put(self, part: Found, new: str) -> None:
        """Replace a part of the text, as one undo step."""
        cursor = self._cursor(part)
        begin_step(self._editor.document())
        cursor.insertText(new)
        begin_step(self._editor.document())
        self._editor.setTextCursor(cursor)

    def _cursor(self, part: Found) -> QTextCursor:
        places = utf16_places(self._editor.text()) if self._editor.text() else range(1)
        cursor = QTextCursor(self._editor.document())
        cursor.setPosition(places[part.start])
        cursor.setPosition(places[part.end], QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _show(self) -> None:
        """Mark what was found, and count it."""
        if self._searched is None or self._searched[1] != self._editor.text():
            return
        text, selection = self._searched[1], self._selection()
        place = next((n for n, found in enumerate(self._found, start=1) if found == selection), 0)
        self._bar.show_count(place, len(self._found))
        first = max(next((n for n, found in enumerate(self._found) if found.end >= selection.start), 0) - MOST_MARKED // 2, 0)
        places, look = utf16_places(text) if text else range(1), _look()
        document = self._editor.document()
        marked = [found for found in self._found[first : first + MOST_MARKED] if found.start < found.end]
        self._editor.marks.show(Layer.FOUND, [mark(document, places[one.start], places[one.end], look) for one in marked])


def _look() -> QTextCharFormat:
    made, colour = QTextCharFormat(), QColor(theme.tokens().review)
    colour.setAlphaF(0.28)
    made.setBackground(colour)
    return made
