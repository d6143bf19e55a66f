"""Colours the terms of film in the prompt by their kind. Plain text stays the truth: nothing of it is stored or undone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from sora_studio.domain.writing.terms import TermSpan
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.overrun import utf16_places

_LONGEST_TERM = 64
"""How far from a change a term may begin or end, in characters."""
_LONG_TEXT = 600
"""Paragraphs from this length on are searched only around what has changed."""
_MOST_KNOWN = 4


FindTerms = Callable[[str], Sequence[TermSpan]]


@dataclass(frozen=True, slots=True)
class Coloured:
    """A coloured part of a paragraph, in characters."""

    start: int
    end: int
    kind: str

    def moved(self, by: int) -> "Coloured":
        """Return the same further on."""
        return Coloured(self.start + by, self.end + by, self.kind)


class TermColours(QSyntaxHighlighter):
    """Without `find`, nothing is coloured. Set it, and after a change of its terms call `rehighlight`."""

    def __init__(self, document: QTextDocument, parent: QObject) -> None:
        super().__init__(parent)  # not the document, which goes before the editor does
        self.setDocument(document)
        self.find: FindTerms | None = None
        self._formats = dict[str, QTextCharFormat]()
        self._known = list[tuple[str, list[Coloured]]]()

    def use(self, find: FindTerms | None) -> None:
        """Colour what `find` finds; None for nothing."""
        if find is not self.find:
            self.find = find
            self._known.clear()
            self.rehighlight()

    def repaint(self) -> None:
        """Take the colours of the theme."""
        self._formats.clear()
        if self.find is not None:
            self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour a paragraph."""
        if self.find is None or not text:
            return
        spans = self._spans(text)
        if not spans:
            return
        places = utf16_places(text)
        for span in spans:
            self.setFormat(places[span.start], places[span.end] - places[span.start], self._format(span.kind))

    def spans_of(self, text: str) -> Sequence[Coloured]:
        """Return the terms of a paragraph."""
        return self._spans(text) if self.find is not None and text else ()

    def _format(self, kind: str) -> QTextCharFormat:
        if kind not in self._formats:
            made = QTextCharFormat()
            made.setForeground(QColor(theme.term_colour(kind)))
            self._formats[kind] = made
        return self._formats[kind]

    def _spans(self, text: str) -> list[Coloured]:
        if len(text) < _LONG_TEXT:
            return self._found(text)
        spans = self._spans_near(text)
        self._known = [known for known in self._known if known[0] != text][-_MOST_KNOWN + 1 :]
        self._known.append((text, spans))
        return spans

    def _spans_near(self, text: str) -> list[Coloured]:
        """Search a long text around what differs from a text that was searched before."""
        best = max(self._known, key=lambda known: _common(known[0], text), default=None)
        if best is None or _common(best[0], text) < len(text) // 2:
            return self._found(text)
        before, spans = best
        if before == text:
            return spans
        head = _common_head(before, text)
        tail = min(_common_tail(before, text), len(text) - head, len(before) - head)
        grown = len(text) - len(before)
        low, high = max(head - _LONGEST_TERM, 0), min(len(text) - tail + _LONGEST_TERM, len(text))
        while low and not text[low - 1].isspace():
            low -= 1
        while high < len(text) and not text[high].isspace():
            high += 1
        low = min([low, *(span.start for span in spans if span.start < low < span.end)])
        high = max([high, *(span.end + grown for span in spans if span.start < high - grown < span.end)])
        return [
            *(span for span in spans if span.end <= low),
            *(span.moved(low) for span in self._found(text[low:high])),
            *(span.moved(grown) for span in spans if span.start + grown >= high),
        ]

    def _found(self, text: str) -> list[Coloured]:
        return [Coloured(span.start, span.end, span.term.kind) for span in self.find(text)] if self.find else []


def _common(one: str, other: str) -> int:
    return _common_head(one, other) + _common_tail(one, other)


def _common_head(one: str, other: str) -> int:
    """Return how many characters both begin with: halving compares whole slices, much faster than a loop."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_tail(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low
