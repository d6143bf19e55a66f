"""The page of a filter session: the film between its bars, the question over it, and the keys."""

from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from sora_studio.domain.decision import Fate
from sora_studio.domain.judgement import MOST_STARS
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.announcing import announce
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.library.filter_bars import FilterButtons, FilterHeader
from sora_studio.ui.library.filter_sheet import FilterSheet
from sora_studio.ui.stage.controls import StageControls
from sora_studio.ui.window.filter_film import FilterFilm
from sora_studio.viewmodels.library.filter_session import FilterSession

JUMP_MS = 1000
_VOLUME_STEP = 10
_BELOW_FILM = 12
_FATES = {
    Qt.Key.Key_P: Fate.KEEP,
    Qt.Key.Key_X: Fate.REJECT,
    Qt.Key.Key_U: Fate.CLEAR,
    Qt.Key.Key_Delete: Fate.TRASH,
}


class FilterPage(QWidget):
    """Shows a session and says what is asked of it. No key leaves the page: the stage behind it has others for them.

    Signals: `fate_chosen(Fate)`; `stars_chosen(int)`; `back_asked()`; `skip_asked()`; `end_asked()`; `undo_asked()`;
    `include_asked()`.
    """

    fate_chosen = Signal(object)
    stars_chosen = Signal(int)
    back_asked = Signal()
    skip_asked = Signal()
    end_asked = Signal()
    undo_asked = Signal()
    include_asked = Signal()

    def __init__(self, scope: TaskScope, sound: StageControls, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Filter session")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._header, self._buttons = FilterHeader(self), FilterButtons(self)
        self.film = FilterFilm(scope, sound, self)
        self.film.screen.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sheet = FilterSheet(self)
        middle = QFrame(self)
        theme.set_role(middle, "stage")
        cell = QGridLayout(middle)
        cell.setContentsMargins(0, 0, 0, _BELOW_FILM)  # at its other sides the screen has its own
        cell.addWidget(self.film.screen, 0, 0)
        cell.addWidget(self.sheet, 0, 0, Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(theme.rule())
        column.addWidget(middle, 1)
        column.addWidget(theme.rule())
        column.addWidget(self._buttons)
        for signal, forwarded in (
            (self._buttons.fate_chosen, self.fate_chosen),
            (self._buttons.stars_chosen, self.stars_chosen),
            (self._buttons.back_asked, self.back_asked),
            (self._buttons.skip_asked, self.skip_asked),
            (self._buttons.end_asked, self.end_asked),
            (self._buttons.include_asked, self.include_asked),
        ):
            signal.connect(forwarded)
        self._acts = {
            Qt.Key.Key_Right: self.skip_asked.emit,
            Qt.Key.Key_Space: self.skip_asked.emit,
            Qt.Key.Key_Left: self.back_asked.emit,
            Qt.Key.Key_Backspace: self.back_asked.emit,
            Qt.Key.Key_Return: self.end_asked.emit,
            Qt.Key.Key_Enter: self.end_asked.emit,
            Qt.Key.Key_F12: self.end_asked.emit,
            Qt.Key.Key_Escape: self.end_asked.emit,
            Qt.Key.Key_K: self.film.toggle,
            Qt.Key.Key_J: partial(self.film.jump, -JUMP_MS),
            Qt.Key.Key_L: partial(self.film.jump, JUMP_MS),
            Qt.Key.Key_M: sound.toggle_mute,
            Qt.Key.Key_Up: partial(sound.change_volume, _VOLUME_STEP),
            Qt.Key.Key_Down: partial(sound.change_volume, -_VOLUME_STEP),
        }

    def show_session(self, session: FilterSession, title: str) -> None:
        """Show the current clip's facts and its pending decision."""
        self._header.show_session(session, title)
        self._buttons.show_session(session)

    @property
    def is_asking(self) -> bool:
        """Whether the sheet waits for an answer."""
        return self.sheet.isVisibleTo(self)

    def set_asking(self, asking: bool) -> None:
        """While the sheet asks, nothing behind it can be pressed."""
        self._buttons.setEnabled(not asking)
        if not asking:
            self.sheet.hide()
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def announce(self, words: str) -> None:
        """Tell a screen reader."""
        announce(self, words)

    def event(self, event: QEvent) -> bool:
        """Take every key but F1 for the page, before the window's shortcuts: those lead to what the page covers."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() != Qt.Key.Key_F1:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Decide, rate, move or end."""
        event.accept()
        key, is_plain = Qt.Key(event.key()), _is_plain(event)
        if event.modifiers() == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_Z:
            self.undo_asked.emit()
        elif not is_plain:
            return
        elif key in _FATES:
            if not event.isAutoRepeat():  # a key held too long decides about one clip
                self.fate_chosen.emit(_FATES[key])
        elif Qt.Key.Key_0 <= key <= Qt.Key.Key_0 + MOST_STARS:
            self.stars_chosen.emit(key - Qt.Key.Key_0)
        elif key in self._acts:
            self._acts[key]()


def _is_plain(event: QKeyEvent) -> bool:
    return not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
