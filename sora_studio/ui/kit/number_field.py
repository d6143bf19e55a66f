"""A field for a number without a slider: a seed, say. Empty stands for no number."""

from PySide6.QtCore import QRegularExpression, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QLineEdit, QWidget

from sora_studio.domain.models.values import OptionValue
from sora_studio.ui.kit import theme

_WHOLE = QRegularExpression(r"-?\d{0,16}")
_ANY = QRegularExpression(r"-?\d{0,16}([.,]\d{0,9})?")


class NumberField(QLineEdit):
    """Takes digits only; a number out of range is passed on as typed, for the check to name.

    Signals: `chosen(int | float)`, `cleared()` when the user has left no number in it.
    """

    chosen = Signal(object)
    cleared = Signal()

    def __init__(self, title: str, *, is_whole: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_whole = is_whole
        self.setAccessibleName(title)
        self.setFont(theme.font())
        self.setValidator(QRegularExpressionValidator(_WHOLE if is_whole else _ANY, self))
        self.textEdited.connect(self._on_text_edited)

    def show_value(self, value: OptionValue | None) -> None:
        """Show a number, or nothing. Leaves alone what is being typed if it is this number."""
        if value != self._value():
            self.setText("" if value is None else str(value))

    def mark_invalid(self, invalid: bool) -> None:
        """Show the frame in the failed colour."""
        theme.set_role(self, "invalid" if invalid else "")

    def _value(self) -> int | float | None:
        try:
            return int(self.text()) if self._is_whole else float(self.text().replace(",", "."))
        except ValueError:
            return None

    def _on_text_edited(self) -> None:
        value = self._value()
        if value is not None:
            self.chosen.emit(value)
        else:
            self.cleared.emit()
