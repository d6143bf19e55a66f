"""One help page as formatted text in the window's colours."""

from collections.abc import Iterable

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit

from sora_studio.ui.kit import theme
from sora_studio.viewmodels.help.help_pages import HelpPage

_MARGIN = 32
_LINE_HEIGHT_PERCENT = 150.0
_HEADING_PX = {1: 20, 2: 15, 3: 13}
_BODY_PX = 13
_LIST_GAP = 4


class HelpView(QTextBrowser):
    """Shows a page, scrolls to a heading and highlights the words of a search."""

    def __init__(self) -> None:
        super().__init__()
        self._page: HelpPage | None = None
        self._words: list[str] = []
        self.setAccessibleName("Help page")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.document().setDefaultFont(theme.font(size_px=_BODY_PX))
        self.document().setDocumentMargin(_MARGIN)

    def show_page(self, page: HelpPage) -> None:
        """Show the page from its top."""
        self._page = page
        self.restyle()
        self.verticalScrollBar().setValue(0)

    def restyle(self) -> None:
        """Rebuild the document in the current colours and keep the scroll position."""
        if self._page is None:
            return
        place = self.verticalScrollBar().value()
        document = self.document()
        document.setMarkdown(self._page.markdown)
        _format_blocks(document)
        _format_tables(document)
        self.highlight(self._words)
        self.verticalScrollBar().setValue(place)

    def show_heading(self, heading: str) -> None:
        """Scroll so that a heading of the page is at the top."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and block.text() == heading:
                top = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(int(top) - theme.GRID)
                return
            block = block.next()

    def highlight(self, words: Iterable[str]) -> None:
        """Mark every occurrence of the words, ignoring case."""
        self._words = list(words)
        marks = list[QTextEdit.ExtraSelection]()
        for word in self._words:
            found = self.document().find(word)
            while not found.isNull():
                mark = QTextEdit.ExtraSelection()
                mark.cursor = found  # pyright: ignore[reportAttributeAccessIssue] - a field of the C++ struct
                mark.format.setBackground(QColor(theme.tokens().selection))  # pyright: ignore[reportAttributeAccessIssue]
                marks.append(mark)
                found = self.document().find(word, found)
        self.setExtraSelections(marks)


def _format_blocks(document: QTextDocument) -> None:
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        level = block.blockFormat().headingLevel()
        shape = QTextBlockFormat()
        shape.setLineHeight(_LINE_HEIGHT_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        shape.setTopMargin(3 * theme.GRID if level > 1 else 0)
        shape.setBottomMargin(_LIST_GAP if block.textList() else 0 if cursor.currentTable() else theme.GRID)
        cursor.mergeBlockFormat(shape)
        if level:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            cursor.setCharFormat(_heading_format(level))  # replaced, not merged: Markdown's size adjustment would be added
        _format_fragments(block)
        block = block.next()


def _heading_format(level: int) -> QTextCharFormat:
    letters = QTextCharFormat()
    letters.setFont(theme.font(size_px=_HEADING_PX.get(level, _BODY_PX), semibold=True))
    return letters


def _format_fragments(block: QTextBlock) -> None:
    """Give code a background, and bold text the font's only bold weight."""
    iterator = block.begin()
    spans = list[tuple[int, int, QTextCharFormat]]()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        letters = QTextCharFormat()
        if fragment.charFormat().fontFixedPitch():
            letters.setBackground(QColor(theme.tokens().raised))
        elif fragment.charFormat().fontWeight() > QFont.Weight.DemiBold:
            letters.setFontWeight(QFont.Weight.DemiBold)
        spans.append((fragment.position(), fragment.length(), letters))
        iterator += 1
    for position, length, letters in spans:  # afterwards: changing formats invalidates the iterator
        cursor = QTextCursor(block)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(letters)


def _format_tables(document: QTextDocument) -> None:
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            shape = frame.format()
            shape.setCellPadding(theme.GRID - 2)
            shape.setCellSpacing(0)
            shape.setBorder(1)
            shape.setBorderCollapse(True)
            shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            shape.setBorderBrush(QColor(theme.tokens().line))
            shape.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
            frame.setFormat(shape)
