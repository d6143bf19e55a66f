"""Underlines misspelt words in what is visible, and offers suggestions in the editor's menu."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor, QTextCharFormat

from sora_studio.domain.spell_words import spell_words
from sora_studio.ui.compose.editing.hint_marks import covers
from sora_studio.ui.compose.editing.mark_layers import Layer
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.overrun import Mark, character_place, mark, utf16_length, utf16_places
from sora_studio.ui.kit.task_scope import TaskScope

if TYPE_CHECKING:
    from sora_studio.services.writing.spell_checker import SpellChecker

PAUSE_MS = 250
"""How long typing or scrolling has to rest before words are checked."""
MOST_KNOWN = 20_000
_AROUND = 80
"""Characters before and after what is visible, for terms of several words."""
IsTerm = Callable[[str], Sequence[tuple[int, int]]]


class SpellingMarks(QObject):
    """Checks the visible paragraphs, each word once. `terms_in` returns the parts of a paragraph that are never wrong."""

    def __init__(self, editor: PromptEditor, scope: TaskScope, terms_in: IsTerm) -> None:
        super().__init__(editor)
        self._editor, self._scope, self._terms_in = editor, scope, terms_in
        self._checker: SpellChecker | None = None
        self._is_on = False
        self._judged = dict[str, bool]()
        self._shown = list[tuple[Mark, str]]()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._check)
        editor.edited.connect(self.touch)
        editor.caret_moved.connect(self._on_editor_caret_moved)
        editor.document_shown.connect(self._on_editor_document_shown)
        editor.verticalScrollBar().valueChanged.connect(self.touch)
        theme.notifier.changed.connect(self.touch)
        self._word_at_caret: int | None = None

    def attach(self, checker: "SpellChecker") -> None:
        """Set who checks."""
        self._checker = checker

    async def choose(self, language: str | None) -> None:
        """Check in this language, if it has a dictionary; None turns it off."""
        if self._checker is not None:
            self._is_on = await self._checker.choose(language)
            self._judged.clear()
            self._timer.start(0)

    def touch(self) -> None:
        """Check again soon."""
        if self._is_on:
            self._timer.start(PAUSE_MS)

    def misspelt_at(self, place: int) -> tuple[Mark, str] | None:
        """Return the mark and the word at Qt's position `place`."""
        return next(((made, word) for made, word in self._shown if covers(made, place)), None)

    async def suggestions(self, word: str) -> tuple[str, ...]:
        """Return what may have been meant."""
        return await self._checker.suggest(word) if self._checker is not None else ()

    async def add(self, word: str) -> None:
        """Never mark this word again."""
        if self._checker is not None:
            self._judged[word] = False
            self._timer.start(0)
            await self._checker.add(word)

    def _on_editor_caret_moved(self) -> None:
        if self._word_at_caret is not None:  # it was left alone while it was typed
            self.touch()

    def _on_editor_document_shown(self) -> None:
        self._shown = []
        self.touch()

    def _check(self) -> None:
        if not self._is_on:
            self._show([])
            return
        self._scope.start(self._check_visible(), name="check spelling")

    async def _check_visible(self) -> None:
        unknown = {word for part in self._visible_parts() for *_, word in self._words_of(part)} - self._judged.keys()
        if unknown and self._checker is not None:
            wrong = await self._checker.wrong(unknown)
            if len(self._judged) > MOST_KNOWN:
                self._judged.clear()
            self._judged |= {word: word in wrong for word in unknown}
        self._mark_wrong()  # of the text as it is now

    def _mark_wrong(self) -> None:
        """Mark what is known to be wrong, except the word that is being typed."""
        look, caret, document = _look(), self._editor.textCursor().position(), self._editor.document()
        self._word_at_caret = None
        shown = list[tuple[Mark, str]]()
        for part in self._visible_parts():
            wrong = [found for found in self._words_of(part) if self._judged.get(found[2])]
            places = utf16_places(part.text) if wrong else range(0)
            for start, end, word in wrong:
                first, last = part.position + places[start], part.position + places[end]
                if last == caret and self._editor.hasFocus():
                    self._word_at_caret = first
                else:
                    shown.append((mark(document, first, last, look), word))
        self._show(shown)

    def _show(self, shown: list[tuple[Mark, str]]) -> None:
        self._shown = shown
        self._editor.marks.show(Layer.SPELLING, [made for made, _ in shown])

    def _words_of(self, part: "_Part") -> Iterator[tuple[int, int, str]]:
        """Yield the words of a part that are no terms; both come in order."""
        terms = iter(self._terms_in(part.text))
        first = last = -1
        for start, end, word in spell_words(part.text):
            while last < end and (term := next(terms, None)) is not None:
                first, last = term
            if not first <= start < end <= last:
                yield start, end, word

    def _visible_parts(self) -> Iterator["_Part"]:
        """Yield what is visible of each paragraph, and whole words around that."""
        area = self._editor.viewport().rect()
        top = self._editor.cursorForPosition(area.topLeft()).position()
        bottom = self._editor.cursorForPosition(area.bottomRight()).position()
        block = self._editor.document().findBlock(top)
        while block.isValid() and block.position() <= bottom:
            text = block.text()
            start = max(character_place(text, max(top - block.position(), 0)) - _AROUND, 0)
            end = character_place(text, bottom - block.position()) + _AROUND
            while start > 0 and not text[start - 1].isspace():
                start -= 1
            while end < len(text) and not text[end].isspace():
                end += 1
            yield _Part(block.position() + utf16_length(text[:start]), text[start:end])
            block = block.next()


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the text, from Qt's position on."""

    position: int
    text: str


def _look() -> QTextCharFormat:
    made = QTextCharFormat()
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    made.setUnderlineColor(QColor(theme.tokens().failed))
    return made
