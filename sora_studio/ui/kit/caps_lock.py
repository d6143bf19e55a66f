"""Whether Caps Lock is on, as far as a key press tells: Qt has no question for it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

_NATIVE_BITS = {"xcb": 0x2, "wayland": 0x2, "windows": 0x100, "cocoa": 0x10000}
"""The bit of Caps Lock in the native modifiers, by Qt's platform: X11's and xkb's LockMask, Qt's own, and macOS's."""


def is_on(event: QKeyEvent) -> bool:
    """Return whether Caps Lock was on when the key was pressed. A letter tells it everywhere, by its case."""
    text = event.text()
    if len(text) == 1 and text.lower() != text.upper():
        return text.isupper() != bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    return bool(event.nativeModifiers() & _NATIVE_BITS.get(QGuiApplication.platformName(), 0))
