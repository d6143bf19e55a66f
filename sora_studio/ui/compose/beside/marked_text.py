"""A line of values of which some stand out."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QSizePolicy, QWidget

from sora_studio.domain.models.fact_words import DOT
from sora_studio.ui.kit import theme
from sora_studio.viewmodels.compose.models.beside_words import Fact

_NARROWEST = 80


class MarkedText(QWidget):
    """Wraps. What differs is semibold and in the text's colour, the rest secondary. Plain text: nothing is read as markup."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layout = QTextLayout("", theme.font())
        self._facts: Sequence[Fact] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout.setTextOption(option)
        theme.notifier.changed.connect(self._dress)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show these values, separated by dots."""
        self._facts = facts
        words = DOT.join(fact.words for fact in facts)
        self._layout.setText(words)
        self.setAccessibleName(words)
        self._dress()
        self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        """Return the height of the wrapped lines."""
        return self._lay_out(width)

    def sizeHint(self) -> QSize:
        """Return the size of the text in the narrowest column."""
        return QSize(_NARROWEST, self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """Return the size hint."""
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        """Paint the lines."""
        self._lay_out(self.width())
        painter = QPainter(self)
        painter.setPen(QColor(theme.tokens().secondary))
        self._layout.draw(painter, QPointF(0, 0))
        painter.end()

    def _lay_out(self, width: int) -> int:
        height = 0.0
        self._layout.beginLayout()
        while (line := self._layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
        self._layout.endLayout()
        return round(height + 0.5)

    def _dress(self) -> None:
        marked = QTextCharFormat()
        marked.setFont(theme.font(semibold=True))
        marked.setForeground(QColor(theme.tokens().text))
        ranges, start = list[QTextLayout.FormatRange](), 0
        for fact in self._facts:
            if fact.differs:
                found = QTextLayout.FormatRange()
                found.start, found.length, found.format = start, _units(fact.words), marked
                ranges.append(found)
            start += _units(fact.words + DOT)
        self._layout.setFormats(ranges)
        self.update()


def _units(text: str) -> int:
    """Return the length as Qt counts: in UTF-16 code units."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2
