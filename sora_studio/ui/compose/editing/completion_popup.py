"""A list at the caret that completes what was typed: film terms with Ctrl+Space, names of snippets and cards behind / and @."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QPainter, QShowEvent, QTextCursor
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.overrun import character_place, utf16_length
from sora_studio.viewmodels.compose.term_completion import Completions, Offer, completions

_ROWS = 8
_ROW_HEIGHT = 28
_WIDTH = 420
_TAKE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_Index = QModelIndex | QPersistentModelIndex
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


Insert = Callable[[QTextCursor, Offer], None]
"""Puts an offer in the place of what a cursor selects."""


@dataclass(frozen=True, slots=True)
class Completer:
    """What is completed: its name, what fits the text before the caret, and how an offer is inserted (None: its words)."""

    name: str
    find: Callable[[str], Completions]
    insert: Insert | None = None


class CompletionPopup(QListWidget):
    """Takes its keys from the prompt while it is open: arrows, Enter, Tab and Esc. All others go on into the text."""

    def __init__(self, editor: PromptEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._terms = self._completer = Completer("Film terms", partial(completions, offers=()))
        self._typed = ""
        theme.set_role(self, "completions")
        self.setItemDelegate(_Row(self))
        self.setUniformItemSizes(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self._take)
        editor.caret_moved.connect(self._on_editor_caret_moved)
        editor.document_shown.connect(self.hide)
        self.hide()

    def offer(self, offers: Sequence[Offer]) -> None:
        """Set which film terms are completed."""
        self._terms = Completer("Film terms", partial(completions, offers=offers))

    def open(self, completer: Completer | None = None) -> None:
        """Open the list of film terms, or another one, if anything fits what was typed before the caret."""
        self._completer = completer or self._terms
        self.setAccessibleName(self._completer.name)
        self._fill()
        if self.isVisible():
            announce(self._editor, f"{self._completer.name}: {self.count()}, {self._words_of(self.currentItem())}")

    def showEvent(self, event: QShowEvent) -> None:
        """Take the prompt's keys."""
        super().showEvent(event)
        self._editor.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave the prompt its keys: a filter costs time on every key."""
        super().hideEvent(event)
        self._editor.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the list's keys; close when the prompt loses the focus."""
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._handled(event)
        elif isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # else the window's shortcut would take it
            return True
        return super().eventFilter(watched, event)

    def _handled(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        elif event.key() in _TAKE_KEYS:
            self._take(self.currentItem())
        elif event.key() in _LIST_KEYS:
            self.keyPressEvent(event)
            announce(self._editor, self._words_of(self.currentItem()))
        else:
            return False
        return True

    def _on_editor_caret_moved(self) -> None:
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        """Show what fits the words before the caret; nothing fits, or the caret stands in a word: close."""
        cursor = self._editor.textCursor()
        line = cursor.block().text()
        found = self._completer.find(line[: character_place(line, cursor.positionInBlock())])
        if not found.offers or cursor.hasSelection():
            self.hide()
            return
        self._typed = found.typed
        self.clear()
        for offer in found.offers:
            item = QListWidgetItem(offer.words, self)
            item.setData(Qt.ItemDataRole.UserRole, offer)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{offer.words}, {offer.gloss}")
        self.setCurrentRow(0)
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        """Stand below the caret, or above it where there is no room."""
        home, caret = self._editor.window(), self._editor.cursorRect()
        if self.parentWidget() is not home:
            self.setParent(home)
        height = min(self.count(), _ROWS) * _ROW_HEIGHT + 2 * self.frameWidth()
        width = min(_WIDTH, home.width())
        below = self._editor.viewport().mapTo(home, caret.bottomLeft()) + QPoint(0, 4)
        above = self._editor.viewport().mapTo(home, caret.topLeft()).y() - 4 - height
        top = below.y() if below.y() + height <= home.height() else max(above, 0)
        self.setGeometry(min(below.x(), home.width() - width), top, width, height)

    def _take(self, item: QListWidgetItem) -> None:
        offer: Offer = item.data(Qt.ItemDataRole.UserRole)
        typed, cursor = self._typed, self._editor.textCursor()
        self.hide()
        cursor.setPosition(cursor.position() - utf16_length(typed), QTextCursor.MoveMode.KeepAnchor)
        if self._completer.insert is not None:
            self._completer.insert(cursor, offer)
            return
        cursor.insertText(offer.words[:1].upper() + offer.words[1:] if typed[:1].isupper() else offer.words)
        self._editor.setTextCursor(cursor)

    def _words_of(self, item: QListWidgetItem) -> str:
        return str(item.data(Qt.ItemDataRole.AccessibleTextRole))


class _Row(QStyledItemDelegate):
    """A term in the colour of its kind, and its gloss."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the height of all rows."""
        del option, index
        return QSize(_WIDTH // 2, _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint both on one line."""
        row = QStyleOptionViewItem(option)
        self.initStyleOption(row, index)
        area: QRect = option.rect  # type: ignore[attr-defined] - not in the stubs
        row.text = ""  # type: ignore[attr-defined]
        widget = self.parent()
        assert isinstance(widget, QListWidget)
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, row, painter, widget)
        offer: Offer = index.data(Qt.ItemDataRole.UserRole)
        metrics = widget.fontMetrics()
        area = area.adjusted(10, 0, -10, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setPen(QColor(theme.term_colour(offer.kind)))
        painter.drawText(area, flags, offer.words)
        area.setLeft(area.left() + metrics.horizontalAdvance(offer.words) + 12)
        painter.setPen(QColor(theme.tokens().secondary))
        painter.drawText(area, flags, metrics.elidedText(offer.gloss, Qt.TextElideMode.ElideRight, max(area.width(), 0)))
