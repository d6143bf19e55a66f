"""Colours the terms of film in the prompt by their kind. Plain text stays the truth: nothing of it is stored or undone."""

from collections.abc import Callable, Sequence

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


Coloured = tuple[int, int, str]
"""Start and end in a paragraph, in characters, and the kind. A tuple, as each key moves hundreds of them."""


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
        places = None if text.isascii() else utf16_places(text)
        for start, end, kind in spans:
            first, last = (start, end) if places is None else (places[start], places[end])
            self.setFormat(first, last - first, self._formats.get(kind) or self._format(kind))

    def spans_of(self, text: str) -> Sequence[Coloured]:
        """Return the terms of a paragraph."""
        return self._spans(text) if self.find is not None and text else ()

    def _format(self, kind: str) -> QTextCharFormat:
        made = self._formats[kind] = QTextCharFormat()
        made.setForeground(QColor(theme.term_colour(kind)))
        return made

    def _spans(self, text: str) -> list[Coloured]:
        if len(text) < _LONG_TEXT:
            return self._found(text)
        spans = self._spans_near(text)
        self._known = [known for known in self._known if known[0] != text][-_MOST_KNOWN + 1 :]
        self._known.append((text, spans))
        return spans

    def _spans_near(self, text: str) -> list[Coloured]:
        """Search a long text around what differs from one of those that were searched before, the last one first."""
        for before, spans in reversed(self._known):
            if before == text:
                return spans
            head = _common_head(before, text)
            tail = min(_common_tail(before, text), len(text) - head, len(before) - head)
            if head + tail > len(text) // 2:
                return self._spans_between(text, head, len(text) - tail, spans, grown=len(text) - len(before))
        return self._found(text)

    def _spans_between(self, text: str, low: int, high: int, spans: list[Coloured], *, grown: int) -> list[Coloured]:
        """Search from `low` to `high` and as far around as a term may reach; text behind has moved by `grown`."""
        low, high = max(low - _LONGEST_TERM, 0), min(high + _LONGEST_TERM, len(text))
        while low and not text[low - 1].isspace():
            low -= 1
        while high < len(text) and not text[high].isspace():
            high += 1
        low = min([low, *(start for start, end, _ in spans if start < low < end)])
        high = max([high, *(end + grown for start, end, _ in spans if start < high - grown < end)])
        return [
            *(span for span in spans if span[1] <= low),
            *((start + low, end + low, kind) for start, end, kind in self._found(text[low:high])),
            *((start + grown, end + grown, kind) for start, end, kind in spans if start + grown >= high),
        ]

    def _found(self, text: str) -> list[Coloured]:
        return [(span.start, span.end, span.term.kind) for span in self.find(text)] if self.find else []


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
