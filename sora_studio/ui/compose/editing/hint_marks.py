"""Underlines what hints are about."""

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QTextCharFormat

from sora_studio.domain.writing.hints import Hint, Level
from sora_studio.ui.compose.editing.mark_layers import Layer
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.overrun import Mark, mark, utf16_places


class HintMarks(QObject):
    """Shows hints until the next ones are shown; they move with the text meanwhile."""

    def __init__(self, editor: PromptEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._shown = list[tuple[Mark, Hint]]()
        editor.document_shown.connect(self._on_editor_document_shown)
        theme.notifier.changed.connect(self._on_theme_changed)

    def show(self, hints: Sequence[Hint]) -> None:
        """Underline these hints about the present text; those about no place in it are left out."""
        text, document = self._editor.text(), self._editor.document()
        places = utf16_places(text) if text else range(1)
        looks = {level: _look(level) for level in {hint.level for hint in hints}}
        self._shown = [
            (mark(document, places[hint.start], places[hint.end], looks[hint.level]), hint)
            for hint in hints
            if 0 <= hint.start < hint.end <= len(text)
        ]
        self._editor.marks.show(Layer.HINTS, [made for made, _ in self._shown])

    def words_at(self, place: int) -> str:
        """Return what the hints say about the text at Qt's position `place`."""
        found = [hint for made, hint in self._shown if covers(made, place)]
        return "\n\n".join("\n".join(filter(None, (hint.message, hint.why))) for hint in found)

    def _on_editor_document_shown(self) -> None:
        self.show(())

    def _on_theme_changed(self) -> None:
        self.show([hint for _, hint in self._shown])


def covers(made: Mark, place: int) -> bool:
    """Return whether a mark has the character at Qt's position `place`."""
    cursor = made.cursor  # type: ignore[attr-defined]
    return cursor.selectionStart() <= place < cursor.selectionEnd()


def _look(level: Level) -> QTextCharFormat:
    """Return a wave, or dots for a suggestion, so that the colour is not the only difference."""
    colours, style = theme.tokens(), QTextCharFormat.UnderlineStyle
    made = QTextCharFormat()
    made.setUnderlineStyle(style.DotLine if level is Level.SUGGESTION else style.WaveUnderline)
    made.setUnderlineColor(QColor(colours.failed if level is Level.ERROR else colours.review))
    return made
