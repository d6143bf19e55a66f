"""A line of text with a list of offers below it while one types."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from sora_studio.ui.kit import theme
from sora_studio.ui.library.offer_list import Offer, OfferList

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_PAGE = 8
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _PAGE, Qt.Key.Key_PageUp: -_PAGE}
Offers = Callable[[str, int], Sequence[Offer]]


class OfferField(QLineEdit):
    """While the list is open, arrows move in it, Tab and Enter take the highlighted line, and Esc closes it.

    Signals: `taken(Offer)`; without a list `entered()` by Enter, `went_down()`, `went_back()` by Left or Backspace at the
    start; `escaped(bool)` by Esc with whether the list was open; `focus_gained()`, `focus_lost()`.
    """

    taken = Signal(object)
    entered = Signal()
    went_down = Signal()
    went_back = Signal()
    escaped = Signal(bool)
    focus_gained = Signal()
    focus_lost = Signal()

    def __init__(self, offers: Offers, parent: QWidget) -> None:
        """`offers` returns the lines for a text and a caret."""
        super().__init__(parent)
        self._offers = offers
        self.setFont(theme.font())
        theme.set_role(self, "inline")
        self.list = OfferList(self)
        self.list.chosen.connect(self._take)
        self.textEdited.connect(self.refresh)

    def refresh(self) -> None:
        """Show what can be offered now."""
        self.list.offer(self._offers(self.text(), self.cursorPosition()))

    def event(self, event: QEvent) -> bool:
        """Take Esc before the window does, and Tab while the list is open."""
        if isinstance(event, QKeyEvent):
            if event.type() is QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            is_tab = event.type() is QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Tab
            if is_tab and not event.modifiers() and self._take(self.list.current):
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the list or between the field and its neighbours; edit with all other keys."""
        key = Qt.Key(event.key())
        if self.list.isVisible() and key in _MOVES:
            self.list.move_by(_MOVES[key])
        elif key in _ENTER:
            if not self._take(self.list.current):
                self.entered.emit()
        elif key == Qt.Key.Key_Escape:
            was_open = self.list.isVisible()
            self.list.hide()
            self.escaped.emit(was_open)
        elif key == Qt.Key.Key_Down:
            self.went_down.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Backspace) and self._is_at_start() and not event.modifiers():
            self.went_back.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say so."""
        super().focusInEvent(event)
        self.focus_gained.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close the list."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:  # its own menu
            self.list.hide()
            self.focus_lost.emit()

    def moveEvent(self, event: QMoveEvent) -> None:
        """Take the list along."""
        super().moveEvent(event)
        self._place_list()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take the list along."""
        super().resizeEvent(event)
        self._place_list()

    def hideEvent(self, event: QHideEvent) -> None:
        """Close the list with the field: it belongs to the window."""
        super().hideEvent(event)
        self.list.hide()

    def _place_list(self) -> None:
        if self.list.isVisible():
            self.list.place()

    def _is_at_start(self) -> bool:
        return self.cursorPosition() == 0 and not self.hasSelectedText()

    def _take(self, offer: Offer | None) -> bool:
        """Take a line; return whether there was one. One that cannot be chosen is taken as well, for its reason to be said."""
        if offer is None:
            return False
        self.taken.emit(offer)
        return True
