"""The prompt editor: plain text with a comfortable line height, zoom, marks, line commands, and paste or drop of pictures.

A QTextEdit, because QPlainTextEdit ignores line height; with rich text off it is as fast (tests/benchmarks/editor.py).
"""

from collections import OrderedDict
from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPoint, QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import (
    QInputMethodEvent,
    QKeyEvent,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from sora_studio.domain.prompt import without_controls
from sora_studio.ui.compose.earlier_texts import write_in_steps
from sora_studio.ui.compose.editing import line_commands
from sora_studio.ui.compose.editing.mark_layers import Layer, MarkLayers
from sora_studio.ui.compose.editing.undo_breaks import UndoBreaks, begin_step
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.overrun import character_place, overrun_marks, utf16_length, without_surrogates

DEFAULT_PX = 15
SMALLEST_PX = 10
LARGEST_PX = 32
MOST_ASIDE = 30
"""Drafts whose undo steps are kept while others are shown."""
USUAL_LINE_HEIGHT = 126.5
"""Percent of the font's own line height (19 px for Inter at 15 px), 1.6 times the size. Relative, so zooming is no edit."""
_PLACEHOLDER = "Describe the shot: who and where, what happens, the camera, the light, the mood, the sound…"
HANDLE_SIGNS = frozenset("/@")
"""Behind these a snippet or a card may be named."""
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SIDE_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)
_ZOOM_IN_KEYS = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)
_ZOOM_OUT_KEYS = (Qt.Key.Key_Minus, Qt.Key.Key_Underscore)


class PromptEditor(QTextEdit):
    """Edits the prompt. Lengths and positions are Python characters; Qt's own are UTF-16 units.

    Signals: `edited(str)` with the whole text after every change, `caret_moved()`, `pictures_offered(QMimeData)` when
    pictures were pasted or dropped here, `controls_removed(int)` after pasted text lost so many control characters,
    `document_shown()` after another draft's document was put in, `zoomed(int)` with the new size, `sign_typed(str)` after
    one of `HANDLE_SIGNS`.
    """

    edited = Signal(str)
    caret_moved = Signal()
    pictures_offered = Signal(object)
    controls_removed = Signal(int)
    document_shown = Signal()
    zoomed = Signal(int)
    sign_typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limit: int | None = None
        self._aside = OrderedDict[int, QTextDocument]()  # by draft, the one that was shown last at the end
        self._size_px = DEFAULT_PX
        self._line_height = USUAL_LINE_HEIGHT
        self.undo_breaks = UndoBreaks()
        self.marks = MarkLayers(self)
        self.setAccessibleName("Prompt")
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setPlaceholderText(_PLACEHOLDER)
        self.setDocument(QTextDocument(self))  # the editor would delete its own one when another is shown
        self.setFont(theme.font(size_px=DEFAULT_PX))
        self._space_lines(self.document())
        self.textChanged.connect(self._on_text_changed)
        self.cursorPositionChanged.connect(self.caret_moved)
        theme.notifier.changed.connect(self._mark_overrun)

    # --- text -----------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """Return the prompt as typed, with LF line ends; no-break spaces are kept, unlike in `toPlainText`."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def replace(self, text: str, *, caret: int | None = None) -> None:
        """Replace the text as one undo step; the caret goes to its end, or to `caret`."""
        if text != self.text():
            cursor = QTextCursor(self.document())
            cursor.beginEditBlock()
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(text)
            cursor.endEditBlock()
        self.set_caret(len(text) if caret is None else caret)

    def insert(self, words: str) -> None:
        """Insert words at the caret, apart from letters before them, and take the keyboard."""
        cursor = self.textCursor()
        before = cursor.document().characterAt(cursor.selectionStart() - 1)
        cursor.insertText(f" {words}" if before.isalnum() else words)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def select(self, start: int, end: int) -> None:
        """Select these characters, scroll them into view, and take the keyboard."""
        cursor, text = self.textCursor(), self.text()
        cursor.setPosition(utf16_length(text[:start]))
        cursor.setPosition(utf16_length(text[:end]), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def replace_part(self, start: int, end: int, words: str, *, caret: int | None = None) -> None:
        """Replace these characters as one undo step; the caret goes behind them, or to `caret`."""
        cursor, text = QTextCursor(self.document()), self.text()
        cursor.setPosition(utf16_length(text[:start]))
        cursor.setPosition(utf16_length(text[:end]), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(words)
        self.set_caret(start + len(words) if caret is None else caret)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_draft(self, draft: int, text: str, *, caret: int, leaving: int, earlier: Sequence[str] = ()) -> None:
        """Show another draft. `leaving` is the number of the present one.

        It has its own undo steps if it was shown before; else they lead through its `earlier` texts. 0 stands for a draft
        without a number, whose undo steps are not kept. Emits no `edited`.
        """
        shown, left = self._aside.pop(draft, None), self.document()
        self.marks.clear()
        with QSignalBlocker(self):
            self.setDocument(shown or self._written_document((*earlier, text)))
            if self.document().defaultFont() != self.font():  # it was zoomed meanwhile; setting the same one lays all out again
                self.document().setDefaultFont(self.font())
            self.replace(text, caret=caret)  # it may have been changed elsewhere meanwhile
            self._dress_document()
        self._mark_overrun(text)
        self.document_shown.emit()
        if leaving:
            self._aside[leaving] = left
            self._aside.move_to_end(leaving)
        else:
            left.deleteLater()
        while len(self._aside) > MOST_ASIDE:
            self._aside.popitem(last=False)[1].deleteLater()

    def forget_history(self) -> None:
        """Clear undo and redo: the current text becomes the starting point."""
        self.document().clearUndoRedoStacks()

    def caret(self) -> int:
        """Return the caret's position in characters."""
        return character_place(self.text(), self.textCursor().position())

    def set_caret(self, place: int) -> None:
        """Move the caret and scroll it into view."""
        cursor = self.textCursor()
        cursor.setPosition(utf16_length(self.text()[: max(place, 0)]))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def set_limit(self, limit: int | None) -> None:
        """Mark the text beyond this many characters; None marks nothing."""
        if limit != self._limit:
            self._limit = limit
            self._mark_overrun()

    # --- zoom -----------------------------------------------------------------------------------------------------

    @property
    def size_px(self) -> int:
        """The font size."""
        return self._size_px

    def zoom_to(self, size_px: int) -> None:
        """Set the font size, clamped to the readable range."""
        size_px = min(max(size_px, SMALLEST_PX), LARGEST_PX)
        if size_px != self._size_px:
            self._size_px = size_px
            self.setFont(theme.font(size_px=size_px))
            self.zoomed.emit(size_px)

    def set_line_height(self, percent: float) -> None:
        """Set the line height of all drafts, in percent of the font's own. In a draft with text it is an undo step."""
        self._line_height = percent
        self._dress_document()

    def wheelEvent(self, e: QWheelEvent) -> None:
        """Zoom on Ctrl+wheel."""
        if e.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if steps := e.angleDelta().y():
                self.zoom_to(self._size_px + (1 if steps > 0 else -1))
            e.accept()
        else:
            super().wheelEvent(e)

    def paintEvent(self, e: QPaintEvent) -> None:
        """Paint the underlines over the text."""
        super().paintEvent(e)
        self.marks.paint(e.rect())

    def resizeEvent(self, e: QResizeEvent) -> None:
        """Keep a visible caret visible when a message below takes some of the height."""
        was_visible = QRect(QPoint(0, 0), e.oldSize()).intersects(self.cursorRect())
        super().resizeEvent(e)
        if was_visible:
            self.ensureCursorVisible()

    def keyPressEvent(self, e: QKeyEvent) -> None:
        """Handle the zoom keys and line commands; leave Ctrl+Enter to the panel, so that it never inserts a line."""
        if e.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if e.key() in _ENTER_KEYS:
                e.ignore()
                return
            if (size_px := self._zoomed(e.key())) is not None:
                self.zoom_to(size_px)
                return
        if (command := line_commands.command_for(e)) is not None:
            command(self)
            return
        self.undo_breaks.before_input(self.textCursor(), e.text())
        if e.key() in _ENTER_KEYS:
            self.textCursor().insertBlock()  # Qt's own only resets the format of an empty paragraph, and adds none
            self.ensureCursorVisible()
            return
        before = self.textCursor()
        super().keyPressEvent(e)
        was_dropped = before.hasSelection() and not self.textCursor().hasSelection()
        if e.key() in _SIDE_KEYS and self.textCursor() == before and not was_dropped:
            self._leave_paragraph(e)
        if e.text() in HANDLE_SIGNS:
            self.sign_typed.emit(e.text())

    def _leave_paragraph(self, e: QKeyEvent) -> None:
        """Move on from the edge of a paragraph into the next one or the one before: Qt's visual movement never does."""
        cursor = self.textCursor()
        is_forward = (e.key() == Qt.Key.Key_Right) == (cursor.block().textDirection() is Qt.LayoutDirection.LeftToRight)
        other = cursor.block().next() if is_forward else cursor.block().previous()
        if other.isValid():
            is_selecting = e.modifiers() & Qt.KeyboardModifier.ShiftModifier
            mode = QTextCursor.MoveMode.KeepAnchor if is_selecting else QTextCursor.MoveMode.MoveAnchor
            cursor.setPosition(other.position() if is_forward else other.position() + other.length() - 1, mode)
            self.setTextCursor(cursor)

    def inputMethodEvent(self, e: QInputMethodEvent) -> None:
        """Begin undo steps as for typed keys."""
        if e.commitString():
            self.undo_breaks.before_input(self.textCursor(), e.commitString())
        super().inputMethodEvent(e)
        if e.commitString() in HANDLE_SIGNS:
            self.sign_typed.emit(e.commitString())

    def _zoomed(self, key: int) -> int | None:
        if key in _ZOOM_IN_KEYS:
            return self._size_px + 1
        if key in _ZOOM_OUT_KEYS:
            return self._size_px - 1
        return DEFAULT_PX if key == Qt.Key.Key_0 else None

    # --- pasting and dropping -------------------------------------------------------------------------------------

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Accept text, and pictures for the well."""
        return source.hasText() or _holds_pictures(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Insert text as plain text; offer pictures to the well."""
        if _holds_pictures(source):
            self.pictures_offered.emit(source)
        elif source.hasText():
            text, removed = without_controls(without_surrogates(source.text()))
            begin_step(self.document())
            self.textCursor().insertText(text)
            begin_step(self.document())
            self.ensureCursorVisible()
            if removed:
                self.controls_removed.emit(removed)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _written_document(self, texts: Sequence[str]) -> QTextDocument:
        """Return a document with undo steps. Before it is shown, so that not every step is laid out."""
        made = QTextDocument(self)
        made.setDefaultFont(self.font())
        self._space_lines(made)
        write_in_steps(made, texts)
        return made

    def _space_lines(self, document: QTextDocument) -> None:
        """Set the line height on an empty document: later paragraphs inherit the format."""
        spaced = QTextBlockFormat()
        spaced.setLineHeight(self._line_height, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        QTextCursor(document).mergeBlockFormat(spaced)
        document.setDocumentMargin(2)
        document.setDefaultCursorMoveStyle(Qt.CursorMoveStyle.VisualMoveStyle)  # right is right in mixed text, too
        document.clearUndoRedoStacks()

    def _dress_document(self) -> None:
        """Give all paragraphs the line height, where it was changed; what is typed next is an undo step of its own."""
        begin_step(self.document())
        if self.document().firstBlock().blockFormat().lineHeight() != self._line_height:
            spaced = QTextBlockFormat()
            spaced.setLineHeight(self._line_height, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor = QTextCursor(self.document())
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.mergeBlockFormat(spaced)
            begin_step(self.document())

    def _on_text_changed(self) -> None:
        text = self.text()
        self._mark_overrun(text)
        self.edited.emit(text)

    def _mark_overrun(self, text: str | None = None) -> None:
        text = self.text() if text is None else text
        self.marks.show(Layer.OVERRUN, overrun_marks(self.document(), text, self._limit))


def _holds_pictures(mime: QMimeData) -> bool:
    """Return whether this is a picture rather than text: files, or pixels without text."""
    return any(url.isLocalFile() for url in mime.urls()) or (mime.hasImage() and not mime.hasText())
