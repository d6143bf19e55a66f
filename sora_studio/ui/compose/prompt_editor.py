"""The long-form editor: plain text at a calm line height, which zooms, marks what is too long and takes pictures on the way.

A QTextEdit, because QPlainTextEdit ignores a line height; with rich text refused it is as fast (tests/benchmarks/editor.py).
"""

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor, QWheelEvent
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from sora_studio.domain.prompt import without_controls
from sora_studio.ui.kit import theme

DEFAULT_PX = 15
SMALLEST_PX = 10
LARGEST_PX = 32
_LINE_HEIGHT_PERCENT = 126.5
"""Of the font's own line, 19 px for Inter at 15 px: this makes 1.6 of the size. Relative, so that zooming is no edit."""
_PLACEHOLDER = "Describe the shot: who and where, what happens, the camera, the light, the mood, the sound…"
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ZOOM_IN_KEYS = (Qt.Key.Key_Plus, Qt.Key.Key_Equal)
_ZOOM_OUT_KEYS = (Qt.Key.Key_Minus, Qt.Key.Key_Underscore)


class PromptEditor(QTextEdit):
    """Holds the prompt. Lengths and places are Python characters; Qt's own are UTF-16 units.

    Signals: `edited(str)` with the whole text after every change, `caret_moved()`, `pictures_offered(QMimeData)` when
    pictures were pasted or dropped here, `controls_removed(int)` after pasted text lost so many control characters.
    """

    edited = Signal(str)
    caret_moved = Signal()
    pictures_offered = Signal(object)
    controls_removed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._limit: int | None = None
        self._size_px = DEFAULT_PX
        self.setAccessibleName("Prompt")
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setPlaceholderText(_PLACEHOLDER)
        self.setFont(theme.font(size_px=DEFAULT_PX))
        self._space_lines()
        self.textChanged.connect(self._on_text_changed)
        self.cursorPositionChanged.connect(self.caret_moved)
        theme.notifier.changed.connect(self._mark_overrun)

    # --- text -----------------------------------------------------------------------------------------------------

    def text(self) -> str:
        """The prompt as typed, with plain line ends; a space that must not break stays one."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def replace(self, text: str, *, caret: int | None = None) -> None:
        """Put another text here as one step that undo takes back; the caret goes to its end, or to `caret`."""
        if text != self.text():
            cursor = QTextCursor(self.document())
            cursor.beginEditBlock()
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(text)
            cursor.endEditBlock()
        self.set_caret(len(text) if caret is None else caret)

    def forget_history(self) -> None:
        """What stands here now is the beginning: undo does not go behind it."""
        self.document().clearUndoRedoStacks()

    def caret(self) -> int:
        """Where the caret stands."""
        before = self.text().encode("utf-16-le", "surrogatepass")[: 2 * self.textCursor().position()]
        return len(before.decode("utf-16-le", "surrogatepass"))

    def set_caret(self, place: int) -> None:
        """Put the caret there and show it."""
        cursor = self.textCursor()
        cursor.setPosition(_utf16_length(self.text()[: max(place, 0)]))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def set_limit(self, limit: int | None) -> None:
        """What lies behind so many characters is marked."""
        if limit != self._limit:
            self._limit = limit
            self._mark_overrun()

    # --- zoom -----------------------------------------------------------------------------------------------------

    @property
    def size_px(self) -> int:
        """The type's size."""
        return self._size_px

    def zoom_to(self, size_px: int) -> None:
        """Type of this size, within what can be read."""
        size_px = min(max(size_px, SMALLEST_PX), LARGEST_PX)
        if size_px != self._size_px:
            self._size_px = size_px
            self.setFont(theme.font(size_px=size_px))

    def wheelEvent(self, e: QWheelEvent) -> None:
        """Ctrl turns the wheel into zoom."""
        if e.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if steps := e.angleDelta().y():
                self.zoom_to(self._size_px + (1 if steps > 0 else -1))
            e.accept()
        else:
            super().wheelEvent(e)

    def resizeEvent(self, e: QResizeEvent) -> None:
        """A caret that was in sight stays in sight when a sentence below takes some of the room."""
        was_visible = QRect(QPoint(0, 0), e.oldSize()).intersects(self.cursorRect())
        super().resizeEvent(e)
        if was_visible:
            self.ensureCursorVisible()

    def keyPressEvent(self, e: QKeyEvent) -> None:
        """Zoom keys are taken; Ctrl+Enter is left to the panel and never becomes a line."""
        if e.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if e.key() in _ENTER_KEYS:
                e.ignore()
                return
            if (size_px := self._zoomed(e.key())) is not None:
                self.zoom_to(size_px)
                return
        super().keyPressEvent(e)

    def _zoomed(self, key: int) -> int | None:
        if key in _ZOOM_IN_KEYS:
            return self._size_px + 1
        if key in _ZOOM_OUT_KEYS:
            return self._size_px - 1
        return DEFAULT_PX if key == Qt.Key.Key_0 else None

    # --- pasting and dropping -------------------------------------------------------------------------------------

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text, and pictures for the well."""
        return source.hasText() or _holds_pictures(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Text comes in plain; pictures go to the well."""
        if _holds_pictures(source):
            self.pictures_offered.emit(source)
        elif source.hasText():
            text, removed = without_controls(_whole(source.text()))
            self.textCursor().insertText(text)
            self.ensureCursorVisible()
            if removed:
                self.controls_removed.emit(removed)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _space_lines(self) -> None:
        """On the empty text: every paragraph typed or pasted later takes the format over."""
        spaced = QTextBlockFormat()
        spaced.setLineHeight(_LINE_HEIGHT_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor = QTextCursor(self.document())
        cursor.mergeBlockFormat(spaced)
        self.document().setDocumentMargin(2)
        self.forget_history()

    def _on_text_changed(self) -> None:
        text = self.text()
        self._mark_overrun(text)
        self.edited.emit(text)

    def _mark_overrun(self, text: str | None = None) -> None:
        text = self.text() if text is None else text
        if self._limit is None or len(text) <= self._limit:
            if self.extraSelections():
                self.setExtraSelections([])
            return
        mark = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        cursor.setPosition(_utf16_length(text[: self._limit]))
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        mark.cursor = cursor
        mark.format = _overrun_format()
        self.setExtraSelections([mark])


def _overrun_format() -> QTextCharFormat:
    colour = QColor(theme.tokens().failed)
    made = QTextCharFormat()
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
    made.setUnderlineColor(colour)
    colour.setAlphaF(0.14)
    made.setBackground(colour)
    return made


def _holds_pictures(mime: QMimeData) -> bool:
    """Whether this is meant as a picture and not as text: files, or pixels without words beside them."""
    return any(url.isLocalFile() for url in mime.urls()) or (mime.hasImage() and not mime.hasText())


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _whole(text: str) -> str:
    """Return the text with a replacement character for each lone surrogate, which no store or wire takes."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
