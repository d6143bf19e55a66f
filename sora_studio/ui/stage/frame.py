"""The frame of the stage: the screen above the controls, keyboard handling, and full-screen mode."""

from dataclasses import asdict
from enum import StrEnum
from string import Template

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QSpacerItem, QVBoxLayout

from sora_studio.ui.kit import theme
from sora_studio.ui.stage.controls import StageControls
from sora_studio.ui.stage.screen import FilmScreen


class StageKey(StrEnum):
    """A player command bound to a key."""

    TOGGLE = "toggle"
    BACK_SECOND = "back-second"
    ON_SECOND = "on-second"
    BACK_FRAME = "back-frame"
    ON_FRAME = "on-frame"
    BACK_TEN_FRAMES = "back-ten-frames"
    ON_TEN_FRAMES = "on-ten-frames"
    LOUDER = "louder"
    QUIETER = "quieter"
    MUTE = "mute"
    FULL_SCREEN = "full-screen"
    LEAVE_FULL_SCREEN = "leave-full-screen"


_PLAIN: dict[int, StageKey] = {
    Qt.Key.Key_Space: StageKey.TOGGLE,
    Qt.Key.Key_K: StageKey.TOGGLE,
    Qt.Key.Key_J: StageKey.BACK_SECOND,
    Qt.Key.Key_L: StageKey.ON_SECOND,
    Qt.Key.Key_Left: StageKey.BACK_FRAME,
    Qt.Key.Key_Right: StageKey.ON_FRAME,
    Qt.Key.Key_Up: StageKey.LOUDER,
    Qt.Key.Key_Down: StageKey.QUIETER,
    Qt.Key.Key_M: StageKey.MUTE,
    Qt.Key.Key_F: StageKey.FULL_SCREEN,
    Qt.Key.Key_Escape: StageKey.LEAVE_FULL_SCREEN,
}
_SHIFTED: dict[int, StageKey] = {
    Qt.Key.Key_Left: StageKey.BACK_TEN_FRAMES,
    Qt.Key.Key_Right: StageKey.ON_TEN_FRAMES,
}
ACTS_ANYWHERE = frozenset({StageKey.TOGGLE, StageKey.BACK_SECOND, StageKey.ON_SECOND, StageKey.MUTE, StageKey.FULL_SCREEN})
"""Letters and the space bar work outside text fields; the arrow keys belong to the focused widget."""
_STYLE = """
QFrame#stage { background: $stage; border: none; }
StageControls { background: qlineargradient(x1: 0, y1: 0, x2: 0, y2: 1, stop: 0 $stage, stop: 1 #050505); border: none; }
QFrame#stage QLabel { color: $text; }
QFrame#stage QToolButton { background: transparent; color: $text; border: 1px solid transparent; padding: 0 4px; }
QFrame#stage QToolButton:hover { background: $raised; }
QFrame#stage QToolButton:checked { background: $selection; }
QFrame#stage QToolButton:focus { border-color: $accent; }
QFrame#stage QPushButton { background: $raised; color: $text; border: 1px solid $line; }
QFrame#stage QPushButton:hover { background: $line; }
QFrame#stage QPushButton:focus { border-color: $accent; }
QFrame#stage QMenu { background: $raised; color: $text; border: 1px solid $line; }
QFrame#stage QMenu::item:selected { background: $selection; }
"""
"""The stage is dark in both themes, so it cannot use the window's colours."""


class StageFrame(QFrame):
    """Holds the screen and the controls, in the window or full screen. Handles keys only while it contains the focus.

    Signals: `key_asked(StageKey)`.
    """

    key_asked = Signal(object)

    def __init__(self, screen: FilmScreen, controls: StageControls, home: QVBoxLayout) -> None:
        super().__init__()
        self.setObjectName("stage")
        self.setStyleSheet(Template(_STYLE).substitute(asdict(theme.DARK)))
        self.setFocusProxy(screen)
        self._screen, self._controls, self._home = screen, controls, home
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(screen, 1)
        self._covered_px = 0
        self._margin = QSpacerItem(0, 0)
        self._row = QHBoxLayout()
        self._row.setSpacing(0)
        self._row.addWidget(controls, 1)
        self._row.addSpacerItem(self._margin)
        layout.addLayout(self._row)
        home.addWidget(self)

    @property
    def is_full_screen(self) -> bool:
        """Whether the stage is in full-screen mode."""
        return self.isWindow()

    def set_covered(self, width_px: int) -> None:
        """Keep the picture and, as far as they fit, the controls clear of something that covers the right edge."""
        self._covered_px = width_px
        self._screen.set_covered(width_px)
        self._fit_controls()

    def set_full_screen(self, on: bool) -> None:
        """Enter or leave full-screen mode."""
        if on == self.is_full_screen:
            return
        self._screen.is_bare = on
        if on:
            self.setParent(None)
            self.setWindowTitle("Sora Studio")
            self.showFullScreen()
        else:
            self.hide()
            self._home.addWidget(self)
            self.show()
        self._fit_controls()
        self._screen.setFocus(Qt.FocusReason.MouseFocusReason)

    def _fit_controls(self) -> None:
        width_px = 0 if self.is_full_screen else self._covered_px
        self._margin.changeSize(width_px, 0, QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Minimum)  # may shrink to nothing
        self._row.invalidate()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave full-screen mode instead of closing the stage."""
        if self.is_full_screen:
            event.ignore()
            self.set_full_screen(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle keys that the focused control ignored."""
        asked = key_of(event)
        if asked is None or (asked is StageKey.LEAVE_FULL_SCREEN and not self.is_full_screen):
            super().keyPressEvent(event)
        else:
            self.key_asked.emit(asked)


def key_of(event: QKeyEvent) -> StageKey | None:
    """Return the player command for this key, if any."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    keys = {Qt.KeyboardModifier.NoModifier: _PLAIN, Qt.KeyboardModifier.ShiftModifier: _SHIFTED}.get(modifiers, {})
    return keys.get(event.key())
