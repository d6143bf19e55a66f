"""Tab stops of what was inserted: Tab and Shift+Tab go between them, and those of one number are typed together.

A stop's places are pairs of cursors, which Qt moves with the text through edits and undo. What is typed at the edge of a place
belongs to it only while it is the present one: before each edit every cursor is told whether it stays at an insertion.
"""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QToolTip

from sora_studio.domain.writing.snippets import Insertion
from sora_studio.ui.compose.editing.mark_layers import Layer
from sora_studio.ui.compose.editing.undo_breaks import begin_step
from sora_studio.ui.compose.prompt_editor import PromptEditor
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.controls import plain_tip
from sora_studio.ui.kit.overrun import mark, utf16_length

_TAB_KEYS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A place of the stop with this index, from `start` to `end`."""

    stop: int
    start: QTextCursor
    end: QTextCursor

    def hold(self, *, start: bool, end: bool) -> None:
        """Say whether the edges stay where they are when text is inserted there."""
        self.start.setKeepPositionOnInsert(start)
        self.end.setKeepPositionOnInsert(end)

    @property
    def text(self) -> str:
        return self._selection().selectedText()

    def write(self, text: str) -> None:
        """Replace the text, in the undo step of the last change."""
        cursor = self._selection()
        cursor.joinPreviousEditBlock()
        cursor.insertText(text)
        cursor.endEditBlock()

    def _selection(self) -> QTextCursor:
        cursor = QTextCursor(self.start)
        cursor.setKeepPositionOnInsert(False)  # copied, too: lines would be inserted in reverse
        cursor.setPosition(self.start.position())
        cursor.setPosition(self.end.position(), QTextCursor.MoveMode.KeepAnchor)
        return cursor


class TabStops(QObject):
    """Takes Tab, Shift+Tab and Esc from the prompt while there are stops, and costs nothing on a key without them.

    It ends at the last stop, with Esc, with Tab elsewhere, and when the text that was inserted is gone.
    """

    def __init__(self, editor: PromptEditor) -> None:
        super().__init__(editor)
        self._editor = editor
        self._places = list[_Place]()  # in the order of the text
        self._labels = list[str]()  # of the stops, in the order of Tab
        self._whole: _Place | None = None
        self._now = 0
        self._text = ""  # what stands at all places of the present stop
        self._is_writing = False
        editor.document_shown.connect(self.end)

    @property
    def is_active(self) -> bool:
        """Whether there are stops."""
        return self._whole is not None

    @property
    def present_texts(self) -> list[str]:
        """What stands at the places of the present stop, in their order."""
        return [place.text for place in self._places if place.stop == self._now]

    def insert(self, insertion: Insertion, *, instead_of: QTextCursor | None = None) -> None:
        """Insert a text as one undo step, in the place of the selection or of another one, and go to its first stop."""
        self.end()
        cursor = QTextCursor(instead_of or self._editor.textCursor())
        base, text = cursor.selectionStart(), insertion.text
        begin_step(self._editor.document())
        cursor.insertText(text)
        begin_step(self._editor.document())
        self._editor.setTextCursor(cursor)
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        places = [(start, end, index) for index, stop in enumerate(insertion.stops) for start, end in stop.spans]
        for start, end, index in sorted(places):
            self._places.append(self._place(index, base, text, start, end))
        self._labels = [stop.label for stop in insertion.stops]
        self._whole = self._place(-1, base, text, 0, len(text))
        self._whole.hold(start=True, end=False)
        self._editor.installEventFilter(self)
        self._editor.textChanged.connect(self._on_editor_text_changed)
        self._go_to(0)

    def insert_all(self, insertion: Insertion) -> None:
        """Insert a text in the place of all that is written."""
        cursor = QTextCursor(self._editor.document())
        cursor.select(QTextCursor.SelectionType.Document)
        self.insert(insertion, instead_of=cursor)

    def end(self) -> None:
        """Forget the stops; the text stays."""
        if self._whole is None:
            return
        self._whole = None
        self._places.clear()
        self._editor.removeEventFilter(self)
        self._editor.textChanged.disconnect(self._on_editor_text_changed)
        self._editor.marks.show(Layer.STOPS, ())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the keys of the stops."""
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.key() == Qt.Key.Key_Escape and event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            event.accept()  # else the window's shortcut would take it
            if event.type() == QEvent.Type.KeyPress:
                self.end()
            return True
        is_plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if event.key() in _TAB_KEYS and is_plain and event.type() == QEvent.Type.KeyPress:
            return self._stepped(-1 if event.key() == Qt.Key.Key_Backtab else 1)
        if event.type() == QEvent.Type.KeyPress and is_plain and event.text() and self._is_mirrored:
            self._type(event)
            return True
        return super().eventFilter(watched, event)

    @property
    def _is_mirrored(self) -> bool:
        return sum(place.stop == self._now for place in self._places) > 1

    def _type(self, event: QKeyEvent) -> None:
        """Let the prompt handle a key in an edit block: only to one can the other places be joined for undo."""
        cursor = self._editor.textCursor()  # where undo puts the caret
        cursor.beginEditBlock()
        self._editor.keyPressEvent(event)
        cursor.endEditBlock()
        self._editor.ensureCursorVisible()

    def _stepped(self, by: int) -> bool:
        """Go to another stop; with the caret elsewhere end, and leave the key its usual job."""
        caret, whole = self._editor.textCursor().position(), self._whole
        if whole is None or not whole.start.position() <= caret <= whole.end.position():
            self.end()
            return False
        here = [place.stop for place in self._places if place.start.position() <= caret <= place.end.position()]
        if here and self._now not in here:  # the pointer or the arrow keys led to another one
            self._now = here[0]
        if (wanted := self._now + by) >= len(self._labels):
            self.end()
            return False
        self._go_to(max(wanted, 0))
        return True

    def _go_to(self, stop: int) -> None:
        self._now = stop
        if len(set(self.present_texts)) > 1:  # an undo or a deletion elsewhere has torn them apart
            self.end()
            return
        place = next(place for place in self._places if place.stop == stop)
        self._text = place.text
        self._aim_at_stop(stop)
        cursor = self._editor.textCursor()
        cursor.setPosition(place.start.position())
        cursor.setPosition(place.end.position(), QTextCursor.MoveMode.KeepAnchor)
        begin_step(self._editor.document())
        self._editor.setTextCursor(cursor)
        self._editor.ensureCursorVisible()
        if stop == len(self._labels) - 1:
            self.end()
            return
        self._mark()
        self._tell(stop, place)

    def _tell(self, stop: int, place: _Place) -> None:
        """Say what is asked for, to eyes below the stop and to a screen reader."""
        label, count = self._labels[stop], len(self._labels) - 1
        where = f"{stop + 1} of {count}"
        text = place.text
        announce(self._editor, ", ".join(filter(None, (label or f"Stop {where}", where if label else "", text))))
        if label:
            below = self._editor.cursorRect(place.start).bottomLeft() + QPoint(0, 4)
            view = self._editor.viewport()
            words = f"{label} · {where} · Tab goes on".replace(" ", "\u00a0")  # on one line
            QToolTip.showText(view.mapToGlobal(below), plain_tip(words), view)

    def _on_editor_text_changed(self) -> None:
        """Write what was typed at one place to the others of its stop."""
        if self._is_writing or self._whole is None:
            return
        if self._whole.start.position() >= self._whole.end.position():  # the insertion was undone, or deleted
            self.end()
            return
        texts = self.present_texts
        changed = [place for place in self._places if place.stop == self._now and place.text != self._text]
        if len(set(texts)) > 1:
            # Written by undo, writing more would end redo; written at several places, it is not clear what is meant.
            if len(changed) > 1 or self._editor.document().isRedoAvailable():
                self.end()
                return
            self._is_writing = True
            self._mirror(changed[0])
            self._is_writing = False
        self._text = self.present_texts[0]
        self._aim_at_stop(self._now)  # places that a deletion has brought together touch now
        self._mark()

    def _mirror(self, typed: _Place) -> None:
        """Write what stands at a place to the others of its stop; the caret stays where it is in the text."""
        text, into = typed.text, self._editor.textCursor().position() - typed.start.position()
        for place in self._places:
            if place is not typed and place.stop == typed.stop:
                self._aim(place)
                place.write(text)
        self._aim_at_stop(typed.stop)
        cursor = self._editor.textCursor()
        if 0 <= into <= utf16_length(text) and cursor.position() != typed.start.position() + into:
            cursor.setPosition(typed.start.position() + into)
            self._editor.setTextCursor(cursor)

    def _aim(self, place: _Place) -> None:
        """Let a place take in what is inserted at its edges, and no other."""
        at = self._places.index(place)
        for index, other in enumerate(self._places):
            other.hold(start=index <= at, end=index < at)

    def _aim_at_stop(self, stop: int) -> None:
        """Let all places of a stop take in what is inserted at their edges, also by undo, and no other."""
        for index, place in enumerate(self._places):
            at = place.start.position()
            moves = any(one.stop == stop and one.end.position() == at for one in self._places[:index])
            place.hold(start=not moves, end=place.stop != stop and not (moves and place.end.position() == at))

    def _place(self, stop: int, base: int, text: str, start: int, end: int) -> _Place:
        edges = list[QTextCursor]()
        for at in (start, end):
            cursor = QTextCursor(self._editor.document())
            cursor.setPosition(base + utf16_length(text[:at].replace("\r\n", "\n")))
            edges.append(cursor)
        return _Place(stop, *edges)

    def _mark(self) -> None:
        """Show the places that are not filled in yet, and more strongly the present ones."""
        document, marks = self._editor.document(), list[tuple[_Place, float]]()
        for place in self._places:
            if place.start.position() < place.end.position():
                marks.append((place, 0.26 if place.stop == self._now else 0.12))
        self._editor.marks.show(
            Layer.STOPS,
            [mark(document, place.start.position(), place.end.position(), _look(strength)) for place, strength in marks],
        )


def _look(strength: float) -> QTextCharFormat:
    colour, made = QColor(theme.tokens().accent), QTextCharFormat()
    colour.setAlphaF(strength)
    made.setBackground(colour)
    return made
