"""A field for a time in seconds, in steps of a tenth."""

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit, QWidget

from sora_studio.ui.kit import theme

STEP_S = 0.1
_SECONDS = QRegularExpression(r"\d{0,5}([.,]\d{0,2})?")
_WIDTH = 64
_STEPS = {Qt.Key.Key_Up: STEP_S, Qt.Key.Key_Down: -STEP_S, Qt.Key.Key_PageUp: 1.0, Qt.Key.Key_PageDown: -1.0}


class SecondsField(QLineEdit):
    """Takes what was typed with Enter, or when the focus leaves; Up and Down step.

    Signals: `chosen(float)` in seconds.
    """

    chosen = Signal(float)

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown_s = 0.0
        self.setAccessibleName(f"{title} in seconds")
        self.setToolTip(f"{title} in seconds")
        self.setFont(theme.font())
        self.setFixedWidth(_WIDTH)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setValidator(QRegularExpressionValidator(_SECONDS, self))
        self.editingFinished.connect(self._on_editing_finished)

    def show_seconds(self, seconds: float) -> None:
        """Show a time."""
        self._shown_s = seconds
        self.setText(f"{seconds:.1f}")

    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        """Step with Up and Down, by a second with Page Up and Page Down; Enter takes the number and closes nothing."""
        if (step := _STEPS.get(Qt.Key(arg__1.key()))) is not None:
            self._choose((self._typed() or 0.0) + step)
        elif arg__1.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_editing_finished()
        else:
            super().keyPressEvent(arg__1)

    def _typed(self) -> float | None:
        try:
            return float(self.text().replace(",", "."))
        except ValueError:
            return None

    def _on_editing_finished(self) -> None:
        typed = self._typed()
        if typed is None:
            self.show_seconds(self._shown_s)
        elif f"{typed:.1f}" != f"{self._shown_s:.1f}":
            self._choose(typed)

    def _choose(self, seconds: float) -> None:
        self.show_seconds(max(0.0, round(seconds, 1)))
        self.chosen.emit(self._shown_s)
