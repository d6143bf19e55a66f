"""What the keyboard does in the library: moving, ranges, toggling, opening, and the size of the tiles."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent

from sora_studio.ui.library.key_moves import MOVES, moved

if TYPE_CHECKING:
    from sora_studio.ui.library.library_view import LibraryView

_CONTROL, _SHIFT, _ALT, _KEYPAD = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.KeypadModifier,
)
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_LARGER = frozenset({Qt.Key.Key_Plus, Qt.Key.Key_Equal})
_SIZES = _LARGER | {Qt.Key.Key_Minus}


class LibraryKeys(QObject):
    """Arrows, Home, End, Page Up and Down move, with Shift select ranges, with Ctrl only move. Space toggles; Ctrl+A; Esc
    clears; Enter opens; Alt+Down and Alt+Up open and close a stack; Ctrl++ and Ctrl+- change the size of the tiles. Home also
    shows new items that are held back.
    """

    def __init__(self, view: "LibraryView") -> None:
        super().__init__(view)
        self._view, self._model = view, view.model

    def claims(self, event: QKeyEvent) -> bool:
        """Return whether the key is for the library and not for a shortcut of the window."""
        key, modifiers = event.key(), event.modifiers() & ~_KEYPAD
        if modifiers & _CONTROL:
            return key in MOVES or key in _SIZES or key in {Qt.Key.Key_A, Qt.Key.Key_Space}
        if key == Qt.Key.Key_Escape:
            return bool(len(self._model.selection))
        return key in MOVES or key == Qt.Key.Key_Space or (key in _ENTER and not modifiers)

    def press(self, event: QKeyEvent) -> bool:
        """Return whether the key did something."""
        if not len(self._model.order):
            return False
        key, modifiers = event.key(), event.modifiers() & ~_KEYPAD
        if modifiers & _ALT:
            return self._turn_stack(key)
        if key in MOVES:
            self._move(key, modifiers)
            return True
        if modifiers & _CONTROL and key in _SIZES:
            self._view.resize_tiles(1 if key in _LARGER else -1)
            return True
        return self._select(key, modifiers) or self._open(key, modifiers)

    def _select(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        selection = self._model.selection
        if key == Qt.Key.Key_A and modifiers == _CONTROL:
            selection.select_all()
        elif key == Qt.Key.Key_Space and (current := selection.current) is not None:
            selection.toggle(current)
            selection.make_current(current)
        elif key == Qt.Key.Key_Escape and len(selection):
            selection.clear()
        else:
            return False
        return True

    def _open(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        current = self._model.selection.current
        if key not in _ENTER or modifiers or current is None:
            return False
        self._view.opened.emit(current)
        return True

    def _turn_stack(self, key: int) -> bool:
        current = self._model.selection.current
        if current is None or key not in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            return False
        if key == Qt.Key.Key_Down:
            self._model.open_stack(current)
        else:
            self._model.close_stack(current)
        return True

    def _move(self, key: int, modifiers: Qt.KeyboardModifier) -> None:
        if key == Qt.Key.Key_Home:
            self._model.show_held()
        view, selection, ids = self._view, self._model.selection, self._model.order.ids
        shown = view.visible()
        place = view.place_of(selection.current)
        target = shown.start if place is None else moved(view.places, place, key, view.viewport().height())
        view.scroll_to(target)
        if modifiers & _SHIFT:
            view.select_range_to(target, adds=bool(modifiers & _CONTROL))
            return
        if not modifiers & _CONTROL:
            selection.select_only((ids[target],))
        selection.make_current(ids[target], is_origin=True)
